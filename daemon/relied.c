/* relied.c: the log's last word: the facts that a run relied on and no source confirms. */
#include "relied.h"

#include "base/text.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

/* A line of the log is no longer than 500 bytes, with the modem's name in it. */
enum { LINE_CAP = 400, NAME_CAP = 80 };

static const struct tlsmodem_model *model_named(const char *name)
{
    const struct tlsmodem_model *model;
    size_t index = 0;

    while ((model = tlsmodem_model_at(index)) != NULL && strcmp(model->name, name) != 0)
        index++;
    return model;
}

/* Who was asked. */
struct asked {
    const char *model;
    bool (*is_relied_on)(void *ctx, size_t fact);
    void *ctx;
};

/* The next fact from `index` on that the run relied on; false: there is none. */
static bool next(const struct asked *asked, size_t *index, struct tlsmodem_fact *ret_fact)
{
    while (tlsmodem_fact_at(asked->model, *index, ret_fact)) {
        if (asked->is_relied_on(asked->ctx, (*index)++))
            return true;
    }
    return false;
}

static size_t count(const struct asked *asked)
{
    struct tlsmodem_fact fact;
    size_t index = 0, found = 0;

    while (next(asked, &index, &fact))
        found++;
    return found;
}

/* "telit/ati-code" */
static void print_name(struct text *text, const struct tlsmodem_model *model,
                       const struct tlsmodem_fact *fact)
{
    for (const char *letter = model->maker; *letter != '\0'; letter++)
        text_add(text, "%c", tolower((unsigned char)*letter));
    text_add(text, "/%s", fact->name);
}

size_t relied_say(const char *model, bool (*is_relied_on)(void *ctx, size_t fact), void *ctx,
                  const struct log *log, bool strict)
{
    const struct asked asked = { model, is_relied_on, ctx };
    const struct tlsmodem_model *identity = model_named(model);
    size_t found = count(&asked), index = 0;
    enum log_level level = strict && found > 0 ? LOG_ERROR : LOG_INFO;
    char memory[LINE_CAP], name[NAME_CAP];
    struct tlsmodem_fact fact;
    struct text line, word;
    const char *mark = ":";

    assert(identity != NULL);
    text_init(&line, memory, sizeof(memory));
    text_add(&line, "this run relied on %zu unconfirmed fact%s", found, found == 1 ? "" : "s");
    while (next(&asked, &index, &fact)) {
        text_init(&word, name, sizeof(name));
        print_name(&word, identity, &fact);
        if (line.len + word.len + sizeof(", ") >= sizeof(memory)) {
            log_say(log, level, "%s", memory);
            text_init(&line, memory, sizeof(memory));
            text_add(&line, "and relied on");
            mark = ":";
        }
        text_add(&line, "%s %s", mark, name);
        mark = ",";
    }
    log_say(log, level, "%s", memory);
    return found;
}
