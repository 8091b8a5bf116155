/* options.c: the command line.  Tables say what there is, here and in src/wrap; --help is made from
 * them. */
#include "options.h"

#include "base/number.h"
#include "base/text.h"
#include "dns_option.h"
#include "listen_option.h"
#include "plan/address_option.h"
#include "plan/control_option.h"
#include "plan/identity_options.h"
#include "plan/metrics_option.h"
#include "plan/module_name.h"
#include "plan/port_options.h"
#include "runtime/fleet.h"
#include "transcript/reader_words.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct option {
    const char *name;
    const char *letter; /* the short form; NULL: none */
    const char *value;  /* what --help calls it; NULL: takes none */
    bool repeats;
    /* NULL: of a wrapper, which take_wrapper() takes. */
    bool (*take)(struct options *options, const char *value, struct text *error);
    const char *help;
};

static bool take_config(struct options *options, const char *value, struct text *error)
{
    if (value[0] == '\0') {
        text_add(error, "--config needs FILE");
        return false;
    }
    options->config = value;
    return true;
}

static bool take_check_config(struct options *options, const char *value, struct text *error)
{
    (void)value;
    (void)error;
    options->checks_config = true;
    return true;
}

static bool take_module(struct options *options, const char *value, struct text *error)
{
    options->module = module_name_read(value, error);
    return options->module != NULL;
}

static bool take_imei(struct options *options, const char *value, struct text *error)
{
    return identity_option_imei("--imei", value, options->imei, error);
}

static bool take_imsi(struct options *options, const char *value, struct text *error)
{
    return identity_option_imsi("--imsi", value, options->imsi, error);
}

static bool take_iccid(struct options *options, const char *value, struct text *error)
{
    return identity_option_iccid("--iccid", value, options->iccid, error);
}

/* Words are looked at together with the others, in option_plan.c. */
static bool take_tls_policy(struct options *options, const char *value, struct text *error)
{
    (void)error;
    options->policy.preset = value;
    return true;
}

static bool take_tls_ca(struct options *options, const char *value, struct text *error)
{
    (void)error;
    options->policy.ca = value;
    return true;
}

static bool take_tls_verify(struct options *options, const char *value, struct text *error)
{
    (void)error;
    options->policy.verify = value;
    return true;
}

static bool take_list(struct options *options, const char *value, struct text *error)
{
    (void)value;
    (void)error;
    options->action = OPTIONS_LIST_MODULES;
    return true;
}

static bool take_help(struct options *options, const char *value, struct text *error)
{
    (void)value;
    (void)error;
    options->action = OPTIONS_HELP;
    return true;
}

static bool take_version(struct options *options, const char *value, struct text *error)
{
    (void)value;
    (void)error;
    options->action = OPTIONS_VERSION;
    return true;
}

/* Reads the value of a port's option into the next free place. */
static bool take_port(struct options *options, const char *value, struct text *error,
                      const char *name,
                      bool (*read)(const char *name, const char *value, struct port_spec *ret_spec,
                                   struct text *error))
{
    assert(options->port_count <= TLSMODEM_TERMINALS_MAX);
    if (options->port_count == TLSMODEM_TERMINALS_MAX) {
        text_add(error, "too many ports: a modem has %d at most", TLSMODEM_TERMINALS_MAX);
        return false;
    }
    if (!read(name, value, &options->ports[options->port_count], error))
        return false;
    options->port_count++;
    return true;
}

static bool take_pty(struct options *options, const char *value, struct text *error)
{
    return take_port(options, value, error, "--pty", port_option_pty);
}

static bool take_tcp(struct options *options, const char *value, struct text *error)
{
    return take_port(options, value, error, "--tcp", port_option_tcp);
}

static bool take_unix(struct options *options, const char *value, struct text *error)
{
    return take_port(options, value, error, "--unix", port_option_unix);
}

static bool take_rfc2217(struct options *options, const char *value, struct text *error)
{
    return take_port(options, value, error, "--rfc2217", port_option_rfc2217);
}

static bool take_tcp_tls(struct options *options, const char *value, struct text *error)
{
    return take_port(options, value, error, "--tcp-tls", port_option_tls);
}

