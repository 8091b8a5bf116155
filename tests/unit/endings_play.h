/* endings_play.h: a conversation under way: what a host and its servers do in it. */
#ifndef ENDINGS_PLAY_H
#define ENDINGS_PLAY_H

#include "endings.h"
#include "talk.h"

/* So long that everything is over. */
enum { PLAY_LONG_MS = 600000 };

struct play {
    struct world world;
    const struct endings_module *module;
    const char *model;
    const struct conversation *conversation;
    unsigned differences;
    char name[400]; /* for a failure */
};

/* The servers that there are, to 0. */
extern const uint16_t play_ports[];

struct scripted_peer *play_server(struct play *play, uint16_t port);

/* A modem with everything that the conversation needs; world_deinit() ends it. */
void play_begin(struct play *play);

/* The host of a port types a line; the second lets nothing come of it yet but what the line does by
 * itself. */
void play_line(struct play *play, size_t port, const char *text);
void play_type_at_once(struct play *play, size_t port, const char *text);

/* True for what a server does. */
bool move_is_servers(const struct move *move);
/* What a server says. */
struct span move_bytes(const struct move *move);
/* A server does it; false when there is no connection for it. */
bool play_says(struct play *play, const struct move *move);

/* One move, and the first `count`; the module is quiet afterwards. */
void play_move(struct play *play, const struct move *move);
void play_moves(struct play *play, size_t count);
/* The whole conversation: fails the test unless the host hears what it is to hear. */
void play_have_all(struct play *play);

/* Fails the test unless AT is answered and nothing hangs or spins. */
void play_expect_answer(struct play *play);
/* The same, after bringing the port out of whatever it is in. */
void play_recover(struct play *play);
/* Whatever was, the conversation can be had from its beginning. */
void play_begin_again(struct play *play);

#endif
