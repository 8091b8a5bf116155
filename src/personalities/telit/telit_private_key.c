/* telit_private_key.c: formats of private keys. */
#include "personalities/telit/telit_private_key.h"

#include <stdint.h>

enum { ASN1_INTEGER = 0x02, ASN1_SEQUENCE = 0x30, LENGTH_IS_LONG = 0x80 };

/* Takes a tag and a length off the front; the contents follow, perhaps cut short. */
static bool take_header(struct span *bytes, uint8_t tag, size_t *ret_len)
{
    size_t octets = 0;
    size_t len;

    if (bytes->len < 2 || bytes->data[0] != tag)
        return false;
    len = bytes->data[1];
    *bytes = span_skip(*bytes, 2);
    if (len >= LENGTH_IS_LONG) {
        octets = len - LENGTH_IS_LONG;
        len = 0;
    }
    if (octets > sizeof(uint32_t) || octets > bytes->len)
        return false;
    for (size_t i = 0; i < octets; i++)
        len = len << 8 | bytes->data[i];
    *bytes = span_skip(*bytes, octets);
    *ret_len = len;
    return true;
}

/* Both formats are a sequence that begins with a version: in PKCS #1 the modulus follows, in PKCS
 * #8 the algorithm, a sequence; a key after SEC 1 has an octet string there. */
static bool is_pkcs1_der(struct span bytes)
{
    size_t len;

    if (!take_header(&bytes, ASN1_SEQUENCE, &len) || !take_header(&bytes, ASN1_INTEGER, &len) ||
        len >= bytes.len)
        return false;
    return bytes.data[len] == ASN1_INTEGER;
}

bool telit_private_key_is_pkcs1(struct span key)
{
    if (span_contains(key, "-----BEGIN "))
        return span_contains(key, "-----BEGIN RSA PRIVATE KEY-----");
    return is_pkcs1_der(key);
}
