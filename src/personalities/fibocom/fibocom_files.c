/* fibocom_files.c: +GTSSLFILE: certificates and keys, in memory only.
 *
 * What a file holds is not looked at before a connection uses it.  Source: L610 SSL V1.0.0 §1.1;
 * SSL V1.1.4 §1.1; docs/facts/fibocom.md §1.2.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/letters.h"

static const struct {
    const char *name;
    size_t first, count; /* slots */
} kind_rows[] = {
    [FILE_CERTIFICATE] = { "CERTFILE", SLOT_CERTIFICATE, 1 },
    [FILE_KEY] = { "KEYFILE", SLOT_KEY, 1 },
    [FILE_TRUST] = { "TRUSTFILE", SLOT_TRUST, FIBOCOM_TRUST_FILES },
};

enum { KIND_COUNT = sizeof(kind_rows) / sizeof(kind_rows[0]) };

const struct fibocom_files *fibocom_files_of(const struct tlsmodem *modem)
{
    static const struct fibocom_files none = { .entry_kind = FILE_CERTIFICATE };
    const struct fibocom_files *files = module_part_if(modem, &fibocom_files_part, 0);

    return files != NULL ? files : &none;
}

static size_t count_of(const struct fibocom_files *files, enum fibocom_file_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < kind_rows[kind].count; i++)
        count += files->slots[kind_rows[kind].first + i].data != NULL;
    return count;
}

size_t fibocom_trust_count(const struct tlsmodem *modem)
{
    return count_of(fibocom_files_of(modem), FILE_TRUST);
}

/* ---- the part ---- */

static void deinit(struct tlsmodem *modem, void *state)
{
    struct fibocom_files *files = state;

    (void)modem;
    for (size_t i = 0; i < SLOT_COUNT; i++)
        bytes_free(&files->slots[i]);
    bytes_free(&files->entry);
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct fibocom_files *files = state;

    (void)modem;
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        if (files->slots[i].data != NULL)
            return false;
    }
    return files->entry.data == NULL;
}

const struct module_part fibocom_files_part = { .size = sizeof(struct fibocom_files),
                                                .deinit = deinit,
                                                .is_idle = is_idle };

/* ---- +GTSSLFILE ---- */

/* Blanks around the name and its case do not count (example 5 of both manuals). */
static bool is_named(struct span text, const char *name)
{
    return letters_equal(letters_trim(text), span_of(name));
}

static enum at_status on_entered(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    struct fibocom_files *files = ctx;
    enum fibocom_file_kind kind = files->entry_kind;

    if (end != AT_PROMPT_COMPLETE) {
        bytes_free(&files->entry);
        return at_fail_plain(at);
    }
    bytes_commit(&files->entry, payload.len);
    files->slots[kind_rows[kind].first + count_of(files, kind)] = bytes_take(&files->entry);
    log_trace(at_log_of(at), TRACE_STORE, "%s %zu: %zu bytes", kind_rows[kind].name,
              count_of(files, kind), payload.len);
    return AT_OK;
}

/* There is no command that deletes: a slot that is taken stays so until the power goes. */
static enum at_status enter(struct at_session *at, enum fibocom_file_kind kind, size_t len)
{
    struct fibocom_files *files = module_part(module_of(at), &fibocom_files_part, 0);
    struct at_prompt prompt = {
        .max = len, .exact = true, .echo = AT_ECHO_OFF, .on_done = on_entered, .ctx = files
    };

    if (files == NULL || files->entry.data != NULL ||
        count_of(files, kind) == kind_rows[kind].count)
        return at_fail_plain(at);
    if (bytes_reserve(&files->entry, len) != ERR_OK)
        return at_fail_plain(at);
    files->entry_kind = kind;
    prompt.memory = files->entry.data;
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
                count_of(fibocom_files_of(module_of(at)), (enum fibocom_file_kind)kind));
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
