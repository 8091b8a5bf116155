/* keep.c: settings that outlive a restart.
 *
 * They are stored as the text of AT commands: a value that is restored passes the same checks as
 * one that a host sets, so damaged or outdated data can do no more than a host could.
 */
#include "module/keep.h"

#include "at/lexer.h"
#include "base/mask.h"
#include "base/text.h"
#include "base/wipe.h"
#include "module/module.h"
#include "module/record.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { VALUES_MAX = 600, PROFILE_MAX = 1024 };

static const struct storage *storage_of(const struct at_session *at)
{
    return module_of(at)->config.storage;
}

static void row_key(const struct at_command *row, size_t index, char key[STORAGE_KEY_MAX + 1])
{
    snprintf(key, STORAGE_KEY_MAX + 1, "set/%s/%zu", row->name, index);
}

static enum err store(const struct storage *storage, const char *key, struct span value)
{
    struct storage_change change = { .key = key, .value = value };

    return storage != NULL ? storage->ops->apply(storage->impl, &change, 1) : ERR_OK;
}

static void say_unusable(const struct at_session *at, const char *key, const char *why)
{
    log_say(at_log_of(at), LOG_WARNING, "stored setting \"%s\" is %s: the factory value is used",
            key, why);
}

/* A text may be secret, or have a user and a password in it, as a URL: which of the two ways it is
 * stored in is then seen from what it is. */
static bool may_be_secret(const struct at_command *row)
{
    for (size_t i = 0; i < row->param_count; i++)
        if (row->params[i].type == AT_STRING && row->params[i].words == NULL)
            return true;
    return false;
}

static bool is_secret(const struct at_command *row, struct span values)
{
    struct span found;

    for (size_t i = 0; i < row->param_count; i++)
        if (row->params[i].secret)
            return true;
    return row->secret || mask_find(values, &found, 1) > 0;
}

/* False when nothing is stored under the key, or it cannot be read, which the log tells. */
static bool load_as(const struct at_session *at, const char *key, bool secret, char *buf,
                    size_t cap, struct span *ret_value)
{
    const struct storage *storage = storage_of(at);
    size_t len = 0;
    enum err err;

    if (storage == NULL)
        return false;
    err = storage->ops->load(storage->impl, key, secret, buf, cap, &len);
    if (err != ERR_OK && err != ERR_NOT_FOUND)
        say_unusable(at, key, err_text(err));
    *ret_value = span_at(buf, len);
    return err == ERR_OK;
}

static bool load(const struct at_session *at, const char *key, char *buf, size_t cap,
                 struct span *ret_value)
{
    return load_as(at, key, false, buf, cap, ret_value);
}

static bool load_row(const struct at_session *at, const struct at_command *row, const char *key,
                     char *buf, size_t cap, struct span *ret_value)
{
    return (may_be_secret(row) && load_as(at, key, true, buf, cap, ret_value)) ||
           load(at, key, buf, cap, ret_value);
}

static void port_key(const char *name, size_t index, char key[STORAGE_KEY_MAX + 1])
{
    snprintf(key, STORAGE_KEY_MAX + 1, "port/%s/%zu", name, index);
}

enum err keep_row(struct at_session *at, const struct at_command *row, size_t index)
{
    const struct storage *storage = storage_of(at);
    char key[STORAGE_KEY_MAX + 1], port[STORAGE_KEY_MAX + 1], values[VALUES_MAX];
    char digit = (char)('0' + terminal_of(at)->index);
    struct storage_change changes[3] = { { .key = port, .value = span_at(&digit, 1) } };
    size_t count = row->of_port ? 1 : 0;
    bool secret;
    struct text text;
    enum err err;

    assert(row->record != NULL);
    if (storage == NULL)
        return ERR_OK;
    text_init(&text, values, sizeof(values));
    at_args_print(row, at_model_of(at), at_dialect_of(at), row->record(at, index), index, &text);
    row_key(row, index, key);
    port_key(row->name, index, port);
    secret = may_be_secret(row) && is_secret(row, text_span(&text));
    if (may_be_secret(row)) /* what it was before may lie the other way */
        changes[count++] = (struct storage_change){ .key = key, .secret = !secret, .remove = true };
    changes[count++] =
        (struct storage_change){ .key = key, .secret = secret, .value = text_span(&text) };
    err = storage->ops->apply(storage->impl, changes, count);
    wipe(values, sizeof(values));
    return err;
}

