/* metrics.c: see metrics.h. */
#include "control/metrics.h"

#include "tlsmodem.h"

#include <assert.h>
#include <string.h>

/* Adds up one sum of each world: `sum_of` picks it. */
#define TOTAL(metrics, member) total((metrics), offsetof(struct tally_sums, member))

static uint64_t total(const struct metrics *metrics, size_t offset)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < metrics->count; i++)
        sum += count_read((const count_sum *)((const char *)metrics->sums[i] + offset));
    return sum;
}

static size_t at(size_t offset, size_t index)
{
    return offset + index * sizeof(count_sum);
}

/* ---- modems ---- */

static void write_model(const struct tlsmodem_model *model, const uint32_t *states,
                        struct exposition *out)
{
    static const char *const names[TALLY_STATES] = {
        [TALLY_OFF] = "off",
        [TALLY_HOME] = "home",
        [TALLY_ROAMING] = "roaming",
        [TALLY_SEARCHING] = "searching",
        [TALLY_DENIED] = "denied",
        [TALLY_LOST] = "lost",
        [TALLY_DEREGISTERED] = "deregistered",
    };

    for (size_t state = 0; state < TALLY_STATES; state++)
        exposition_sample(out,
                          (struct exposition_label[]){ { "maker", model->maker },
                                                       { "model", model->name },
                                                       { "state", names[state] },
                                                       { NULL, NULL } },
                          states[state]);
}

/* Of models that there are, each state. */
static void write_modems(const struct metrics *metrics, struct exposition *out)
{
    const struct tlsmodem_model *model;

    exposition_family(out, "tlsmodem_modems", "gauge",
                      "Modems by the registration that they have, or off.");
    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL; i++) {
        const uint32_t *states = metrics->census->models[i];
        uint32_t modems = 0;

        assert(i < TALLY_MODELS_MAX);
        for (size_t state = 0; state < TALLY_STATES; state++)
            modems += states[state];
        if (modems > 0)
            write_model(model, states, out);
    }
}

static void write_commands(const struct metrics *metrics, struct exposition *out)
{
    static const char *const names[TLSMODEM_RESULTS] = {
        [TLSMODEM_RESULT_OK] = "ok",
        [TLSMODEM_RESULT_CONNECT] = "connect",
        [TLSMODEM_RESULT_NO_CARRIER] = "no_carrier",
        [TLSMODEM_RESULT_ERROR] = "error",
        [TLSMODEM_RESULT_CME_ERROR] = "cme_error",
        [TLSMODEM_RESULT_CMS_ERROR] = "cms_error",
        [TLSMODEM_RESULT_OTHER] = "other",
    };

    exposition_family(out, "tlsmodem_at_commands_total", "counter",
                      "Command lines by the final result that they ended with.");
    for (size_t i = 0; i < TLSMODEM_RESULTS; i++)
        exposition_sample(out,
                          (struct exposition_label[]){ { "result", names[i] }, { NULL, NULL } },
                          total(metrics, at(offsetof(struct tally_sums, results), i)));
}

/* ---- the network ---- */

static uint64_t sockets_of(const struct metrics *metrics, enum count_socket state)
{
    return total(metrics, at(offsetof(struct tally_sums, net.sockets), state));
}

/* The numbers are read one after the other, while loops turn. */
static uint64_t rest(uint64_t all, uint64_t part)
{
    return all > part ? all - part : 0;
}

static void write_sockets(const struct metrics *metrics, struct exposition *out)
{
    uint64_t handshaking = sockets_of(metrics, COUNT_HANDSHAKING);
    uint64_t secure = sockets_of(metrics, COUNT_SECURE);
    const struct {
        const char *name;
        uint64_t count;
    } states[] = {
        { "listening", sockets_of(metrics, COUNT_LISTENING) },
        { "connecting", sockets_of(metrics, COUNT_CONNECTING) },
        { "plain", rest(sockets_of(metrics, COUNT_CONNECTED), handshaking + secure) },
        { "handshake", handshaking },
        { "secure", secure },
    };

    exposition_family(out, "tlsmodem_sockets", "gauge",
                      "Sockets of the modules: without TLS, in a handshake, or with TLS.");
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        exposition_sample(
            out, (struct exposition_label[]){ { "state", states[i].name }, { NULL, NULL } },
            states[i].count);
}

static void write_calls(const struct metrics *metrics, struct exposition *out)
{
    static const char *const outcomes[] = { "made", "failed" };

    exposition_family(out, "tlsmodem_data_calls", "gauge", "Data calls (ATD*99#) that there are.");
    exposition_sample(out, NULL, TOTAL(metrics, net.calls));
    exposition_family(out, "tlsmodem_data_calls_total", "counter",
                      "Data calls that a program was to be started for, by what came of that.");
    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
        exposition_sample(out,
                          (struct exposition_label[]){ { "outcome", outcomes[i] }, { NULL, NULL } },
                          total(metrics, at(offsetof(struct tally_sums, net.calls_made), i)));
}

static void write_bytes(const struct metrics *metrics, struct exposition *out)
{
    const struct {
        const char *side, *direction;
        uint64_t bytes;
    } rows[] = {
        { "host", "received", TOTAL(metrics, from_hosts) },
        { "host", "sent", TOTAL(metrics, to_hosts) },
        { "network", "received", TOTAL(metrics, net.received) },
        { "network", "sent", TOTAL(metrics, net.sent) },
    };

    exposition_family(out, "tlsmodem_bytes_total", "counter",
                      "Bytes that modules have received and sent, from and to hosts and the "
                      "network, TLS as it is on the wire.");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        exposition_sample(out,
                          (struct exposition_label[]){ { "side", rows[i].side },
                                                       { "direction", rows[i].direction },
                                                       { NULL, NULL } },
                          rows[i].bytes);
}

