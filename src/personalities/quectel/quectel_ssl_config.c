/* quectel_ssl_config.c: +QSSLCFG: each subtype a row of its own table.
 *
 * Source: GSM_SSL_TCP_Application_Note V3.1 §2.2.1; docs/facts/quectel.md §1.2.  Without its value
 * a subtype answers what it holds.
 */
#include "personalities/quectel/quectel.h"

#include "base/hex.h"
#include "base/number.h"
#include "base/text.h"
#include "base/tls_suites.h"

#include <stdio.h>

enum { ARG_TYPE, ARG_CONTEXT, ARG_VALUE, ARG_COUNT = 9 };

enum { ALL_SUITES = 0xFFFF };

enum subtype_kind { SUBTYPE_NUMBER, SUBTYPE_FILE, SUBTYPE_SUITES, SUBTYPE_ALL };

struct subtype {
    const char *name;
    const char *shown; /* in its answer, where that is not its name */
    enum subtype_kind kind;
    bool global;                      /* no context follows */
    enum quectel_ssl_setting setting; /* whose factory value is a fact */
    size_t offset;
    int32_t min, max;
    enum quectel_file_kind file;
};

#define CONTEXT(field) offsetof(struct quectel_ssl_context, field)
#define GLOBAL(field)  offsetof(struct quectel_ssl, field), .global = true

/* The thirteen of the note, then those that hosts send to later firmware (docs/facts/quectel.md
 * §1.2). */
static const struct subtype subtypes[] = {
    { "ctxindex", .kind = SUBTYPE_ALL },
    { "sslversion", .setting = SSL_SETTING_VERSION, .offset = CONTEXT(version),
      .max = QUECTEL_ANY_VERSION },
    { "ciphersuite", .kind = SUBTYPE_SUITES },
    { "seclevel", .setting = SSL_SETTING_LEVEL, .offset = CONTEXT(seclevel), .max = SECLEVEL_BOTH },
    { "cacert", .kind = SUBTYPE_FILE, .file = FILE_CA },
    { "clientcert", .kind = SUBTYPE_FILE, .file = FILE_CERTIFICATE },
    { "clientkey", .kind = SUBTYPE_FILE, .file = FILE_KEY },
    { "ignorertctime", .setting = SSL_SETTING_DATES, .offset = GLOBAL(ignore_dates), .max = 1 },
    { "https", .offset = GLOBAL(https), .max = 1 },
    { "httpsctxi", .offset = GLOBAL(https_context), .max = QUECTEL_SSL_CONTEXTS - 1 },
    { "smtpstyle", .offset = GLOBAL(smtp_style), .max = 2 },
    { "smtpsctxi", .shown = "smtpctxi", /* so the note */
      .offset = GLOBAL(smtp_context), .max = QUECTEL_SSL_CONTEXTS - 1 },
    { "sni", .setting = SSL_SETTING_SNI, .offset = CONTEXT(sni), .max = 1 },
    { "checkhost", .setting = SSL_SETTING_NAME, .offset = CONTEXT(check_host), .max = 1 },
    { "negotiatetime", .setting = SSL_SETTING_TIME, .offset = CONTEXT(negotiate_s), .min = 10,
      .max = 300 },
};

static int lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool is_named(struct span text, const char *name)
{
    if (text.len != strlen(name))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (lower(text.data[i]) != name[i])
            return false;
    }
    return true;
}

static const struct subtype *find(struct span name)
{
    for (size_t i = 0; i < sizeof(subtypes) / sizeof(subtypes[0]); i++) {
        if (is_named(name, subtypes[i].name))
            return &subtypes[i];
    }
    return NULL;
}

/* ---- numbers and files ---- */

static int32_t *number_of(struct quectel_ssl *ssl, struct quectel_ssl_context *context,
                          const struct subtype *subtype)
{
    char *base = subtype->global ? (char *)ssl : (char *)context;

    return (int32_t *)(void *)(base + subtype->offset);
}

static bool set_number(int32_t *field, const struct subtype *subtype, struct span text)
{
    int32_t number;

    if (!number_parse(text, &number) || number < subtype->min || number > subtype->max)
        return false;
    *field = number;
    return true;
}

/* The file need not be there before a connection is opened. */
static bool set_file(struct quectel_ssl_context *context, const struct subtype *subtype,
                     struct span name)
{
    if (name.len > 0 && !quectel_file_fits(name, subtype->file))
        return false;
    snprintf(context->files[subtype->file], QUECTEL_FILE_NAME_MAX + 1, "%.*s", (int)name.len,
             (const char *)name.data);
    return true;
}

/* ---- suites ---- */

/* 0X and four digits, the X in either case. */
static bool parse_code(struct span text, uint32_t *ret)
{
    *ret = 0;
    if (text.len != 6 || text.data[0] != '0' || lower(text.data[1]) != 'x')
        return false;
    for (size_t i = 2; i < text.len; i++) {
        int digit = hex_digit(text.data[i]);

        if (digit < 0)
            return false;
        *ret = *ret << 4 | (uint32_t)digit;
    }
    return true;
}

