/* reader_header.c: the lines of a transcript's header. */
#include "transcript/reader_header.h"

#include "base/letters.h"
#include "tlsmodem.h"
#include "transcript/reader_text.h"
#include "transcript/reader_words.h"
#include "transcript/variable.h"
#include "wrap/stack.h"

#include <inttypes.h>
#include <stdio.h>

static const struct span nothing = { NULL, 0 };

static bool is_in(const char *const words[], struct span text)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (words_are(text, words[i]))
            return true;
    }
    return false;
}

/* ---- models ---- */

static const struct tlsmodem_model *find_model(struct span name)
{
    const struct tlsmodem_model *model = NULL;

    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL; i++) {
        if (letters_equal(name, span_of(model->name)))
            break;
    }
    return model;
}

static bool has_model(const struct reader *reader, struct span name)
{
    const struct script_model *models = reader->models.items;

    for (size_t i = 0; i < reader->models.count; i++) {
        if (span_equal(models[i].name, name))
            return true;
    }
    return false;
}

static void add_model(struct reader *reader, struct span word, bool leads)
{
    const struct tlsmodem_model *known = find_model(word);
    struct script_model *model;

    if (known == NULL) {
        reader_mistake(reader, word, "there is no such model", "a name of --list-modules");
        return;
    }
    if (has_model(reader, span_of(known->name))) {
        reader_mistake(reader, word, "it stands here twice", "each model once");
        return;
    }
    model = reader_list_add(reader, &reader->models, sizeof(*model), SCRIPT_MODELS_MAX);
    if (model != NULL)
        *model = (struct script_model){ .name = span_of(known->name), .leads = leads };
}

/* The variables of a line, which come in any place; NULL: none. */
static struct script_pair *read_variables(struct reader *reader, struct span rest,
                                          size_t *ret_count)
{
    struct script_pair *pairs;
    struct span word, name, value, all = rest;
    size_t count = 0;

    while ((word = words_next(&all)).len > 0)
        count += words_pair(word, &name, &value);
    if (count > SCRIPT_VARIABLES_MAX) {
        reader_mistake(reader, nothing, "there are too many variables", "64");
        count = 0;
    }
    *ret_count = count;
    pairs = count > 0 ? reader_memory(reader, count * sizeof(*pairs)) : NULL;
    if (pairs == NULL)
        return NULL;
    for (size_t i = 0; i < count;) {
        if (!words_pair(words_next(&rest), &name, &value))
            continue;
        if (!variable_is_name(name))
            reader_mistake(reader, name, "it is no name of a variable",
                           "letters, digits, underscores");
        pairs[i++] = (struct script_pair){ name, value };
    }
    return pairs;
}

static void take_models(struct reader *reader, struct span rest)
{
    size_t first = reader->models.count, count;
    const struct script_pair *pairs = read_variables(reader, rest, &count);
    struct script_model *models;
    struct span word, name, value;
    bool named = false;

    while ((word = words_next(&rest)).len > 0) {
        if (words_pair(word, &name, &value))
            continue;
        named = true;
        add_model(reader, word, reader->models.count == first);
    }
    if (!named)
        reader_mistake(reader, nothing, "which model?", "model NAME... [VARIABLE=VALUE...]");
    models = reader->models.items;
    for (size_t i = first; i < reader->models.count && pairs != NULL; i++) {
        models[i].variables = pairs;
        models[i].variable_count = count;
    }
}

/* ---- single values ---- */

static void take_source(struct reader *reader, struct span rest)
{
    /* An included file says where it is from for itself. */
    if (reader->depth == 1)
        reader->header.source = letters_trim(rest);
}

static void take_state(struct reader *reader, struct span rest)
{
    if (!words_are(rest, "none") && !words_are(rest, "kept"))
        reader_mistake(reader, rest, "it is no kind of state", "none, kept");
    reader->header.keeps_state = words_are(rest, "kept");
}

static void take_guard(struct reader *reader, struct span rest)
{
    reader_take_duration(reader, rest, &reader->header.guard_ms);
}

static void take_clock(struct reader *reader, struct span rest)
{
    char *text = reader_copy(reader, rest);
    struct tlsmodem_time time;

    if (text == NULL)
        return;
    if (tlsmodem_time_read(text, 0, &time) != ERR_OK)
        reader_mistake(reader, rest, "it is no time",
                       "machine, manual, or a time of 2000 to 2099 like 2026-05-01T12:00:00Z");
    reader->header.clock = rest;
}

/* ---- lists ---- */