static bool take_path(const char *value, struct text *error, const char *name,
                      const char **ret_path)
{
    *ret_path = value;
    if (value[0] == '\0')
        text_add(error, "%s: the path is empty; allowed: a PEM file", name);
    return value[0] != '\0';
}

static bool take_tcp_tls_cert(struct options *options, const char *value, struct text *error)
{
    return take_path(value, error, "--tcp-tls-cert", &options->tls.cert);
}

static bool take_tcp_tls_key(struct options *options, const char *value, struct text *error)
{
    return take_path(value, error, "--tcp-tls-key", &options->tls.key);
}

static bool take_tcp_tls_ca(struct options *options, const char *value, struct text *error)
{
    return take_path(value, error, "--tcp-tls-ca", &options->tls.ca);
}

static bool take_uart(struct options *options, const char *value, struct text *error)
{
    return take_port(options, value, error, "--uart", port_option_uart);
}

static bool take_stdio(struct options *options, const char *value, struct text *error)
{
    options->has_stdio = true;
    return take_port(options, value, error, "--stdio", port_option_stdio);
}

static bool take_allow_remote(struct options *options, const char *value, struct text *error)
{
    (void)value;
    (void)error;
    options->allow_remote = true;
    return true;
}

static bool take_state(struct options *options, const char *value, struct text *error)
{
    if (value[0] == '\0') {
        text_add(error, "--state needs DIR; allowed: a folder, or none");
        return false;
    }
    options->in_memory = strcmp(value, "none") == 0;
    options->state = options->in_memory ? NULL : value;
    return true;
}

static bool take_dns(struct options *options, const char *value, struct text *error)
{
    return dns_option_read(value, &options->dns_of_module, &options->dns, error);
}

static bool take_source(struct options *options, const char *value, struct text *error)
{
    const char *rest;

    options->has_source = true;
    if (address_option_read(value, &options->source, &rest) && rest == NULL)
        return true;
    text_add(error, "--source: \"%s\" is no address; allowed: an address of this machine", value);
    return false;
}

static bool take_listen(struct options *options, const char *value, struct text *error)
{
    options->listens = true;
    return listen_option_read(value, &options->listening, error);
}

static bool take_clock(struct options *options, const char *value, struct text *error)
{
    options->clock = value;
    if (tlsmodem_time_read(value, 0, &(struct tlsmodem_time){ 0 }) == ERR_OK)
        return true;
    text_add(error,
             "--clock: \"%s\" is no time; allowed: machine, manual, or one of 2000 to 2099 like "
             "2026-05-01T12:00:00Z, with Z, +hh:mm or nothing behind",
             value);
    return false;
}

static bool take_ppp(struct options *options, const char *value, struct text *error)
{
    options->ppp = value;
    if (value[0] == '\0')
        text_add(error, "--ppp needs COMMAND");
    return value[0] != '\0';
}

static bool take_trace_word(struct options *options, struct span word, struct text *error)
{
    bool remove = word.len > 0 && word.data[0] == '-';
    struct span name = span_skip(word, remove ? 1 : 0);
    uint32_t bits = 0;
    const char *known;

    if (span_equal(name, span_of("all")))
        bits = UINT32_MAX;
    for (int i = 0; (known = trace_component_name((enum trace_component)i)) != NULL; i++)
        if (span_equal(name, span_of(known)))
            bits = UINT32_C(1) << i;
    if (bits != 0) {
        options->traced = remove ? options->traced & ~bits : options->traced | bits;
        return true;
    }
    text_add(error, "--trace: \"%.*s\" is no component; allowed: all", (int)name.len,
             (const char *)name.data);
    for (int i = 0; (known = trace_component_name((enum trace_component)i)) != NULL; i++)
        text_add(error, ", %s", known);
    text_add(error, "; with - in front to leave it out");
    return false;
}

static bool take_trace(struct options *options, const char *value, struct text *error)
{
    for (;;) {
        size_t len = strcspn(value, ",");

        if (!take_trace_word(options, span_at(value, len), error))
            return false;
        if (value[len] == '\0')
            return true;
        value += len + 1;
    }
}

