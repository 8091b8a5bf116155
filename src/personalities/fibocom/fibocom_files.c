/* fibocom_files.c: +GTSSLFILE: certificates and keys, in memory only.
 *
 * What a file holds is not looked at before a connection uses it.  Source: L610 SSL V1.0.0 §1.1;
 * SSL V1.1.4 §1.1; fibocom.md §1.2.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/letters.h"
#include "base/wipe.h"

#include <stdlib.h>

static const struct {
    const char *name;
    size_t first, count; /* slots */
} kind_rows[] = {
    [FILE_CERTIFICATE] = { "CERTFILE", SLOT_CERTIFICATE, 1 },
    [FILE_KEY] = { "KEYFILE", SLOT_KEY, 1 },
    [FILE_TRUST] = { "TRUSTFILE", SLOT_TRUST, FIBOCOM_TRUST_FILES },
};

enum { KIND_COUNT = sizeof(kind_rows) / sizeof(kind_rows[0]) };

static void forget(struct fibocom_file *file)
{
    if (file->data != NULL)
        wipe(file->data, file->len);
    free(file->data);
    *file = (struct fibocom_file){ 0 };
}

void fibocom_files_clear(struct fibocom_ssl *ssl)
{
    for (size_t i = 0; i < SLOT_COUNT; i++)
        forget(&ssl->files[i]);
    forget(&ssl->entry);
}

static size_t count_of(const struct fibocom_ssl *ssl, enum fibocom_file_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < kind_rows[kind].count; i++)
        count += ssl->files[kind_rows[kind].first + i].data != NULL;
    return count;
}

size_t fibocom_trust_count(const struct fibocom_ssl *ssl)
{
    return count_of(ssl, FILE_TRUST);
}

/* Blanks around the name and its case do not count (example 5 of both manuals). */
static bool is_named(struct span text, const char *name)
{
    return letters_equal(letters_trim(text), span_of(name));
}

static enum at_status on_entered(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    struct fibocom_ssl *ssl = ctx;
    enum fibocom_file_kind kind = ssl->entry_kind;

    if (end != AT_PROMPT_COMPLETE) {
        forget(&ssl->entry);
        return at_fail_plain(at);
    }
    ssl->files[kind_rows[kind].first + count_of(ssl, kind)] = ssl->entry;
    ssl->entry = (struct fibocom_file){ 0 };
    log_trace(at_log_of(at), TRACE_STORE, "%s %zu: %zu bytes", kind_rows[kind].name,
              count_of(ssl, kind), payload.len);
    return AT_OK;
}

/* There is no command that deletes: a slot that is taken stays so until the power goes. */
static enum at_status enter(struct at_session *at, enum fibocom_file_kind kind, size_t len)
{
    struct fibocom_ssl *ssl = &fibocom_of(at)->ssl;
    struct at_prompt prompt = {
        .max = len, .exact = true, .echo = AT_ECHO_OFF, .on_done = on_entered, .ctx = ssl
    };

    if (ssl->entry.data != NULL || count_of(ssl, kind) == kind_rows[kind].count)
        return at_fail_plain(at);
    ssl->entry = (struct fibocom_file){ calloc(1, len), len };
    ssl->entry_kind = kind;
    if (ssl->entry.data == NULL)
        return at_fail_plain(at);
    prompt.memory = ssl->entry.data;
    return at_prompt(at, &prompt);
}

enum { FILE_TYPE, FILE_LEN };

static enum at_status set_file(struct at_session *at, const struct at_args *args)
{
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        if (is_named(args->list[FILE_TYPE].text, kind_rows[kind].name))
            return enter(at, (enum fibocom_file_kind)kind, (size_t)args->list[FILE_LEN].number);
    }
    return at_fail_plain(at);
}

static enum at_status read_files(struct at_session *at)
{
    for (size_t kind = 0; kind < KIND_COUNT; kind++)
        at_info(at, "+GTSSLFILE: %s,%zu", kind_rows[kind].name,
                count_of(&fibocom_of(at)->ssl, (enum fibocom_file_kind)kind));
    return AT_OK;
}

static const struct at_param file_params[] = {
    { .name = "file_type",
      .type = AT_STRING,
      .min = 1,
      .max = 40,
      .values = "(\"CERTFILE,KEYFILE,TRUSTFILE\")" },
    { .name = "file_len", .min = 4, .max = FIBOCOM_FILE_MAX },
};

static const struct at_command rows[] = {
    { .name = "+GTSSLFILE",
      .help = "Loads a certificate, a key or a trusted certificate; lost at power-down.",
      .source = "L610 SSL V1.0.0 §1.1, SSL V1.1.4 §1.1",
      AT_PARAMS(file_params),
      .plain_error = true,
      .set = set_file,
      .read = read_files },
};
const struct at_commands fibocom_files = AT_COMMANDS(rows);
