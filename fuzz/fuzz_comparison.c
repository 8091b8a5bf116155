/* fuzz_comparison.c: what two modules say to the same host, in any order and any pieces: what is
 * told of it are lines, and where both say the same there is nothing to tell. */
#include "input.h"
#include "tap/comparison.h"

#include <stdio.h>
#include <stdlib.h>

enum op { OP_TYPE, OP_REAL, OP_OURS, OP_BOTH, OP_WAIT, OP_CIRCUITS, OP_LOOK, OP_COUNT };

enum { WAIT_MS = 37 };

struct run {
    struct comparison *comparison;
    int64_t now_ms;
    uint64_t typed, taken;
    size_t told;
    bool is_same; /* both have always said the same at the same moment */
};

static void claim(bool holds, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", text);
    abort();
}

static void on_difference(void *ctx, struct span lines)
{
    claim(lines.len > 0 && lines.data[lines.len - 1] == '\n', "a difference is no line");
    ((struct run *)ctx)->told++;
}

/* Ours takes what it may. */
static void settle(struct run *run)
{
    uint64_t limit = comparison_limit(run->comparison, run->now_ms);

    claim(limit >= run->taken, "ours has to give back what it has taken");
    run->taken = limit < run->typed ? limit : run->typed;
    comparison_settle(run->comparison, run->taken);
}

static void take(struct run *run, struct input *input)
{
    uint8_t first = input_byte(input);
    struct span bytes = input_bytes(input, input_byte(input) % 64);

    switch ((enum op)(first % OP_COUNT)) {
    case OP_TYPE:
        comparison_typed(run->comparison, run->now_ms, bytes);
        run->typed += bytes.len;
        break;
    case OP_REAL:
    case OP_OURS:
        run->is_same = run->is_same && bytes.len == 0;
        comparison_said(run->comparison, run->now_ms,
                        first % OP_COUNT == OP_REAL ? COMPARISON_REAL : COMPARISON_OURS, run->taken,
                        bytes);
        break;
    case OP_BOTH:
        run->is_same = run->is_same && run->taken == run->typed;
        comparison_said(run->comparison, run->now_ms, COMPARISON_REAL, 0, bytes);
        comparison_said(run->comparison, run->now_ms, COMPARISON_OURS, run->taken, bytes);
        break;
    case OP_WAIT:
        run->now_ms += (int64_t)bytes.len * WAIT_MS;
        break;
    case OP_CIRCUITS:
        run->is_same = false;
        comparison_circuits(run->comparison, run->now_ms,
                            bytes.len % 2 == 0 ? COMPARISON_REAL : COMPARISON_OURS, first);
        break;
    default:
        comparison_look(run->comparison, run->now_ms);
        break;
    }
    settle(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "real", "ours" };
    struct run run = { .is_same = true };
    struct input input = { span_at(data, size) };
    uint64_t count, different, circuits;

    if (comparison_open(names, on_difference, &run, &run.comparison) != ERR_OK)
        abort();
    while (!input_is_empty(&input))
        take(&run, &input);
    circuits = comparison_circuits_told(run.comparison);
    comparison_close(run.comparison, &count, &different);
    claim(different + circuits == run.told, "more differences than were told, or fewer");
    claim(different == 0 || !run.is_same, "what is the same is a difference");
    return 0;
}