static bool is_ours(uint32_t code)
{
    switch (code) {
    case TLS_RSA_WITH_AES_256_CBC_SHA:
    case TLS_RSA_WITH_AES_128_CBC_SHA:
    case TLS_RSA_WITH_RC4_128_SHA:
    case TLS_RSA_WITH_RC4_128_MD5:
    case TLS_RSA_WITH_3DES_EDE_CBC_SHA:
    case TLS_RSA_WITH_AES_256_CBC_SHA256:
        return true;
    default:
        return false;
    }
}

static bool add_suite(struct quectel_ssl_context *list, struct span text)
{
    uint32_t code;

    if (!parse_code(text, &code))
        return false;
    if (code == ALL_SUITES) {
        list->all_suites = true;
        return true;
    }
    if (!is_ours(code))
        return false;
    for (size_t i = 0; i < list->suite_count; i++) {
        if (list->suites[i] == code)
            return true;
    }
    list->suites[list->suite_count++] = (tls_suite)code;
    return true;
}

static bool is_separator(uint8_t c)
{
    return c == ':' || c == ';' || c == ',' || c == ' ';
}

/* Codes in one text, with something between them. */
static bool add_suites(struct quectel_ssl_context *list, struct span text)
{
    while (text.len > 0) {
        size_t len = 0;

        while (len < text.len && !is_separator(text.data[len]))
            len++;
        if (len > 0 && !add_suite(list, span_at(text.data, len)))
            return false;
        text = span_skip(text, len < text.len ? len + 1 : len);
    }
    return true;
}

static bool set_suites(struct quectel_ssl_context *context, const struct at_args *args)
{
    struct quectel_ssl_context list = { .suite_count = 0 };

    for (size_t i = ARG_VALUE; i < ARG_COUNT; i++) {
        if (args->list[i].given && !add_suites(&list, args->list[i].text))
            return false;
    }
    if (!list.all_suites && list.suite_count == 0)
        return false;
    context->all_suites = list.all_suites;
    context->suite_count = list.suite_count;
    memcpy(context->suites, list.suites, sizeof(list.suites));
    return true;
}

/* What stands around names and suites in answers. */
static const char *quote_of(const struct tlsmodem *modem)
{
    return module_fact_is(modem, FACT_SSL_CONFIG_IS_QUOTED) ? "\"" : "";
}

static void print_suites(const struct quectel_ssl_context *context, struct text *text)
{
    const char *quote = quote_of(context->modem);

    if (context->all_suites) {
        text_add(text, "%s0X%04X%s", quote, ALL_SUITES, quote);
        return;
    }
    for (size_t i = 0; i < context->suite_count; i++)
        text_add(text, "%s%s0X%04X%s", i > 0 ? "," : "", quote, (unsigned)context->suites[i],
                 quote);
}

static void print_file(const struct quectel_ssl_context *context, enum quectel_file_kind kind,
                       struct text *text)
{
    const char *quote = quote_of(context->modem);

    text_add(text, "%s%s%s", quote, context->files[kind], quote);
}

/* ---- the command ---- */

static bool set_value(struct at_session *at, struct quectel_ssl_context *context,
                      const struct subtype *subtype, const struct at_args *args)
{
    struct span value = args->list[subtype->global ? ARG_CONTEXT : ARG_VALUE].text;

    switch (subtype->kind) {
    case SUBTYPE_NUMBER:
        if (!set_number(number_of(&quectel_of(at)->ssl, context, subtype), subtype, value))
            return false;
        quectel_ssl_set(module_of(at), context != NULL ? context->index : 0, subtype->setting);
        return true;
    case SUBTYPE_FILE:
        return set_file(context, subtype, value);
    case SUBTYPE_SUITES:
        return set_suites(context, args);
    case SUBTYPE_ALL:
        break;
    }
    return false;
}

static void answer_all(struct at_session *at, const struct quectel_ssl_context *context)
{
    char values[100 + 3 * (QUECTEL_FILE_NAME_MAX + 3)];
    struct text text;

    text_init(&text, values, sizeof(values));
    print_suites(context, &text);
    for (enum quectel_file_kind kind = FILE_CA; kind <= FILE_KEY; kind++) {
        text_add(&text, ",");
        print_file(context, kind, &text);
    }
    quectel_ssl_note(context->modem, context->index, SSL_SETTING_VERSION);
    quectel_ssl_note(context->modem, context->index, SSL_SETTING_LEVEL);
    at_info(at, "+QSSLCFG: %d,%d,%d,%s", (int)context->index, (int)context->version,
            (int)context->seclevel, values);
}