struct module_terminal *keep_port_of(struct at_session *at, const char *name, size_t index)
{
    struct tlsmodem *modem = module_of(at);
    char key[STORAGE_KEY_MAX + 1];
    char digit;
    struct span value;

    port_key(name, index, key);
    if (!load(at, key, &digit, 1, &value))
        return terminal_of(at);
    if (value.len == 1 && digit >= '0' && digit < '0' + (char)modem->terminal_count)
        return modem->terminals[digit - '0'];
    log_say(at_log_of(at), LOG_WARNING, "%s=%zu is of a port that is not there: port 1 has it now",
            name, index + 1);
    return terminal_of(at);
}

/* All rows of the maker that bind something: those of this model, or the others. */
static void
each_bound(struct at_session *at, bool of_model,
           void (*visit)(struct at_session *at, const struct at_command *row, void *ctx), void *ctx)
{
    for (const struct at_commands *const *list = at_commands_of(at); *list != NULL; list++) {
        for (size_t i = 0; i < (*list)->count; i++) {
            const struct at_command *row = &(*list)->rows[i];

            if (row->record != NULL && (at_find(at, row->name) == row) == of_model)
                visit(at, row, ctx);
        }
    }
}

void keep_each(struct at_session *at, enum at_keep keep,
               void (*visit)(struct at_session *at, const struct at_command *row, void *ctx),
               void *ctx)
{
    for (const struct at_commands *const *list = at_commands_of(at); *list != NULL; list++) {
        for (size_t i = 0; i < (*list)->count; i++) {
            const struct at_command *row = &(*list)->rows[i];

            if (row->record != NULL && at_keep_of(row, at_model_of(at)) == keep &&
                at_find(at, row->name) == row)
                visit(at, row, ctx);
        }
    }
}

static void release_row(struct at_session *at, const struct at_command *row, void *ctx)
{
    (void)ctx;
    for (size_t index = 0; index < at_record_count(at, row); index++) {
        void *record = row->record(at, index);

        if (record != NULL)
            at_args_release(row, record);
    }
}

void keep_release(struct at_session *at)
{
    each_bound(at, true, release_row, NULL);
    each_bound(at, false, release_row, NULL);
}

static void preset_values(struct at_session *at, const struct at_command *row, void *ctx)
{
    (void)ctx;
    for (size_t index = 0; index < at_record_count(at, row); index++)
        at_args_preset(row, at_model_of(at), at_dialect_of(at), row->record(at, index), index);
}

static void preset_row(struct at_session *at, const struct at_command *row, void *ctx)
{
    preset_values(at, row, ctx);
    for (size_t index = 0; row->changed != NULL && index < at_record_count(at, row); index++)
        row->changed(at, index);
}

void keep_preset_all(struct at_session *at)
{
    each_bound(at, false, preset_values, NULL);
    each_bound(at, true, preset_row, NULL);
}

void keep_preset(struct at_session *at, enum at_keep keep)
{
    keep_each(at, keep, preset_row, NULL);
    records_look(module_of(at));
}

/* Takes values over if a host could have set them; there may be no memory for them. */
static bool take(struct at_session *at, const struct at_command *row, size_t index,
                 struct span values)
{
    struct at_args args;
    void *record;

    if (at_args_parse(row, at_model_of(at), values, &args) != AT_ARGS_FINE)
        return false;
    if (row->record_count_limit != 0 && row->params[0].type == AT_NUMBER &&
        args.list[0].number != (int32_t)index + 1)
        return false; /* a row that goes by names is stored by number all the same */
    record = at_make_record(at, row, index);
    if (record == NULL || !at_args_bind(row, &args, record))
        return false;
    at_args_replace_presets(row, at_model_of(at), at_dialect_of(at), &args, index);
    if (row->changed != NULL)
        row->changed(at, index);
    return true;
}

