/* act.c: what a laboratory does to a modem once. */
#include "laboratory/act.h"

#include <assert.h>

static enum err power(struct tlsmodem *modem, const struct lab_value *values)
{
    return tlsmodem_set_power(modem, (enum tlsmodem_power)values[0].number);
}

static enum err ring(struct tlsmodem *modem, const struct lab_value *values)
{
    return tlsmodem_ring(modem, values[0].is_given ? values[0].text : NULL);
}

static enum err ring_end(struct tlsmodem *modem, const struct lab_value *values)
{
    (void)values;
    return tlsmodem_ring_end(modem);
}

static enum err sms(struct tlsmodem *modem, const struct lab_value *values)
{
    return tlsmodem_receive_message(
        modem, &(struct tlsmodem_message){ .from = values[0].text, .text = values[1].text });
}

static enum err context_lost(struct tlsmodem *modem, const struct lab_value *values)
{
    return tlsmodem_lose_context(modem, (size_t)values[0].number);
}

static bool is_phone_number(struct span text)
{
    size_t plus = text.data[0] == '+';

    for (size_t i = plus; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    return text.len > plus && text.len - plus <= TLSMODEM_NUMBER_MAX;
}

static const char number_form[] = "1 to 20 digits, perhaps with a + in front";

/* Words stand in the order of the enumeration that they are of. */
static const struct row {
    struct lab_act act;
    enum err (*perform)(struct tlsmodem *modem, const struct lab_value *values);
    const char *needs; /* what ERR_STATE means of it */
} rows[] = {
    { { "power",
        "takes its power or gives it, resets it, or lets the voltage fall and come back",
        { { .name = "do", .kind = LAB_WORD, .words = { "off", "on", "reset", "brown-out" } } },
        1,
        true },
      power,
      "a modem that is on" },
    { { "ring",
        "a call comes in, from this number, or from one that is withheld",
        { { .name = "caller",
            .kind = LAB_TEXT,
            .is_good = is_phone_number,
            .form = number_form,
            .may_lack = true } },
        1,
        false },
      ring,
      "a modem that is on, and registered" },
    { { .name = "ring-end", .help = "who calls hangs up" }, ring_end, "a call" },
    { { "sms",
        "a message comes in",
        { { .name = "from", .kind = LAB_TEXT, .is_good = is_phone_number, .form = number_form },
          { .name = "text",
            .kind = LAB_TEXT,
            .form = "UTF-8, at most 160 characters of the GSM alphabet, or 70 of UCS-2" } },
        2,
        false },
      sms,
      "a modem that is on, and registered" },
    { { "context-lost",
        "the network ends this PDP context, or all",
        { { .name = "cid",
            .kind = LAB_NUMBER,
            .max = UINT8_MAX,
            .form = "a PDP context of the model, 0 for all",
            .may_lack = true } },
        1,
        false },
      context_lost,
      "a PDP context that is up" },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

const struct lab_act *lab_act_at(size_t index)
{
    return index < ROWS ? &rows[index].act : NULL;
}

const struct lab_act *lab_act_find(struct span name)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (span_equal(name, span_of(rows[i].act.name)))
            return &rows[i].act;
    }
    return NULL;
}

enum err lab_act_do(struct tlsmodem *modem, const struct lab_act *act, const struct span *values,
                    struct text *why)
{
    const struct row *row = (const struct row *)(const void *)act;
    struct lab_value read[LAB_ACT_VALUES_MAX];
    enum err err;

    assert(modem != NULL && why != NULL);
    assert(row >= rows && row < rows + ROWS);
    for (size_t i = 0; i < act->value_count; i++) {
        if (!lab_rule_read(&act->values[i], values[i], &read[i]))
            return lab_rule_refuse(&act->values[i], values[i], why);
    }
    err = row->perform(modem, read);
    if (err == ERR_INVALID && act->value_count > 0) {
        size_t last = act->value_count - 1; /* what the table cannot know: the others it can */

        return lab_rule_refuse(&act->values[last], values[last], why);
    }
    if (err != ERR_OK)
        text_add(why, "%s: %s", act->name, err_text(err));
    if (err == ERR_STATE)
        text_add(why, "; it needs %s", row->needs);
    return err;
}