static bool take_log_level(struct options *options, const char *value, struct text *error)
{
    const char *known;

    for (int i = 0; (known = log_level_name((enum log_level)i)) != NULL; i++) {
        if (strcmp(known, value) == 0) {
            options->level = (enum log_level)i;
            return true;
        }
    }
    text_add(error, "--log-level: \"%s\" is no level; allowed:", value);
    for (int i = 0; (known = log_level_name((enum log_level)i)) != NULL; i++)
        text_add(error, "%s %s", i == 0 ? "" : ",", known);
    return false;
}

static bool take_keylog(struct options *options, const char *value, struct text *error)
{
    if (value[0] == '\0') {
        text_add(error, "--keylog needs FILE");
        return false;
    }
    options->keylog = value;
    return true;
}

static bool take_scenario(struct options *options, const char *value, struct text *error)
{
    if (value[0] == '\0') {
        text_add(error, "--scenario needs FILE");
        return false;
    }
    options->scenario = value;
    return true;
}

static bool take_record(struct options *options, const char *value, struct text *error)
{
    if (value[0] == '\0') {
        text_add(error, "--record needs FILE");
        return false;
    }
    options->record = value;
    return true;
}

static bool take_pcap(struct options *options, const char *value, struct text *error)
{
    if (value[0] == '\0') {
        text_add(error, "--pcap needs FILE");
        return false;
    }
    options->pcap = value;
    return true;
}

static bool take_metrics(struct options *options, const char *value, struct text *error)
{
    options->has_metrics = true;
    return metrics_option_read("--metrics", value, &options->metrics, error);
}

static bool take_metrics_file(struct options *options, const char *value, struct text *error)
{
    options->metrics_file = value;
    return metrics_option_check_file("--metrics-file", value, error);
}

static bool take_summary(struct options *options, const char *value, struct text *error)
{
    char *path = verdict_option_summary("--summary", value, 0, error);

    options->summary = value;
    free(path);
    return path != NULL;
}

/* Expressions are read with those of a file, in run_plans.c. */
static bool take_fail_if(struct options *options, const char *value, struct text *error)
{
    if (options->fail_if_count == FAIL_IF_MAX) {
        text_add(error, "--fail-if: these are too many; allowed: %d", FAIL_IF_MAX);
        return false;
    }
    options->fail_if[options->fail_if_count++] = value;
    return true;
}

static bool take_start_at(struct options *options, const char *value, struct text *error)
{
    options->has_start = true;
    return verdict_option_start_at("--start-at", value, &options->start_at_s, error);
}

static bool take_control(struct options *options, const char *value, struct text *error)
{
    options->has_control = true;
    return control_option_read("--control", value, &options->control, error);
}

static bool take_control_token_file(struct options *options, const char *value, struct text *error)
{
    if (value[0] == '\0') {
        text_add(error, "--control-token-file needs FILE");
        return false;
    }
    options->control_token_file = value;
    return true;
}

static bool take_threads(struct options *options, const char *value, struct text *error)
{
    int32_t number;

    if (number_parse(span_of(value), &number) && number >= 1 && number <= FLEET_THREADS_MAX) {
        options->threads = (size_t)number;
        return true;
    }
    text_add(error, "--threads: \"%s\" is no number of threads; allowed: 1 to %d", value,
             FLEET_THREADS_MAX);
    return false;
}

static bool take_shard(struct options *options, const char *value, struct text *error)
{
    return shard_option_read(value, &options->shard, error);
}

static bool take_for(struct options *options, const char *value, struct text *error)
{
    if (words_duration(span_of(value), &options->for_ms) && options->for_ms > 0)
        return true;
    text_add(error, "--for: \"%s\" is no time; allowed: 60s, 1.5s, 200ms", value);
    return false;
}

static bool take_debuggable(struct options *options, const char *value, struct text *error)
{
    (void)value;
    (void)error;
    options->debuggable = true;
    return true;
}

static bool take_exit_with_parent(struct options *options, const char *value, struct text *error)
{
    (void)value;
    (void)error;
    options->exits_with_parent = true;
    return true;
}

