/* journal.c: see journal.h. */
#include "control/journal.h"

#include "base/bytes.h"
#include "posix/now.h"

#include <assert.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TIME_CAP = 32, TEXT_CAP = 1024, MS_IN_S = 1000, NS_IN_MS = 1000 * 1000, EVENT_MAX = 16384 };
enum { ALL_BYTES = 64 * 1024 * 1024, ONE_BYTES_MIN = 16 * 1024, ONE_BYTES_MAX = 1024 * 1024 };

struct entry {
    struct entry *next;
    uint64_t number;
    int64_t utc_ms, ms; /* by the machine's clock; of the modem's, since the journal began */
    const char *kind;   /* static */
    const char *detail; /* static: level of a log line, outcome of a message, or result; may be NULL
                         */
    unsigned port;      /* from 1; 0: none */
    size_t to_len;      /* of a message: so much of the text is the number that it goes to */
    size_t bytes;
    char text[];
};

struct journals {
    pthread_mutex_t lock; /* of the list; taken before that of a journal */
    struct journal *first;
    size_t count;
    atomic_size_t bytes_max; /* of each */
};

struct journal {
    struct journal_config config;
    struct journal *before, *next; /* of all */
    struct log log;
    struct tlsmodem_observer observer;
    int64_t begun_ms;
    pthread_mutex_t lock; /* of all that follows */
    struct entry *first, *last;
    size_t bytes;
    uint64_t number, lost;
};

/* ---- entries as JSON ---- */

static void print_time(int64_t utc_ms, char text[TIME_CAP])
{
    time_t seconds = (time_t)(utc_ms / MS_IN_S);
    char date[TIME_CAP];
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text, TIME_CAP, "%.20s.%03dZ", date, (int)(utc_ms % MS_IN_S));
}

static void set_text(json_t *json, const char *key, const char *text, size_t len)
{
    json_t *value = json_stringn(text, len);

    json_object_set_new(json, key, value != NULL ? value : json_string("?"));
}

static void add_detail(json_t *json, const struct entry *entry)
{
    const char *key = "result";

    if (entry->detail == NULL)
        return;
    if (strcmp(entry->kind, "log") == 0)
        key = "level";
    else if (strcmp(entry->kind, "message") == 0)
        key = "outcome";
    json_object_set_new(json, key, json_string(entry->detail));
}

static json_t *json_of(const struct entry *entry)
{
    json_t *json = json_object();
    char time[TIME_CAP];

    if (json == NULL)
        return NULL;
    print_time(entry->utc_ms, time);
    json_object_set_new(json, "number", json_integer((json_int_t)entry->number));
    json_object_set_new(json, "time", json_string(time));
    json_object_set_new(json, "ms", json_integer(entry->ms));
    json_object_set_new(json, "kind", json_string(entry->kind));
    if (entry->port != 0)
        json_object_set_new(json, "port", json_integer(entry->port));
    if (strcmp(entry->kind, "message") == 0)
        set_text(json, "to", entry->text, entry->to_len);
    set_text(json, "text", entry->text + entry->to_len, strlen(entry->text) - entry->to_len);
    add_detail(json, entry);
    return json;
}

static bool add_text(struct bytes *bytes, const char *text)
{
    return bytes_add(bytes, span_of(text), EVENT_MAX) == ERR_OK;
}

/* "event: journal", with the modem's name in the data. */
static void tell(struct journal *journal, const struct entry *entry)
{
    struct bytes event = { NULL, 0, 0 };
    json_t *json = json_of(entry);
    char *text;

    set_text(json, "modem", journal->config.name, strlen(journal->config.name));
    text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (text != NULL && add_text(&event, "event: journal\ndata: ") && add_text(&event, text) &&
        add_text(&event, "\n\n"))
        journal->config.tell(journal->config.ctx, journal->config.number, bytes_span(&event));
    free(text);
    bytes_free(&event);
}

/* ---- entries ---- */

static void drop_first(struct journal *journal)
{
    struct entry *entry = journal->first;

    journal->first = entry->next;
    if (journal->first == NULL)
        journal->last = NULL;
    journal->bytes -= entry->bytes;
    journal->lost++;
    free(entry);
}

static int64_t utc_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * MS_IN_S + now.tv_nsec / NS_IN_MS;
}

/* Under the lock. */
static void shrink(struct journal *journal)
{
    size_t bytes_max = atomic_load(&journal->config.all->bytes_max);

    while (journal->bytes > bytes_max && journal->first != journal->last)
        drop_first(journal);
}

