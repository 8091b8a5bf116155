/* question.c: the hooks of a part that asks the network one thing at a time. */
#include "personalities/common/question.h"

#include "bridge/lookup.h"
#include "bridge/ping.h"
#include "services/sntp.h"

#include <assert.h>

bool question_is_busy(const struct question *question)
{
    assert(question->kind == QUESTION_NONE || question->client != NULL);
    switch (question->kind) {
    case QUESTION_NONE:
        break;
    case QUESTION_NAME:
        return lookup_is_busy(question->client);
    case QUESTION_ECHO:
        return ping_is_busy(question->client);
    case QUESTION_TIME:
        return sntp_is_busy(question->client);
    }
    return false;
}

void question_cancel(struct question *question)
{
    assert(question->kind == QUESTION_NONE || question->client != NULL);
    switch (question->kind) {
    case QUESTION_NONE:
        break;
    case QUESTION_NAME:
        lookup_cancel(question->client);
        break;
    case QUESTION_ECHO:
        ping_cancel(question->client);
        break;
    case QUESTION_TIME:
        sntp_cancel(question->client);
        break;
    }
}

void question_deinit(struct tlsmodem *modem, void *state)
{
    (void)modem;
    question_cancel(state);
}

bool question_is_idle(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return !question_is_busy(state);
}

bool question_owes(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return question_is_busy(state);
}

int64_t question_deadline(const struct tlsmodem *modem, const void *state)
{
    const struct question *question = state;

    assert(question->kind == QUESTION_NONE || question->client != NULL);
    (void)modem;
    switch (question->kind) {
    case QUESTION_NONE:
        break;
    case QUESTION_NAME:
        return lookup_deadline(question->client);
    case QUESTION_ECHO:
        return ping_deadline(question->client);
    case QUESTION_TIME:
        return sntp_deadline(question->client);
    }
    return CLOCK_NEVER;
}

void question_tick(struct tlsmodem *modem, void *state)
{
    struct question *question = state;

    (void)modem;
    switch (question->kind) {
    case QUESTION_NONE:
        break;
    case QUESTION_NAME:
        lookup_tick(question->client);
        break;
    case QUESTION_ECHO:
        ping_tick(question->client);
        break;
    case QUESTION_TIME:
        sntp_tick(question->client);
        break;
    }
}

void question_on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct question *question = state;

    if (!question_is_busy(question) || question->cid != cid)
        return;
    assert(question->owner != NULL && question->on_lost != NULL);
    log_say(modem->config.log, LOG_WARNING, "%s: the context is down", question->command);
    question_cancel(question);
    question->on_lost(question);
}
