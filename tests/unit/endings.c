/* endings.c: has a conversation again and again, with another end each time. */
#include "endings_play.h"

#include "check.h"
#include "laboratory/trouble.h"
#include "module/module.h"

#include <stdio.h>
#include <string.h>

/* What ends the connection behind what the server says in a step. */
#define ENDINGS(X)                                                                                 \
    X(CLOSES, "and closes")                     /* with close_notify where there is TLS */         \
    X(HANGS_UP, "and hangs up")                 /* FIN alone */                                    \
    X(RESETS_BEHIND, "and resets behind it")    /* its words can still be read */                  \
    X(RESETS, "and resets")                     /* they are lost */                                \
    X(CORRUPTS, "and a record that is none")    /* TLS only */                                     \
    X(SHUTS_DOWN, "and 421")                    /* FTP and mail only */                            \
    X(SHUTS_DOWN_CLOSES, "and 421, and closes") /* FTP and mail only */                            \
    X(SAYS_ALL, "and all that it has to say")                                                      \
    X(SAYS_ALL_CLOSES, "and all that it has to say, and closes")                                   \
    X(SAYS_ALL_RESETS, "and all that it has to say, and resets behind it")                         \
    X(OTHERS_CLOSE, "and all others close")                                                        \
    X(HALF_CLOSES, "half of it, and closes")                                                       \
    X(HALF_RESETS, "half of it, and resets behind it")                                             \
    X(ONLY_CLOSES, "nothing, and closes")                                                          \
    X(ONLY_RESETS, "nothing, and resets")                                                          \
    X(LOSES_NETWORK, "and another port ends the context")                                          \
    X(LOSES_POWER, "and the power goes")                                                           \
    X(RESTARTS, "and a fault restarts the module")

enum ending {
#define ENDING_ENUM(name, text) name,
    ENDINGS(ENDING_ENUM)
#undef ENDING_ENUM
        ENDING_COUNT
};

static const char *const ending_names[] = {
#define ENDING_NAME(name, text) [name] = text,
    ENDINGS(ENDING_NAME)
#undef ENDING_NAME
};

/* What the host does meanwhile. */
#define POSTURES(X)                                                                                \
    X(WAITS, "the host waits")                                                                     \
    X(TYPES, "the host has typed half a line")                                                     \
    X(READS_NOTHING, "the host reads nothing")                                                     \
    X(TYPES_AHEAD, "the host has typed the next line")                                             \
    X(HAS_GONE, "the host has gone")

enum posture {
#define POSTURE_ENUM(name, text) name,
    POSTURES(POSTURE_ENUM)
#undef POSTURE_ENUM
        POSTURE_COUNT
};

static const char *const posture_names[] = {
#define POSTURE_NAME(name, text) [name] = text,
    POSTURES(POSTURE_NAME)
#undef POSTURE_NAME
};

enum { SECOND_MS = 1000, HALF = 2, NAME_MAX_LENGTH = 80, WHY_CAP = 700 };

/* ---- what a server says, and its end ---- */

static void says_half(struct play *play, const struct move *move)
{
    struct span bytes;

    if (move->kind != MOVE_SAYS)
        return;
    bytes = move_bytes(move);
    peer_send(play_server(play, move->port), span_at(bytes.data, bytes.len / HALF));
}

static void says_all(struct play *play, size_t step)
{
    const struct move *moves = play->conversation->moves;

    play_says(play, &moves[step]);
    for (size_t i = step + 1; i < play->conversation->count; i++) {
        if (moves[i].kind == MOVE_SAYS && moves[i].port == moves[step].port)
            play_says(play, &moves[i]);
    }
}

static void others_close(struct play *play, uint16_t but)
{
    for (const uint16_t *port = play_ports; *port != 0; port++) {
        if (*port != but)
            peer_close(play_server(play, *port));
    }
}

static bool is_numbered(const struct move *move)
{
    return move->port == 21 || move->port == 25 || move->port == 465;
}

