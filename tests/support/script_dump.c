/* script_dump.c: script_dump FILE…: what the reader makes of transcripts, as JSON, a line for each
 * header and step.  Mistakes go to standard error; then the status is 1. */
#include "transcript/reader.h"

#include "support/script_files.h"

#include <stdio.h>

static void put_text(struct span text)
{
    putchar('"');
    for (size_t i = 0; i < text.len; i++)
        printf("%02x", text.data[i]);
    putchar('"');
}

static void put_member(const char *name, struct span text)
{
    printf(", \"%s\": ", name);
    put_text(text);
}

static void put_pairs(const char *name, const struct script_pair *pairs, size_t count)
{
    printf(", \"%s\": [", name);
    for (size_t i = 0; i < count; i++) {
        printf("%s[", i > 0 ? ", " : "");
        put_text(pairs[i].name);
        printf(", ");
        put_text(pairs[i].value);
        printf("]");
    }
    printf("]");
}

static void put_spans(const char *name, const struct span *spans, size_t count)
{
    printf(", \"%s\": [", name);
    for (size_t i = 0; i < count; i++) {
        printf("%s", i > 0 ? ", " : "");
        put_text(spans[i]);
    }
    printf("]");
}

static void put_peer(const struct script_peer *peer)
{
    static const char *const kinds[] = {
#define KIND_WORD(name, word, argument) word,
        SCRIPT_PEER_KINDS(KIND_WORD)
#undef KIND_WORD
    };

    printf("{\"kind\": \"%s\"", kinds[peer->kind]);
    put_member("name", peer->name);
    put_member("variable", peer->variable);
    put_member("argument", peer->argument);
    put_member("client", peer->client);
    put_member("ciphers", peer->ciphers);
    put_member("versions", peer->versions);
    printf("}");
}

static void put_header(const struct script_header *header)
{
    printf("{\"guard\": %u, \"ports\": %u, \"kept\": %s", (unsigned)header->guard_ms, header->ports,
           header->keeps_state ? "true" : "false");
    put_member("source", header->source);
    put_member("clock", header->clock);
    printf(", \"models\": [");
    for (size_t i = 0; i < header->model_count; i++) {
        const struct script_model *model = &header->models[i];

        printf("%s{\"leads\": %s", i > 0 ? ", " : "", model->leads ? "true" : "false");
        put_member("name", model->name);
        put_pairs("variables", model->variables, model->variable_count);
        printf("}");
    }
    printf("], \"peers\": [");
    for (size_t i = 0; i < header->peer_count; i++) {
        printf("%s", i > 0 ? ", " : "");
        put_peer(&header->peers[i]);
    }
    printf("]");
    put_pairs("names", header->names, header->name_count);
    put_pairs("pings", header->pings, header->ping_count);
    put_pairs("wraps", header->wraps, header->wrap_count);
    put_spans("free_ports", header->free_ports, header->free_port_count);
    put_spans("only", header->only, header->only_count);
    printf("}\n");
}

/* Literals beside each other are one. */
static void put_parts(const char *name, const struct script_text *text)
{
    bool in_literal = false;

    printf(", \"%s\": [", name);
    for (size_t i = 0; i < text->count; i++) {
        const struct script_part *part = &text->parts[i];

        if (part->kind == SCRIPT_LITERAL) {
            printf("%s", in_literal ? "" : i > 0 ? ", \"" : "\"");
            for (size_t k = 0; k < part->text.len; k++)
                printf("%02x", part->text.data[k]);
            in_literal = true;
            continue;
        }
        printf("%s%s", in_literal ? "\"" : "", i > 0 ? ", " : "");
        in_literal = false;
        if (part->kind == SCRIPT_VARIABLE) {
            printf("[\"variable\", ");
            put_text(part->text);
            printf("]");
        } else {
            printf("[\"%s\", %u]", part->binary ? "binary" : "printable", (unsigned)part->count);
        }
    }
    printf("%s]", in_literal ? "\"" : "");
}

static void put_peer_step(const struct script_step *step, const struct script_header *header)
{
    static const char *const verbs[] = {
#define VERB_WORD(name, word) word,
        SCRIPT_VERBS(VERB_WORD)
#undef VERB_WORD
    };
    static const char *const reasons[] = {
#define REASON_WORD(name, text) #name,
        TLS_REASONS(REASON_WORD)
#undef REASON_WORD
    };

    put_member("peer", header->peers[step->peer].name);
    printf(", \"verb\": \"%s\"", verbs[step->verb]);
    if (step->verb == SCRIPT_ACCEPTS)
        printf(", \"version\": %d, \"suite\": %d, \"resumption\": %d", step->version, step->suite,
               (int)step->resumption);
    if (step->verb == SCRIPT_FAILS)
        printf(", \"reason\": \"%s\", \"alert\": %d", reasons[step->reason], step->alert);
}

static void put_step(const struct script_step *step, const struct script_header *header)
{
    static const char *const kinds[] = {
#define KIND_WORD(name, word) word,
        SCRIPT_STEP_KINDS(KIND_WORD)
#undef KIND_WORD
    };

    printf("{\"kind\": \"%s\", \"file\": \"%s\", \"line\": %u",
           step->act != NULL ? step->act->name : kinds[step->kind], step->file,
           (unsigned)step->line);
    put_member("source", step->source);
    put_parts("text", &step->text);
    put_parts("second", &step->second);
    put_member("pattern", step->pattern);
    put_member("words", step->words);
    printf(", \"typing\": %d, \"burst\": %d, \"further\": %d, \"ms\": %u, \"on\": %d, "
           "\"port\": %u",
           (int)step->typing, step->is_burst, step->is_further, (unsigned)step->duration_ms,
           step->on, step->port);
    if (step->kind == SCRIPT_PEER)
        put_peer_step(step, header);
    printf("}\n");
}

static bool dump(const char *path)
{
    struct script_files files;
    struct reader *reader = NULL;
    const struct script_step *step = NULL;
    enum err err;

    script_files_open(&files);
    err = reader_open(&files.world, path, &reader);
    if (err == ERR_OK) {
        put_header(reader_header(reader));
        while ((err = reader_next(reader, &step)) == ERR_OK)
            put_step(step, reader_header(reader));
    }
    reader_close(reader);
    script_files_close(&files);
    return err == ERR_NOT_FOUND && reader != NULL;
}

int main(int argc, char **argv)
{
    int status = 0;

    for (int i = 1; i < argc; i++) {
        if (!dump(argv[i]))
            status = 1;
    }
    return status;
}
