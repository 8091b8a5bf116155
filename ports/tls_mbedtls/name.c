/* name.c: RFC 6125 with the leniency of the modules' time. */
#include "tls_mbedtls/name.h"

#include "tls_common/name.h"

#include <ctype.h>
#include <mbedtls/oid.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Kinds of alternative names: GeneralName, RFC 5280, 4.2.1.6. */
enum { KIND_DNS = 2, KIND_ADDRESS = 7 };

static bool is_of_kind(const mbedtls_x509_buf *name, int kind)
{
    return name->p != NULL && (name->tag & MBEDTLS_ASN1_TAG_VALUE_MASK) == kind;
}

static const mbedtls_x509_buf *find_kind(const mbedtls_x509_sequence *names, int kind,
                                         const mbedtls_x509_sequence **ret_rest)
{
    for (; names != NULL; names = names->next) {
        if (is_of_kind(&names->buf, kind)) {
            *ret_rest = names->next;
            return &names->buf;
        }
    }
    return NULL;
}

/* "*.example.com" stands for one label in front of a name that has at least two. */
static bool is_wildcard_for(const char *pattern, size_t len, const char *name)
{
    const char *rest = strchr(name, '.');

    return len > 2 && pattern[0] == '*' && pattern[1] == '.' && rest != NULL && rest != name &&
           memchr(pattern + 2, '.', len - 2) != NULL && strlen(rest) == len - 1 &&
           strncasecmp(pattern + 1, rest, len - 1) == 0;
}

static bool is_name_for(const mbedtls_x509_buf *issued, const char *name)
{
    const char *text = (const char *)issued->p;

    return (issued->len == strlen(name) && strncasecmp(text, name, issued->len) == 0) ||
           is_wildcard_for(text, issued->len, name);
}

static const mbedtls_x509_buf *common_name(const mbedtls_x509_crt *certificate)
{
    for (const mbedtls_x509_name *part = &certificate->subject; part != NULL; part = part->next) {
        if (part->oid.p != NULL && MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &part->oid) == 0)
            return &part->val;
    }
    return NULL;
}

static bool is_address_good(const mbedtls_x509_crt *certificate, const char *name,
                            const unsigned char *address, size_t len)
{
    const mbedtls_x509_sequence *rest = &certificate->subject_alt_names;
    const mbedtls_x509_buf *issued;

    if (rest->buf.p == NULL) {
        issued = common_name(certificate);
        return issued != NULL && issued->len == strlen(name) &&
               memcmp(issued->p, name, issued->len) == 0;
    }
    while ((issued = find_kind(rest, KIND_ADDRESS, &rest)) != NULL) {
        if (issued->len == len && memcmp(issued->p, address, len) == 0)
            return true;
    }
    return false;
}

static bool is_host_good(const mbedtls_x509_crt *certificate, const char *name)
{
    const mbedtls_x509_sequence *rest = &certificate->subject_alt_names;
    const mbedtls_x509_buf *issued;
    bool has_names = false;

    while ((issued = find_kind(rest, KIND_DNS, &rest)) != NULL) {
        if (is_name_for(issued, name))
            return true;
        has_names = true;
    }
    issued = common_name(certificate);
    return !has_names && issued != NULL && is_name_for(issued, name);
}

bool mtls_name_fits(const mbedtls_x509_crt *certificate, const char *name)
{
    unsigned char address[TLS_ADDRESS_MAX_BYTES];
    size_t len = tls_address_of(name, address);

    return len > 0 ? is_address_good(certificate, name, address, len)
                   : is_host_good(certificate, name);
}

bool mtls_name_is_common_address(const mbedtls_x509_crt *certificate, const char *name)
{
    unsigned char address[TLS_ADDRESS_MAX_BYTES];

    return certificate->subject_alt_names.buf.p == NULL && tls_address_of(name, address) > 0;
}

void mtls_name_stated(const mbedtls_x509_crt *certificate, char *text, size_t cap)
{
    const mbedtls_x509_sequence *rest = &certificate->subject_alt_names;
    const mbedtls_x509_buf *issued = find_kind(rest, KIND_DNS, &rest);

    if (issued != NULL)
        snprintf(text, cap, "%.*s", (int)issued->len, (const char *)issued->p);
    else if (mbedtls_x509_dn_gets(text, cap, &certificate->subject) < 0)
        snprintf(text, cap, "a name that cannot be told");
    for (char *at = text; *at != '\0'; at++) {
        if (!isprint((unsigned char)*at))
            *at = '?';
    }
}
