/* hand.c: see hand.h. */
#include "control/hand.h"

#include "laboratory/trouble.h"
#include "tlsmodem_control.h"

#include <stdlib.h>
#include <string.h>

enum { CODE_CAP = 8 };

struct hand {
    struct moved_clock clock;
    struct journal *journal;
    const char *first_link;          /* the config's; NULL: none */
    const char *const *first_faults; /* the same */
    size_t first_fault_count;
    bool changed_link;
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

/* The words of the wrapper of that name. */
static const char *link_of(const struct stack_plan *plan)
{
    const struct wrapper *wrapper;

    for (size_t i = 0; plan != NULL && (wrapper = stack_wrapper_at(i)) != NULL; i++) {
        if (strcmp(wrapper->option, "--link") == 0)
            return plan->words[i];
    }
    return NULL;
}

void hand_config(struct hand *hand, struct runtime_modem_config *config)
{
    config->clock = &hand->clock;
    config->laboratory = true;
    hand->first_link = link_of(config->in_front);
    hand->first_faults = config->faults;
    hand->first_fault_count = config->fault_count;
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

enum err hand_set_link(struct hand *hand, struct tlsmodem *modem, const char *words, char *why,
                       size_t cap)
{
    enum err err = tlsmodem_set_link(modem, words, why, cap);

    hand->changed_link = hand->changed_link || err == ERR_OK;
    return err;
}

const char *hand_link(const struct hand *hand, const struct tlsmodem *modem)
{
    return hand->changed_link ? tlsmodem_link(modem) : hand->first_link;
}

/* The words are the config's, and so good. */
static void restore_trouble(struct hand *hand, struct tlsmodem *modem)
{
    char why[1];
    struct text none;

    text_init(&none, why, sizeof(why));
    tlsmodem_remove_fault(modem, 0);
    for (size_t i = 0; i < hand->first_fault_count; i++)
        lab_fault_do(modem, span_of(hand->first_faults[i]), &none);
    if (hand->changed_link)
        tlsmodem_set_link(modem, hand->first_link, why, sizeof(why));
}

/* What cannot be done any more need not be. */
void hand_restore(struct hand *hand, struct tlsmodem *modem,
                  const enum tlsmodem_registration *registration)
{
    const struct tlsmodem_status *before = &hand->before;
    struct tlsmodem_status now;

    if (!hand->knows)
        return;
    restore_trouble(hand, modem);
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
    tlsmodem_set_registration(modem, registration != NULL ? *registration : before->registration);
    tlsmodem_get_status(modem, &now);
    if (hand->attached && now.registered && !now.attached)
        tlsmodem_set_attached(modem, true);
}
