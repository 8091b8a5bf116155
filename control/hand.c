/* hand.c: see hand.h. */
#include "control/hand.h"

#include "tlsmodem_control.h"

#include <stdlib.h>
#include <string.h>

enum { CODE_CAP = 8 };

struct hand {
    struct moved_clock clock;
    struct journal *journal;
    bool knows; /* what follows */
    bool attached;
    struct tlsmodem_status before; /* without its texts */
    char operator_name[TLSMODEM_OPERATOR_MAX + 1], operator_code[CODE_CAP];
};

enum err hand_new(const struct journal_config *config, struct hand **ret_hand)
{
    struct hand *hand = calloc(1, sizeof(*hand));
    struct journal_config own = *config;
    enum err err;

    if (hand == NULL)
        return ERR_NO_MEMORY;
    own.clock = &hand->clock;
    err = journal_new(&own, &hand->journal);
    if (err != ERR_OK) {
        free(hand);
        return err;
    }
    *ret_hand = hand;
    return ERR_OK;
}

void hand_free(struct hand *hand)
{
    if (hand == NULL)
        return;
    journal_free(hand->journal);
    free(hand);
}

static void on_message(void *ctx, const struct tlsmodem_sending *message, enum tlsmodem_sent sent)
{
    journal_message(ctx, message, sent);
}

void hand_config(struct hand *hand, struct runtime_modem_config *config)
{
    config->clock = &hand->clock;
    config->log = journal_log(hand->journal);
    config->observer = journal_observer(hand->journal);
    config->on_message = on_message;
    config->message_ctx = hand->journal;
}

struct journal *hand_journal(struct hand *hand)
{
    return hand->journal;
}

void hand_advance(struct hand *hand, int64_t ms)
{
    moved_clock_advance(&hand->clock, ms);
}

void hand_remember(struct hand *hand, struct tlsmodem *modem)
{
    if (hand->knows)
        return;
    tlsmodem_get_status(modem, &hand->before);
    strncpy(hand->operator_name, hand->before.operator_name, sizeof(hand->operator_name) - 1);
    strncpy(hand->operator_code, hand->before.operator_code, sizeof(hand->operator_code) - 1);
    hand->attached = hand->before.attached;
    hand->knows = true;
}

/* What cannot be done any more need not be. */
void hand_restore(struct hand *hand, struct tlsmodem *modem)
{
    const struct tlsmodem_status *before = &hand->before;
    struct tlsmodem_status now;

    if (!hand->knows)
        return;
    tlsmodem_get_status(modem, &now);
    if (before->on && !now.on)
        tlsmodem_set_power(modem, TLSMODEM_POWER_ON);
    if (now.call != TLSMODEM_CALL_NONE)
        tlsmodem_ring_end(modem);
    if (now.sim != before->sim)
        tlsmodem_set_sim(modem, before->sim);
    tlsmodem_set_operator(modem, hand->operator_name, hand->operator_code);
    tlsmodem_set_cell(modem, before->area_code, before->cell);
    tlsmodem_set_signal(modem, before->signal);
    tlsmodem_set_registration(modem, before->registration);
    tlsmodem_get_status(modem, &now);
    if (hand->attached && now.registered && !now.attached)
        tlsmodem_set_attached(modem, true);
}