/* Under the lock.  Takes the entry, whose text is filled in. */
static void append(struct journal *journal, struct entry *entry)
{
    entry->number = ++journal->number;
    entry->utc_ms = utc_ms();
    entry->ms = posix_now_ms() - journal->begun_ms + moved_clock_ahead_ms(journal->config.clock);
    if (journal->last != NULL)
        journal->last->next = entry;
    else
        journal->first = entry;
    journal->last = entry;
    journal->bytes += entry->bytes;
    shrink(journal);
}

/* What there is no memory for is lost. */
static void add(struct journal *journal, const struct entry *like, const char *to, const char *text)
{
    size_t to_len = strlen(to), len = strlen(text), bytes = sizeof(*like) + to_len + len + 1;
    struct entry *entry = malloc(bytes);

    pthread_mutex_lock(&journal->lock);
    if (entry != NULL) {
        *entry = *like;
        entry->next = NULL;
        entry->bytes = bytes;
        entry->to_len = to_len;
        memcpy(entry->text, to, to_len);
        memcpy(entry->text + to_len, text, len + 1);
        append(journal, entry);
        if (journal->config.is_heard(journal->config.ctx))
            tell(journal, entry);
    } else {
        journal->number++;
        journal->lost++;
    }
    pthread_mutex_unlock(&journal->lock);
}

/* ---- what the modem logs ---- */

/* Skips "NAME: " or "NAME port N: ". */
static const char *skip_name(const struct journal *journal, const char *line, unsigned *ret_port)
{
    size_t len = strlen(journal->config.name);
    char *end;

    *ret_port = 0;
    if (strncmp(line, journal->config.name, len) != 0)
        return line;
    if (strncmp(line + len, ": ", 2) == 0)
        return line + len + 2;
    if (strncmp(line + len, " port ", 6) != 0)
        return line;
    *ret_port = (unsigned)strtoul(line + len + 6, &end, 10);
    return strncmp(end, ": ", 2) == 0 ? end + 2 : end;
}

static int level_of(const char *tag)
{
    const char *name;

    for (int i = 0; (name = log_level_name((enum log_level)i)) != NULL; i++) {
        if (strcmp(name, tag) == 0)
            return i;
    }
    return -1;
}

/* True when the line would be written without the journal. */
static bool is_wanted(const struct log *log, const char *tag, int level)
{
    const char *name;

    if (log == NULL || log->write == NULL)
        return false;
    if (level >= 0)
        return log_says(log, (enum log_level)level);
    for (int i = 0; (name = trace_component_name((enum trace_component)i)) != NULL; i++) {
        if (strcmp(name, tag) == 0)
            return log_traces(log, (enum trace_component)i);
    }
    return false;
}

static const char *component_named(const char *tag)
{
    const char *name = NULL;

    for (int i = 0; (name = trace_component_name((enum trace_component)i)) != NULL; i++) {
        if (strcmp(name, tag) == 0)
            break;
    }
    return name;
}

/* "> AT+CSQ", "< OK", "< prompt" as at/ traces them. */
static void add_at(struct journal *journal, struct entry *like, const char *text)
{
    bool typed = text[0] == '>';

    text += text[0] == '>' || text[0] == '<' ? 2 : 0;
    like->kind = typed ? "host" : "answer";
    if (typed && strncmp(text, "AT", 2) == 0)
        like->kind = "command";
    else if (!typed && strcmp(text, "prompt") == 0)
        like->kind = "prompt";
    add(journal, like, "", text);
}

static void on_line(void *ctx, const char *tag, const char *line)
{
    struct journal *journal = ctx;
    int level = level_of(tag);
    struct entry like = { .kind = "log", .detail = level < 0 ? NULL : tag };
    const char *text = skip_name(journal, line, &like.port);

    if (is_wanted(journal->config.log, tag, level))
        journal->config.log->write(journal->config.log->ctx, tag, line);
    if (level >= 0)
        like.detail = log_level_name((enum log_level)level);
    if (level < 0)
        like.kind = component_named(tag);
    if (like.kind == NULL || (level < 0 && strcmp(tag, "store") == 0))
        return;
    if (strcmp(like.kind, "at") == 0)
        add_at(journal, &like, text);
    else
        add(journal, &like, "", text);
}

/* ---- what its engine is observed to do ---- */

/* The answer that ends a command's line, which was said just now. */
static void on_result(void *ctx, enum tlsmodem_result result)
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
    struct journal *journal = ctx;

    pthread_mutex_lock(&journal->lock);
    if (journal->last != NULL && strcmp(journal->last->kind, "answer") == 0)
        journal->last->detail = names[result];
    pthread_mutex_unlock(&journal->lock);
}

static void on_bytes(void *ctx, size_t from_host, size_t to_host)
{
    (void)ctx;
    (void)from_host;
    (void)to_host;
}

