/* recording.c: the file of --record. */
#include "recording.h"

#include "base/text.h"
#include "common/record_file.h"
#include "common/stderr_log.h"
#include "tlsmodem.h"
#include "transcript/recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SOURCE_MAX = 120, CLOCK_MAX = 40, LACKS_MAX = 80, QUARTER_MINUTES = 15 };

struct recording {
    struct record_file file;
    const char *const *at_start; /* the plan's */
    size_t at_start_count;
    struct writer *writer;
    struct recorder *recorder;
    struct runtime_taps taps;
    struct lab_watch watch;
};

/* The time that the modem's clock begins with, for who plays it: now, where it has the machine's.
 */
static const char *clock_of(const struct modem_plan *plan, int zone_quarters, char *text)
{
    time_t local = time(NULL) + (time_t)zone_quarters * QUARTER_MINUTES * 60;
    int zone = abs(zone_quarters) * QUARTER_MINUTES;
    struct tm parts;
    size_t len;

    if (plan->clock != NULL && strcmp(plan->clock, "machine") != 0)
        return plan->clock;
    if (gmtime_r(&local, &parts) == NULL)
        return NULL;
    len = strftime(text, CLOCK_MAX, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(text + len, CLOCK_MAX - len, "%c%02d:%02d", zone_quarters < 0 ? '-' : '+',
                   zone / 60 % 24, zone % 60);
    return text;
}

static void say_varying(struct writer *writer, const char *word, const char *pattern)
{
    if (word != NULL && word[0] != '\0' && strlen(word) <= 40)
        writer_varies(writer, span_of(word), pattern);
}

static struct net *tap_net(void *ctx, const struct clock *clock, struct net *inner)
{
    return recorder_net(((struct recording *)ctx)->recorder, clock, inner);
}

static struct tls *const *tap_tls(void *ctx, struct tls *const *list, size_t count)
{
    return recorder_tls(((struct recording *)ctx)->recorder, list, count);
}

static struct data_calls *tap_calls(void *ctx, struct data_calls *inner)
{
    return recorder_calls(((struct recording *)ctx)->recorder, inner);
}

static void tap_attach(void *ctx, const struct tlsmodem *modem)
{
    struct recording *recording = ctx;

    recorder_attach(recording->recorder, modem);
    for (size_t i = 0; i < recording->at_start_count; i++)
        recorder_hide(recording->recorder, span_of(recording->at_start[i]));
}

static struct terminal *tap_terminal(void *ctx, size_t index, struct terminal *inner)
{
    return recorder_terminal(((struct recording *)ctx)->recorder, index, inner);
}

static void tap_stop(void *ctx)
{
    recorder_stop(((struct recording *)ctx)->recorder);
}

static void on_set(void *ctx, size_t port, const struct lab_rule *setting, struct span value)
{
    const struct script_step step = { .kind = SCRIPT_SET, .setting = setting };

    recorder_step(((struct recording *)ctx)->recorder, port, &step, value, span_at(NULL, 0));
}

static void on_act(void *ctx, const struct lab_act *act, const struct span *values)
{
    const struct script_step step = { .kind = SCRIPT_ACT, .act = act };
    struct span first = act->value_count > 0 ? values[0] : span_at(NULL, 0);
    struct span second = act->value_count > 1 ? values[1] : span_at(NULL, 0);

    recorder_step(((struct recording *)ctx)->recorder, 0, &step, first, second);
}

static void on_fault(void *ctx, struct span words)
{
    const struct script_step step = { .kind = SCRIPT_FAULT };

    recorder_step(((struct recording *)ctx)->recorder, 0, &step, words, span_at(NULL, 0));
}

static void on_link(void *ctx, struct span words)
{
    const struct script_step step = { .kind = SCRIPT_LINK };

    recorder_step(((struct recording *)ctx)->recorder, 0, &step, words, span_at(NULL, 0));
}

static void on_failed(void *ctx)
{
    recorder_step_failed(((struct recording *)ctx)->recorder);
}

/* What its file gives the modem and a transcript has no words for. */
static void add_lacking(const struct modem_plan *plan, struct text *text)
{
    const struct {
        const char *key;
        bool given;
    } keys[] = { { "at-start", plan->at_start_count > 0 },
                 { "answers", plan->answer_count > 0 },
                 { "facts", plan->fact_count > 0 },
                 { "credentials", plan->credential_count > 0 },
                 { "faults", plan->fault_count > 0 },
                 { "sms", plan->message_command != NULL },
                 { "network", plan->follows != NULL || plan->signal_command != NULL } };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i].given)
            text_add(text, "%s%s", text_span(text).len > 0 ? ", " : "", keys[i].key);
    }
}

static bool begin(struct recording *recording, const struct modem_plan *plan, int zone_quarters)
{
    char source[SOURCE_MAX], clock[CLOCK_MAX], lacks[LACKS_MAX];
    struct text lacking;
    struct writer_config config = { .model = plan->model,
                                    .clock = clock_of(plan, zone_quarters, clock),
                                    .sink = record_file_sink(&recording->file) };

    (void)snprintf(source, sizeof(source), "recorded by tlsmodem %s", TLSMODEM_VERSION);
    text_init(&lacking, lacks, sizeof(lacks));
    add_lacking(plan, &lacking);
    config.source = source;
    config.lacks = text_span(&lacking).len > 0 ? lacks : NULL;
    recording->taps = (struct runtime_taps){ tap_net,      tap_tls,  tap_calls, tap_attach,
                                             tap_terminal, tap_stop, recording };
    recording->watch =
        (struct lab_watch){ on_set, on_act, on_fault, on_link, on_failed, recording };
    if (writer_open(&config, &recording->writer) != ERR_OK ||
        recorder_open(recording->writer, &recording->recorder) != ERR_OK)
        return false;
    say_varying(recording->writer, plan->identity.imei, "\\d{15}");
    say_varying(recording->writer, plan->identity.imsi, "\\d{6,15}");
    say_varying(recording->writer, plan->identity.iccid, "\\d{19,20}");
    say_varying(recording->writer, plan->identity.operator_name, ".*");
    say_varying(recording->writer, plan->identity.operator_code, "\\d{5,6}");
    return true;
}

enum err recording_open(const char *path, const struct modem_plan *plan, int zone_quarters,
                        const struct log *log, struct port_failure *ret_failure,
                        struct recording **ret_recording)
{
    struct recording *recording = calloc(1, sizeof(*recording));
    enum err err;

    if (recording == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "--record: out of memory");
    err = record_file_open(&recording->file, path, log, ret_failure);
    if (err != ERR_OK) {
        free(recording);
        return err;
    }
    recording->at_start = plan->at_start;
    recording->at_start_count = plan->at_start_count;
    if (!begin(recording, plan, zone_quarters)) {
        recording_close(recording);
        return port_fail(ret_failure, ERR_NO_MEMORY, "--record: out of memory");
    }
    *ret_recording = recording;
    return ERR_OK;
}

const struct runtime_taps *recording_taps(const struct recording *recording)
{
    return &recording->taps;
}

const struct lab_watch *recording_watch(const struct recording *recording)
{
    return &recording->watch;
}

struct recorder *recording_recorder(const struct recording *recording)
{
    return recording->recorder;
}

void recording_close(struct recording *recording)
{
    if (recording == NULL)
        return;
    if (recording->writer != NULL)
        (void)record_file_tell_end(&recording->file, recording->writer);
    recorder_close(recording->recorder);
    writer_close(recording->writer);
    record_file_close(&recording->file);
    free(recording);
}