static void take_only(struct reader *reader, struct span rest)
{
    static const char *const words[] = { "engine", "pty",  "tcp",   "unix",
                                         "stdio",  "uart", "whole", NULL };
    static const char allowed[] = "engine, pty, tcp, unix, stdio, uart, whole";
    struct span word;

    reader->only.count = 0;
    if (letters_trim(rest).len == 0)
        reader_mistake(reader, nothing, "which back end?", allowed);
    while ((word = words_next(&rest)).len > 0) {
        struct span *only;

        if (!is_in(words, word)) {
            reader_mistake(reader, word, "it is no back end", allowed);
            continue;
        }
        only = reader_list_add(reader, &reader->only, sizeof(*only), SCRIPT_ENTRIES_MAX);
        if (only == NULL)
            return;
        *only = word;
    }
}

/* A later one of the same name takes the place of the first. */
static void add_pair(struct reader *reader, struct reader_list *list, struct span name,
                     struct span value)
{
    struct script_pair *pairs = list->items;
    struct script_pair *pair = NULL;

    for (size_t i = 0; i < list->count && pair == NULL; i++)
        pair = span_equal(pairs[i].name, name) ? &pairs[i] : NULL;
    if (pair == NULL)
        pair = reader_list_add(reader, list, sizeof(*pair), SCRIPT_ENTRIES_MAX);
    if (pair != NULL)
        *pair = (struct script_pair){ name, value };
}

static bool looks_like_address(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = letter_upper(text.data[i]);

        if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'F') && c != '.' && c != ':')
            return false;
    }
    return text.len > 0;
}

static void take_name(struct reader *reader, struct span rest)
{
    struct span host = words_next(&rest), answer = words_next(&rest);

    if (host.len == 0 || letters_trim(rest).len > 0 ||
        (!looks_like_address(answer) && !words_are(answer, "fail") && !words_are(answer, "hang")))
        reader_mistake(reader, answer, "it is nothing that a resolver says",
                       "name HOST ADDRESS, name HOST fail, name HOST hang");
    else
        add_pair(reader, &reader->names, host, answer);
}

static void take_ping(struct reader *reader, struct span rest)
{
    static const char *const words[] = { "timeout", "unreachable", "denied", NULL };
    struct span address = words_next(&rest), answer = letters_trim(rest), more = answer;
    struct span time = words_next(&more), ttl = letters_trim(more);
    uint32_t number;

    if (!looks_like_address(address) ||
        (!is_in(words, answer) && (!words_number(time, INT32_MAX, &number) ||
                                   (ttl.len > 0 && !words_number(ttl, 255, &number)))))
        reader_mistake(reader, rest, "it is nothing that an echo request meets",
                       "ping ADDRESS MS [TTL], ping ADDRESS timeout, unreachable or denied");
    else
        add_pair(reader, &reader->pings, address, answer);
}

/* The words with commas between them, as the option takes them. */
static char *join_words(struct reader *reader, struct span rest)
{
    char *joined = reader_memory(reader, rest.len + 1);
    struct span word;
    size_t len = 0;

    if (joined == NULL)
        return NULL;
    while ((word = words_next(&rest)).len > 0) {
        if (len > 0)
            joined[len++] = ',';
        memcpy(joined + len, word.data, word.len);
        len += word.len;
    }
    joined[len] = '\0';
    return joined;
}

static void take_wrap(struct reader *reader, struct span rest)
{
    const struct script_pair *known = reader->wraps.items;
    struct span name = words_next(&rest);
    char *option = reader_copy(reader, name), *words = join_words(reader, rest);
    struct stack_plan plan = { { NULL } };
    char memory[READER_MISTAKE_MAX / 2];
    struct text why;

    if (option == NULL || words == NULL)
        return;
    text_init(&why, memory, sizeof(memory));
    for (size_t i = 0; i < reader->wraps.count; i++) {
        if (span_equal(known[i].name, name))
            text_add(&why, "each wrapper once");
    }
    if (why.len > 0 || !stack_plan_add(&plan, option, words, &why))
        reader_mistake(reader, nothing, why.at, NULL);
    else
        add_pair(reader, &reader->wraps, name, span_of(words));
}

static void take_port(struct reader *reader, struct span rest)
{
    struct span *variable;

    if (!variable_is_name(rest)) {
        reader_mistake(reader, rest, "it is no name of a variable", "letters, digits, underscores");
        return;
    }
    variable = reader_list_add(reader, &reader->free_ports, sizeof(*variable), SCRIPT_ENTRIES_MAX);
    if (variable != NULL)
        *variable = rest;
}

/* ---- peers ---- */

struct peer_word {
    const char *word, *argument;
};

