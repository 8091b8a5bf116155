/* circuit.c: the words of circuits in transcripts. */
#include "transcript/circuit.h"

#include <assert.h>

static const struct {
    const char *word;
    enum channel_line circuit;
} circuits[] = {
    { "dtr", LINE_DTR }, { "rts", LINE_RTS }, { "dcd", LINE_DCD },
    { "dsr", LINE_DSR }, { "cts", LINE_CTS }, { "ri", LINE_RI },
};

enum { CIRCUIT_COUNT = sizeof(circuits) / sizeof(circuits[0]) };

const char *circuit_word(enum channel_line circuit)
{
    size_t i = 0;

    while (i < CIRCUIT_COUNT - 1 && circuits[i].circuit != circuit)
        i++;
    assert(circuits[i].circuit == circuit);
    return circuits[i].word;
}

bool circuit_find(struct span word, enum channel_line *ret_circuit)
{
    for (size_t i = 0; i < CIRCUIT_COUNT; i++) {
        if (span_equal(word, span_of(circuits[i].word))) {
            *ret_circuit = circuits[i].circuit;
            return true;
        }
    }
    return false;
}
