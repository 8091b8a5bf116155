/* relied.c: the log's last word: the facts that a run relied on and no source confirms. */
#include "relied.h"

#include "base/text.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
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

struct relied_model {
    struct relied_model *next;
    const char *name;
    size_t count; /* of the model's facts */
    bool marks[];
};

static size_t count_facts(const char *model)
{
    struct tlsmodem_fact fact;
    size_t count = 0;

    while (tlsmodem_fact_at(model, count, &fact))
        count++;
    return count;
}

static struct relied_model *find(const struct relied *relied, const char *name)
{
    struct relied_model *model = relied->first;

    while (model != NULL && strcmp(model->name, name) != 0)
        model = model->next;
    return model;
}

static struct relied_model *add(struct relied *relied, const char *name)
{
    size_t count = count_facts(name);
    struct relied_model *model = calloc(1, sizeof(*model) + count * sizeof(model->marks[0]));

    if (model == NULL)
        return NULL;
    model->name = name;
    model->count = count;
    if (relied->first == NULL)
        relied->end = &relied->first;
    *relied->end = model;
    relied->end = &model->next;
    return model;
}

void relied_note(struct relied *relied, const char *name, const struct tlsmodem *modem)
{
    struct relied_model *model = find(relied, name);

    if (model == NULL)
        model = add(relied, name);
    relied->has_lost = relied->has_lost || model == NULL;
    for (size_t i = 0; model != NULL && i < model->count; i++)
        model->marks[i] = model->marks[i] || tlsmodem_relied_on(modem, i);
}

void relied_clear(struct relied *relied)
{
    struct relied_model *model;

    while ((model = relied->first) != NULL) {
        relied->first = model->next;
        free(model);
    }
    memset(relied, 0, sizeof(*relied));
}

/* The next fact from `index` on that the run relied on; false: there is none. */
static bool next(const struct relied_model *model, size_t *index, struct tlsmodem_fact *ret_fact)
{
    while (*index < model->count) {
        size_t at = (*index)++;

        if (model->marks[at] && tlsmodem_fact_at(model->name, at, ret_fact))
            return true;
    }
    return false;
}

static size_t count(const struct relied_model *model)
{
    size_t found = 0;

    for (size_t i = 0; i < model->count; i++)
        found += model->marks[i] ? 1 : 0;
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

static size_t say_model(const struct relied_model *model, const struct log *log,
                        enum log_level wanted)
{
    const struct tlsmodem_model *identity = model_named(model->name);
    size_t found = count(model), index = 0;
    enum log_level level = found > 0 ? wanted : LOG_INFO;
    char memory[LINE_CAP], name[NAME_CAP];
    struct tlsmodem_fact fact;
    struct text line, word;
    const char *mark = ":";

    assert(identity != NULL);
    text_init(&line, memory, sizeof(memory));
    text_add(&line, "this run relied on %zu unconfirmed fact%s", found, found == 1 ? "" : "s");
    while (next(model, &index, &fact)) {
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

size_t relied_say(const struct relied *relied, const struct log *log, enum log_level level)
{
    size_t found = 0;

    for (const struct relied_model *model = relied->first; model != NULL; model = model->next)
        found += say_model(model, log, level);
    if (!relied->has_lost)
        return found;
    log_say(log, level, "for want of memory it is not known what this run relied on");
    return found + 1;
}
