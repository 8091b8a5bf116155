/* program_words.c: the command line of a program that a script plays with. */
#include "check/program_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_CAP = 256 };

const char *program_port_path(const char *folder, unsigned port, char *memory)
{
    snprintf(memory, PROGRAM_PATH_CAP, "%s/port%u", folder, port);
    return memory;
}

bool program_records(const struct program_config *config)
{
    return !config->header->keeps_state;
}

static void add_span(struct program_words *words, struct span word)
{
    char *copy = malloc(word.len + 1);
    char **list = realloc(words->list, (words->count + 2) * sizeof(*list));

    if (list != NULL)
        words->list = list;
    if (list == NULL || copy == NULL) {
        free(copy);
        words->failed = true;
        return;
    }
    if (word.len > 0)
        memcpy(copy, word.data, word.len);
    copy[word.len] = '\0';
    list[words->count++] = copy;
    list[words->count] = NULL;
}

static void add(struct program_words *words, const char *word)
{
    add_span(words, span_of(word));
}

static void add_two(struct program_words *words, const char *option, const char *value)
{
    add(words, option);
    add(words, value);
}

void program_words_free(struct program_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->list[i]);
    free(words->list);
}

static void add_ports(const struct program_config *config, const char *folder,
                      struct program_words *words)
{
    char path[PROGRAM_PATH_CAP];

    switch (config->kind) {
    case PORT_TCP:
        add_two(words, "--tcp", "127.0.0.1:0");
        break;
    case PORT_STDIO:
        add(words, "--stdio");
        break;
    default:
        add_two(words, config->kind == PORT_UNIX ? "--unix" : "--pty",
                program_port_path(folder, 1, path));
        break;
    }
    for (unsigned port = 2; port <= config->header->ports; port++)
        add_two(words, "--pty", program_port_path(folder, port, path));
}

static bool has_wrap(const struct script_header *header, const char *name)
{
    for (size_t i = 0; i < header->wrap_count; i++) {
        if (span_equal(header->wraps[i].name, span_of(name)))
            return true;
    }
    return false;
}

static void add_wraps(const struct program_config *config, struct program_words *words)
{
    const struct script_header *header = config->header;
    const struct wrapper *wrapper;
    char option[OPTION_CAP];

    for (size_t i = 0; i < header->wrap_count; i++) {
        snprintf(option, sizeof(option), "--%.*s", (int)header->wraps[i].name.len,
                 (const char *)header->wraps[i].name.data);
        add(words, option);
        add_span(words, header->wraps[i].value);
    }
    for (size_t i = 0; (wrapper = stack_wrapper_at(i)) != NULL; i++) {
        if (config->in_front->words[i] != NULL && !has_wrap(header, wrapper->option + strlen("--")))
            add_two(words, wrapper->option, config->in_front->words[i]);
    }
}

/* A file of the folder as the option's value. */
static void add_path(struct program_words *words, const char *option, const char *folder,
                     const char *name)
{
    char path[PROGRAM_PATH_CAP];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    add_two(words, option, path);
}

void program_words_add(struct program_words *words, const struct program_config *config,
                       const char *folder)
{
    const struct script_header *header = config->header;

    add(words, "tlsmodem");
    add_two(words, "--module", config->module);
    add_ports(config, folder, words);
    if (program_records(config))
        add_two(words, "--state", "none");
    else
        add_path(words, "--state", folder, "state");
    add_wraps(config, words);
    if (header->clock.len > 0) {
        add(words, "--clock");
        add_span(words, header->clock);
    }
    if (program_records(config))
        add_path(words, "--record", folder, "recorded.at");
    add_two(words, "--trace", "at");
}