static const struct peer_word peer_words[] = {
#define PEER_WORD(name, word, argument) { word, argument },
    SCRIPT_PEER_KINDS(PEER_WORD)
#undef PEER_WORD
};

enum { PEER_KIND_COUNT = sizeof(peer_words) / sizeof(peer_words[0]) };

static const char *certificate_at(size_t index)
{
    static const char *const names[] = {
#define CERT_NAME(name, word) word,
        SCRIPT_CERTIFICATES(CERT_NAME)
#undef CERT_NAME
    };

    return index < SCRIPT_CERT_COUNT ? names[index] : NULL;
}

static void check_certificate(struct reader *reader, struct span name)
{
    for (size_t i = 0; i < SCRIPT_CERT_COUNT; i++) {
        if (words_are(name, certificate_at(i)))
            return;
    }
    reader_mistake_words(reader, name, "it is no certificate", certificate_at);
}

static bool is_secured(const struct script_peer *peer)
{
    return peer->kind == SCRIPT_PEER_TLS || peer->kind == SCRIPT_PEER_STARTTLS;
}

static bool is_versions(struct span value)
{
    int oldest, newest;

    return value.len == 9 && value.data[4] == '-' &&
           words_wire_number(span_at(value.data, 4), &oldest) &&
           words_wire_number(span_at(value.data + 5, 4), &newest) && oldest <= newest;
}

static void read_peer_option(struct reader *reader, struct span word, struct script_peer *peer)
{
    struct span name, value;

    if (words_pair(word, &name, &value) && value.len > 0) {
        if (words_are(name, "client")) {
            check_certificate(reader, value);
            peer->client = value;
            return;
        }
        if (words_are(name, "ciphers")) {
            peer->ciphers = value;
            return;
        }
        if (words_are(name, "versions") && is_versions(value)) {
            peer->versions = value;
            return;
        }
    }
    reader_mistake(reader, word, "it is no option of a server with TLS",
                   "client=CA, ciphers=LIST, versions=OLDEST-NEWEST such as versions=0301-0303");
}

static void check_peer(struct reader *reader, const struct script_peer *peer)
{
    static const char *const ways[] = { "close",   "close-after-hello", "reset-after-hello", "http",
                                        "garbage", "half-hello",        "silence",           NULL };
    const struct script_peer *known = reader->peers.items;

    if (!variable_is_name(peer->name) || (peer->port == 0 && !variable_is_name(peer->variable)))
        reader_mistake(reader, variable_is_name(peer->name) ? peer->variable : peer->name,
                       "it is no name", "letters, digits, underscores; for a port its number too");
    if (peer->kind == SCRIPT_PEER_RAW && !is_in(ways, peer->argument))
        reader_mistake(reader, peer->argument, "it is no way to misbehave",
                       "close, close-after-hello, reset-after-hello, http, garbage, half-hello, "
                       "silence");
    else if ((peer_words[peer->kind].argument[0] != '\0') != (peer->argument.len > 0))
        reader_mistake(reader, peer->argument,
                       peer->argument.len > 0 ? "this kind of peer has none" : "which one?",
                       "tls CERT, starttls CERT, raw WAY, tcp, udp, ppp, refuse, hang");
    else if (is_secured(peer))
        check_certificate(reader, peer->argument);
    for (size_t i = 0; i < reader->peers.count; i++) {
        if (span_equal(known[i].name, peer->name))
            reader_mistake(reader, peer->name, "it stands here twice", "each peer once");
    }
}

/* The kind that a word names; PEER_KIND_COUNT: none. */
static size_t find_peer_kind(struct span word)
{
    size_t kind = 0;

    while (kind < PEER_KIND_COUNT && !words_are(word, peer_words[kind].word))
        kind++;
    return kind;
}

/* The peer that was declared with this name; SIZE_MAX: none. */
static size_t declared(const struct reader *reader, struct span name)
{
    const struct script_peer *peers = reader->peers.items;

    for (size_t i = 0; i < reader->peers.count; i++) {
        if (span_equal(peers[i].name, name))
            return i;
    }
    return SIZE_MAX;
}

