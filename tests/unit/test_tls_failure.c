/* test_tls_failure.c: what is said of security data that cannot be read, and of certificates. */
#include "tls_common/failure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    enum tls_reason reason;
    const char *bytes, *detail;
} unreadable[] = {
    { TLS_OWN_CA, "-----BEGINCERTIFICATE-----\nMIIB\n-----ENDCERTIFICATE-----\n",
      "no line -----BEGIN CERTIFICATE-----; found: -----BEGINCERTIFICATE-----" },
    { TLS_OWN_CA, "-----BEGIN CERTIFICATE-----\nMIIBMIIB\n",
      "no line -----END CERTIFICATE-----: cut off after 37 bytes?" },
    { TLS_OWN_CERTIFICATE, "-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n",
      "\\n stands in it where a line should end" },
    { TLS_OWN_CERTIFICATE, "MIIBMIIB", "no line -----BEGIN CERTIFICATE-----, and no DER" },
    { TLS_OWN_CA, "-----BEGIN CERTIFICATE-----\nM\n-----END CERTIFICATE-----\n", "the library's" },
    { TLS_OWN_CA, "0\x82\x01", "the library's" },
    /* Of a key nothing is shown. */
    { TLS_OWN_KEY, "-----BEGINRSAPRIVATEKEY-----MIIBsecret",
      "no line -----BEGIN PRIVATE KEY-----" },
    { TLS_OWN_KEY, "-----BEGIN PRIVATE KEY-----\nMIIBsecret",
      "no line -----END PRIVATE KEY-----: cut off after 38 bytes?" },
};

static void test_unreadable_data(void **state)
{
    struct tls_failure failure;

    (void)state;
    for (size_t i = 0; i < sizeof(unreadable) / sizeof(unreadable[0]); i++) {
        const char *bytes = unreadable[i].bytes;

        tls_failure_set_unreadable(&failure, unreadable[i].reason,
                                   (struct span){ (const uint8_t *)bytes, strlen(bytes) },
                                   "the library's");
        assert_string_equal(failure.detail, unreadable[i].detail);
        assert_int_equal(failure.reason, unreadable[i].reason);
    }
}

static void test_certificates(void **state)
{
    struct tls_failure failure;
    struct tls_outdated outdated = { .reason = TLS_EXPIRED,
                                     .subject = "CN=Old\nRoot",
                                     .is_stored = true,
                                     .limit_s = 1762732800,
                                     .now_s = 1764547200 };

    (void)state;
    tls_failure_set_outdated(&failure, &outdated);
    assert_string_equal(failure.detail, "stored CA CN=Old?Root ended 2025-11-10; the module's "
                                        "clock says 2025-12-01 00:00:00 UTC");
    outdated =
        (struct tls_outdated){ TLS_NOT_YET_VALID, "CN=a", false, true, 1764547200, 1762732800 };
    tls_failure_set_outdated(&failure, &outdated);
    assert_string_equal(failure.detail,
                        "CN=a begins 2025-12-01; the machine's clock says 2025-11-10 00:00:00 UTC");
    tls_failure_set_issuer(&failure, "CN=Root", true);
    assert_string_equal(failure.detail, "its last issuer is CN=Root");
    tls_failure_set_issuer(&failure, "CN=Root", false);
    assert_string_equal(failure.detail, "no CA is stored; its last issuer is CN=Root");
}

/* The longest of all fits. */
static void test_nothing_is_cut(void **state)
{
    char subject[200];
    struct tls_failure failure;
    struct tls_outdated outdated = {
        .reason = TLS_EXPIRED, .subject = subject, .is_stored = true, .now_s = 1764547200
    };

    (void)state;
    memset(subject, 'x', sizeof(subject) - 1);
    subject[sizeof(subject) - 1] = '\0';
    tls_failure_set_outdated(&failure, &outdated);
    assert_non_null(strstr(failure.detail, "2025-12-01 00:00:00 UTC"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unreadable_data),
        cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_nothing_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
