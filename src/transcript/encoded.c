/* encoded.c: secrets in base64. */
#include "transcript/encoded.h"

#include "transcript/writer_text.h"

enum { WORD_MIN = 8, WORD_MAX = 4096 };

/* The six bits of a character; -1: it is none.  Those of web tokens too (RFC 4648 §5). */
static int bits_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/* The length of the word that begins the text, without what fills it up. */
static size_t word_len(struct span text)
{
    size_t len = 0;

    while (len < text.len && bits_of(text.data[len]) >= 0)
        len++;
    return len;
}

/* Whole bytes of a word of at most WORD_MAX; how many. */
static size_t decode(struct span word, uint8_t *ret_bytes)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t count = 0;

    for (size_t i = 0; i < word.len; i++) {
        bits = bits << 6 | (uint32_t)bits_of(word.data[i]);
        have += 6;
        if (have >= 8) {
            have -= 8;
            ret_bytes[count++] = (uint8_t)(bits >> have);
        }
    }
    return count;
}

static void look(struct writer *writer, struct span word, size_t filled)
{
    uint8_t bytes[WORD_MAX];
    struct span part = word;

    for (; part.len > 0;
         part = span_skip(part, part.len < WORD_MAX / 2 ? part.len : WORD_MAX / 2)) {
        size_t len = part.len < WORD_MAX ? part.len : WORD_MAX;

        if (writer_has_secret(writer, span_at(bytes, decode(span_at(part.data, len), bytes)))) {
            (void)writer_note_secret(writer, span_at(word.data, filled));
            return;
        }
    }
}

void encoded_note(struct writer *writer, struct span text)
{
    while (text.len > 0 && writer->secret_count > 0) {
        struct span word = span_at(text.data, word_len(text));
        size_t filled = word.len;

        while (word.len > 0 && filled < text.len && text.data[filled] == '=')
            filled++;
        if (word.len >= WORD_MIN)
            look(writer, word, filled);
        text = span_skip(text, filled > 0 ? filled : 1);
    }
}
