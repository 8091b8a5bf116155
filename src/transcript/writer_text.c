/* writer_text.c: bytes as a transcript has them: lines, quotes, patterns, secrets. */
#include "transcript/writer_text.h"

#include "base/letters.h"
#include "transcript/reader_words.h"

#include <assert.h>

enum { GLOBAL_SECRET_MIN = 4 }; /* shorter ones are words like others, where nobody typed them */

/* ---- secrets ---- */

size_t writer_note_secret(struct writer *writer, struct span value)
{
    struct bytes *secret;

    assert(value.len > 0);
    for (size_t i = 0; i < writer->secret_count; i++) {
        if (span_equal(bytes_span(&writer->secrets[i]), value))
            return i + 1;
    }
    if (writer->secret_count == WRITER_SECRETS_MAX || value.len > WRITER_SECRET_MAX) {
        if (!writer->stopped)
            writer_line(writer, "# %s: the recording ends here",
                        value.len > WRITER_SECRET_MAX ? "a secret is too long"
                                                      : "there are too many secrets");
        writer->stopped = true;
        writer->full = true;
        return 0;
    }
    secret = &writer->secrets[writer->secret_count];
    if (bytes_copy(secret, value) != ERR_OK) {
        writer->failed = true;
        return 0;
    }
    writer->secret_count++;
    writer_line(writer, "# secret%u: %u bytes, to be given by --set secret%u=VALUE or =@FILE",
                (unsigned)writer->secret_count, (unsigned)value.len,
                (unsigned)writer->secret_count);
    return writer->secret_count;
}

void writer_place_secret(struct writer *writer, struct span value)
{
    size_t secret = writer_note_secret(writer, value);

    if (secret == 0 || value.len >= GLOBAL_SECRET_MIN)
        return;
    assert(writer->placed_count < WRITER_PLACED_MAX);
    writer->placed[writer->placed_count++] = (struct writer_placed){ value.data, secret };
}

static bool is_word_byte(struct span text, size_t at)
{
    return at < text.len && is_letter_or_digit(text.data[at]);
}

/* The longest secret that stands at `at`; its number, from 1, or 0. */
static size_t secret_at(const struct writer *writer, struct span text, size_t at, bool typed)
{
    size_t found = 0, longest = 0;

    for (size_t i = 0; i < writer->placed_count; i++) {
        if (writer->placed[i].at == text.data + at)
            return writer->placed[i].secret;
    }
    for (size_t i = 0; i < writer->secret_count; i++) {
        struct span secret = bytes_span(&writer->secrets[i]);

        if (secret.len <= longest || secret.len > text.len - at ||
            memcmp(text.data + at, secret.data, secret.len) != 0)
            continue;
        if (secret.len < GLOBAL_SECRET_MIN && (!typed || is_word_byte(text, at + secret.len) ||
                                               (at > 0 && is_word_byte(text, at - 1))))
            continue;
        found = i + 1;
        longest = secret.len;
    }
    return found;
}

/* Bytes up to the next secret. */
static size_t until_secret(const struct writer *writer, struct span text, size_t at, bool typed,
                           size_t *ret_secret)
{
    *ret_secret = 0;
    if (writer->secret_count == 0)
        return text.len;
    while (at < text.len && (*ret_secret = secret_at(writer, text, at, typed)) == 0)
        at++;
    return at;
}

bool writer_has_secret(const struct writer *writer, struct span bytes)
{
    for (size_t at = 0; at < bytes.len; at++) {
        if (secret_at(writer, bytes, at, false) > 0)
            return true;
    }
    return false;
}

/* How many bytes at the end may begin a secret that has not come whole; its number in `ret_secret`.
 */
static size_t begun(const struct writer *writer, struct span bytes, size_t *ret_secret)
{
    size_t longest = 0;

    for (size_t i = 0; i < writer->secret_count; i++) {
        struct span secret = bytes_span(&writer->secrets[i]);
        size_t len = secret.len <= bytes.len ? secret.len - 1 : bytes.len;

        if (secret.len < GLOBAL_SECRET_MIN)
            continue;
        while (len > longest && memcmp(bytes.data + bytes.len - len, secret.data, len) != 0)
            len--;
        if (len > longest) {
            longest = len;
            *ret_secret = i;
        }
    }
    return longest;
}

