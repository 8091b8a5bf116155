/* hello.c: what a ClientHello says. */
#include "check/hello.h"

enum { VERSION = 2, RANDOM = 32, SERVER_NAME = 0, RENEGOTIATION_INFO = 0x00FF, FALLBACK = 0x5600 };

/* A vector whose length has so many bytes, taken from the front of `bytes`; false: it is cut off.
 */
static bool take_vector(struct span *bytes, size_t length_bytes, struct span *ret_vector)
{
    size_t len = 0;

    if (bytes->len < length_bytes)
        return false;
    for (size_t i = 0; i < length_bytes; i++)
        len = len << 8 | bytes->data[i];
    *bytes = span_skip(*bytes, length_bytes);
    if (bytes->len < len)
        return false;
    *ret_vector = span_at(bytes->data, len);
    *bytes = span_skip(*bytes, len);
    return true;
}

static unsigned number_at(struct span bytes, size_t at)
{
    return (unsigned)bytes.data[at] << 8 | bytes.data[at + 1];
}

static bool has_extension(struct span extensions, unsigned type)
{
    while (extensions.len >= 2) {
        unsigned found = number_at(extensions, 0);
        struct span body;

        extensions = span_skip(extensions, 2);
        if (!take_vector(&extensions, 2, &body))
            return false;
        if (found == type)
            return true;
    }
    return false;
}

void hello_describe(struct span body, struct text *words)
{
    struct span session, suites, methods, extensions = span_at(NULL, 0);
    const char *between = "";
    unsigned version;

    if (body.len < VERSION + RANDOM)
        return;
    version = number_at(body, 0);
    body = span_skip(body, VERSION + RANDOM);
    if (!take_vector(&body, 1, &session) || !take_vector(&body, 2, &suites) ||
        !take_vector(&body, 1, &methods))
        return;
    (void)take_vector(&body, 2, &extensions); /* there may be none */
    text_add(words, "max=%04x sni=%d suites=", version, has_extension(extensions, SERVER_NAME));
    for (size_t i = 0; i + 1 < suites.len; i += 2) {
        unsigned suite = number_at(suites, i);

        if (suite == RENEGOTIATION_INFO || suite == FALLBACK)
            continue;
        text_add(words, "%s%04x", between, suite);
        between = ",";
    }
}
