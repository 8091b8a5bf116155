/* tls_suites.c: code points and names of the IANA TLS Cipher Suites registry. */
#include "base/tls_suites.h"

#include <string.h>

enum { TLS_1_3 = 0x0304 };

static const struct tls_suite_info suites[] = {
#define TLS_SUITE_ROW(name, code, lowest) { (code), #name, (lowest) },
    TLS_SUITES(TLS_SUITE_ROW)
#undef TLS_SUITE_ROW
};

enum { SUITE_COUNT = sizeof(suites) / sizeof(suites[0]) };

const struct tls_suite_info *tls_suite_by_code(uint16_t code)
{
    for (size_t i = 0; i < SUITE_COUNT; i++) {
        if (suites[i].code == code)
            return &suites[i];
    }
    return NULL;
}

const struct tls_suite_info *tls_suite_by_name(const char *name)
{
    for (size_t i = 0; i < SUITE_COUNT; i++) {
        if (strcmp(suites[i].name, name) == 0)
            return &suites[i];
    }
    return NULL;
}

const struct tls_suite_info *tls_suite_at(size_t index)
{
    return index < SUITE_COUNT ? &suites[index] : NULL;
}

const char *tls_suite_name(uint16_t code)
{
    const struct tls_suite_info *suite = tls_suite_by_code(code);

    return suite != NULL ? suite->name : "unknown suite";
}

bool tls_suite_fits(const struct tls_suite_info *suite, uint16_t version)
{
    /* TLS 1.3 took nothing over from its predecessors, and they know nothing of it. */
    if (version >= TLS_1_3 || suite->lowest >= TLS_1_3)
        return version >= TLS_1_3 && suite->lowest >= TLS_1_3;
    return version >= suite->lowest;
}

const char *tls_version_name(unsigned version)
{
    static const char *const names[] = { "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3" };
    enum { OLDEST = 0x0300 };

    if (version < OLDEST || version - OLDEST >= sizeof(names) / sizeof(names[0]))
        return "an unknown version";
    return names[version - OLDEST];
}
