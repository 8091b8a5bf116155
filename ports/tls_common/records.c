/* records.c: see records.h. */
#include "tls_common/records.h"

#include "tls_common/failure.h"
#include "tls_common/limits.h"

#include <assert.h>

#include <string.h>

enum { CHANGE_CIPHER_SPEC = 20, DATA = 23 };

size_t tls_records_length(const struct tls_records *records)
{
    return (size_t)records->header[3] << 8 | records->header[4];
}

bool tls_records_is_inside(const struct tls_records *records)
{
    return records->left > 0 ||
           (records->header_len > 0 && records->header_len < TLS_RECORD_HEADER_BYTES);
}

enum tls_end tls_records_end(const struct tls_records *records)
{
    return tls_records_is_inside(records) ? TLS_END_CUT : TLS_END_BARE;
}

void tls_records_fail(const struct tls_records *records, enum tls_records_verdict verdict,
                      struct tls_failure *ret_failure)
{
    assert(verdict != TLS_RECORDS_GOOD);
    if (verdict == TLS_RECORDS_LONG_RECORD)
        tls_failure_set(ret_failure, TLS_RECORD_SIZE, "%zu bytes%s", tls_records_length(records),
                        records->is_protected ? " with what protects it" : "");
    else
        tls_failure_set(ret_failure, TLS_PROTOCOL, "its handshake is longer than %d bytes",
                        TLS_HANDSHAKE_MAX);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static enum tls_records_verdict on_header(struct tls_records *records, bool is_handshake)
{
    size_t length = tls_records_length(records);
    size_t longest = records->is_protected ? TLS_PROTECTED_MAX : TLS_RECORD_MAX;

    records->left = (uint16_t)length;
    records->is_protected = records->is_protected || records->header[0] == CHANGE_CIPHER_SPEC;
    if (records->header[0] < CHANGE_CIPHER_SPEC || records->header[0] > DATA)
        return TLS_RECORDS_GOOD; /* it is none: the library says so */
    if (length > longest)
        return TLS_RECORDS_LONG_RECORD;
    if (!is_handshake)
        return TLS_RECORDS_GOOD;
    records->handshake_bytes += (uint32_t)length;
    return records->handshake_bytes <= TLS_HANDSHAKE_MAX ? TLS_RECORDS_GOOD
                                                         : TLS_RECORDS_LONG_HANDSHAKE;
}

enum tls_records_verdict tls_records_follow(struct tls_records *records, const uint8_t *bytes,
                                            size_t len, bool is_handshake)
{
    enum tls_records_verdict verdict = TLS_RECORDS_GOOD;

    assert(records->header_len <= TLS_RECORD_HEADER_BYTES);
    while (len > 0 && verdict == TLS_RECORDS_GOOD) {
        size_t part;

        if (records->left > 0) {
            part = smaller(len, records->left);
            records->left -= (uint16_t)part;
        } else {
            if (records->header_len == TLS_RECORD_HEADER_BYTES)
                records->header_len = 0;
            part = smaller(len, TLS_RECORD_HEADER_BYTES - records->header_len);
            memcpy(records->header + records->header_len, bytes, part);
            records->header_len += (uint8_t)part;
            if (records->header_len == TLS_RECORD_HEADER_BYTES)
                verdict = on_header(records, is_handshake);
        }
        bytes += part;
        len -= part;
    }
    return verdict;
}