static void restore_row(struct at_session *at, const struct at_command *row, void *ctx)
{
    char key[STORAGE_KEY_MAX + 1], buf[VALUES_MAX];
    struct span values;

    (void)ctx;
    for (size_t index = 0; index < at_record_count(at, row); index++) {
        row_key(row, index, key);
        if (load_row(at, row, key, buf, sizeof(buf), &values) && !take(at, row, index, values))
            say_unusable(at, key, err_text(ERR_INVALID));
    }
    wipe(buf, sizeof(buf));
}

void keep_reload(struct at_session *at, const struct at_command *row, size_t index)
{
    char key[STORAGE_KEY_MAX + 1], buf[VALUES_MAX];
    struct span values;
    void *record = row->record(at, index);

    row_key(row, index, key);
    if (load_row(at, row, key, buf, sizeof(buf), &values) && take(at, row, index, values)) {
        wipe(buf, sizeof(buf));
        return;
    }
    if (record == NULL)
        return;
    at_args_preset(row, at_model_of(at), at_dialect_of(at), record, index);
    if (row->changed != NULL)
        row->changed(at, index);
}

void keep_restore(struct at_session *at)
{
    keep_each(at, AT_KEEP_NVM, restore_row, NULL);
}

static void profile_key(const struct at_session *at, size_t number, char key[STORAGE_KEY_MAX + 1])
{
    snprintf(key, STORAGE_KEY_MAX + 1, "profile/%zu/%zu", number, terminal_of(at)->index);
}

static void choice_key(const struct at_session *at, char key[STORAGE_KEY_MAX + 1])
{
    snprintf(key, STORAGE_KEY_MAX + 1, "profile/chosen/%zu", terminal_of(at)->index);
}

static void print_row(struct at_session *at, const struct at_command *row, void *ctx)
{
    struct text *text = ctx;

    text_add(text, row->basic && !at_is_register(row) ? "%s" : "%s=", row->name);
    at_args_print(row, at_model_of(at), at_dialect_of(at), row->record(at, 0), 0, text);
    text_add(text, ";");
}

enum err profile_save(struct at_session *at, size_t number)
{
    char key[STORAGE_KEY_MAX + 1], line[PROFILE_MAX];
    struct text text;

    assert(number < PROFILE_COUNT);
    text_init(&text, line, sizeof(line));
    keep_each(at, AT_KEEP_PROFILE, print_row, &text);
    if (text.cut)
        return ERR_FULL;
    profile_key(at, number, key);
    return store(storage_of(at), key, text_span(&text));
}

static bool take_profile_command(struct at_session *at, const struct at_lexeme *lexeme)
{
    const struct at_command *row = at_find(at, lexeme->name);

    return row != NULL && row->record != NULL &&
           at_keep_of(row, at_model_of(at)) == AT_KEEP_PROFILE && lexeme->form == AT_SET &&
           take(at, row, 0, lexeme->body);
}

void profile_restore(struct at_session *at, size_t number)
{
    char key[STORAGE_KEY_MAX + 1], buf[PROFILE_MAX];
    struct at_lexeme lexeme;
    size_t cursor = 0;
    struct span line;

    assert(number < PROFILE_COUNT);
    enum at_lexed lexed;

    keep_preset(at, AT_KEEP_PROFILE);
    profile_key(at, number, key);
    if (!load(at, key, buf, sizeof(buf), &line))
        return;
    while ((lexed = at_lex(line, at_dialect_of(at)->prefixes, false, &cursor, &lexeme)) ==
           AT_LEXED) {
        if (!take_profile_command(at, &lexeme))
            say_unusable(at, lexeme.name, err_text(ERR_INVALID));
    }
    if (lexed == AT_MALFORMED)
        say_unusable(at, key, err_text(ERR_CORRUPT));
}

enum err profile_choose(struct at_session *at, size_t number)
{
    char key[STORAGE_KEY_MAX + 1];
    char digit = (char)('0' + number);

    assert(number < PROFILE_COUNT);
    choice_key(at, key);
    return store(storage_of(at), key, span_at(&digit, 1));
}

size_t profile_chosen(struct at_session *at)
{
    char key[STORAGE_KEY_MAX + 1];
    char digit;
    struct span value;

    choice_key(at, key);
    if (!load(at, key, &digit, 1, &value) || value.len != 1 || digit < '0' ||
        digit >= '0' + PROFILE_COUNT)
        return 0;
    return (size_t)(digit - '0');
}
