/* trouble.c: faults and links of a modem by words. */
#include "laboratory/trouble.h"

#include "base/letters.h"
#include "wrap/link_profile.h"

enum { WHY_CAP = 1200, LINK_CAP = 128 };

static bool is_none(struct span words)
{
    return span_equal(letters_trim(words), span_of("none"));
}

/* What a call that failed means. */
static enum err conclude(enum err err, const char *what, struct text *why)
{
    if (err == ERR_STATE)
        text_add(why, "%s: this modem has no laboratory", what);
    else if (err != ERR_OK)
        text_add(why, "%s: %s", what, err_text(err));
    return err;
}

static bool read_fault(struct span words, struct fault *ret_fault, struct text *why)
{
    static const char none[] = "none ";
    char memory[WHY_CAP];
    struct span head = letters_trim(words);

    head.len = head.len < strlen(none) ? head.len : strlen(none);
    if (span_equal(head, span_of(none))) {
        text_add(why, "none takes no number here, and removes all; allowed: none");
        return false;
    }
    if (fault_read(words, ret_fault, memory, sizeof(memory)))
        return true;
    text_add(why, "%s", memory);
    return false;
}

bool lab_fault_allows(struct span words, struct text *why)
{
    struct fault fault;

    return is_none(words) || read_fault(words, &fault, why);
}

enum err lab_fault_do(struct tlsmodem *modem, struct span words, struct text *why)
{
    struct fault fault;
    uint32_t number;

    if (is_none(words))
        return conclude(tlsmodem_remove_fault(modem, 0), "fault", why);
    if (!read_fault(words, &fault, why))
        return ERR_INVALID;
    return conclude(tlsmodem_add_fault(modem, &fault, &number), "fault", why);
}

/* With one comma where there are blanks; false: it is too long. */
static bool join(struct span words, char ret_text[LINK_CAP])
{
    size_t len = 0;

    words = letters_trim(words);
    for (size_t i = 0; i < words.len; i++) {
        bool blank = words.data[i] == ' ';

        if (blank && words.data[i + 1] == ' ') /* there is something behind the last blank */
            continue;
        if (len + 1 >= LINK_CAP)
            return false;
        ret_text[len++] = blank ? ',' : (char)words.data[i];
    }
    ret_text[len] = '\0';
    return memchr(ret_text, '\0', len) == NULL;
}

static bool read_link(struct span words, char ret_text[LINK_CAP], struct text *why)
{
    struct link_profile profile;

    if (!join(words, ret_text)) {
        text_add(why, "the words are too long; allowed: %d bytes", LINK_CAP - 1);
        return false;
    }
    return link_profile_read(span_of(ret_text), &profile, why);
}

bool lab_link_allows(struct span words, struct text *why)
{
    char text[LINK_CAP];

    return is_none(words) || read_link(words, text, why);
}

enum err lab_link_do(struct tlsmodem *modem, struct span words, struct text *why)
{
    char text[LINK_CAP], memory[WHY_CAP];

    if (is_none(words))
        return conclude(tlsmodem_set_link(modem, NULL, memory, sizeof(memory)), "link", why);
    if (!read_link(words, text, why))
        return ERR_INVALID;
    return conclude(tlsmodem_set_link(modem, text, memory, sizeof(memory)), "link", why);
}
