/* steps.c: steps of a probe, read as the transcript that they are. */
#include "probe/steps.h"

#include "check/patterns.h"

#include <stdio.h>

enum { PATH_CAP = 80 };

/* The steps themselves, or a `part` of the maker's by its name. */
static enum err read_file(struct reader_world *world, const char *path, struct span *ret_bytes)
{
    const struct probe_steps *steps = (const struct probe_steps *)world;
    char head[PATH_CAP];

    *ret_bytes = bytes_span(&steps->text);
    if (strncmp(path, "probe of ", strlen("probe of ")) == 0)
        return ERR_OK;
    snprintf(head, sizeof(head), "part %s", path);
    *ret_bytes = probe_part(steps->device->maker, head);
    return ret_bytes->len > 0 ? ERR_OK : ERR_NOT_FOUND;
}

static void complain(struct reader_world *world, const char *mistake)
{
    report_add(&((struct probe_steps *)world)->mistakes, "%s\n", mistake);
}

static bool check_pattern(struct reader_world *world, struct span pattern, struct text *why)
{
    (void)world;
    return patterns_check(pattern, why);
}

static const struct reader_world_ops world_ops = { .read_file = read_file,
                                                   .complain = complain,
                                                   .check_pattern = check_pattern };

static bool add(struct probe_steps *steps, struct span lines)
{
    return bytes_add(&steps->text, lines, UINT32_MAX) == ERR_OK &&
           bytes_add(&steps->text, span_of("\n"), UINT32_MAX) == ERR_OK;
}

static bool add_all(struct probe_steps *steps, const struct probe *probe, enum probe_turn turn,
                    struct span lines)
{
    const char *maker = steps->device->maker;
    bool begins = turn == PROBE_BEGINS || turn == PROBE_BEGINS_ANEW;

    if (bytes_add(&steps->text, span_of("model "), UINT32_MAX) != ERR_OK ||
        !add(steps, span_of(steps->device->module)) || !add(steps, span_of("source a probe")))
        return false;
    if (begins && probe->restarts && !add(steps, probe_part(maker, "before a restart")))
        return false;
    if (begins && probe->needs_network && !add(steps, probe_part(maker, "in the network")))
        return false;
    return add(steps, lines);
}

bool probe_steps_open(struct probe_steps *steps, const struct probe_device *device,
                      const char *fact, const struct probe *probe, enum probe_turn turn,
                      struct span lines, struct report *why)
{
    char path[PATH_CAP];

    *steps = (struct probe_steps){ .world.ops = &world_ops, .device = device };
    snprintf(path, sizeof(path), "probe of %s", fact);
    if (!add_all(steps, probe, turn, lines))
        report_add(&steps->mistakes, "%s\n", err_text(ERR_NO_MEMORY));
    else if (reader_open(&steps->world, path, &steps->reader) == ERR_OK)
        return true;
    report_add_span(why, bytes_span(&steps->mistakes.text));
    probe_steps_close(steps);
    return false;
}

void probe_steps_close(struct probe_steps *steps)
{
    reader_close(steps->reader);
    steps->reader = NULL;
    bytes_free(&steps->text);
    report_free(&steps->mistakes);
}
