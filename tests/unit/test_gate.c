/* test_gate.c: who may use the control port. */
#include "check.h"
#include "control/gate.h"

#include <string.h>

static const char token[] = "0123456789abcdef";

static struct gate tcp_gate(void)
{
    struct gate gate = { .is_tcp = true, .port = 4711 };
    const char *why;

    assert_true(gate_set_token(&gate, token, strlen(token), &why));
    return gate;
}

static void tokens_are_compared_whole(void **state)
{
    static const struct {
        const char *header;
        enum gate_verdict verdict;
    } cases[] = {
        { "Bearer 0123456789abcdef", GATE_LETS_IN },
        { "bearer 0123456789abcdef", GATE_LETS_IN },
        { "Bearer 0123456789abcdeF", GATE_NO_TOKEN },
        { "Bearer 0123456789abcde", GATE_NO_TOKEN },
        { "Bearer 0123456789abcdef0", GATE_NO_TOKEN },
        { "Bearer  0123456789abcdef", GATE_NO_TOKEN },
        { "Bearer ", GATE_NO_TOKEN },
        { "Basic 0123456789abcdef", GATE_NO_TOKEN },
        { "", GATE_NO_TOKEN },
        { NULL, GATE_NO_TOKEN },
    };
    struct gate gate = tcp_gate();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct gate_signs signs = { .host = "localhost:4711",
                                          .authorization = cases[i].header };

        assert_int_equal(gate_admits(&gate, &signs), cases[i].verdict);
    }
}

static void hosts_and_origins_are_its_own(void **state)
{
    static const struct {
        const char *host, *origin;
        enum gate_verdict verdict;
    } cases[] = {
        { "127.0.0.1:4711", NULL, GATE_LETS_IN },
        { "[::1]:4711", "http://[::1]:4711", GATE_LETS_IN },
        { "LOCALHOST:4711", "http://127.0.0.1:4711", GATE_LETS_IN },
        { "localhost", NULL, GATE_FOREIGN_HOST },
        { "localhost:47111", NULL, GATE_FOREIGN_HOST },
        { "evil.example:4711", NULL, GATE_FOREIGN_HOST },
        { "", NULL, GATE_FOREIGN_HOST },
        { NULL, NULL, GATE_FOREIGN_HOST },
        { "localhost:4711", "null", GATE_FOREIGN_ORIGIN },
        { "localhost:4711", "", GATE_FOREIGN_ORIGIN },
        { "localhost:4711", "http://localhost:80", GATE_FOREIGN_ORIGIN },
        { "localhost:4711", "https://localhost:4711", GATE_FOREIGN_ORIGIN },
        { "localhost:4711", "http://localhost:4711/", GATE_FOREIGN_ORIGIN },
    };
    struct gate gate = tcp_gate();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gate_signs signs = { cases[i].host, cases[i].origin, NULL };

        assert_int_equal(gate_shows(&gate, &signs), cases[i].verdict);
        if (cases[i].verdict != GATE_LETS_IN)
            assert_true(strstr(gate_reason(cases[i].verdict), "allowed: ") != NULL);
        signs.authorization = "Bearer 0123456789abcdef";
        assert_int_equal(gate_admits(&gate, &signs), cases[i].verdict);
    }
}

static void a_socket_file_asks_for_no_token(void **state)
{
    struct gate gate = { .is_tcp = false };

    (void)state;
    assert_int_equal(gate_admits(&gate, &(struct gate_signs){ NULL, NULL, NULL }), GATE_LETS_IN);
    assert_int_equal(gate_admits(&gate, &(struct gate_signs){ "x", "http://x", NULL }),
                     GATE_FOREIGN_ORIGIN);
}

static void tokens_are_lines(void **state)
{
    char longest[GATE_TOKEN_MAX + 2];
    struct gate gate;
    const char *why;

    (void)state;
    memset(longest, 'x', sizeof(longest));
    assert_true(gate_set_token(&gate, longest, GATE_TOKEN_MAX, &why));
    assert_int_equal(strlen(gate.token), GATE_TOKEN_MAX);
    longest[GATE_TOKEN_MAX] = '\n';
    assert_true(gate_set_token(&gate, longest, GATE_TOKEN_MAX + 1, &why));
    longest[GATE_TOKEN_MAX] = 'x';
    assert_false(gate_set_token(&gate, longest, GATE_TOKEN_MAX + 1, &why));
    assert_true(gate_set_token(&gate, "0123456789abcdef\r\n", 18, &why));
    assert_string_equal(gate.token, token);
    assert_false(gate_set_token(&gate, token, GATE_TOKEN_MIN - 1, &why));
    assert_false(gate_set_token(&gate, "01234567 9abcdef", 16, &why));
    assert_false(gate_set_token(&gate, "01234567\n9abcdef", 16, &why));
    assert_false(gate_set_token(&gate, "", 0, &why));
    assert_true(strstr(why, "allowed: ") != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_compared_whole),
        cmocka_unit_test(hosts_and_origins_are_its_own),
        cmocka_unit_test(a_socket_file_asks_for_no_token),
        cmocka_unit_test(tokens_are_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
