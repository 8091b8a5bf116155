/* fault_kinds.c: the types of faults. */
#include "base/fault_kinds.h"

#include "base/tls_alerts.h"

enum {
    MS_MAX = 3600000, /* an hour */
    US_MAX = 60000000,
    BYTES_MAX = 1000000000,
    SECONDS_MAX = 2000000000,
    DRIFT_MAX = 500000, /* half as fast, or half as fast again */
    OF_ANSWER = FAULT_HAS_COMMAND,
    OF_STREAM = FAULT_HAS_STREAM | FAULT_HAS_SOCKET | FAULT_HAS_COMMAND,
    OF_NETWORK = FAULT_HAS_SOCKET | FAULT_HAS_COMMAND,
};

#define NEEDED(name, unit, min, max)                                                               \
    {                                                                                              \
        name, unit, NULL, min, max, min, true                                                      \
    }
#define NUMBER(name, unit, min, max, preset)                                                       \
    {                                                                                              \
        name, unit, NULL, min, max, preset, false                                                  \
    }
#define NOTHING                                                                                    \
    {                                                                                              \
        {                                                                                          \
            .name = NULL                                                                           \
        }                                                                                          \
    }

/* Names as in enum tls_reason without TLS_FINE, in its order. */
#define REASONS                                                                                    \
    "TLS_UNKNOWN_CA,TLS_EXPIRED,TLS_NOT_YET_VALID,TLS_WRONG_HOST,TLS_BAD_SIGNATURE,"               \
    "TLS_BAD_ISSUER,TLS_BAD_CERTIFICATE,TLS_CERTIFICATE_TYPE,TLS_LARGE_CERTIFICATE,"               \
    "TLS_NO_SHARED_SUITE,TLS_WEAK_GROUP,TLS_VERSION_REFUSED,TLS_ALERT,TLS_NOT_TLS,TLS_RECORD,"     \
    "TLS_RECORD_SIZE,TLS_FINISHED,TLS_PROTOCOL,TLS_PEER_CLOSED,TLS_PEER_RESET,TLS_OWN_CA,"         \
    "TLS_OWN_CERTIFICATE,TLS_OWN_KEY,TLS_CERTIFICATE_WANTED,TLS_RENEGOTIATION,"                    \
    "TLS_VERSION_MISSING,TLS_INTERNAL"

/* Names of base/tls_alerts.h, in its order. */
#define ALERT_WORD(name, number, word) "," word
static const char alerts[] = TLS_ALERTS(ALERT_WORD);
#undef ALERT_WORD

