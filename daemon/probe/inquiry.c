/* inquiry.c: one fact is asked for: steps of a probe are played, and what its patterns have named
 * is the answer. */
#include "probe/inquiry.h"

#include "check/patterns.h"
#include "check/real_stage.h"
#include "tlsmodem.h"
#include "transcript/reader.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

/* What has come out of a play. */
struct outcome {
    char value[INQUIRY_VALUE_MAX + 1];
    bool is_known;
    bool taken, refused; /* of a search */
};

struct inquiry {
    struct reader_world world; /* reads the text below */
    struct bytes text;
    struct report mistakes;
    const struct probe_device *device;
    const char *fact;
    char tried[16]; /* ${value} of a search */
    struct play_patterns patterns;
    play_group_fn *on_group; /* of the match that is tried */
    void *group_ctx;
    struct outcome outcome;
};

/* ---- the transcript ---- */

static enum err read_file(struct reader_world *world, const char *path, struct span *ret_bytes)
{
    (void)path;
    *ret_bytes = bytes_span(&((struct inquiry *)world)->text);
    return ERR_OK;
}

static void complain(struct reader_world *world, const char *mistake)
{
    report_add(&((struct inquiry *)world)->mistakes, "%s\n", mistake);
}

static bool check_pattern(struct reader_world *world, struct span pattern, struct text *why)
{
    (void)world;
    return patterns_check(pattern, why);
}

static const struct reader_world_ops world_ops = { .read_file = read_file,
                                                   .complain = complain,
                                                   .check_pattern = check_pattern };

static bool add(struct inquiry *inquiry, struct span text)
{
    return bytes_add(&inquiry->text, text, UINT32_MAX) == ERR_OK;
}

static bool open_inquiry(const struct probe_device *device, const char *fact,
                         const struct probe *probe, struct inquiry *inquiry, struct report *why)
{
    bool good;

    *inquiry = (struct inquiry){
        .world.ops = &world_ops, .device = device, .fact = fact, .patterns = patterns_iface()
    };
    good = add(inquiry, span_of("model ")) && add(inquiry, span_of(device->module)) &&
           add(inquiry, span_of("\nsource a probe\n")) &&
           (!probe->needs_network || add(inquiry, probe_part(device->maker, "in the network"))) &&
           add(inquiry, span_of("\n")) && add(inquiry, probe->steps) && add(inquiry, span_of("\n"));
    if (!good)
        report_add(why, "%s\n", err_text(ERR_NO_MEMORY));
    return good;
}

static void close_inquiry(struct inquiry *inquiry)
{
    bytes_free(&inquiry->text);
    report_free(&inquiry->mistakes);
}

static struct reader *read_steps(struct inquiry *inquiry, struct report *why)
{
    char path[80];
    struct reader *reader = NULL;

    snprintf(path, sizeof(path), "probe of %s", inquiry->fact);
    if (reader_open(&inquiry->world, path, &reader) == ERR_OK)
        return reader;
    report_add_span(why, bytes_span(&inquiry->mistakes.text));
    return NULL;
}

/* ---- what came out ---- */

static bool fits(const struct inquiry *inquiry, const char *value)
{
    const struct tlsmodem_fact_value one = { inquiry->fact, value };
    char why[8];

    return tlsmodem_fact_check(inquiry->device->module, &one, why, sizeof(why)) == ERR_OK;
}

static void know(struct inquiry *inquiry, struct span value)
{
    struct outcome *outcome = &inquiry->outcome;

    if (outcome->is_known || value.len > INQUIRY_VALUE_MAX)
        return;
    memcpy(outcome->value, value.data, value.len);
    outcome->value[value.len] = '\0';
    outcome->is_known = true;
}

/* `is_while_open`: its words with a dash between them. */
static void know_word(struct inquiry *inquiry, struct span word)
{
    if (inquiry->outcome.is_known)
        return;
    know(inquiry, word);
    for (char *c = inquiry->outcome.value; *c != '\0'; c++)
        *c = *c == '_' ? '-' : *c;
}