static bool take_strict(struct options *options, const char *value, struct text *error)
{
    (void)value;
    (void)error;
    options->strict = true;
    return true;
}

static const struct option first[] = {
    { "--config", NULL, "FILE", false, take_config,
      "the modems to be, in YAML; then no option describes one" },
    { "--check-config", NULL, NULL, false, take_check_config,
      "read FILE, say what is wrong with it, and open nothing" },
    { "--module", NULL, "NAME", false, take_module, "the module to be, one of --list-modules" },
    { "--list-modules", NULL, NULL, false, take_list,
      "print name, maker, product, platform, generation" },
    { "--imei", NULL, "DIGITS", false, take_imei,
      "the module's serial number: 14 digits, the check digit is added, or 15 with it" },
    { "--imsi", NULL, "DIGITS", false, take_imsi, "the SIM's subscriber: 6 to 15 digits" },
    { "--iccid", NULL, "DIGITS", false, take_iccid,
      "the SIM's number: 18 digits from 89 on, the check digit is added, 19 with it, or 20" },
    { "--pty", NULL, "PATH", true, take_pty,
      "a port: a pseudo-terminal, with a link to it at PATH; auto: without one" },
    { "--tcp", NULL, "[HOST:]PORT", true, take_tcp,
      "a port: a TCP listener; HOST is 127.0.0.1 unless given, PORT 0 is any free one" },
    { "--unix", NULL, "PATH", true, take_unix,
      "a port: a Unix socket for you only, also for QEMU's -serial unix:PATH" },
    { "--uart", NULL, PORT_OPTION_UART, true, take_uart,
      "a port: a serial device, 8N1; BAUD is 115200 unless given" },
    { "--rfc2217", NULL, "[HOST:]PORT", true, take_rfc2217,
      "a port: as of --tcp, with rate, DTR, DCD and RI by RFC 2217, as pyserial's rfc2217:// has" },
    { "--tcp-tls", NULL, "[HOST:]PORT", true, take_tcp_tls,
      "a port: as of --tcp, by TLS 1.2 or 1.3; other machines may reach it by certificates" },
    { "--tcp-tls-cert", NULL, "FILE", false, take_tcp_tls_cert,
      "the certificate of --tcp-tls, with those of its issuers, PEM" },
    { "--tcp-tls-key", NULL, "FILE", false, take_tcp_tls_key, "its private key, PEM" },
    { "--tcp-tls-ca", NULL, "FILE", false, take_tcp_tls_ca,
      "hosts of --tcp-tls must have a certificate that one of these CAs has issued, PEM" },
    { "--stdio", NULL, NULL, false, take_stdio,
      "a port: standard input and output; as the only port it ends the program with its input" },
    { "--allow-remote", NULL, NULL, false, take_allow_remote,
      "let --tcp and --rfc2217 listen where other machines can reach it: they need no password" },
    { "--state", NULL, "DIR", false, take_state,
      "the folder of the modem's memory, or none: in RAM only; "
      "else $STATE_DIRECTORY, $XDG_STATE_HOME/tlsmodem or ~/.local/state/tlsmodem" },
    { "--dns", NULL, "system|module|ADDR[:PORT]", false, take_dns,
      "who is asked for names: the machine's servers, as without it; the server that the host sets "
      "by its module's command; or this one, of port 53 unless given" },
    { "--tls-policy", NULL, "module|modern", false, take_tls_policy,
      "the wire of TLS: as the host asks and the module could, as without it; or of today: TLS 1.2 "
      "and 1.3, the library's suites, a verified server, whatever the host asks" },
    { "--tls-ca", NULL, "FILE|FOLDER|system", false, take_tls_ca,
      "the CA certificates that servers are verified by; system unless given" },
    { "--tls-verify", NULL, "host|chain|chain+name", false, take_tls_verify,
      "what is verified: what the host asks for, the chain, or the name too, as with modern" },
    { "--source", NULL, "ADDR", false, take_source,
      "the machine's address that the module's connections come from" },
    { "--listen", NULL, "ADDR[:FIRST-LAST]", false, take_listen,
      "where the module's own servers listen (AT+QISERVER, AT#SL): at the port that the host says, "
      "of "
      "127.0.0.1 unless given, or at a free one of these" },
    { "--ppp", NULL, "COMMAND", false, take_ppp,
      "takes data calls (ATD*99#): started by the shell for each, it speaks PPP with the host on "
      "its "
      "standard input and output, a pseudo-terminal; without it each is NO CARRIER" },
    { "--clock", NULL, "machine|manual|TIME", false, take_clock,
      "the module's clock: the network gives the machine's time, as without it; it starts as the "
      "module's and waits for who sets it; or the network gives TIME, like 2026-05-01T12:00:00Z" },
};

