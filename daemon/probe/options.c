/* options.c: the command line of `tlsmodem probe`. */
#include "probe/options.h"

#include "plan/module_name.h"
#include "plan/near_name.h"
#include "plan/port_options.h"
#include "tlsmodem.h"

#include <arpa/inet.h>
#include <string.h>

static bool take_uart(void *ctx, const char *value, struct text *error)
{
    struct probe_options *options = ctx;

    if (options->port_count == PROBE_PORTS_MAX) {
        text_add(error, "--uart: too many; allowed: %d, both of one module", PROBE_PORTS_MAX);
        return false;
    }
    return port_option_uart("--uart", value, &options->ports[options->port_count++], error);
}

static bool take_module(void *ctx, const char *value, struct text *error)
{
    struct probe_options *options = ctx;

    options->module = module_name_read(value, error);
    return options->module != NULL;
}

static bool take_output(void *ctx, const char *value, struct text *error)
{
    (void)error;
    ((struct probe_options *)ctx)->output = value;
    return true;
}

static bool take_address(void *ctx, const char *value, struct text *error)
{
    unsigned char bytes[sizeof(struct in6_addr)];

    ((struct probe_options *)ctx)->address = value;
    if (inet_pton(AF_INET, value, bytes) == 1 || inet_pton(AF_INET6, value, bytes) == 1)
        return true;
    text_add(error,
             "--address: \"%s\" is no address; allowed: one of this machine, as IPv4 or IPv6 has "
             "it",
             value);
    return false;
}

static bool take_host(void *ctx, const char *value, struct text *error)
{
    size_t len = strlen(value);

    ((struct probe_options *)ctx)->host = value;
    if (len > 0 && len <= 63 &&
        strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == len)
        return true;
    text_add(error, "--host: \"%s\" is no name; allowed: up to 63 letters, digits, dots, dashes",
             value);
    return false;
}

static bool take_apn(void *ctx, const char *value, struct text *error)
{
    ((struct probe_options *)ctx)->apn = value;
    if (strlen(value) <= 63 && strpbrk(value, "\"\\\r\n") == NULL)
        return true;
    text_add(error, "--apn: \"%s\" is wrong; allowed: up to 63 characters without quotes", value);
    return false;
}

static bool take_fact(void *ctx, const char *value, struct text *error)
{
    struct probe_options *options = ctx;

    if (options->fact_count == PROBE_FACTS_MAX) {
        text_add(error, "--fact: too many; allowed: %d", PROBE_FACTS_MAX);
        return false;
    }
    options->facts[options->fact_count++] = value;
    return true;
}

static const struct command_option table[] = {
    { "--uart", PORT_OPTION_UART, take_uart,
      "the serial device that the module is at, 115200 baud unless given; again: its second port, "
      "without which nothing is asked that needs two" },
    { "--module", "NAME", take_module,
      "which module it is, one of --list-modules: whose facts are asked for" },
    { "--output", "FILE", take_output, "write the facts to FILE; else to standard output" },
    { "--address", "ADDRESS", take_address,
      "where the module reaches this machine through its network: servers listen there; without it "
      "nothing is asked that needs the network" },
    { "--host", "NAME", take_host,
      "the name by which the module's network finds ADDRESS; without it nothing is asked that "
      "needs "
      "one" },
    { "--apn", "NAME", take_apn, "the access point of the module's SIM; internet unless given" },
    { "--fact", "NAME", take_fact,
      "ask for this fact alone (docs/facts/unconfirmed.md); may be repeated" },
};

static const char *const usage[] = {
    "tlsmodem probe --uart DEVICE --module NAME [OPTION...]",
    NULL,
};

static const struct command_line line = {
    .command = "probe",
    .usage = usage,
    .about = "Asks a real module for what its manuals do not say, one fact after the other, and "
             "writes a file\n"
             "with its facts, which a file of --config includes (docs/confirm-a-fact.md).  The "
             "module is put\n"
             "back to its factory settings (AT&F) again and again, its sockets are closed, and it "
             "restarts.\n",
    .table = table,
    .count = sizeof(table) / sizeof(table[0]),
    .end = "Exit status: 0 the facts are written, 1 the module is not there or went away, nothing "
           "was found\n"
           "out, or FILE cannot be written, 2 wrong use.\n",
};

static bool is_fact(const char *module, const char *name, struct text *error)
{
    struct tlsmodem_fact fact;
    struct span word = span_of(name);
    size_t nearest = NEAR_NAME_MAX + 1;
    char best[64] = "";

    for (size_t i = 0; tlsmodem_fact_at(module, i, &fact); i++) {
        size_t far = nearest;

        if (strcmp(fact.name, name) == 0)
            return true;
        if (word.len <= NEAR_NAME_MAX && strlen(fact.name) <= NEAR_NAME_MAX)
            far = near_name_distance(word, span_of(fact.name));
        if (far < nearest) {
            nearest = far;
            (void)snprintf(best, sizeof(best), "%s", fact.name);
        }
    }
    text_add(error, "--fact: \"%s\" is no fact of this maker's; ", name);
    if (nearest <= near_name_limit(word.len))
        text_add(error, "did you mean %s? ", best);
    text_add(error, "allowed: those of docs/facts/unconfirmed.md");
    return false;
}

bool probe_options_parse(int argc, char *const *argv, struct probe_options *ret_options,
                         struct text *error)
{
    *ret_options = (struct probe_options){ .apn = "internet" };
    if (!command_line_read(&line, argc, argv, ret_options, &ret_options->help, error))
        return false;
    if (ret_options->help)
        return true;
    if (ret_options->port_count == 0 || ret_options->module == NULL) {
        text_add(error, "probe: %s is needed",
                 ret_options->port_count == 0 ? "--uart DEVICE" : "--module NAME");
        return false;
    }
    if (ret_options->host != NULL && ret_options->address == NULL) {
        text_add(error, "probe: --host needs --address, which it is the name of");
        return false;
    }
    for (size_t i = 0; i < ret_options->fact_count; i++) {
        if (!is_fact(ret_options->module, ret_options->facts[i], error))
            return false;
    }
    return true;
}

void probe_options_print_help(FILE *out)
{
    command_line_print_help(&line, out);
}