size_t writer_uncut(const struct writer *writer, struct span bytes, size_t len, bool more)
{
    size_t at = 0, whole = bytes.len, secret;

    if (writer->secret_count == 0)
        return len;
    if (more)
        whole -= begun(writer, bytes, &secret);
    if (len > whole)
        len = whole;
    while (at < len) {
        size_t next = until_secret(writer, bytes, at, false, &secret);

        if (secret == 0 || next >= len)
            return len;
        at = next + writer->secrets[secret - 1].len;
        if (at > len)
            return next > 0 ? next : at;
    }
    return len;
}

void writer_note_cut(struct writer *writer, struct span bytes)
{
    size_t secret = 0, len = writer->secret_count > 0 ? begun(writer, bytes, &secret) : 0;
    struct bytes whole = { .data = NULL };

    if (len < GLOBAL_SECRET_MIN)
        return;
    if (bytes_copy(&whole, bytes_span(&writer->secrets[secret])) != ERR_OK) {
        writer->failed = true;
        return;
    }
    (void)writer_note_secret(writer, span_at(whole.data, len));
    if (whole.len - len >= GLOBAL_SECRET_MIN)
        (void)writer_note_secret(writer, span_skip(bytes_span(&whole), len));
    bytes_free(&whole);
}

/* ---- lines and quotes ---- */

static bool is_counted(struct span text)
{
    size_t digits = 0;

    while (digits < text.len && text.data[digits] >= '0' && text.data[digits] <= '9')
        digits++;
    text = span_skip(text, digits);
    return digits > 0 && (words_are(text, " bytes") || words_are(text, " binary bytes"));
}

bool writer_is_plain(struct span text, bool typed)
{
    struct span rest;

    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ' || text.data[i] >= 0x7f ||
            (text.data[i] == '$' && i + 1 < text.len && text.data[i + 1] == '{') ||
            text.data[i] == '\\')
            return false;
    }
    if (text.len > 0 && text.data[text.len - 1] == ' ')
        return false;
    if (is_counted(text) || words_begin(text, "bytes", &rest))
        return false;
    if (typed)
        return !words_are(text, "ctrl-z") && !words_are(text, "esc") &&
               !words_begin(text, "data", &rest);
    return text.len > 0 && !words_are(text, "prompt") && !words_begin(text, "burst", &rest);
}

void writer_add_plain(struct writer *writer, struct span text, bool typed)
{
    assert(writer_is_plain(text, typed));
    for (size_t at = 0; at < text.len;) {
        size_t secret, end = until_secret(writer, text, at, typed, &secret);

        writer_add(writer, span_at(text.data + at, end - at));
        at = end;
        if (secret > 0) {
            writer_addf(writer, "${secret%u}", (unsigned)secret);
            at += writer->secrets[secret - 1].len;
        }
    }
}

static void add_escaped(struct writer *writer, struct span bytes)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t c = bytes.data[i];
        char out[4] = { '\\', 0, 0, 0 };
        size_t len = 2;

        if (c == '\r' || c == '\n') {
            out[1] = c == '\r' ? 'r' : 'n';
        } else if (c == '"' || (c == '$' && i + 1 < bytes.len && bytes.data[i + 1] == '{')) {
            out[1] = (char)c;
        } else if (c < ' ' || c >= 0x7f || c == '\\') { /* none may stand before a variable */
            out[1] = 'x';
            out[2] = hex[c >> 4];
            out[3] = hex[c & 15];
            len = 4;
        } else {
            out[0] = (char)c;
            len = 1;
        }
        writer_add(writer, span_at(out, len));
    }
}

void writer_add_quoted(struct writer *writer, struct span bytes, bool typed)
{
    writer_add(writer, span_of("\""));
    for (size_t at = 0; at < bytes.len;) {
        size_t secret, end = until_secret(writer, bytes, at, typed, &secret);

        add_escaped(writer, span_at(bytes.data + at, end - at));
        at = end;
        if (secret > 0) {
            writer_addf(writer, "${secret%u}", (unsigned)secret);
            at += writer->secrets[secret - 1].len;
        }
    }
    writer_add(writer, span_of("\""));
}

/* ---- what differs each time ---- */

static bool is_digit_at(struct span text, size_t at)
{
    return at < text.len && text.data[at] >= '0' && text.data[at] <= '9';
}

