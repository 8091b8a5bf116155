/* probe.c: `tlsmodem probe`: asks a real module for the facts that no manual has, and writes a file
 * with them. */
#include "probe/probe.h"

#include "check/wire.h"
#include "plan/output_file.h"
#include "probe/inquiry.h"
#include "probe/options.h"
#include "probe/sheet.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_USE = 2, DATE_CAP = 16 };

struct asking {
    const struct probe_options *options;
    struct probe_device device;
    struct report body; /* the facts of the file */
    char product[PROBE_LINE_MAX + 1], firmware[PROBE_LINE_MAX + 1];
    size_t found, unknown, otherwise;
    size_t saved; /* of these, in the file already */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    interrupted = number;
}

/* The second one of a kind ends the program at once. */
static void watch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    wire_cancel_by(&interrupted);
}

static const char *maker_of(const char *module)
{
    const struct tlsmodem_model *model;

    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL; i++) {
        if (strcmp(model->name, module) == 0)
            return model->maker;
    }
    return "";
}

static bool is_asked_for(const struct probe_options *options, const char *name)
{
    for (size_t i = 0; i < options->fact_count; i++) {
        if (strcmp(options->facts[i], name) == 0)
            return true;
    }
    return options->fact_count == 0;
}

static void add_unknown(struct asking *asking, const struct tlsmodem_fact *fact, struct span reason)
{
    sheet_add_unknown(&asking->body, fact, reason);
    fprintf(stderr, "%s: not asked: %.*s\n", fact->name, (int)reason.len,
            (const char *)reason.data);
}

/* False: the module is gone, or an end is wanted before its answer is known. */
static bool ask(struct asking *asking, const struct tlsmodem_fact *fact, const struct probe *probe)
{
    char value[OUTCOME_VALUE_MAX + 1];
    struct report why = { .cut = false }, left = { .cut = false };
    enum inquiry_end end = inquiry_run(&asking->device, fact->name, probe, value, &left, &why);

    if (left.text.len > 0)
        fprintf(stderr, "tlsmodem: probe: %s: what it has set could not be put back:\n%.*s",
                fact->name, (int)left.text.len, (const char *)left.text.data);
    report_free(&left);
    if (end == INQUIRY_FOUND) {
        sheet_add(&asking->body, fact, value);
        fprintf(stderr, "%s: %s%s\n", fact->name, value,
                strcmp(value, fact->choice) != 0 ? " (another than ours)" : "");
        asking->found++;
    } else if (interrupted != 0) {
        end = INQUIRY_GONE;
    } else if (end == INQUIRY_OTHERWISE) {
        sheet_add_unanswered(&asking->body, fact, bytes_span(&why.text));
        fprintf(stderr, "%s: the module answers otherwise than was expected\n", fact->name);
        asking->otherwise++;
    } else {
        fprintf(stderr, "tlsmodem: probe: %.*s", (int)why.text.len, (const char *)why.text.data);
    }
    report_free(&why);
    return end != INQUIRY_GONE;
}

/* What the probe needs and nobody has given; NULL: nothing. */
static const char *missing(const struct probe_device *device, const struct probe *probe)
{
    if (probe->needs_network && device->address == NULL)
        return "it needs the network, and servers of this machine: give --address";
    if (probe->needs_name && device->host == NULL)
        return "it needs a name of this machine in the module's network: give --host";
    if (probe->needs_second_port && device->port_count < 2)
        return "it needs a second port of the module: give --uart again";
    return NULL;
}

/* False: the module is gone. */
static bool take_fact(struct asking *asking, const struct tlsmodem_fact *fact)
{
    struct probe probe;
    const char *needed;

    if (!probe_find(asking->device.maker, fact->name, &probe))
        return true;
    needed = missing(&asking->device, &probe);
    if (probe.reason.len == 0 && needed == NULL)
        return ask(asking, fact, &probe);
    add_unknown(asking, fact, probe.reason.len > 0 ? probe.reason : span_of(needed));
    asking->unknown++;
    return true;
}

/* False: the model has none of this name. */
static bool find_fact(const char *module, struct span name, struct tlsmodem_fact *ret_fact)
{
    for (size_t i = 0; tlsmodem_fact_at(module, i, ret_fact); i++) {
        if (span_equal(name, span_of(ret_fact->name)))
            return true;
    }
    return false;
}