static void answer_value(struct at_session *at, struct quectel_ssl_context *context,
                         const struct subtype *subtype)
{
    const char *shown = subtype->shown != NULL ? subtype->shown : subtype->name;
    char value[100];
    struct text text;

    text_init(&text, value, sizeof(value));
    switch (subtype->kind) {
    case SUBTYPE_NUMBER:
        text_add(&text, "%d", (int)*number_of(&quectel_of(at)->ssl, context, subtype));
        quectel_ssl_note(module_of(at), context != NULL ? context->index : 0, subtype->setting);
        break;
    case SUBTYPE_FILE:
        print_file(context, subtype->file, &text);
        break;
    case SUBTYPE_SUITES:
        print_suites(context, &text);
        break;
    case SUBTYPE_ALL:
        answer_all(at, context);
        return;
    }
    at_info(at, "+QSSLCFG: \"%s\",%s", shown, value);
}

/* No more values than the subtype takes. */
static bool fits(const struct subtype *subtype, const struct at_args *args)
{
    size_t most = subtype->global || subtype->kind == SUBTYPE_ALL ? 2 : 3;

    return subtype->kind == SUBTYPE_SUITES || args->count <= most;
}

static enum at_status refuse_value(struct at_session *at, const struct subtype *subtype)
{
    static const char *const names[] = {
        [FILE_CA] = "RAM:<name>, NVRAM:CA0 or NVRAM:CA1",
        [FILE_CERTIFICATE] = "RAM:<name> or NVRAM:CC0",
        [FILE_KEY] = "RAM:<name> or NVRAM:CK0",
    };

    switch (subtype->kind) {
    case SUBTYPE_NUMBER:
        return at_refuse_plain(at, "the value of \"%s\" is a number of %d to %d", subtype->name,
                               (int)subtype->min, (int)subtype->max);
    case SUBTYPE_FILE:
        return at_refuse_plain(at, "the value of \"%s\" is %s", subtype->name,
                               names[subtype->file]);
    case SUBTYPE_SUITES:
        return at_refuse_plain(at, "a suite is one of \"0X0035\", \"0X002F\", \"0X0005\", "
                                   "\"0X0004\", \"0X000A\", \"0X003D\", or all: \"0XFFFF\"");
    case SUBTYPE_ALL:
        break;
    }
    return at_refuse_plain(at, "\"%s\" takes no value", subtype->name);
}

static enum at_status set_config(struct at_session *at, const struct at_args *args)
{
    const struct subtype *subtype = find(args->list[ARG_TYPE].text);
    struct quectel_ssl_context *context = NULL;
    size_t place;
    int32_t index;

    if (subtype == NULL)
        return at_refuse_plain(at,
                               "there is no such <type>; docs/commands/quectel.md has them all");
    if (!fits(subtype, args))
        return at_refuse_plain(at, "\"%s\" does not take so many values", subtype->name);
    if (!subtype->global) {
        if (!number_parse(args->list[ARG_CONTEXT].text, &index) || index >= QUECTEL_SSL_CONTEXTS)
            return at_refuse_plain(at, "<ctxindex> is no number of 0 to %d",
                                   (int)QUECTEL_SSL_CONTEXTS - 1);
        context = quectel_ssl_context(module_of(at), index);
        if (context == NULL)
            return at_refuse_memory(at, FACT_PLAIN_ERROR);
    }
    place = subtype->global ? ARG_CONTEXT : ARG_VALUE;
    if (!args->list[place].given && args->count > place)
        return refuse_value(at, subtype); /* a comma, and nothing behind it */
    if (!args->list[place].given)
        answer_value(at, context, subtype);
    else if (!set_value(at, context, subtype, args))
        return refuse_value(at, subtype);
    return AT_OK;
}

#define VALUE                                                                                      \
    {                                                                                              \
        .name = "value", .type = AT_STRING, .optional = true, .max = QUECTEL_FILE_NAME_MAX         \
    }
static const struct at_param config_params[ARG_COUNT] = {
    { .name = "type", .type = AT_STRING, .min = 1, .max = 20 },
    { .name = "ctxindex", .type = AT_STRING, .optional = true, .max = 3 },
    VALUE,
    VALUE,
    VALUE,
    VALUE,
    VALUE,
    VALUE,
    VALUE,
};

static const struct at_command rows[] = {
    { .name = "+QSSLCFG",
      .help =
          "Settings of the SSL contexts, of HTTPS and of SMTPS; without a value it answers.  Of a "
          "context: ctxindex (shows it), sslversion (0 to 4; factory 4), ciphersuite (factory "
          "0XFFFF), seclevel (0 to 2; 0), cacert, clientcert, clientkey (names of files), sni "
          "(0, 1; 0), checkhost (0, 1; 0), negotiatetime (10 to 300 s; 300).  Of all: "
          "ignorertctime (0, 1; 0), https (0, 1; 0), httpsctxi (0 to 5; 0), smtpstyle (0 to 2; "
          "0), smtpsctxi (0 to 5; 0).",
      .source = "GSM_SSL_TCP_Application_Note V3.1 §2.2.1",
      .plain_error = true,
      AT_PARAMS(config_params),
      .test_text = "\"type\",(0-5),\"value\"",
      .set = set_config },
};
const struct at_commands quectel_ssl_config = AT_COMMANDS(rows);
