/* data_call_rows.c: commands of data calls: D, +CGDATA.
 *
 * Source: 27.007 10.1.12, 10.2.1; docs/facts/mqtt-mux-ppp.md §4.
 */
#include "personalities/common/data_call.h"

#include "base/letters.h"
#include "base/number.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { CID_PRESET = 1, NUMBER_MAX = 255 };

/* ---- what is dialled ---- */

enum dialled { DIALLED_VOICE, DIALLED_DATA, DIALLED_WRONG };

/* What stands up to the next *, which is taken as well; false: nothing more follows. */
static bool next_field(struct span *rest, struct span *ret_field)
{
    size_t len = 0;

    if (rest->len == 0 || rest->data[0] != '*')
        return false;
    *rest = span_skip(*rest, 1);
    while (len < rest->len && rest->data[len] != '*')
        len++;
    *ret_field = span_at(rest->data, len);
    *rest = span_skip(*rest, len);
    return true;
}

/* PPP, or the number by which some hosts call it. */
static bool is_ppp(struct span protocol)
{
    return protocol.len == 0 || letters_equal(protocol, span_of("PPP")) ||
           span_equal(protocol, span_of("1"));
}

/* `*99[*ADDRESS[*PROTOCOL[*CID]]]#`, `*98[*CID]#`: what stands between the digits and the #.  The
 * address is what the network is to be asked for, which has one here. */
static bool read_fields(struct span fields, bool has_protocol, struct span *ret_cid)
{
    struct span address, protocol = { NULL, 0 };

    *ret_cid = span_at(NULL, 0);
    if (has_protocol && next_field(&fields, &address) && next_field(&fields, &protocol) &&
        !is_ppp(protocol))
        return false;
    next_field(&fields, ret_cid);
    return fields.len == 0;
}

/* Tone and pulse are the same here. */
static struct span without_way(struct span text)
{
    text = letters_trim(text);
    if (text.len > 0 && strchr("TtPp", text.data[0]) != NULL)
        text = letters_trim(span_skip(text, 1));
    return text;
}

static enum dialled read_number(struct span text, struct span *ret_cid)
{
    enum { PREFIX = 3 }; /* *99 */
    bool is_ppp_call = text.len >= PREFIX && memcmp(text.data, "*99", PREFIX) == 0;
    bool is_ip_call = text.len >= PREFIX && memcmp(text.data, "*98", PREFIX) == 0;
    struct span fields;

    if (!is_ppp_call && !is_ip_call)
        return DIALLED_VOICE;
    if (text.data[text.len - 1] != '#')
        return DIALLED_WRONG;
    fields = span_at(text.data + PREFIX, text.len - PREFIX - 1);
    return read_fields(fields, is_ppp_call, ret_cid) ? DIALLED_DATA : DIALLED_WRONG;
}

static enum at_status set_dial(struct at_session *at, const struct at_args *args)
{
    struct span text = without_way(args->list[0].text), cid_text;
    int32_t last = (int32_t)module_of(at)->network.context_count, cid = CID_PRESET;
    char number[NUMBER_MAX + 1];

    switch (read_number(text, &cid_text)) {
    case DIALLED_VOICE:
        at_remark(at, "no call goes out but a data call; allowed: *99#, *99***<cid>#, *98#");
        return AT_NO_CARRIER;
    case DIALLED_WRONG:
        return at_refuse_plain(at, "this is no data call; allowed: *99#, *99***<cid>#, "
                                   "*99*<address>*PPP*<cid>#, *98#, *98*<cid>#");
    case DIALLED_DATA:
        break;
    }
    if (cid_text.len > 0 && (!number_parse(cid_text, &cid) || cid < 1 || cid > last))
        return at_refuse_plain(at, "there is no such context; allowed: 1 to %d", (int)last);
    snprintf(number, sizeof(number), "%.*s", (int)text.len, (const char *)text.data);
    return data_call_dial(at, (size_t)cid, cid_text.len > 0, number);
}

/* ---- +CGDATA ---- */

enum { DATA_PROTOCOL, DATA_CID };

static enum at_status set_data(struct at_session *at, const struct at_args *args)
{
    const struct at_arg *cid = &args->list[DATA_CID];

    return data_call_dial(at, cid->given ? (size_t)cid->number : CID_PRESET, cid->given, "");
}

static enum at_status run_data(struct at_session *at)
{
    return data_call_dial(at, CID_PRESET, false, "");
}

static const struct at_param dial_params[] = {
    { .name = "number", .type = AT_STRING, .optional = true, .max = NUMBER_MAX },
};
static const struct at_param data_params[] = {
    { .name = "L2P", .type = AT_STRING, .optional = true, .words = "PPP", .max = 3 },
    { .name = "cid", .optional = true, .min = 1, .max_limit = LIMIT_CONTEXTS },
};

static const struct at_command rows[] = {
    { .name = "D",
      .basic = true,
      .help = "Dials: *99# and its like are a data call; no other call goes out.",
      .source = "V.250 6.3.1; 27.007 10.2.1",
      AT_PARAMS(dial_params),
      .set = set_dial },
    { .name = "+CGDATA",
      .help = "A data call, as ATD*99# is.",
      .source = "27.007 10.1.12",
      AT_PARAMS(data_params),
      .test_text = "(\"PPP\")",
      .acts = true,
      .run = run_data,
      .set = set_data },
};
const struct at_commands common_data_calls = AT_COMMANDS(rows);
