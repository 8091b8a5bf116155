/* inquiry.c: one fact is asked for: steps of a probe are played, and what its patterns have named
 * is the answer. */
#include "probe/inquiry.h"

#include "check/patterns.h"
#include "check/real_stage.h"
#include "check/wire.h"
#include "probe/steps.h"
#include "tlsmodem.h"
#include "transcript/values.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

/* What `afterwards` puts back is worth so long where nobody waits for the rest. */
enum { TRIED_CAP = 16, PASV_CAP = 64, ENDS_MS = 10000 };

struct inquiry {
    const struct probe_device *device;
    const char *fact;
    const struct probe *probe;
    char tried[TRIED_CAP];                     /* ${value} of a search; else empty */
    struct bytes letters, line_feeds, at_line; /* as long as is tried */
    struct values named;                       /* by patterns of all transcripts */
    struct play_patterns patterns;
    char pasv[PASV_CAP];     /* the address as FTP writes it */
    play_group_fn *on_group; /* of the match that is tried */
    void *group_ctx;
    struct outcome outcome;
    uint32_t patience_ms; /* of the transcript that plays; 0: the usual one */
    enum play_end end;    /* of the last one; PLAY_WRONG: it has not begun */
    struct report left;   /* what could not be put back, and why */
};

/* ---- variables ---- */

static bool fill(struct bytes *bytes, const char *head, uint8_t with, int32_t count)
{
    bytes_drop(bytes, bytes->len);
    if (bytes_add(bytes, span_of(head), UINT32_MAX) != ERR_OK)
        return false;
    count -= (int32_t)strlen(head);
    if (count <= 0)
        return true;
    if (bytes_reserve(bytes, bytes->len + (size_t)count) != ERR_OK)
        return false;
    memset(bytes->data + bytes->len, with, (size_t)count);
    bytes_commit(bytes, (size_t)count);
    return true;
}

/* The number, and texts that are so long. */
static bool set_tried(struct inquiry *inquiry, int32_t number)
{
    snprintf(inquiry->tried, sizeof(inquiry->tried), "%" PRId32, number);
    return fill(&inquiry->letters, "", 'x', number) &&
           fill(&inquiry->line_feeds, "", '\n', number) &&
           fill(&inquiry->at_line, "AT", ' ', number);
}

static bool find_tried(const struct inquiry *inquiry, struct span name, struct span *ret_value)
{
    if (inquiry->tried[0] == '\0')
        return false;
    if (span_equal(name, span_of("value")))
        *ret_value = span_of(inquiry->tried);
    else if (span_equal(name, span_of("letters")))
        *ret_value = bytes_span(&inquiry->letters);
    else if (span_equal(name, span_of("line_feeds")))
        *ret_value = bytes_span(&inquiry->line_feeds);
    else if (span_equal(name, span_of("at_line")))
        *ret_value = bytes_span(&inquiry->at_line);
    else
        return false;
    return true;
}

static bool find_given(void *ctx, struct span name, struct span *ret_value)
{
    const struct inquiry *inquiry = ctx;

    if (span_equal(name, span_of("apn")))
        *ret_value = span_of(inquiry->device->apn);
    else if (!find_tried(inquiry, name, ret_value))
        return values_find(&inquiry->named, name, ret_value);
    return true;
}

static bool find_usual(void *ctx, struct span name, struct span *ret_value)
{
    const struct inquiry *inquiry = ctx;
    const struct probe_device *device = inquiry->device;

    if (device->address == NULL)
        return test_authority_find(device->authority, name, ret_value);
    if (span_equal(name, span_of("address")))
        *ret_value = span_of(device->address);
    else if (span_equal(name, span_of("host")))
        *ret_value = span_of(device->host != NULL ? device->host : device->address);
    else if (span_equal(name, span_of("address_pasv")))
        *ret_value = span_of(inquiry->pasv);
    else
        return test_authority_find(device->authority, name, ret_value);
    return true;
}

/* ---- what came out ---- */

static bool fits(const struct inquiry *inquiry, const char *value)
{
    const struct tlsmodem_fact_value one = { inquiry->fact, value };
    char why[8];

    return tlsmodem_fact_check(inquiry->device->module, &one, why, sizeof(why)) == ERR_OK;
}

static void on_group(void *ctx, struct span name, struct span value)
{
    struct inquiry *inquiry = ctx;

    outcome_group(&inquiry->outcome, name, value, wire_now_ms());
    if (value.len > 0)
        (void)values_set(&inquiry->named, name, value);
    inquiry->on_group(inquiry->group_ctx, name, value);
}

static bool match(void *ctx, struct span pattern, struct span line, play_group_fn *group,
                  void *group_ctx, struct report *why)
{
    struct inquiry *inquiry = ctx;

    inquiry->on_group = group;
    inquiry->group_ctx = group_ctx;
    return inquiry->patterns.match(inquiry->patterns.ctx, pattern, line, on_group, inquiry, why);
}

static bool is_over(struct inquiry *inquiry)
{
    return outcome_is_known(&inquiry->outcome, inquiry->probe, span_of(inquiry->fact)) ||
           inquiry->outcome.taken || inquiry->outcome.refused;
}

