/* fibocom_files.c: +GTSSLFILE: certificates and keys, in memory only.
 *
 * What a file holds is not looked at before a connection uses it.  Source: L610 SSL V1.0.0 §1.1;
 * SSL V1.1.4 §1.1; docs/facts/fibocom.md §1.2.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/letters.h"
#include "base/number.h"

#include <assert.h>

static const struct {
    const char *name;
    size_t first, count; /* slots */
} kind_rows[] = {
    [FILE_CERTIFICATE] = { "CERTFILE", SLOT_CERTIFICATE, 1 },
    [FILE_KEY] = { "KEYFILE", SLOT_KEY, 1 },
    [FILE_TRUST] = { "TRUSTFILE", SLOT_TRUST, FIBOCOM_TRUST_FILES },
};

enum { KIND_COUNT = sizeof(kind_rows) / sizeof(kind_rows[0]) };

static struct fibocom_file *file_in(const struct tlsmodem *modem, size_t slot)
{
    return module_part_if(modem, &fibocom_files_part, slot);
}

static bool is_entering(const struct tlsmodem *modem)
{
    for (size_t slot = 0; slot <= SLOT_AGAIN; slot++) {
        const struct fibocom_file *file = file_in(modem, slot);

        if (file != NULL && file->entering)
            return true;
    }
    return false;
}

struct span fibocom_file(const struct tlsmodem *modem, size_t slot)
{
    const struct fibocom_file *file = file_in(modem, slot);

    assert(slot < SLOT_COUNT);
    return file != NULL && !file->entering ? bytes_span(&file->bytes) : span_at(NULL, 0);
}

static size_t count_of(const struct tlsmodem *modem, enum fibocom_file_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < kind_rows[kind].count; i++)
        count += fibocom_file(modem, kind_rows[kind].first + i).len > 0;
    return count;
}

size_t fibocom_trust_count(const struct tlsmodem *modem)
{
    return count_of(modem, FILE_TRUST);
}

/* ---- the part ---- */

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct fibocom_file *file = state;

    (void)modem;
    file->slot = unit;
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct fibocom_file *file = state;

    (void)modem;
    bytes_free(&file->bytes);
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct fibocom_file *file = state;

    (void)modem;
    return file->bytes.data == NULL;
}

const struct module_part fibocom_files_part = { .size = sizeof(struct fibocom_file),
                                                .units = SLOT_AGAIN + 1,
                                                .init = init,
                                                .deinit = deinit,
                                                .is_idle = is_idle };

/* ---- what the operator gives ---- */

/* The slot of a name; SLOT_COUNT: there is none. */
static size_t slot_named(const char *name)
{
    const char *trust = kind_rows[FILE_TRUST].name;
    size_t len = strlen(trust);
    int32_t number = 1;

    if (strcmp(name, kind_rows[FILE_CERTIFICATE].name) == 0)
        return SLOT_CERTIFICATE;
    if (strcmp(name, kind_rows[FILE_KEY].name) == 0)
        return SLOT_KEY;
    if (strncmp(name, trust, len) != 0)
        return SLOT_COUNT;
    if (name[len] != '\0' && (name[len] != '/' || !number_parse(span_of(name + len + 1), &number)))
        return SLOT_COUNT;
    return number >= 1 && number <= FIBOCOM_TRUST_FILES ? SLOT_TRUST + (size_t)number - 1
                                                        : (size_t)SLOT_COUNT;
}

size_t fibocom_given_max(const struct module_model *model, const char *name)
{
    (void)model;
    return slot_named(name) < SLOT_COUNT ? FIBOCOM_FILE_MAX : 0;
}

/* Trusted ones lie one behind the other, as a host's would. */
enum err fibocom_given_put(struct tlsmodem *modem, const char *name, struct span data)
{
    size_t slot = slot_named(name);
    struct fibocom_file *file;

    assert(slot < SLOT_COUNT);
    if (slot >= SLOT_TRUST)
        slot = SLOT_TRUST + fibocom_trust_count(modem);
    if (slot >= SLOT_COUNT)
        return ERR_FULL;
    file = module_part(modem, &fibocom_files_part, slot);
    if (file == NULL)
        return ERR_NO_MEMORY;
    file->kind = slot == SLOT_CERTIFICATE ? FILE_CERTIFICATE
                 : slot == SLOT_KEY       ? FILE_KEY
                                          : FILE_TRUST;
    return bytes_copy(&file->bytes, data);
}