/* False where there is no such end for that step. */
static bool has_ending(const struct conversation *conversation, size_t step, enum ending ending)
{
    const struct move *move = &conversation->moves[step];

    switch (ending) {
    case LOSES_NETWORK:
    case LOSES_POWER:
    case RESTARTS:
        return move_is_servers(move) || move->kind == MOVE_LINE || move->kind == MOVE_PAUSE;
    case OTHERS_CLOSE:
    case SAYS_ALL:
        return move_is_servers(move);
    case HALF_CLOSES:
    case HALF_RESETS:
        return move->kind == MOVE_SAYS;
    case SHUTS_DOWN:
    case SHUTS_DOWN_CLOSES:
        return move_is_servers(move) && is_numbered(move) && move->kind != MOVE_ENDS;
    default:
        return move_is_servers(move) && move->kind < MOVE_DATAGRAM; /* UDP has no end */
    }
}

/* What the server says in the step, before it ends. */
static void say(struct play *play, size_t step, enum ending ending)
{
    const struct move *move = &play->conversation->moves[step];

    switch (ending) {
    case SAYS_ALL:
    case SAYS_ALL_CLOSES:
    case SAYS_ALL_RESETS:
        says_all(play, step);
        return;
    case HALF_CLOSES:
    case HALF_RESETS:
        says_half(play, move);
        return;
    case ONLY_CLOSES:
    case ONLY_RESETS:
        return;
    default:
        break;
    }
    if (move->kind == MOVE_LINE)
        play_type_at_once(play, 0, move->text);
    else if (move->kind != MOVE_ENDS || ending == OTHERS_CLOSE || ending >= LOSES_NETWORK)
        play_says(play, move);
}

static void cut_power(struct play *play)
{
    module_enter(play->world.modem);
    module_power_cycle(play->world.modem, SECOND_MS);
    module_leave(play->world.modem);
}