static void on_group(void *ctx, struct span name, struct span value)
{
    static const char is[] = "is_";
    struct inquiry *inquiry = ctx;

    if (span_equal(name, span_of("error")))
        know(inquiry, value.len > 0 ? value : span_of("plain"));
    else if (span_equal(name, span_of("value")) && value.len > 0)
        know(inquiry, value);
    else if (span_equal(name, span_of("taken")))
        inquiry->outcome.taken |= value.len > 0;
    else if (span_equal(name, span_of("refused")))
        inquiry->outcome.refused |= value.len > 0;
    else if (value.len > 0 && name.len > strlen(is) && memcmp(name.data, is, strlen(is)) == 0)
        know_word(inquiry, span_skip(name, strlen(is)));
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

static bool find_given(void *ctx, struct span name, struct span *ret_value)
{
    const struct inquiry *inquiry = ctx;

    if (span_equal(name, span_of("apn")))
        *ret_value = span_of(inquiry->device->apn);
    else if (span_equal(name, span_of("value")) && inquiry->tried[0] != '\0')
        *ret_value = span_of(inquiry->tried);
    else
        return false;
    return true;
}

static bool find_usual(void *ctx, struct span name, struct span *ret_value)
{
    const struct inquiry *inquiry = ctx;

    if (inquiry->device->address != NULL &&
        (span_equal(name, span_of("address")) || span_equal(name, span_of("host"))))
        *ret_value = span_of(inquiry->device->address);
    else
        return test_authority_find(inquiry->device->authority, name, ret_value);
    return true;
}

/* ---- a play ---- */

/* What the player says of the play up to where it stood is of use here, the rest is not. */
static void say_why(struct span words, struct report *why)
{
    static const char rest[] = "  before that:\n";
    const uint8_t *end = words.len > 0 ? memmem(words.data, words.len, rest, strlen(rest)) : NULL;

    report_add_span(why, end != NULL ? span_at(words.data, (size_t)(end - words.data)) : words);
}

static enum inquiry_end play_steps(struct inquiry *inquiry, struct reader *reader,
                                   struct report *why)
{
    struct real_stage_config on = { .header = reader_header(reader),
                                    .ports = &inquiry->device->port,
                                    .port_count = 1,
                                    .address = inquiry->device->address != NULL
                                                   ? inquiry->device->address
                                                   : "127.0.0.1",
                                    .forgets_old = true,
                                    .authority = inquiry->device->authority };
    struct report words = { .cut = false };
    struct real_stage *stage;
    uint64_t steps;

    inquiry->outcome = (struct outcome){ .is_known = false };
    if (real_stage_open(&on, why, &stage) != ERR_OK)
        return INQUIRY_GONE;
    (void)play_script(&(struct play_config){ .reader = reader,
                                             .stage = real_stage_iface(stage),
                                             .given = { find_given, inquiry },
                                             .usual = { find_usual, inquiry },
                                             .patterns = { match, inquiry } },
                      &words, &steps);
    real_stage_close(stage);
    say_why(bytes_span(&words.text), why);
    report_free(&words);
    return inquiry->outcome.is_known || inquiry->outcome.taken || inquiry->outcome.refused
               ? INQUIRY_FOUND
               : INQUIRY_OTHERWISE;
}

static enum inquiry_end play(struct inquiry *inquiry, struct reader *reader, struct report *why)
{
    if (!probe_device_reset(inquiry->device, why))
        return INQUIRY_GONE;
    reader_rewind(reader);
    return play_steps(inquiry, reader, why);
}

/* ---- a search ---- */

static enum inquiry_end try(struct inquiry *inquiry, struct reader *reader, int32_t number,
                            bool *ret_taken, struct report *why)
{
    enum inquiry_end end;

    snprintf(inquiry->tried, sizeof(inquiry->tried), "%" PRId32, number);
    end = play(inquiry, reader, why);
    *ret_taken = inquiry->outcome.taken;
    return end;
}

/* Halves the distance between a number that is taken and one that is not, until they are
 * neighbours; the far end may be taken itself. */
static enum inquiry_end search(struct inquiry *inquiry, struct reader *reader,
                               const struct probe *probe, struct report *why)
{
    bool up = probe->search == PROBE_LARGEST, taken;
    int32_t good = up ? probe->from : probe->to, bad = up ? probe->to : probe->from;
    enum inquiry_end end = try(inquiry, reader, bad, &taken, why);

    if (end == INQUIRY_FOUND && taken)
        good = bad;
    else if (end == INQUIRY_FOUND)
        end = try(inquiry, reader, good, &taken, why);
    if (end == INQUIRY_FOUND && !taken && probe->or_else.len > 0) {
        know(inquiry, probe->or_else);
        return end;
    }
    if (end == INQUIRY_FOUND && !taken) {
        report_add(why, "the module takes none of %" PRId32 " to %" PRId32 "\n", probe->from,
                   probe->to);
        return INQUIRY_OTHERWISE;
    }
    while (end == INQUIRY_FOUND && (good - bad > 1 || bad - good > 1)) {
        int32_t middle = good + (bad - good) / 2;

        end = try(inquiry, reader, middle, &taken, why);
        if (taken)
            good = middle;
        else
            bad = middle;
    }
    snprintf(inquiry->outcome.value, sizeof(inquiry->outcome.value), "%" PRId32, good);
    return end;
}

enum inquiry_end inquiry_run(const struct probe_device *device, const char *fact,
                             const struct probe *probe, char ret_value[INQUIRY_VALUE_MAX + 1],
                             struct report *why)
{
    struct report words = { .cut = false };
    enum inquiry_end end = INQUIRY_OTHERWISE;
    struct reader *reader = NULL;
    struct inquiry inquiry;

    assert(probe->reason.len == 0);
    if (open_inquiry(device, fact, probe, &inquiry, &words))
        reader = read_steps(&inquiry, &words);
    if (reader != NULL)
        end = probe->search == PROBE_ONCE ? play(&inquiry, reader, &words)
                                          : search(&inquiry, reader, probe, &words);
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
    reader_close(reader);
    close_inquiry(&inquiry);
    return end;
}

bool inquiry_check(const struct probe_device *device, const char *fact, const struct probe *probe,
                   struct report *why)
{
    struct reader *reader = NULL;
    struct inquiry inquiry;

    if (open_inquiry(device, fact, probe, &inquiry, why))
        reader = read_steps(&inquiry, why);
    reader_close(reader);
    close_inquiry(&inquiry);
    return reader != NULL;
}