void journal_message(struct journal *journal, const struct tlsmodem_sending *message,
                     enum tlsmodem_sent sent)
{
    static const char *const names[] = { [TLSMODEM_ACCEPTED] = "accepted",
                                         [TLSMODEM_REFUSED] = "refused",
                                         [TLSMODEM_UNDECIDED] = "undecided" };
    const struct entry like = { .kind = "message", .detail = names[sent] };

    add(journal, &like, message->to, message->text != NULL ? message->text : message->pdu);
}

void journal_control(struct journal *journal, const char *format, ...)
{
    const struct entry like = { .kind = "control" };
    char text[TEXT_CAP];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    add(journal, &like, "", text);
}

/* ---- all of it ---- */

json_t *journal_json(struct journal *journal, uint64_t after)
{
    json_t *json = json_object(), *list = json_array();

    set_text(json, "modem", journal->config.name, strlen(journal->config.name));
    json_object_set_new(json, "entries", list);
    pthread_mutex_lock(&journal->lock);
    for (const struct entry *entry = journal->first; entry != NULL; entry = entry->next) {
        if (entry->number > after)
            json_array_append_new(list, json_of(entry));
    }
    json_object_set_new(json, "last", json_integer((json_int_t)journal->number));
    json_object_set_new(json, "lost", json_integer((json_int_t)journal->lost));
    pthread_mutex_unlock(&journal->lock);
    return json;
}

const struct log *journal_log(struct journal *journal)
{
    return &journal->log;
}

const struct tlsmodem_observer *journal_observer(struct journal *journal)
{
    return &journal->observer;
}

uint64_t journal_number(const struct journal *journal)
{
    return journal->config.number;
}

struct journals *journals_new(void)
{
    struct journals *journals = calloc(1, sizeof(*journals));

    if (journals == NULL)
        return NULL;
    pthread_mutex_init(&journals->lock, NULL);
    atomic_init(&journals->bytes_max, ONE_BYTES_MAX);
    return journals;
}

void journals_free(struct journals *journals)
{
    if (journals == NULL)
        return;
    assert(journals->count == 0);
    pthread_mutex_destroy(&journals->lock);
    free(journals);
}

/* Under the lock of all.  It falls by halves, so that the journals are seldom walked through. */
static void share(struct journals *journals)
{
    size_t bytes_max = ONE_BYTES_MAX, before = atomic_load(&journals->bytes_max);

    while (bytes_max > ONE_BYTES_MIN && bytes_max * journals->count > ALL_BYTES)
        bytes_max /= 2;
    atomic_store(&journals->bytes_max, bytes_max);
    for (struct journal *at = journals->first; at != NULL && bytes_max < before; at = at->next) {
        pthread_mutex_lock(&at->lock);
        shrink(at);
        pthread_mutex_unlock(&at->lock);
    }
}

static void join(struct journal *journal)
{
    struct journals *all = journal->config.all;

    pthread_mutex_lock(&all->lock);
    journal->next = all->first;
    if (all->first != NULL)
        all->first->before = journal;
    all->first = journal;
    all->count++;
    share(all);
    pthread_mutex_unlock(&all->lock);
}

static void leave(struct journal *journal)
{
    struct journals *all = journal->config.all;

    pthread_mutex_lock(&all->lock);
    if (journal->before != NULL)
        journal->before->next = journal->next;
    else
        all->first = journal->next;
    if (journal->next != NULL)
        journal->next->before = journal->before;
    all->count--;
    share(all);
    pthread_mutex_unlock(&all->lock);
}

enum err journal_new(const struct journal_config *config, struct journal **ret_journal)
{
    const uint32_t traced = UINT32_C(1) << TRACE_AT | UINT32_C(1) << TRACE_SOCKET |
                            UINT32_C(1) << TRACE_NET | UINT32_C(1) << TRACE_TLS |
                            UINT32_C(1) << TRACE_PORT;
    struct journal *journal = calloc(1, sizeof(*journal));

    assert(config->all != NULL);
    if (journal == NULL)
        return ERR_NO_MEMORY;
    journal->config = *config;
    journal->begun_ms = posix_now_ms();
    journal->log =
        (struct log){ .write = on_line, .ctx = journal, .level = LOG_INFO, .traced = traced };
    if (config->log != NULL) {
        journal->log.traced |= config->log->traced;
        if (config->log->level > journal->log.level)
            journal->log.level = config->log->level;
    }
    journal->observer =
        (struct tlsmodem_observer){ .on_result = on_result, .on_bytes = on_bytes, .ctx = journal };
    pthread_mutex_init(&journal->lock, NULL);
    join(journal);
    *ret_journal = journal;
    return ERR_OK;
}

void journal_free(struct journal *journal)
{
    if (journal == NULL)
        return;
    leave(journal);
    while (journal->first != NULL)
        drop_first(journal);
    pthread_mutex_destroy(&journal->lock);
    free(journal);
}