static bool is_certain(void *ctx)
{
    const struct inquiry *inquiry = ctx;

    return outcome_is_certain(&inquiry->outcome, inquiry->probe);
}

/* ---- a play ---- */

/* What the player says of the play up to where it stood is of use here, the rest is not. */
static void say_why(struct span words, struct report *why)
{
    static const char rest[] = "  before that:\n";
    const uint8_t *end = words.len > 0 ? memmem(words.data, words.len, rest, strlen(rest)) : NULL;

    report_add_span(why, end != NULL ? span_at(words.data, (size_t)(end - words.data)) : words);
}

static struct real_stage_config stage_for(const struct inquiry *inquiry,
                                          const struct probe_steps *steps)
{
    const struct probe_device *device = inquiry->device;

    return (struct real_stage_config){ .header = reader_header(steps->reader),
                                       .ports = device->ports,
                                       .port_count = device->port_count,
                                       .address =
                                           device->address != NULL ? device->address : "127.0.0.1",
                                       .forgets_old = true,
                                       .patience_ms = inquiry->probe->servers_wait_ms > 0
                                                          ? inquiry->probe->servers_wait_ms
                                                          : inquiry->patience_ms,
                                       .authority = device->authority };
}

/* What `ends` a probe is played whatever has come out. */
static void play_steps(struct inquiry *inquiry, const struct probe_steps *steps, bool ends,
                       struct report *why)
{
    struct real_stage_config on = stage_for(inquiry, steps);
    struct report words = { .cut = false };
    struct real_stage *stage;
    uint64_t count;

    if (real_stage_open(&on, why, &stage) != ERR_OK)
        return;
    inquiry->end = play_script(&(struct play_config){ .reader = steps->reader,
                                                      .stage = real_stage_iface(stage),
                                                      .given = { find_given, inquiry },
                                                      .usual = { find_usual, inquiry },
                                                      .patterns = { match, inquiry },
                                                      .is_over = ends ? NULL : is_certain,
                                                      .is_over_ctx = inquiry,
                                                      .patience_ms = inquiry->patience_ms },
                               &words, &count);
    real_stage_close(stage);
    say_why(bytes_span(&words.text), why);
    report_free(&words);
}

/* What must be before the steps play.  False: the module is gone. */
static bool make_ready(struct inquiry *inquiry, enum probe_turn turn, struct report *why)
{
    if (turn == PROBE_GOES_ON)
        return true;
    if (turn == PROBE_IS_WOKEN)
        return probe_device_wake(inquiry->device, why);
    if (turn != PROBE_ANSWERS_AGAIN)
        return probe_device_reset(inquiry->device, why);
    if (!probe_device_await_restart(inquiry->device, why))
        return false;
    outcome_awake(&inquiry->outcome, wire_now_ms());
    return true;
}

/* One of the transcripts.  False: the module is gone.  One that goes meanwhile is missed before the
 * next. */
static bool play_turn(struct inquiry *inquiry, enum probe_turn turn, struct span lines,
                      struct report *why)
{
    struct probe_steps steps;
    bool there = make_ready(inquiry, turn, why);

    inquiry->end = PLAY_WRONG;
    inquiry->patience_ms = turn == PROBE_ENDS ? ENDS_MS : inquiry->probe->patience_ms;
    if (!there ||
        !probe_steps_open(&steps, inquiry->device, inquiry->fact, inquiry->probe, turn, lines, why))
        return there;
    play_steps(inquiry, &steps, turn == PROBE_ENDS, why);
    probe_steps_close(&steps);
    return true;
}

/* What puts things back, also where an end is wanted; a second signal ends that, too.  Where
 * nothing was found that is to be put back, a variable has no value, and the steps are wrong.
 * False: the module is gone. */
static bool put_back(struct inquiry *inquiry, struct span lines)
{
    struct report why = { .cut = false };
    const volatile sig_atomic_t *cancelled = wire_cancel_by(NULL);
    bool there = play_turn(inquiry, PROBE_ENDS, lines, &why);

    (void)wire_cancel_by(cancelled);
    if (!there || inquiry->end == PLAY_DIFFERENT)
        report_add_span(&inquiry->left, bytes_span(&why.text));
    report_free(&why);
    return there;
}

/* Whether a transcript is played, by what has become of those before. */
static bool is_next(struct inquiry *inquiry, enum probe_turn turn)
{
    return !wire_is_cancelled() && !is_over(inquiry) &&
           (turn != PROBE_ANSWERS_AGAIN || inquiry->end == PLAY_AS_WRITTEN);
}

/* All transcripts of the probe, as far as nothing has come out. */
static enum inquiry_end play(struct inquiry *inquiry, struct report *why)
{
    struct span left = inquiry->probe->steps, lines;
    enum probe_turn turn;
    bool there = true;

    inquiry->outcome = (struct outcome){ .is_known = false };
    while (probe_next_steps(&left, &turn, &lines)) {
        if (turn == PROBE_ENDS)
            there &= put_back(inquiry, lines);
        else if (there && is_next(inquiry, turn))
            there = play_turn(inquiry, turn, lines, why);
    }
    if (is_over(inquiry))
        return INQUIRY_FOUND;
    return there ? INQUIRY_OTHERWISE : INQUIRY_GONE;
}

