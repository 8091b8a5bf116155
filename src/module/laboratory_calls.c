/* laboratory_calls.c: faults and links of a modem, as a program asks for them
 * (tlsmodem_control.h). */
#include "base/text.h"
#include "module/laboratory.h"
#include "module/laboratory_state.h"
#include "tlsmodem_control.h"

#include <assert.h>
#include <string.h>

static struct laboratory *begin(struct tlsmodem *modem)
{
    assert(modem->depth == 0 && !modem->settling);
    module_enter(modem);
    return modem->laboratory;
}

static enum err add(struct tlsmodem *modem, const struct fault *fault, uint32_t *ret_number)
{
    struct laboratory *laboratory = modem->laboratory;
    char why[FAULT_WORDS_MAX], words[FAULT_WORDS_MAX];
    enum err err;

    if (!fault_check(fault, why, sizeof(why)))
        return ERR_INVALID;
    err = fault_set_add(&laboratory->faults, fault, ret_number);
    if (err != ERR_OK)
        return err;
    fault_write(fault, words);
    log_say(laboratory->faults.log, LOG_INFO, "fault %u: added: %s", (unsigned)*ret_number, words);
    laboratory_refresh(modem);
    return ERR_OK;
}

enum err tlsmodem_add_fault(struct tlsmodem *modem, const struct fault *fault, uint32_t *ret_number)
{
    enum err err = begin(modem) != NULL ? add(modem, fault, ret_number) : ERR_STATE;

    module_leave(modem);
    return err;
}

enum err tlsmodem_remove_fault(struct tlsmodem *modem, uint32_t number)
{
    struct laboratory *laboratory = begin(modem);
    enum err err = ERR_STATE;

    if (laboratory != NULL) {
        err = fault_set_remove(&laboratory->faults, number);
        laboratory_refresh(modem);
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
    if (words != NULL && strlen(words) > LABORATORY_LINK_MAX) {
        text_add(&text, "these are %zu bytes; allowed: at most %d", strlen(words),
                 LABORATORY_LINK_MAX);
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
