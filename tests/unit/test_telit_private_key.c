/* test_telit_private_key.c: PKCS #1 told from everything else, however it is cut. */
#include "check.h"
#include "personalities/telit/telit_private_key.h"

#include <stdlib.h>
#include <string.h>

#define BYTES(text)                                                                                \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }
#define PEM(kind) BYTES("-----BEGIN " kind "-----\nMII=\n-----END " kind "-----\n")

static const struct {
    const char *name;
    struct span key;
    bool expected;
} rows[] = {
    { "PEM", PEM("RSA PRIVATE KEY"), true },
    { "PEM, words before", BYTES("mine:\n-----BEGIN RSA PRIVATE KEY-----\n"), true },
    { "PEM, PKCS #8", PEM("PRIVATE KEY"), false },
    { "PEM, PKCS #8 encrypted", PEM("ENCRYPTED PRIVATE KEY"), false },
    { "PEM, SEC 1", PEM("EC PRIVATE KEY"), false },
    { "PEM, certificate", PEM("CERTIFICATE"), false },
    { "DER", BYTES("\x30\x82\x04\xA4\x02\x01\x00\x02\x82\x01\x01\x00\xC3"), true },
    { "DER, short", BYTES("\x30\x06\x02\x01\x00\x02\x01\x07"), true },
    { "DER, PKCS #8", BYTES("\x30\x82\x04\xBE\x02\x01\x00\x30\x0D\x06\x09"), false },
    { "DER, PKCS #8 encrypted", BYTES("\x30\x82\x05\x0E\x30\x40\x06\x09"), false },
    { "DER, SEC 1", BYTES("\x30\x77\x02\x01\x01\x04\x20\x11"), false },
    { "DER, certificate", BYTES("\x30\x82\x03\x00\x30\x82\x01\xE8"), false },
    { "a version of four octets of length", BYTES("\x30\x05\x02\x84\xFF\xFF\xFF\xFF\x00\x02"),
      false },
    { "five octets of length", BYTES("\x30\x85\x01\x01\x01\x01\x01\x02\x01\x00\x02"), false },
    { "no key", BYTES("this is no key\n"), false },
    { "nothing", { NULL, 0 }, false },
};

static void test_formats(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (telit_private_key_is_pkcs1(rows[i].key) != rows[i].expected)
            fail_msg("%s", rows[i].name);
    }
}

/* In memory of just that size, so that a sanitizer sees a byte too many. */
static void test_cut_short(void **state)
{
    static const uint8_t key[] = { 0x30, 0x82, 0x04, 0xA4, 0x02, 0x01, 0x00, 0x02 };

    (void)state;
    for (size_t len = 0; len < sizeof(key); len++) {
        uint8_t *copy = malloc(len + 1);

        assert_non_null(copy);
        memcpy(copy + 1, key, len); /* its end is the block's */
        assert_false(telit_private_key_is_pkcs1(span_at(copy + 1, len)));
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_cut_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