/* Those of the wrappers stand between. */
static const struct option last[] = {
    { "--trace", NULL, "COMPONENTS", true, take_trace, NULL },
    { "--log-level", NULL, "LEVEL", false, take_log_level, NULL },
    { "--scenario", NULL, "FILE", false, take_scenario,
      "what happens to each modem, from its start: registration, signal, SIM, calls, messages, "
      "power, "
      "each at its time" },
    { "--record", NULL, "FILE", false, take_record,
      "write what passes at the ports and on the network, as a transcript that plays back; of "
      "several "
      "modems each has a file, by ${name} in FILE" },
    { "--pcap", NULL, "FILE", false, take_pcap,
      "write what passes at the ports and sockets of all modems as packets, with the secrets of "
      "TLS, "
      "for Wireshark; whoever has FILE can read all of it, and what hosts type" },
    { "--keylog", NULL, "FILE", false, take_keylog,
      "append TLS session secrets to FILE, for Wireshark; whoever has it can read the traffic; "
      "else to $SSLKEYLOGFILE" },
    { "--metrics", NULL, "[HOST:]PORT|unix:PATH", false, take_metrics,
      "show /metrics for Prometheus, /ready and /live over HTTP, read-only, without a password; "
      "HOST is 127.0.0.1 unless given" },
    { "--metrics-file", NULL, "FILE", false, take_metrics_file,
      "write the same numbers to FILE every 15 seconds, named *.prom, for node_exporter's textfile "
      "collector" },
    { "--control", NULL, "[HOST:]PORT|unix:PATH", false, take_control,
      "let programs of this machine change what the modems find, over HTTP and JSON; HOST is "
      "127.0.0.1 unless given; a Unix socket is for you only" },
    { "--control-token-file", NULL, "FILE", false, take_control_token_file,
      "what --control [HOST:]PORT asks for: a line of 16 to 256 characters, that nobody else can "
      "read" },
    { "--threads", NULL, "N", false, take_threads,
      "how many threads share the modems; as many as there are processors unless given" },
    { "--shard", NULL, "I/N", false, take_shard,
      "of the modems only each N-th from the I-th on, I from 0; else $TLSMODEM_SHARDS is N and "
      "$JOB_COMPLETION_INDEX or $TLSMODEM_SHARD, a number or NAME-NUMBER, is I" },
    { "--summary", NULL, "FILE", false, take_summary,
      "print at the end what the run came to, times with percentiles, errors by reason, and write "
      "it to FILE as JSON, which tlsmodem report adds up; ${shard} in it is I" },
    { "--fail-if", NULL, "EXPR", true, take_fail_if,
      "exit with 1 if what the run came to is so: \"p99(dial) > 5s\", \"errors > 0.1 %\", as "
      "tlsmodem report has it" },
    { "--start-at", NULL, "TIME", false, take_start_at,
      "when CMD and hosts inside begin, of all shards, like 2026-12-01T12:00:00Z; at once if it "
      "has passed" },
    { "--for", NULL, "TIME", false, take_for,
      "end by itself after TIME, like 60s, as SIGTERM ends it; a run whose modems all have hosts "
      "inside ends when they are done, too" },
    { "--debuggable", NULL, NULL, false, take_debuggable,
      "leave cores, debuggers and system calls as the machine has them, else the program allows "
      "itself only what it needs: whoever debugs it sees its keys" },
    { "--exit-with-parent", NULL, NULL, false, take_exit_with_parent,
      "end when the program that has started this one does" },
    { "--strict", NULL, NULL, false, take_strict,
      "exit with 1 if the run relied on a fact that no source confirms" },
    { "--help", "-h", NULL, false, take_help, "print this" },
    { "--version", "-V", NULL, false, take_version,
      "print the versions of tlsmodem and its libraries" },
};