static bool write_sheet(const struct asking *asking, bool is_whole)
{
    struct report sheet = { .cut = false };
    char date[DATE_CAP] = "";
    time_t now = time(NULL);
    struct tm parts;
    bool written;

    if (gmtime_r(&now, &parts) != NULL)
        (void)strftime(date, sizeof(date), "%Y-%m-%d", &parts);
    sheet_begin(&sheet, asking->device.module, asking->product, asking->firmware, date,
                asking->found > 0);
    report_add_span(&sheet, bytes_span(&asking->body.text));
    if (!is_whole)
        report_add(&sheet, "    # it ended early: what follows was not asked\n");
    written = output_file_write(asking->options->output, bytes_span(&sheet.text));
    report_free(&sheet);
    return written;
}

/* What is known by now outlives what becomes of this program. */
static void save(struct asking *asking)
{
    size_t known = asking->found + asking->otherwise;

    if (known == asking->saved || !output_file_is_replaced(asking->options->output))
        return;
    asking->saved = known;
    (void)write_sheet(asking, false);
}

/* The last probe may have left sockets open, or have the module restart. */
static void leave(const struct asking *asking)
{
    struct report ignored = { .cut = false };

    (void)probe_device_reset(&asking->device, &ignored);
    report_free(&ignored);
}

/* In the order of the makers' files, where what changes something stands last.  False: the module
 * is gone, or somebody wants an end. */
static bool ask_all(struct asking *asking)
{
    struct tlsmodem_fact fact;
    struct span name;

    for (size_t i = 0; (name = probe_fact_at(asking->device.maker, i)).len > 0; i++) {
        if (!find_fact(asking->device.module, name, &fact) ||
            !is_asked_for(asking->options, fact.name))
            continue;
        if (interrupted != 0 || !take_fact(asking, &fact))
            return false;
        save(asking);
    }
    leave(asking);
    return true;
}

/* What the module says of itself; false: there is none. */
static bool meet(struct asking *asking)
{
    struct report why = { .cut = false };
    bool there = probe_device_ask(&asking->device, "AT+CGMM", asking->product, &why) &&
                 probe_device_ask(&asking->device, "AT+CGMR", asking->firmware, &why);

    if (!there && interrupted == 0)
        fprintf(stderr, "tlsmodem: probe: %.*s", (int)why.text.len, (const char *)why.text.data);
    report_free(&why);
    return there;
}

static int conclude(struct asking *asking, bool is_whole)
{
    fprintf(stderr, "%zu found out, %zu not asked, %zu answered otherwise%s\n", asking->found,
            asking->unknown, asking->otherwise, is_whole ? "" : "; ended early");
    if (!write_sheet(asking, is_whole))
        return EXIT_FAILURE;
    if (asking->found == 0)
        fputs("tlsmodem: probe: nothing was found out\n", stderr);
    return is_whole && asking->found > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Whether servers may listen where the module is to find them; else says so. */
static bool is_ours(const char *address)
{
    uint16_t port;
    int fd = address != NULL ? wire_bind(address, 0, SOCK_STREAM, &port) : -1;

    if (fd < 0 && address != NULL)
        fprintf(
            stderr,
            "tlsmodem: probe: --address: \"%s\" is none of this machine's: %s; allowed: one that "
            "it has (ip address shows them)\n",
            address, strerror(errno));
    if (fd >= 0)
        close(fd);
    return fd >= 0 || address == NULL;
}

static int run(const struct probe_options *options)
{
    struct asking asking = { .options = options,
                             .device = { .ports = options->ports,
                                         .port_count = options->port_count,
                                         .module = options->module,
                                         .maker = maker_of(options->module),
                                         .address = options->address,
                                         .host = options->host,
                                         .apn = options->apn } };
    int status = EXIT_FAILURE;

    if (!is_ours(options->address))
        return EXIT_USE;
    if (!output_file_check(options->output) ||
        test_authority_open(&asking.device.authority) != ERR_OK)
        return EXIT_FAILURE;
    if (options->address != NULL)
        test_authority_is_at(asking.device.authority, options->address, options->host);
    watch_signals();
    if (meet(&asking))
        status = conclude(&asking, ask_all(&asking));
    else if (interrupted != 0)
        status = conclude(&asking, false);
    report_free(&asking.body);
    test_authority_close(asking.device.authority);
    return status;
}

int probe_main(int argc, char **argv)
{
    struct probe_options options;
    char memory[COMMAND_LINE_ERROR_CAP];
    struct text error;

    text_init(&error, memory, sizeof(memory));
    if (!probe_options_parse(argc, argv, &options, &error)) {
        fprintf(stderr, "tlsmodem: %s\n", memory);
        return EXIT_USE;
    }
    if (!options.help)
        return run(&options);
    probe_options_print_help(stdout);
    return EXIT_SUCCESS;
}