static const struct fault_kind kinds[FAULT_TYPE_COUNT] = {
    /* ---- towards the server; the first seven are toxiproxy's ---- */
    [FAULT_LATENCY] = { "latency",
                        "bytes come later",
                        "connection",
                        OF_STREAM,
                        { NEEDED("latency", "ms", 0, MS_MAX),
                          NUMBER("jitter", "ms", 0, MS_MAX, 0) } },
    [FAULT_BANDWIDTH] = { "bandwidth",
                          "no more bytes a second than this pass",
                          "connection",
                          OF_STREAM,
                          { NEEDED("rate", "kB/s", 1, 1000000) } },
    [FAULT_SLOW_CLOSE] = { "slow_close",
                           "the end of a connection comes later",
                           "connection",
                           OF_STREAM,
                           { NEEDED("delay", "ms", 0, MS_MAX) } },
    [FAULT_TIMEOUT] = { "timeout",
                        "no byte passes, and after this time the connection is closed; 0: it is "
                        "not",
                        "connection",
                        OF_STREAM,
                        { NEEDED("timeout", "ms", 0, MS_MAX) } },
    [FAULT_RESET_PEER] = { "reset_peer",
                           "the connection is reset this time after it was made, and not before so "
                           "many bytes have passed",
                           "connection",
                           OF_STREAM,
                           { NUMBER("timeout", "ms", 0, MS_MAX, 0),
                             NUMBER("bytes", "bytes", 0, BYTES_MAX, 0) } },
    [FAULT_SLICER] = { "slicer",
                       "bytes come in pieces of this size, with a pause between them",
                       "connection",
                       OF_STREAM,
                       { NEEDED("average_size", "bytes", 1, 65536),
                         NUMBER("size_variation", "bytes", 0, 65536, 0),
                         NUMBER("delay", "us", 0, US_MAX, 0) } },
    [FAULT_LIMIT_DATA] = { "limit_data",
                           "the connection is closed once so many bytes have passed",
                           "connection",
                           OF_STREAM,
                           { NEEDED("bytes", "bytes", 0, BYTES_MAX) } },
    [FAULT_NAME_NOT_FOUND] = { "name_not_found", "there is no such name", "look-up", OF_NETWORK,
                               NOTHING },
    [FAULT_NAME_SILENT] = { "name_silent",
                            "no name server answers, which is found out after this time; 0: it is "
                            "not",
                            "look-up",
                            OF_NETWORK,
                            { NUMBER("timeout", "ms", 0, MS_MAX, 0) } },
    [FAULT_REFUSED] = { "refused", "nobody listens there", "connection", OF_NETWORK, NOTHING },
    [FAULT_BLACK_HOLE] = { "black_hole", "nothing comes back from there", "connection", OF_NETWORK,
                           NOTHING },
    [FAULT_TLS] = { "tls",
                    "TLS fails for this reason; of TLS_ALERT with this alert",
                    "connection",
                    OF_NETWORK,
                    { { "reason", "", REASONS, 0, 0, 0, true },
                      NUMBER("alert", "", -1, 255, -1) } },
    [FAULT_ALERT] = { "alert",
                      "a TLS alert: upstream the session sends it to the server, downstream it "
                      "takes "
                      "it for the server's. It fails as one that has found what a fatal one says, "
                      "or "
                      "has got it; after a warning, and behind close_notify upstream, it goes on",
                      "connection",
                      OF_STREAM,
                      { { "description", "", alerts + 1, 0, 0, 0, true },
                        { "level", "", "fatal,warning", 0, 0, 0, false } } },
    [FAULT_RENEGOTIATION] = { "renegotiation",
                              "up to TLS 1.2: upstream the session begins a renegotiation, "
                              "downstream it "
                              "takes one for asked for by the server, and refuses it",
                              "connection", OF_STREAM, NOTHING },
    /* ---- towards the host ---- */
    [FAULT_ANSWER_LATE] = { "answer_late",
                            "what a command line answers comes later",
                            "command line",
                            OF_ANSWER,
                            { NEEDED("delay", "ms", 0, MS_MAX) } },
    [FAULT_ANSWER_NEVER] = { "answer_never", "a command line is run and nothing is answered",
                             "command line", OF_ANSWER, NOTHING },
    [FAULT_ANSWER_CUT] = { "answer_cut",
                           "of what a command line answers only so many bytes come",
                           "command line",
                           OF_ANSWER,
                           { NEEDED("bytes", "bytes", 0, 65536) } },
    [FAULT_ANSWER_TWICE] = { "answer_twice", "what a command line answers comes twice",
                             "command line", OF_ANSWER, NOTHING },
    [FAULT_URC] = { "urc",
                    "an unsolicited line comes in the worst moment: between a line's echo and its "
                    "answer, behind so many bytes of the answer, or behind a prompt",
                    "command line",
                    OF_ANSWER,
                    { { "text", "", "", 0, 0, 0, true },
                      { "moment", "", "answer,inside,prompt", 0, 0, 0, false },
                      NUMBER("bytes", "bytes", 0, 65536, 4) } },
    [FAULT_PROMPT_DEAF] = { "prompt_deaf",
                            "a prompt comes, and what is typed behind it is lost, but for ESC",
                            "command line", OF_ANSWER, NOTHING },
    [FAULT_RESTART] = { "restart",
                        "the module restarts this time after a command line was typed",
                        "command line",
                        OF_ANSWER,
                        { NUMBER("delay", "ms", 0, MS_MAX, 0) } },
    [FAULT_ERROR] = { "error",
                      "a command is refused with this number, in the module's words: +CME ERROR, "
                      "or +CMS ERROR of messages",
                      "command",
                      OF_ANSWER,
                      { NEEDED("code", "", 0, 9999) } },
    [FAULT_NOISE] = { "noise",
                      "so many bytes of any value come before all else",
                      "power-on",
                      0,
                      { NEEDED("bytes", "bytes", 1, 1024) } },
    [FAULT_LOSE] = { "lose", "a byte of the port is lost", "byte",
                     FAULT_HAS_STREAM | FAULT_HAS_COMMAND, NOTHING },
    [FAULT_DOUBLE] = { "double", "a byte of the port comes twice", "byte",
                       FAULT_HAS_STREAM | FAULT_HAS_COMMAND, NOTHING },
    [FAULT_FLIP] = { "flip", "a bit of a byte of the port is another", "byte",
                     FAULT_HAS_STREAM | FAULT_HAS_COMMAND, NOTHING },
    /* ---- in the module ---- */
    [FAULT_STORE_FULL] = { "store_full", "nothing more can be stored", "change", FAULT_HAS_COMMAND,
                           NOTHING },
    [FAULT_STORE_WORN] = { "store_worn", "what is stored cannot be written or read",
                           "change or reading", FAULT_HAS_COMMAND, NOTHING },
    [FAULT_STORE_SLOW] = { "store_slow",
                           "a change is on the disk this time later",
                           "change",
                           FAULT_HAS_COMMAND,
                           { NEEDED("delay", "ms", 0, MS_MAX) } },
    [FAULT_MEMORY_SHORT] = { "memory_short", "there is no memory for what a command needs",
                             "request", FAULT_HAS_COMMAND, NOTHING },
    [FAULT_CLOCK_UNSET] = { "clock_unset",
                            "the module's clock begins as it comes from the factory, and the "
                            "network gives no time",
                            "", 0, NOTHING },
    [FAULT_CLOCK_JUMP] = { "clock_jump",
                           "the module's clock is put on by so much, or back",
                           "command line",
                           FAULT_HAS_COMMAND,
                           { NEEDED("seconds", "s", -SECONDS_MAX, SECONDS_MAX) } },
    [FAULT_CLOCK_DRIFT] = { "clock_drift",
                            "the module's clock goes fast by so much, or slow",
                            "",
                            0,
                            { NEEDED("rate", "ppm", -DRIFT_MAX, DRIFT_MAX) } },
};