enum {
    FIRST_COUNT = sizeof(first) / sizeof(first[0]),
    LAST_COUNT = sizeof(last) / sizeof(last[0]),
};

static bool take_wrapper(struct options *options, const char *name, const char *value,
                         struct text *error)
{
    char memory[OPTIONS_ERROR_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (stack_plan_add(&options->in_front, name + strlen("--"), value, &why))
        return true;
    text_add(error, "%s: %s", name, memory);
    return false;
}

/* False when there are no more. */
static bool option_at(size_t index, struct option *ret_option)
{
    size_t wrappers = 0;

    while (stack_wrapper_at(wrappers) != NULL)
        wrappers++;
    if (index < FIRST_COUNT) {
        *ret_option = first[index];
    } else if (index < FIRST_COUNT + wrappers) {
        const struct wrapper *wrapper = stack_wrapper_at(index - FIRST_COUNT);

        *ret_option = (struct option){ .name = wrapper->option,
                                       .value = wrapper->value,
                                       .help = wrapper->help };
    } else if (index < FIRST_COUNT + wrappers + LAST_COUNT) {
        *ret_option = last[index - FIRST_COUNT - wrappers];
    } else {
        return false;
    }
    return true;
}

/* The option that `word` names, up to a "=" in it. */
static bool find_option(const char *word, size_t *ret_index, struct option *ret_option)
{
    struct span name = span_at(word, strcspn(word, "="));

    for (*ret_index = 0; option_at(*ret_index, ret_option); (*ret_index)++)
        if (span_equal(name, span_of(ret_option->name)) ||
            (ret_option->letter != NULL && span_equal(name, span_of(ret_option->letter))))
            return true;
    return false;
}

static bool say_unknown(const char *word, struct text *error)
{
    struct option option;

    if (word[0] != '-') {
        text_add(error,
                 "unknown command %s; allowed: run (which may be left out), check, ctl, "
                 "probe, replay, report, state, tap",
                 word);
        return false;
    }
    text_add(error, "unknown option %s; allowed:", word);
    for (size_t i = 0; option_at(i, &option); i++)
        text_add(error, "%s %s", i == 0 ? "" : ",", option.name);
    return false;
}

/* Finds the value of an option: behind "=", else the word after it, else NULL. */
static bool find_value(const struct option *option, char *const *argv, int *at,
                       const char **ret_value, struct text *error)
{
    const char *equals = strchr(argv[*at], '=');

    *ret_value = NULL;
    if (option->value == NULL) {
        if (equals != NULL)
            text_add(error, "%s takes no value", option->name);
        return equals == NULL;
    }
    if (equals == NULL)
        (*at)++;
    *ret_value = equals != NULL ? equals + 1 : argv[*at];
    if (*ret_value == NULL)
        text_add(error, "%s needs %s", option->name, option->value);
    return *ret_value != NULL;
}

/* Reads the option at argv[*at] and leaves *at at its last word. */
static bool take_option(struct options *options, char *const *argv, int *at, uint64_t *seen,
                        struct text *error)
{
    struct option option;
    const char *value;
    size_t index;

