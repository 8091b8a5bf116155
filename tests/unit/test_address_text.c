/* test_address_text.c: addresses as hosts read them; examples of RFC 5952. */
#include "address_literal.h"
#include "check.h"
#include "services/address_text.h"

static const struct {
    const char *typed, *shown;
} rows[] = {
    { "192.0.2.1", "192.0.2.1" },
    { "255.255.255.255", "255.255.255.255" },
    { "0.0.0.0", "0.0.0.0" },
    { "::", "::" },
    { "::1", "::1" },
    { "2001:db8::1", "2001:db8::1" },
    { "2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
    { "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
    { "fe80:0:0:0:0:0:0:0", "fe80::" },
    { "1:0:0:0:2:0:0:3", "1::2:0:0:3" },
    { "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8" },
    { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
};

static void test_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct net_address address = { .family = NET_IPV4 };
        char text[ADDRESS_TEXT_MAX];

        assert_true(address_literal(rows[i].typed, &address));
        address_text(&address, text);
        check_text(rows[i].typed, text, rows[i].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_text) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