/* `NAME dial N refuse`, `NAME dial N hang`; false: it is none. */
static bool take_dial(struct reader *reader, struct span rest)
{
    struct span all = rest, name = words_next(&rest), word = words_next(&rest);
    struct span number = words_next(&rest), met = words_next(&rest);
    struct script_dial dial = { .kind = words_are(met, "hang") ? SCRIPT_PEER_HANG
                                                               : SCRIPT_PEER_REFUSE };
    struct script_dial *added;

    if (!words_are(word, "dial") || !words_number(number, INT32_MAX, &dial.number))
        return false;
    if (!reader->first_pass)
        return true;
    dial.peer = declared(reader, name);
    if (dial.peer == SIZE_MAX || dial.number == 0 || words_next(&rest).len > 0 ||
        (dial.kind == SCRIPT_PEER_REFUSE && !words_are(met, "refuse"))) {
        reader_mistake(reader, all, "it is no connection to a peer that was declared before",
                       "peer NAME dial N refuse, peer NAME dial N hang, N from 1");
        return true;
    }
    added = reader_list_add(reader, &reader->dials, sizeof(*added), SCRIPT_ENTRIES_MAX);
    if (added != NULL)
        *added = dial;
    return true;
}

bool reader_take_peer(struct reader *reader, struct span rest)
{
    struct span whole = rest;
    struct span name = words_next(&rest), variable = words_next(&rest), word = words_next(&rest);
    struct script_peer peer = { .name = name, .variable = variable };
    size_t kind = find_peer_kind(word);
    struct script_peer *added;
    uint32_t port;

    if (take_dial(reader, whole))
        return true;
    /* `peer sends "a tcp b"` is a step. */
    if (kind == PEER_KIND_COUNT || memchr(peer.variable.data, '"', peer.variable.len) != NULL)
        return false;
    reader->peers_seen++;
    if (!reader->first_pass)
        return true;
    peer.kind = (enum script_peer_kind)kind;
    if (words_number(variable, UINT16_MAX, &port))
        peer.port = (uint16_t)port;
    peer.argument = words_next(&rest);
    while ((word = words_next(&rest)).len > 0) {
        if (is_secured(&peer))
            read_peer_option(reader, word, &peer);
        else
            reader_mistake(reader, word, "this kind of peer has no options", "nothing behind");
    }
    check_peer(reader, &peer);
    added = reader_list_add(reader, &reader->peers, sizeof(*added), SCRIPT_PEERS_MAX);
    if (added != NULL)
        *added = peer;
    return true;
}

/* ---- all of it ---- */

static const struct {
    const char *word;
    void (*take)(struct reader *reader, struct span rest);
} lines[] = {
    { "model", take_models }, { "models", take_models }, { "source", take_source },
    { "state", take_state },  { "guard", take_guard },   { "clock", take_clock },
    { "only", take_only },    { "name", take_name },     { "ping", take_ping },
    { "wrap", take_wrap },    { "port", take_port },
};

enum { LINE_COUNT = sizeof(lines) / sizeof(lines[0]) };

const char *reader_header_word(size_t index)
{
    return index < LINE_COUNT ? lines[index].word : NULL;
}

bool reader_take_header(struct reader *reader, struct span rest)
{
    for (size_t i = 0; i < LINE_COUNT; i++) {
        if (words_are(reader->key, lines[i].word)) {
            if (reader->first_pass)
                lines[i].take(reader, rest);
            return true;
        }
    }
    return false;
}

static bool needs_header(const struct reader *reader)
{
    return !reader->is_scenario && !reader->is_host && !reader->is_headless;
}

static void say_open_block(struct reader *reader)
{
    const struct reader_block *block = &reader->blocks[reader->nested - 1];
    char why[READER_PATH_MAX + 80];

    snprintf(why, sizeof(why), "what is repeated from %s:%" PRIu32 " on has no end", block->path,
             block->line);
    reader_mistake(reader, nothing, why, "a line: end");
}

void reader_finish_header(struct reader *reader)
{
    struct script_header *header = &reader->header;

    reader->key = nothing;
    if (reader->models.count == 0 && reader->mistakes == 0 && needs_header(reader))
        reader_mistake(reader, nothing, "a line is missing", "model NAME");
    if (header->source.len == 0 && reader->mistakes == 0 && needs_header(reader))
        reader_mistake(reader, nothing, "a line is missing",
                       "source TEXT: a manual and its section, or where it was recorded");
    if (reader->nested > 0 && reader->mistakes == 0)
        say_open_block(reader);
    header->models = reader->models.items;
    header->model_count = reader->models.count;
    header->peers = reader->peers.items;
    header->peer_count = reader->peers.count;
    header->dials = reader->dials.items;
    header->dial_count = reader->dials.count;
    header->names = reader->names.items;
    header->name_count = reader->names.count;
    header->pings = reader->pings.items;
    header->ping_count = reader->pings.count;
    header->wraps = reader->wraps.items;
    header->wrap_count = reader->wraps.count;
    header->free_ports = reader->free_ports.items;
    header->free_port_count = reader->free_ports.count;
    header->only = reader->only.items;
    header->only_count = reader->only.count;
}