    if (!find_option(argv[*at], &index, &option))
        return say_unknown(argv[*at], error);
    if (!find_value(&option, argv, at, &value, error))
        return false;
    assert(index < 64);
    if (!option.repeats && (*seen & (UINT64_C(1) << index)) != 0) {
        text_add(error, "%s may be given once", option.name);
        return false;
    }
    *seen |= UINT64_C(1) << index;
    return option.take != NULL ? option.take(options, value, error)
                               : take_wrapper(options, option.name, value, error);
}

/* The first option that describes a modem, which a file does where there is one; NULL: none. */
static const char *first_of_modem(const struct options *options)
{
    const struct wrapper *wrapper;

    if (options->module != NULL)
        return "--module";
    if (options->port_count > 0)
        return "a port";
    if (options->imei[0] != '\0' || options->imsi[0] != '\0' || options->iccid[0] != '\0')
        return options->imei[0] != '\0'   ? "--imei"
               : options->imsi[0] != '\0' ? "--imsi"
                                          : "--iccid";
    if (options->clock != NULL)
        return "--clock";
    if (options->has_source)
        return "--source";
    if (options->ppp != NULL)
        return "--ppp";
    if (options->policy.preset != NULL || options->policy.ca != NULL ||
        options->policy.verify != NULL)
        return options->policy.preset != NULL ? "--tls-policy"
               : options->policy.ca != NULL   ? "--tls-ca"
                                              : "--tls-verify";
    for (size_t i = 0; (wrapper = stack_wrapper_at(i)) != NULL; i++) {
        if (options->in_front.words[i] != NULL)
            return wrapper->option;
    }
    return NULL;
}

/* What a file has in the place of an option of first_of_modem(). */
static const char *key_for(const char *option)
{
    if (strcmp(option, "a port") == 0)
        return "ports";
    if (strcmp(option, "--guard") == 0)
        return "allow, deny";
    return strncmp(option, "--tls-", strlen("--tls-")) == 0 ? "policy" : option + strlen("--");
}

static bool check_with_file(const struct options *options, struct text *error)
{
    const char *other = first_of_modem(options);

    if (other != NULL)
        text_add(error,
                 "--config: %s is given, too; allowed: what modems are in the file alone, by its "
                 "key %s",
                 other, key_for(other));
    return other == NULL;
}

static bool check_control(const struct options *options, struct text *error)
{
    if (options->has_control)
        return control_option_check("--control", &options->control, "--control-token-file",
                                    options->control_token_file, error);
    if (options->control_token_file != NULL)
        text_add(error, "--control-token-file needs --control [HOST:]PORT");
    return options->control_token_file == NULL;
}

static bool check_command(const struct options *options, struct text *error)
{
    if (options->command == NULL)
        return true;
    if (options->command[0] == NULL)
        text_add(error, "-- needs a command; allowed: -- CMD ARG...");
    else if (options->has_stdio)
        text_add(error, "--stdio: the command behind -- has standard input and output; allowed: "
                        "another port");
    else
        return true;
    return false;
}

static const char *option_of_port(enum port_kind kind)
{
    return kind == PORT_TCP ? "--tcp" : kind == PORT_TCP_TLS ? "--tcp-tls" : "--rfc2217";
}

/* Files of TLS are the run's, its ports' are those of one modem or of a file. */
static bool give_tls(struct options *options, struct text *error)
{
    const struct port_tls *tls = &options->tls;
    bool used = options->config != NULL;

    for (size_t i = 0; i < options->port_count; i++) {
        if (options->ports[i].kind != PORT_TCP_TLS)
            continue;
        options->ports[i].tls = *tls;
        used = true;
    }
    if (used || (tls->cert == NULL && tls->key == NULL && tls->ca == NULL))
        return true;
    text_add(error, "%s needs --tcp-tls [HOST:]PORT",
             tls->cert != NULL  ? "--tcp-tls-cert"
             : tls->key != NULL ? "--tcp-tls-key"
                                : "--tcp-tls-ca");
    return false;
}

/* What no single option can know. */
static bool check(const struct options *options, struct text *error)
{
    if (!check_control(options, error) || !check_command(options, error))
        return false;
    if (options->config != NULL)
        return check_with_file(options, error);
    if (options->checks_config) {
        text_add(error, "--check-config needs --config FILE");
        return false;
    }
    if (options->module == NULL) {
        text_add(error, "--module NAME or --config FILE is needed; --list-modules shows the names");
        return false;
    }
    if (options->port_count == 0) {
        text_add(error,
                 "a port is needed: --pty, --tcp, --unix, --uart, --rfc2217, --tcp-tls or --stdio");
        return false;
    }
    for (size_t i = 0; i < options->port_count; i++) {
        const struct port_spec *port = &options->ports[i];
        char memory[OPTIONS_ERROR_CAP];
        struct text why;

        text_init(&why, memory, sizeof(memory));
        if (!port_option_check_reach(port, options->allow_remote, &why)) {
            text_add(error, "%s: %s", option_of_port(port->kind), memory);
            return false;
        }
    }
    return true;
}

bool options_parse(int argc, char *const *argv, struct options *ret_options, char *ret_error)
{
    struct options options = { .action = OPTIONS_RUN, .level = LOG_WARNING };
    struct text error;
    uint64_t seen = 0;

    assert(argc >= 1 && argv[argc] == NULL);
    text_init(&error, ret_error, OPTIONS_ERROR_CAP);
    for (int i = 1; i < argc && options.action == OPTIONS_RUN; i++) {
        if (strcmp(argv[i], "--") == 0) {
            options.command = argv + i + 1;
            break;
        }
        if (!take_option(&options, argv, &i, &seen, &error))
            return false;
    }
    if (options.action == OPTIONS_RUN && options.shard.count == 0 &&
        !shard_option_from_environment(&options.shard, &error))
        return false;
    if (options.action == OPTIONS_RUN && (!give_tls(&options, &error) || !check(&options, &error)))
        return false;
    *ret_options = options;
    return true;
}

/* The help of an option whose words are known elsewhere. */
static void print_words(FILE *out, const struct option *option)
{
    const char *known;

    if (option->take == take_trace) {
        fputs("what to trace, apart by commas, -NAME leaves out: all", out);
        for (int i = 0; (known = trace_component_name((enum trace_component)i)) != NULL; i++)
            fprintf(out, ", %s", known);
    } else {
        fputs("what to log:", out);
        for (int i = 0; (known = log_level_name((enum log_level)i)) != NULL; i++)
            fprintf(out, "%s %s%s", i == 0 ? "" : ",", known,
                    i == LOG_WARNING ? " (unless given)" : "");
    }
}

void options_print_help(FILE *out)
{
    struct option option;

    fprintf(
        out,
        "usage: tlsmodem [run] --module NAME PORT... [OPTION...] [-- CMD ARG...]\n"
        "       tlsmodem [run] --config FILE [OPTION...] [-- CMD ARG...]\n"
        "       tlsmodem check FILE... [OPTION...]    plays transcripts: tlsmodem check --help\n"
        "       tlsmodem ctl COMMAND...    asks a run that has --control: tlsmodem ctl --help\n"
        "       tlsmodem probe --uart DEVICE --module NAME [OPTION...]    asks a real module for "
        "its facts: tlsmodem probe --help\n"
        "       tlsmodem replay FILE --pty PATH       is the module of a recording: tlsmodem "
        "replay "
        "--help\n"
        "       tlsmodem report FILE... [OPTION...]    adds up what runs came to: tlsmodem report "
        "--help\n"
        "       tlsmodem state export|import FILE     what modems keep: tlsmodem state --help\n"
        "       tlsmodem tap --uart DEVICE --pty PATH [OPTION...]    sits between a module and its "
        "host: tlsmodem tap --help\n\n"
        "A software cellular module: a host talks AT commands to its ports.  Each --pty, --tcp,\n"
        "--unix, --uart, --rfc2217, --tcp-tls or --stdio is one more port, 1 to %d of them.  When "
        "all are "
        "open, one "
        "line\n"
        "\"ready: NAME PORT\" is printed for each.\n\n",
        TLSMODEM_TERMINALS_MAX);
    for (size_t i = 0; option_at(i, &option); i++) {
        fprintf(out, "  %s%s%s%s%s\n        ", option.letter != NULL ? option.letter : "",
                option.letter != NULL ? ", " : "", option.name, option.value != NULL ? " " : "",
                option.value != NULL ? option.value : "");
        if (option.help != NULL)
            fputs(option.help, out);
        else
            print_words(out, &option);
        fputc('\n', out);
    }
    fputs("\nSIGHUP reads the FILE of --config again; without one it ends the program.\n"
          "\nExit status: 0 ended by SIGTERM, SIGINT, SIGHUP or the end of --stdio's input, "
          "1 failure, also what --strict found, and hosts inside that gave up, 2 wrong use or a "
          "wrong file; with -- CMD that of "
          "CMD, "
          "128 and n where signal n has ended it.\n",
          out);
}
