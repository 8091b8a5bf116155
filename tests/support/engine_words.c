/* engine_words.c: the words of a request, and what is answered. */
#include "engine_host.h"

#include <stdlib.h>

void host_fail(struct host *host, const char *error)
{
    host->error = error;
}

void host_answer(struct host *host, const char *text)
{
    byte_queue_put(&host->answer, span_of(text));
}

void host_answer_hex(struct host *host, struct span bytes)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.len; i++) {
        char pair[2] = { digits[bytes.data[i] >> 4], digits[bytes.data[i] & 15] };

        byte_queue_put(&host->answer, span_at(pair, sizeof(pair)));
    }
}

const char *request_word(const struct request *request, int index)
{
    return index < request->count ? request->words[index] : "";
}

bool request_is(const struct request *request, int index, const char *word)
{
    return strcmp(request_word(request, index), word) == 0;
}

bool request_number(const char *word, int base, int64_t min, int64_t max, int64_t *ret_number)
{
    char *end;
    long long number = strtoll(word, &end, base);

    if (*word == '\0' || *end != '\0' || number < min || number > max)
        return false;
    *ret_number = number;
    return true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Turns the hexadecimal digits of a word into bytes, in the word's own memory. */
static bool read_hex(char *word, struct span *ret_bytes)
{
    uint8_t *bytes = (uint8_t *)word;
    size_t len = strlen(word);

    if (len % 2 != 0)
        return false;
    for (size_t i = 0; i < len / 2; i++) {
        int high = hex_value(word[2 * i]), low = hex_value(word[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    *ret_bytes = span_at(bytes, len / 2);
    return true;
}

bool request_hex(const struct request *request, int index, struct span *ret_bytes)
{
    *ret_bytes = span_at(NULL, 0);
    return index >= request->count || read_hex(request->words[index], ret_bytes);
}
