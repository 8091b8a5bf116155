/* question.h: what a command asks the network and what ends by itself: a name, echo requests, the
 * time.
 *
 * The state of its part begins with a struct question and has the client that asks; the part takes
 * QUESTION_HOOKS, and is there for one question.
 */
#ifndef PERSONALITIES_QUESTION_H
#define PERSONALITIES_QUESTION_H

#include "module/module.h"

enum question_kind {
    QUESTION_NONE, /* all zero: nothing was ever asked */
    QUESTION_NAME, /* the client is a struct lookup */
    QUESTION_ECHO, /* a struct ping */
    QUESTION_TIME  /* a struct sntp, after sntp_init() */
};

struct question {
    enum question_kind kind;
    void *client;                  /* in the same unit */
    const char *command;           /* for the log; static */
    struct module_terminal *owner; /* the port that hears of it; while it is asked */
    size_t cid;                    /* of the context that it is asked over */
    /* The context went down, and nothing is asked any more: tells the host. */
    void (*on_lost)(struct question *question);
};

/* True while its client is at work. */
bool question_is_busy(const struct question *question);

/* Ends it, if it is asked, without a word. */
void question_cancel(struct question *question);

/* module_part.deinit; `state` is the struct question, here and below. */
void question_deinit(struct tlsmodem *modem, void *state);

/* module_part.is_idle. */
bool question_is_idle(const struct tlsmodem *modem, const void *state);

/* module_part.owes. */
bool question_owes(const struct tlsmodem *modem, const void *state);

/* module_part.deadline. */
int64_t question_deadline(const struct tlsmodem *modem, const void *state);

/* module_part.tick. */
void question_tick(struct tlsmodem *modem, void *state);

/* module_part.on_context_down. */
void question_on_context_down(struct tlsmodem *modem, void *state, size_t cid);

#define QUESTION_HOOKS                                                                             \
    .deinit = question_deinit, .is_idle = question_is_idle, .owes = question_owes,                 \
    .deadline = question_deadline, .tick = question_tick,                                          \
    .on_context_down = question_on_context_down

#endif
