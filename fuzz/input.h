/* input.h: a fuzzer's input, taken piece by piece; past its end there are zeros. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include "base/span.h"

#include <stdbool.h>

struct input {
    struct span left;
};

/* The entry of libFuzzer, and of tests/unit/replay_main.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline bool input_is_empty(const struct input *input)
{
    return input->left.len == 0;
}

static inline uint8_t input_byte(struct input *input)
{
    uint8_t byte = 0;

    if (input->left.len > 0) {
        byte = input->left.data[0];
        input->left = span_skip(input->left, 1);
    }
    return byte;
}

/* The next `count` bytes, or what is left of them. */
static inline struct span input_bytes(struct input *input, size_t count)
{
    struct span bytes = input->left;

    if (count < bytes.len)
        bytes.len = count;
    input->left = span_skip(input->left, bytes.len);
    return bytes;
}

/* A length in two bytes, then so many bytes. */
static inline struct span input_block(struct input *input)
{
    size_t high = input_byte(input);

    return input_bytes(input, high << 8 | input_byte(input));
}

/* How long the first piece of what is typed byte by byte is, of one byte at least: CR and LF come
 * with the byte before them, since behind the line that opens a prompt one that comes by itself may
 * be data. */
static inline size_t input_piece(struct span bytes)
{
    size_t len = 1;

    while (len < bytes.len && (bytes.data[len] == '\r' || bytes.data[len] == '\n'))
        len++;
    return len;
}

#endif