static void write_lookups(const struct metrics *metrics, struct exposition *out)
{
    static const char *const names[COUNT_LOOKUPS] = {
        [COUNT_FOUND] = "found",
        [COUNT_NOT_FOUND] = "not_found",
        [COUNT_NO_SERVER] = "no_server",
        [COUNT_LOOKUP_FAILED] = "failed",
        [COUNT_LOOKUP_GIVEN_UP] = "given_up",
    };

    exposition_family(out, "tlsmodem_lookups_total", "counter",
                      "Names and addresses that modules have looked up.");
    for (size_t i = 0; i < COUNT_LOOKUPS; i++)
        exposition_sample(out,
                          (struct exposition_label[]){ { "outcome", names[i] }, { NULL, NULL } },
                          total(metrics, at(offsetof(struct tally_sums, net.lookups), i)));
}

/* ---- TLS ---- */

static const char *version_name(size_t version)
{
    static const char *const names[COUNT_VERSIONS] = { "ssl3", "1.0", "1.1", "1.2", "1.3" };

    return names[version];
}

/* "unknown_ca" of TLS_UNKNOWN_CA. */
static const char *reason_name(size_t reason, char text[COUNT_REASON_CAP])
{
    return count_reason_name(reason, text) + strlen("tls_");
}

/* What never was has no sample: most pairs of version and suite cannot be. */
static void write_handshake(struct exposition *out, size_t version, const char *suite,
                            const char *outcome, const char *reason, uint64_t count)
{
    if (count == 0)
        return;
    exposition_sample(out,
                      (struct exposition_label[]){ { "version", version_name(version) },
                                                   { "suite", suite },
                                                   { "outcome", outcome },
                                                   { "reason", reason } },
                      count);
}

static void write_version(const struct metrics *metrics, size_t version, struct exposition *out)
{
    const size_t done = offsetof(struct tally_sums, net.done);
    const size_t failed = offsetof(struct tally_sums, net.failed);
    char reason[COUNT_REASON_CAP];

    for (size_t i = 0; i <= COUNT_SUITES; i++)
        write_handshake(out, version, i < COUNT_SUITES ? tls_suite_at(i)->name : "other", "done",
                        "none", total(metrics, at(done, version * (COUNT_SUITES + 1) + i)));
    for (size_t i = 0; i < COUNT_REASONS; i++)
        write_handshake(out, version, "none", "failed", reason_name(i, reason),
                        total(metrics, at(failed, version * COUNT_REASONS + i)));
    write_handshake(out, version, "none", "given_up", "none",
                    total(metrics, at(offsetof(struct tally_sums, net.given_up), version)));
}

static void write_handshakes(const struct metrics *metrics, struct exposition *out)
{
    exposition_family(out, "tlsmodem_handshakes_total", "counter",
                      "TLS handshakes by what came of them; one that was not done has the newest "
                      "version that it offered.");
    for (size_t version = 0; version < COUNT_VERSIONS; version++)
        write_version(metrics, version, out);
}

static void write_times(const struct metrics *metrics, size_t offset, const char *name,
                        const char *help, struct exposition *out)
{
    enum { WORLDS_MAX = 1024 };
    const struct count_times *list[WORLDS_MAX];

    assert(metrics->count <= WORLDS_MAX);
    for (size_t i = 0; i < metrics->count; i++)
        list[i] = (const struct count_times *)((const char *)metrics->sums[i] + offset);
    exposition_family(out, name, "histogram", help);
    exposition_times(out, list, metrics->count);
}

/* ---- the process ---- */

static void write_process(const struct metrics *metrics, struct exposition *out)
{
    const struct tally_census *census = metrics->census;

    exposition_family(out, "tlsmodem_store_writes_total", "counter",
                      "Changes of what modems store that are on the disk.");
    exposition_sample(out, NULL, metrics->store_writes);
    exposition_family(out, "tlsmodem_modem_memory_bytes", "gauge",
                      "Heap in use since before the modems were opened, for each of them.");
    if (census->count > 0 && metrics->heap_bytes > 0)
        exposition_sample(out, NULL, metrics->heap_bytes / census->count);
    exposition_family(out, "tlsmodem_last_success_timestamp_seconds", "gauge",
                      "When a modem last finished a TLS handshake; not of larger fleets.");
    for (size_t i = 0; census->count <= TALLY_NAMES_MAX && i < census->named; i++) {
        if (census->names[i].success_s != 0)
            exposition_sample(
                out,
                (struct exposition_label[]){ { "name", census->names[i].name }, { NULL, NULL } },
                census->names[i].success_s);
    }
}

void metrics_write(const struct metrics *metrics, struct exposition *out)
{
    write_modems(metrics, out);
    write_commands(metrics, out);
    write_sockets(metrics, out);
    write_calls(metrics, out);
    write_handshakes(metrics, out);
    write_times(metrics, offsetof(struct tally_sums, net.shakes), "tlsmodem_handshake_seconds",
                "How long handshakes took that were done.", out);
    write_times(metrics, offsetof(struct tally_sums, net.dials), "tlsmodem_dial_seconds",
                "How long TCP connections took until they were open; TLS comes after.", out);
    write_bytes(metrics, out);
    write_lookups(metrics, out);
    write_process(metrics, out);
}