static const char *const phases[] = {
#define PHASE_WORD(name, word) word,
    FAULT_PHASES(PHASE_WORD)
#undef PHASE_WORD
};

const char *fault_phase_word(size_t phase)
{
    return phase < sizeof(phases) / sizeof(phases[0]) ? phases[phase] : NULL;
}

const char *fault_phases_of(size_t type)
{
    if (type == FAULT_NAME_NOT_FOUND || type == FAULT_NAME_SILENT)
        return "any,resolve";
    if (type == FAULT_REFUSED || type == FAULT_BLACK_HOLE)
        return "any,connect";
    if (type == FAULT_RENEGOTIATION)
        return "any,data";
    return "any,client-hello,certificate,finished,data";
}

const struct fault_kind *fault_kind_at(size_t type)
{
    return type < FAULT_TYPE_COUNT ? &kinds[type] : NULL;
}

int32_t fault_word_place(const char *list, struct span word)
{
    for (int32_t place = 0; *list != '\0'; place++) {
        size_t len = strcspn(list, ",");

        if (span_equal(span_at(list, len), word))
            return place;
        list += len + (list[len] == ',');
    }
    return -1;
}

struct span fault_word_at(const char *list, int32_t place)
{
    for (; place > 0; place--)
        list += strcspn(list, ",") + 1;
    return span_at(list, strcspn(list, ","));
}
