/* laboratory.c: what goes wrong on demand with a modem. */
#include "module/laboratory.h"

#include "base/text.h"
#include "module/module.h"
#include "tlsmodem_control.h"
#include "wrap/fault_net.h"

#include <assert.h>
#include <stdlib.h>

enum { LINK_WORDS_MAX = 127 };

struct laboratory {
    struct fault_set faults;
    struct fault_talk talk;
    struct net *net;
    char link[LINK_WORDS_MAX + 1]; /* empty: none was set */
    struct tls **tls;              /* owned, with what it points to */
    struct fault_tls providers[];
};

static void on_phase(void *ctx, const struct fault_session *session, bool ends)
{
    const struct laboratory *laboratory = ctx;

    fault_net_note(laboratory->net, session, ends);
}

enum err laboratory_open(struct tlsmodem *modem)
{
    struct tlsmodem_config *config = &modem->config;
    struct laboratory *laboratory =
        calloc(1, sizeof(*laboratory) + config->tls_count * sizeof(laboratory->providers[0]));
    enum err err;

    assert(config->laboratory != NULL && modem->laboratory == NULL);
    if (laboratory == NULL)
        return ERR_NO_MEMORY;
    modem->laboratory = laboratory;
    laboratory->faults.log = config->log;
    laboratory->faults.scene.socket = FAULT_ANY_SOCKET;
    laboratory->talk = (struct fault_talk){ .set = &laboratory->faults };
    err = fault_net_open(config->net, config->laboratory, &laboratory->faults, &laboratory->talk,
                         &laboratory->net);
    laboratory->tls = calloc(config->tls_count + 1, sizeof(laboratory->tls[0]));
    if (err != ERR_OK || laboratory->tls == NULL)
        return ERR_NO_MEMORY;
    laboratory->talk.on_phase = on_phase;
    laboratory->talk.ctx = laboratory;
    config->net = laboratory->net;
    for (size_t i = 0; i < config->tls_count; i++) {
        fault_tls_init(&laboratory->providers[i], config->tls[i], &laboratory->talk);
        laboratory->tls[i] = &laboratory->providers[i].base;
    }
    config->tls = laboratory->tls;
    return ERR_OK;
}

void laboratory_close(struct tlsmodem *modem)
{
    struct laboratory *laboratory = modem->laboratory;

    if (laboratory == NULL)
        return;
    fault_net_close(laboratory->net);
    fault_set_remove(&laboratory->faults, 0);
    free(laboratory->tls);
    free(laboratory);
    modem->laboratory = NULL;
}

int32_t *laboratory_whose(struct tlsmodem *modem)
{
    return &modem->laboratory->faults.scene.socket;
}

void laboratory_on_line(struct tlsmodem *modem, size_t index, struct span line)
{
    (void)index;
    fault_set_line(&modem->laboratory->faults, line);
}

/* ---- what a program asks for ---- */

static struct laboratory *begin(struct tlsmodem *modem)
{
    assert(modem->depth == 0 && !modem->settling);
    module_enter(modem);
    return modem->laboratory;
}

static enum err add(struct laboratory *laboratory, const struct fault *fault, uint32_t *ret_number)
{
    char why[FAULT_WORDS_MAX], words[FAULT_WORDS_MAX];
    enum err err;

    if (laboratory == NULL)
        return ERR_STATE;
    if (!fault_check(fault, why, sizeof(why)))
        return ERR_INVALID;
    err = fault_set_add(&laboratory->faults, fault, ret_number);
    if (err != ERR_OK)
        return err;
    fault_write(fault, words);
    log_say(laboratory->faults.log, LOG_INFO, "fault %u: added: %s", (unsigned)*ret_number, words);
    fault_net_refresh(laboratory->net);
    return ERR_OK;
}

enum err tlsmodem_add_fault(struct tlsmodem *modem, const struct fault *fault, uint32_t *ret_number)
{
    enum err err = add(begin(modem), fault, ret_number);

    module_leave(modem);
    return err;
}

enum err tlsmodem_remove_fault(struct tlsmodem *modem, uint32_t number)
{
    struct laboratory *laboratory = begin(modem);
    enum err err = ERR_STATE;

    if (laboratory != NULL) {
        err = fault_set_remove(&laboratory->faults, number);
        fault_net_refresh(laboratory->net);
    }
    module_leave(modem);
    return err;
}

bool tlsmodem_fault_at(const struct tlsmodem *modem, size_t index,
                       struct tlsmodem_fault_status *ret_status)
{
    const struct fault_entry *entry =
        modem->laboratory != NULL ? fault_set_at(&modem->laboratory->faults, index) : NULL;

    if (entry != NULL)
        *ret_status = (struct tlsmodem_fault_status){ entry->number, entry->fault, entry->seen,
                                                      entry->struck };
    return entry != NULL;
}

static enum err set_link(struct laboratory *laboratory, const char *words, char *why, size_t cap)
{
    struct link_profile profile;
    struct text text;

    text_init(&text, why, cap);
    if (laboratory == NULL)
        return ERR_STATE;
    if (words != NULL && strlen(words) > LINK_WORDS_MAX) {
        text_add(&text, "these are %zu bytes; allowed: at most %d", strlen(words), LINK_WORDS_MAX);
        return ERR_INVALID;
    }
    if (words != NULL && !link_profile_read(span_of(words), &profile, &text))
        return ERR_INVALID;
    fault_net_link(laboratory->net, words != NULL ? &profile : NULL);
    strcpy(laboratory->link, words != NULL ? words : "");
    log_say(laboratory->faults.log, LOG_INFO, "link: %s", words != NULL ? words : "none");
    return ERR_OK;
}

enum err tlsmodem_set_link(struct tlsmodem *modem, const char *words, char *why, size_t cap)
{
    enum err err = set_link(begin(modem), words, why, cap);

    module_leave(modem);
    return err;
}

const char *tlsmodem_link(const struct tlsmodem *modem)
{
    const struct laboratory *laboratory = modem->laboratory;

    return laboratory != NULL && laboratory->link[0] != '\0' ? laboratory->link : NULL;
}