static size_t digits_at(struct span text, size_t at)
{
    size_t count = 0;

    while (is_digit_at(text, at + count))
        count++;
    return count;
}

/* Numbers of one to `most` digits with `sign` between them: the length of `count` of them; 0: there
 * are not. */
static size_t numbers_at(struct span text, size_t at, unsigned count, char sign, size_t most)
{
    size_t begin = at;

    for (unsigned i = 0; i < count; i++) {
        size_t digits = digits_at(text, at);

        if (digits == 0 || digits > most)
            return 0;
        at += digits;
        if (i + 1 < count) {
            if (at >= text.len || text.data[at] != (uint8_t)sign)
                return 0;
            at++;
        }
    }
    return at - begin;
}

/* The length of a word that the writer was told of, and its pattern; 0: there is none. */
static size_t varying_at(const struct writer *writer, struct span text, size_t at,
                         const char **ret_pattern)
{
    size_t count =
        writer->varying_count < WRITER_VARYING_MAX ? writer->varying_count : WRITER_VARYING_MAX;
    size_t longest = 0;

    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(writer->varying[i].word);

        if (len > longest && len <= text.len - at && !is_word_byte(text, at + len) &&
            memcmp(text.data + at, writer->varying[i].word, len) == 0) {
            longest = len;
            *ret_pattern = writer->varying[i].pattern;
        }
    }
    return longest;
}

bool writer_has_varying(const struct writer *writer, struct span text)
{
    const char *pattern;

    for (size_t at = 0; at < text.len; at++) {
        if (varying_at(writer, text, at, &pattern) > 0)
            return true;
    }
    return false;
}

void writer_note_varying(struct writer *writer, struct span word, const char *pattern)
{
    size_t kept = writer->varying_kept, place = writer->varying_count++;
    struct writer_varying *varying;

    if (place >= WRITER_VARYING_MAX)
        place = kept + (place - kept) % (WRITER_VARYING_MAX - kept);
    varying = &writer->varying[place];
    assert(word.len > 0 && word.len <= WRITER_WORD_MAX);
    memcpy(varying->word, word.data, word.len);
    varying->word[word.len] = '\0';
    varying->pattern = pattern;
}

/* What differs each time and begins at `at`, where no word is cut; 0: nothing does. */
static size_t different_at(const struct writer *writer, struct span text, size_t at,
                           const char **ret_pattern)
{
    size_t len;

    if (at > 0 && is_word_byte(text, at - 1) && is_word_byte(text, at))
        return 0;
    len = varying_at(writer, text, at, ret_pattern);
    if (len > 0)
        return len;
    if (at > 0 && memchr(".:/", text.data[at - 1], 3) != NULL)
        return 0;
    len = numbers_at(text, at, 4, '.', 3);
    if (len > 0 && (at + len >= text.len || text.data[at + len] != '.')) {
        *ret_pattern = "[0-9.]+";
        return len;
    }
    len = numbers_at(text, at, 3, ':', 2);
    *ret_pattern = "[0-9:]+";
    if (len == 8)
        return len;
    len = numbers_at(text, at, 3, '/', 4);
    *ret_pattern = "[0-9/]+";
    return len >= 8 ? len : 0;
}

static void add_for_pattern(struct writer *writer, uint8_t c)
{
    static const char special[] = "\\^$.[]|()?*+{}";
    char out[2] = { '\\', (char)c };

    if (memchr(special, c, sizeof(special) - 1) != NULL)
        writer_add(writer, span_at(out, 2));
    else
        writer_add(writer, span_at(out + 1, 1));
}

bool writer_add_pattern(struct writer *writer, struct span text)
{
    const char *pattern;
    bool differs = false;
    size_t secret;

    (void)until_secret(writer, text, 0, true, &secret);
    if (secret > 0)
        return false;
    for (size_t at = 0; at < text.len && !differs; at++)
        differs = different_at(writer, text, at, &pattern) > 0;
    for (size_t at = 0; at < text.len && differs;) {
        size_t len = different_at(writer, text, at, &pattern);

        if (len > 0)
            writer_add(writer, span_of(pattern));
        else
            add_for_pattern(writer, text.data[at]);
        at += len > 0 ? len : 1;
    }
    return differs;
}