/* By the fault, which strikes a line of the other port: the first goes on with what it does. */
static void restart(struct play *play)
{
    char memory[WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (lab_fault_do(play->world.modem, span_of("restart count=1 command=ATZ"), &why) != ERR_OK)
        fail_msg("%s: %s", play->name, memory);
    play_type_at_once(play, 1, "ATZ");
    world_settle(&play->world);
    if (play->world.modem->on)
        fail_msg("%s: the module has not restarted", play->name);
}

static void end(struct play *play, size_t step, enum ending ending)
{
    const struct move *move = &play->conversation->moves[step];
    struct scripted_peer *peer = play_server(play, move->port);

    switch (ending) {
    case CLOSES:
    case SAYS_ALL_CLOSES:
    case HALF_CLOSES:
    case ONLY_CLOSES:
        peer_close(peer);
        break;
    case HANGS_UP:
        peer_hang_up(peer);
        break;
    case RESETS_BEHIND:
    case SAYS_ALL_RESETS:
    case HALF_RESETS:
        peer_reset_behind(peer);
        break;
    case RESETS:
    case ONLY_RESETS:
        peer_reset(peer);
        break;
    case CORRUPTS:
        if (peer->state == PEER_OPEN)
            peer_corrupt(peer);
        break;
    case SHUTS_DOWN:
    case SHUTS_DOWN_CLOSES:
        peer_send(peer, span_of("421 closing\r\n"));
        if (ending == SHUTS_DOWN_CLOSES)
            peer_close(peer);
        break;
    case OTHERS_CLOSE:
        others_close(play, move->port);
        break;
    case LOSES_NETWORK:
        play_type_at_once(play, 1, play->module->network_off);
        break;
    case LOSES_POWER:
        cut_power(play);
        break;
    case RESTARTS:
        restart(play);
        break;
    case SAYS_ALL:
    case ENDING_COUNT:
        break;
    }
}

/* Which connection a server has; 0: none. */
static uint16_t connection_of(struct play *play, size_t step)
{
    const struct scripted_peer *peer = play_server(play, play->conversation->moves[step].port);

    return peer->stream != NULL ? peer->stream->local_port : 0;
}

/* The server's words may be the module's reason to close, or to connect anew: then there is nothing
 * to end any more. */
static void say_and_end(struct play *play, size_t step, enum ending ending, int64_t between_ms)
{
    uint16_t connection = connection_of(play, step);

    say(play, step, ending);
    if (between_ms > 0)
        world_advance(&play->world, between_ms);
    if (connection_of(play, step) == connection || ending >= LOSES_NETWORK)
        end(play, step, ending);
}

/* ---- what the host does meanwhile ---- */

static const char *next_line(const struct play *play, size_t step)
{
    for (size_t i = step + 1; i < play->conversation->count; i++) {
        if (play->conversation->moves[i].kind == MOVE_LINE)
            return play->conversation->moves[i].text;
    }
    return "AT";
}

static bool is_engaged(const struct play *play)
{
    struct terminal *terminal = play->world.ports[0].terminal;

    return terminal->ops->busy(terminal);
}

/* False where the host cannot do so. */
static bool pose(struct play *play, size_t step, enum posture posture)
{
    struct terminal *terminal = play->world.ports[0].terminal;

    switch (posture) {
    case WAITS:
        break;
    case TYPES:
        if (is_engaged(play))
            return false;
        world_type_text(&play->world, "AT");
        break;
    case READS_NOTHING:
        world_set_appetite(&play->world, 0, 0);
        break;
    case TYPES_AHEAD:
        if (!is_engaged(play))
            return false;
        play_line(play, 0, next_line(play, step));
        break;
    case HAS_GONE:
        terminal->ops->host_gone(terminal);
        world_settle(&play->world);
        break;
    case POSTURE_COUNT:
        break;
    }
    return true;
}

static void relax(struct play *play, enum posture posture)
{
    if (posture == TYPES)
        world_type_text(&play->world, "\r");
    else if (posture == READS_NOTHING)
        world_set_appetite(&play->world, 0, SIZE_MAX);
}

/* ---- one end ---- */

/* The host types on as if nothing had happened, and then it all begins anew. */
static void go_on(struct play *play, size_t step)
{
    for (size_t i = step + 1; i < play->conversation->count; i++) {
        if (!move_is_servers(&play->conversation->moves[i]))
            play_move(play, &play->conversation->moves[i]);
    }
    world_advance(&play->world, PLAY_LONG_MS);
    play_recover(play);
    play_begin_again(play);
    play_have_all(play);
    play_expect_answer(play);
}

/* One way to end in one step, `between_ms` after the server's words; what the host hears of it.
 * False where there is no such way. */
static bool disturb(struct play *play, size_t step, enum ending ending, enum posture posture,
                    int64_t between_ms, struct byte_queue *heard)
{
    unsigned departures;
    bool possible;

    play_begin(play);
    play_moves(play, step);
    world_forget(&play->world, 0);
    possible = pose(play, step, posture);
    if (possible) {
        say_and_end(play, step, ending, between_ms);
        world_settle(&play->world);
        departures = play->world.scripted_net.departures;
        relax(play, posture);
        world_advance(&play->world, PLAY_LONG_MS);
        if (ending >= LOSES_NETWORK && posture != TYPES_AHEAD &&
            play->world.scripted_net.departures != departures)
            fail_msg("%s: something leaves to the network", play->name);
        byte_queue_put(heard, world_heard(&play->world, 0));
        go_on(play, step);
    }
    world_deinit(&play->world);
    return possible;
}

static bool comes_before_handshake(const struct play *play, size_t step)
{
    return step + 1 < play->conversation->count &&
           play->conversation->moves[step + 1].kind == MOVE_SHAKES;
}

/* Where the words and the end come on one connection, and neither they nor what the module says to
 * them is lost, a second between makes no difference to a host who does nothing in that second. */
static bool is_comparable(const struct play *play, size_t step, enum ending ending,
                          enum posture posture)
{
    if (posture == TYPES_AHEAD || posture == HAS_GONE)
        return false;
    switch (ending) {
    case RESETS:
    case SAYS_ALL_RESETS:
    case OTHERS_CLOSE:
    case LOSES_NETWORK:
    case LOSES_POWER:
    case RESTARTS:
        return false;
    case RESETS_BEHIND: /* the first words under TLS are the module's */
        return play->conversation->moves[step].kind != MOVE_SHAKES;
    case SHUTS_DOWN:
    case SHUTS_DOWN_CLOSES: /* in clear, where TLS is about to begin, it is refused as such */
        return !comes_before_handshake(play, step);
    default:
        return true;
    }
}

static void set_name(struct play *play, size_t step, enum ending ending, enum posture posture,
                     const char *when)
{
    const struct move *move = &play->conversation->moves[step];

    snprintf(play->name, sizeof(play->name), "%s, step %zu (port %u: \"%s\") %s%s, %s", play->model,
             step, (unsigned)move->port, show(move->text != NULL ? move_bytes(move) : span_of("")),
             ending_names[ending], when, posture_names[posture]);
}

/* One difference does not keep the others from being seen. */
static void compare(struct play *play, struct span together, struct span apart)
{
    if (span_equal(together, apart))
        return;
    print_error("%s:\n  at once     \"%s\"\n  otherwise   \"%s\"\n", play->name, show(together),
                show(apart));
    play->differences++;
}

static void play_step(struct play *play, size_t step, enum ending ending, enum posture posture)
{
    bool comparable = is_comparable(play, step, ending, posture);
    struct byte_queue apart = { 0 }, together = { 0 };

    set_name(play, step, ending, posture, " a second later");
    if (comparable && !disturb(play, step, ending, posture, SECOND_MS, &apart))
        return;
    set_name(play, step, ending, posture, "");
    disturb(play, step, ending, posture, 0, &together);
    if (comparable)
        compare(play, byte_queue_peek(&together), byte_queue_peek(&apart));
    byte_queue_deinit(&apart);
    byte_queue_deinit(&together);
}

static void play_all(void **state)
{
    struct play *play = *state;

    snprintf(play->name, sizeof(play->name), "%s, undisturbed", play->model);
    play_begin(play);
    play_have_all(play);
    play_begin_again(play);
    play_have_all(play);
    world_deinit(&play->world);
    for (size_t step = 0; step < play->conversation->count; step++) {
        for (enum ending ending = 0; ending < ENDING_COUNT; ending++) {
            if (!has_ending(play->conversation, step, ending))
                continue;
            for (enum posture posture = 0; posture < POSTURE_COUNT; posture++)
                play_step(play, step, ending, posture);
        }
    }
    if (play->differences > 0)
        fail_msg("%u differences", play->differences);
}

static void prepare(struct play *play, struct CMUnitTest *test, char *name)
{
    snprintf(name, NAME_MAX_LENGTH, "%s, %s", play->model, play->conversation->name);
    *test = (struct CMUnitTest){ .name = name, .test_func = play_all, .initial_state = play };
}

int endings_run(const struct endings_module *module, const struct conversation *conversations,
                size_t count)
{
    enum { TESTS_MAX = 100 };
    static struct CMUnitTest tests[TESTS_MAX];
    static struct play plays[TESTS_MAX];
    static char names[TESTS_MAX][NAME_MAX_LENGTH];
    size_t used = 0;

    for (const char *const *model = module->models; *model != NULL; model++) {
        for (size_t i = 0; i < count; i++, used++) {
            assert_true(used < TESTS_MAX);
            plays[used] = (struct play){ .module = module,
                                         .model = *model,
                                         .conversation = &conversations[i] };
            prepare(&plays[used], &tests[used], names[used]);
        }
    }
    return _cmocka_run_group_tests(module->models[0], tests, used, NULL, NULL);
}