/* ---- +GTSSLFILE ---- */

/* Blanks around the name and its case do not count (example 5 of both manuals). */
static bool is_named(struct span text, const char *name)
{
    return letters_equal(letters_trim(text), span_of(name));
}

static bool is_loaded(const struct tlsmodem *modem, const struct fibocom_file *file)
{
    for (size_t i = 0; i < kind_rows[file->kind].count; i++) {
        if (span_equal(fibocom_file(modem, kind_rows[file->kind].first + i),
                       bytes_span(&file->bytes)))
            return true;
    }
    return false;
}

/* A host that has restarted loads what is there: nothing changes, and the host may go on. */
static enum at_status take_again(struct at_session *at, struct fibocom_file *file)
{
    bool same = is_loaded(module_of(at), file);

    bytes_free(&file->bytes);
    return same ? AT_OK
                : at_refuse_plain(at,
                                  "other %ss are loaded, and none is replaced until the power goes",
                                  kind_rows[file->kind].name);
}

static enum at_status on_entered(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    struct fibocom_file *file = ctx;

    file->entering = false;
    if (end != AT_PROMPT_COMPLETE) {
        bytes_free(&file->bytes);
        return at_refuse_prompt(at, FACT_PLAIN_ERROR, end, payload.len);
    }
    bytes_commit(&file->bytes, payload.len);
    log_trace(at_log_of(at), TRACE_STORE, "file %zu: %zu bytes", file->slot, payload.len);
    return file->slot == SLOT_AGAIN ? take_again(at, file) : AT_OK;
}

/* There is no command that deletes: a slot that is taken stays so until the power goes. */
static enum at_status enter(struct at_session *at, enum fibocom_file_kind kind, size_t len)
{
    struct tlsmodem *modem = module_of(at);
    size_t count = count_of(modem, kind);
    bool is_full = count == kind_rows[kind].count;
    size_t slot = is_full ? SLOT_AGAIN : kind_rows[kind].first + count;
    struct at_prompt prompt = {
        .max = len, .exact = true, .secret = true, .echo = AT_ECHO_OFF, .on_done = on_entered
    };
    struct fibocom_file *file;

    if (is_entering(modem))
        return at_refuse_plain(at, "another file is being loaded");
    if (is_full && module_fact(modem, FACT_FILE_TWICE) == TWICE_IS_ERROR)
        return at_refuse_plain(at, "%zu %s are loaded, and no more are taken until the power goes",
                               count, kind_rows[kind].name);
    file = module_part(modem, &fibocom_files_part, slot);
    if (file == NULL || bytes_reserve(&file->bytes, len) != ERR_OK)
        return at_refuse_memory(at, FACT_PLAIN_ERROR);
    file->entering = true;
    file->kind = kind;
    prompt.ctx = file;
    prompt.memory = file->bytes.data;
    return at_prompt(at, &prompt);
}

enum { FILE_TYPE, FILE_LEN };

/* SSL V1.1.4 §1.1, note: the certificate that goes with KEYFILE has this name too. */
static const char other_name[] = "CAFILE";

static enum at_status set_file(struct at_session *at, const struct at_args *args)
{
    struct span type = args->list[FILE_TYPE].text;
    size_t len = (size_t)args->list[FILE_LEN].number;

    if (is_named(type, other_name))
        return enter(at, FILE_CERTIFICATE, len);
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        if (is_named(type, kind_rows[kind].name))
            return enter(at, (enum fibocom_file_kind)kind, len);
    }
    return at_refuse_plain(at,
                           "there is no such <file_type>; allowed: CERTFILE, KEYFILE, TRUSTFILE");
}

static enum at_status read_files(struct at_session *at)
{
    for (size_t kind = 0; kind < KIND_COUNT; kind++)
        at_info(at, "+GTSSLFILE: %s,%zu", kind_rows[kind].name,
                count_of(module_of(at), (enum fibocom_file_kind)kind));
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
