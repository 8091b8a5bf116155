/* play_fill.c: variables of a script that plays, and patterns that make some. */
#include "transcript/play_fill.h"

#include <stdio.h>

static bool ask(const struct fill_variables *variables, struct span name, struct span *ret_value)
{
    return variables->find != NULL && variables->find(variables->ctx, name, ret_value);
}

/* What the script has captured counts first, then what was given from outside. */
static bool find(void *ctx, struct span name, struct span *ret_value)
{
    const struct play *play = ctx;
    const struct script_model *model = &play->header->models[play->config->model];

    if (values_find(&play->captured, name, ret_value) || ask(&play->config->given, name, ret_value))
        return true;
    for (size_t i = 0; i < model->variable_count; i++) {
        if (span_equal(model->variables[i].name, name)) {
            *ret_value = model->variables[i].value;
            return true;
        }
    }
    return ask(&play->config->usual, name, ret_value);
}

/* What is made comes last: who gives a value of such a name has it. */
static bool find_or_make(void *ctx, struct span name, struct span *ret_value)
{
    struct play *play = ctx;
    const struct fill_variables others = { find, play };

    return find(play, name, ret_value) ||
           made_find(&play->made, name, &others, play->made_value, ret_value);
}

static void add_name(struct report *why, const char *before, struct span name)
{
    report_add(why, "%s ${", before);
    report_add_text(why, name);
    report_add(why, "}");
}

/* False; says so. */
static bool refuse(struct play *play, enum err err, struct span unknown)
{
    const struct script_model *model = &play->header->models[play->config->model];
    const char *mistake = made_mistake(unknown);
    const char *before = "; in the file";
    struct span name;

    play->is_wrong = true;
    if (err != ERR_NOT_FOUND) {
        report_add(&play->why, "  %s\n", err_text(err));
        return false;
    }
    if (mistake != NULL) {
        add_name(&play->why, " ", unknown);
        report_add(&play->why, " is wrong because %s\n", mistake);
        return false;
    }
    report_add(&play->why, "  no variable");
    add_name(&play->why, "", unknown);
    report_add(&play->why, "; allowed: those that --set gives (--set ");
    report_add_text(&play->why, unknown);
    report_add(&play->why, "=VALUE), and those of certificates");
    for (size_t i = 0; (name = values_name_at(&play->captured, i)).len > 0; i++, before = "")
        add_name(&play->why, before, name);
    for (size_t i = 0; i < model->variable_count; i++, before = "")
        add_name(&play->why, before, model->variables[i].name);
    report_add(&play->why, "\n");
    return false;
}

static struct fill_variables variables_of(struct play *play)
{
    return (struct fill_variables){ .find = find_or_make, .ctx = play };
}

bool play_fill(struct play *play, const struct script_text *text, enum play_stream stream,
               struct span *ret_bytes)
{
    struct fill_variables variables = variables_of(play);
    struct span unknown = span_at(NULL, 0);
    enum err err;

    bytes_drop(&play->filled, play->filled.len);
    err = fill_text(text, &variables, &play->positions[stream], &play->filled, &unknown);
    *ret_bytes = bytes_span(&play->filled);
    return err == ERR_OK || refuse(play, err, unknown);
}

bool play_fill_words(struct play *play, struct span words, struct span *ret_bytes)
{
    struct fill_variables variables = variables_of(play);
    struct span unknown = span_at(NULL, 0);
    enum err err;

    bytes_drop(&play->filled, play->filled.len);
    err = fill_words(words, &variables, &play->filled, &unknown);
    *ret_bytes = bytes_span(&play->filled);
    return err == ERR_OK || refuse(play, err, unknown);
}

/* ---- what becomes a variable ---- */

static bool set_value(struct play *play, struct span name, struct span value)
{
    enum err err = values_set(&play->captured, name, value);

    if (err != ERR_OK) {
        play->is_wrong = true;
        report_add(&play->why, "  cannot keep the variable: %s\n", err_text(err));
    }
    return err == ERR_OK;
}

static void on_group(void *ctx, struct span name, struct span value)
{
    (void)set_value(ctx, name, value);
}

bool play_match(struct play *play, struct span pattern, struct span line)
{
    const struct play_patterns *patterns = &play->config->patterns;

    if (patterns->match(patterns->ctx, pattern, line, on_group, play, &play->why))
        return play->why.text.len == 0;
    report_add(&play->why, "  \"");
    report_add_bytes(&play->why, line);
    report_add(&play->why, "\" does not match ");
    report_add_text(&play->why, pattern);
    report_add(&play->why, "\n");
    return false;
}

static bool name_port(struct play *play, struct span variable, unsigned port)
{
    char text[16];
    struct bytes name = { .data = NULL };
    bool done;

    snprintf(text, sizeof(text), "%u", port);
    if (!set_value(play, variable, span_of(text)))
        return false;
    snprintf(text, sizeof(text), "%u,%u", port / 256, port % 256);
    done = bytes_add(&name, variable, UINT32_MAX) == ERR_OK &&
           bytes_add(&name, span_of("_pasv"), UINT32_MAX) == ERR_OK &&
           set_value(play, bytes_span(&name), span_of(text));
    bytes_free(&name);
    return done;
}

bool play_name_ports(struct play *play)
{
    const struct script_header *header = play->header;
    struct stage *stage = play->stage;
    bool done = true;

    for (size_t i = 0; i < header->peer_count && done; i++) {
        if (header->peers[i].variable.len > 0)
            done = name_port(play, header->peers[i].variable, stage->ops->peer_port(stage, i));
    }
    for (size_t i = 0; i < header->free_port_count && done; i++)
        done = name_port(play, header->free_ports[i], stage->ops->free_port(stage, i));
    return done;
}

bool play_let(struct play *play, const struct script_step *step)
{
    struct span value;

    return play_fill(play, &step->text, PLAY_TYPED, &value) && set_value(play, step->words, value);
}
