/* test_tls_records.c: the records of a server as they pass, in pieces of any size. */
#include "tls_common/limits.h"
#include "tls_common/records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CHANGE_CIPHER_SPEC = 20, HANDSHAKE = 22, DATA = 23, HEADER = TLS_RECORD_HEADER_BYTES };

static enum tls_records_verdict follow_header(struct tls_records *records, uint8_t type, size_t len,
                                              bool is_handshake)
{
    const uint8_t header[] = { type, 3, 3, (uint8_t)(len >> 8), (uint8_t)len };

    return tls_records_follow(records, header, sizeof(header), is_handshake);
}

static enum tls_records_verdict follow_record(struct tls_records *records, uint8_t type, size_t len,
                                              bool is_handshake)
{
    enum tls_records_verdict verdict = follow_header(records, type, len, is_handshake);
    uint8_t *body = calloc(1, len + 1);

    assert_non_null(body);
    if (verdict == TLS_RECORDS_GOOD)
        verdict = tls_records_follow(records, body, len, is_handshake);
    free(body);
    return verdict;
}

static void knows_where_a_record_ends(void **state)
{
    enum { BODY = 300, ALL = HEADER + BODY + HEADER + HEADER + 1 };
    uint8_t bytes[ALL] = { HANDSHAKE, 3, 3, BODY >> 8, BODY & 0xFF };
    const size_t borders[] = { 0, HEADER + BODY, HEADER + BODY + HEADER, ALL };

    (void)state;
    memcpy(bytes + borders[1], (const uint8_t[]){ DATA, 3, 3, 0, 0 }, HEADER);
    memcpy(bytes + borders[2], (const uint8_t[]){ DATA, 3, 3, 0, 1 }, HEADER);
    for (size_t piece = 1; piece <= ALL; piece++) {
        struct tls_records records = { 0 };

        for (size_t at = 0; at < ALL; at += piece) {
            size_t len = piece < ALL - at ? piece : ALL - at;
            bool at_border = false;

            assert_int_equal(tls_records_follow(&records, bytes + at, len, false),
                             TLS_RECORDS_GOOD);
            for (size_t i = 0; i < sizeof(borders) / sizeof(borders[0]); i++)
                at_border = at_border || at + len == borders[i];
            assert_int_equal(tls_records_is_inside(&records), !at_border);
        }
    }
}

static void finds_long_records(void **state)
{
    static const struct {
        bool is_protected;
        size_t len;
        enum tls_records_verdict verdict;
    } rows[] = {
        { false, TLS_RECORD_MAX, TLS_RECORDS_GOOD },
        { false, TLS_RECORD_MAX + 1, TLS_RECORDS_LONG_RECORD },
        { true, TLS_RECORD_MAX + 1, TLS_RECORDS_GOOD },
        { true, TLS_PROTECTED_MAX, TLS_RECORDS_GOOD },
        { true, TLS_PROTECTED_MAX + 1, TLS_RECORDS_LONG_RECORD },
        { true, 0xFFFF, TLS_RECORDS_LONG_RECORD },
    };

    (void)state;
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        struct tls_records records = { 0 };

        assert_int_equal(tls_records_length(&records), 0);
        if (rows[row].is_protected)
            assert_int_equal(follow_record(&records, CHANGE_CIPHER_SPEC, 1, true),
                             TLS_RECORDS_GOOD);
        assert_int_equal(follow_record(&records, HANDSHAKE, rows[row].len, true),
                         rows[row].verdict);
        assert_int_equal(tls_records_length(&records), rows[row].len);
    }
}

/* What is no record at all is the library's business. */
static void leaves_the_rest_to_the_library(void **state)
{
    struct tls_records records = { 0 };

    (void)state;
    assert_int_equal(follow_header(&records, 'H', 0x5454, true), TLS_RECORDS_GOOD);
}

static void counts_a_handshake(void **state)
{
    struct tls_records records = { 0 };
    size_t left = TLS_HANDSHAKE_MAX;

    (void)state;
    for (; left > TLS_RECORD_MAX; left -= TLS_RECORD_MAX)
        assert_int_equal(follow_record(&records, HANDSHAKE, TLS_RECORD_MAX, true),
                         TLS_RECORDS_GOOD);
    assert_int_equal(follow_record(&records, HANDSHAKE, left, true), TLS_RECORDS_GOOD);
    /* Data has no end, but one more byte of a handshake is too much. */
    assert_int_equal(follow_record(&records, DATA, TLS_RECORD_MAX, false), TLS_RECORDS_GOOD);
    assert_int_equal(follow_header(&records, HANDSHAKE, 1, true), TLS_RECORDS_LONG_HANDSHAKE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_where_a_record_ends),
        cmocka_unit_test(finds_long_records),
        cmocka_unit_test(leaves_the_rest_to_the_library),
        cmocka_unit_test(counts_a_handshake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