/* ---- a search ---- */

static enum inquiry_end try(struct inquiry *inquiry, int32_t number, bool *ret_taken,
                            struct report *why)
{
    enum inquiry_end end;

    *ret_taken = false;
    if (!set_tried(inquiry, number)) {
        report_add(why, "%s\n", err_text(ERR_NO_MEMORY));
        return INQUIRY_OTHERWISE;
    }
    end = play(inquiry, why);
    *ret_taken = inquiry->outcome.taken;
    return end;
}

/* Halves the distance between a number that is taken and one that is not, until they are
 * neighbours; the far end may be taken itself. */
static enum inquiry_end search(struct inquiry *inquiry, struct report *why)
{
    const struct probe *probe = inquiry->probe;
    bool up = probe->search == PROBE_LARGEST, taken;
    int32_t good = up ? probe->from : probe->to, bad = up ? probe->to : probe->from;
    enum inquiry_end end = try(inquiry, bad, &taken, why);

    if (end == INQUIRY_FOUND && taken && probe->takes_more) {
        report_add(why, "the module takes %" PRId32 " too, and perhaps more\n", bad);
        return INQUIRY_OTHERWISE;
    }
    if (end == INQUIRY_FOUND && taken)
        good = bad;
    else if (end == INQUIRY_FOUND)
        end = try(inquiry, good, &taken, why);
    if (end == INQUIRY_FOUND && !taken && probe->or_else.len > 0) {
        outcome_know(&inquiry->outcome, probe->or_else);
        return end;
    }
    if (end == INQUIRY_FOUND && !taken) {
        report_add(why, "the module takes none of %" PRId32 " to %" PRId32 "\n", probe->from,
                   probe->to);
        return INQUIRY_OTHERWISE;
    }
    while (end == INQUIRY_FOUND && (good - bad > 1 || bad - good > 1)) {
        int32_t middle = good + (bad - good) / 2;

        end = try(inquiry, middle, &taken, why);
        if (taken)
            good = middle;
        else
            bad = middle;
    }
    snprintf(inquiry->outcome.value, sizeof(inquiry->outcome.value), "%" PRId32, good);
    return end;
}

/* ---- the whole ---- */

static void close_inquiry(struct inquiry *inquiry)
{
    bytes_free(&inquiry->letters);
    bytes_free(&inquiry->line_feeds);
    bytes_free(&inquiry->at_line);
    values_free(&inquiry->named);
    report_free(&inquiry->left);
}

enum inquiry_end inquiry_run(const struct probe_device *device, const char *fact,
                             const struct probe *probe, char ret_value[OUTCOME_VALUE_MAX + 1],
                             struct report *left, struct report *why)
{
    struct inquiry inquiry = {
        .device = device, .fact = fact, .probe = probe, .patterns = patterns_iface()
    };
    struct report words = { .cut = false };
    enum inquiry_end end;

    snprintf(inquiry.pasv, sizeof(inquiry.pasv), "%s",
             device->address != NULL ? device->address : "");
    for (char *c = inquiry.pasv; *c != '\0'; c++)
        *c = *c == '.' ? ',' : *c;
    assert(probe->reason.len == 0 && (!probe->needs_network || device->address != NULL));
    assert((!probe->needs_name || device->host != NULL) &&
           (!probe->needs_second_port || device->port_count > 1));
    end = probe->search == PROBE_ONCE ? play(&inquiry, &words) : search(&inquiry, &words);
    if (end == INQUIRY_FOUND && !fits(&inquiry, inquiry.outcome.value)) {
        report_free(&words);
        report_add(&words, "the module's value is none that --config takes: %s\n",
                   inquiry.outcome.value);
        end = INQUIRY_OTHERWISE;
    }
    if (end == INQUIRY_FOUND)
        memcpy(ret_value, inquiry.outcome.value, sizeof(inquiry.outcome.value));
    else
        report_add_span(why, bytes_span(&words.text));
    report_free(&words);
    report_add_span(left, bytes_span(&inquiry.left.text));
    close_inquiry(&inquiry);
    return end;
}

/* Whether each repetition says how often. */
static bool ends(struct reader *reader, struct report *why)
{
    const struct script_step *step;

    while (reader_next(reader, &step) == ERR_OK) {
        if (step->kind == SCRIPT_REPEAT && step->rounds == 0) {
            report_add(why, "%s:%" PRIu32 ": it never ends\n", step->file, step->line);
            return false;
        }
    }
    return true;
}

bool inquiry_check(const struct probe_device *device, const char *fact, const struct probe *probe,
                   struct report *why)
{
    struct span left = probe->steps, lines;
    struct probe_steps steps;
    enum probe_turn turn;
    bool good = true;

    while (good && probe_next_steps(&left, &turn, &lines)) {
        good = probe_steps_open(&steps, device, fact, probe, turn, lines, why);
        if (good) {
            good = ends(steps.reader, why);
            probe_steps_close(&steps);
        }
    }
    return good;
}
