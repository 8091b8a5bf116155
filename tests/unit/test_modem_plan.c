/* test_modem_plan.c: plans own what they say, and give it back. */
#include "option_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What a caller could overwrite behind a plan's back. */
static struct options some_options(char *memory)
{
    struct options options = { .module = "he910", .port_count = 2, .dns_of_module = true };

    strcpy(memory, "/var/lib/modem");
    options.state = memory;
    options.ports[0] = (struct port_spec){ .kind = PORT_PTY, .where = "m0" };
    options.ports[1] = (struct port_spec){ .kind = PORT_TCP, .where = "127.0.0.1", .tcp_port = 7 };
    strcpy(options.imei, "490154203237518");
    options.in_front.words[1] = "rtt=100";
    options.listens = true;
    options.listening.last = 20009;
    return options;
}

static void a_command_line_is_one_plan_of_its_own(void **state)
{
    char memory[40];
    struct options options = some_options(memory);
    struct modem_plans plans;
    const struct modem_plan *plan;
    char words[200];
    struct text why;

    (void)state;
    text_init(&why, words, sizeof(words));
    assert_true(option_plan(&options, NULL, &plans, &why));
    memset(memory, 'x', sizeof(memory));
    memset(&options, 0, sizeof(options));
    assert_int_equal(plans.count, 1);
    plan = &plans.list[0];
    assert_string_equal(plan->model, "he910");
    assert_string_equal(modem_plan_name(plan), "he910");
    assert_string_equal(plan->state, "/var/lib/modem");
    assert_string_equal(plan->identity.imei, "490154203237518");
    assert_null(plan->identity.iccid);
    assert_string_equal(plan->in_front.words[1], "rtt=100");
    assert_null(plan->policy);
    assert_int_equal(plan->port_count, 2);
    assert_int_equal(plan->ports[1].tcp_port, 7);
    assert_int_equal(plan->pool, MODEM_PLAN_NO_POOL);
    assert_true(plan->asks_own_servers);
    assert_true(plan->listens);
    assert_int_equal(plan->listening.last, 20009);
    modem_plans_free(&plans);
    assert_int_equal(plans.count, 0);
}

static void a_policy_is_shared_and_compared(void **state)
{
    char memory[40], words[400];
    struct options options = some_options(memory);
    struct modem_plans plans, others;
    struct text why;

    (void)state;
    text_init(&why, words, sizeof(words));
    options.policy = (struct policy_words){ .preset = "modern", .verify = "host" };
    assert_true(option_plan(&options, NULL, &plans, &why));
    assert_true(option_plan(&options, NULL, &others, &why));
    assert_true(policy_plan_trusts_as_host(plans.list[0].policy));
    assert_true(modem_plan_equal(&plans.list[0], &others.list[0]));
    others.list[0].policy->tls.min = TLS_1_3;
    assert_false(modem_plan_equal(&plans.list[0], &others.list[0]));
    modem_plans_free(&plans);
    modem_plans_free(&others);
    options.policy.verify = "names";
    assert_false(option_plan(&options, NULL, &plans, &why));
    assert_string_equal(words, "--tls-verify: \"names\" is wrong because it is no word for it; "
                               "allowed: host, chain, chain+name");
}

static void a_plan_is_what_a_modem_is_opened_with(void **state)
{
    struct runtime_modem_config config;
    struct port_spec port = { .kind = PORT_STDIO };
    struct modem_plan plan;

    (void)state;
    modem_plan_init(&plan);
    plan.model = "m95";
    plan.name = "meter";
    plan.clock = "2026-05-01T12:00:00";
    plan.ports = &port;
    plan.port_count = 1;
    modem_plan_config(&plan, 8, &config);
    assert_string_equal(config.name, "meter");
    assert_int_equal(config.time.from, TLSMODEM_TIME_GIVEN);
    assert_int_equal(config.time.zone_quarters, 8);
    assert_int_equal(config.terminals, 1);
    assert_ptr_equal(config.ports, &port);
    plan.port_count = 0;
    plan.pool = 0;
    plan.clock = NULL;
    modem_plan_config(&plan, 8, &config);
    assert_int_equal(config.time.from, TLSMODEM_TIME_OF_MACHINE);
    assert_int_equal(config.terminals, 1);
    assert_null(config.ports);
}

static void a_list_grows_and_keeps_its_plans(void **state)
{
    struct modem_plans plans = { .count = 0 };

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        struct modem_plan *plan = modem_plans_add(&plans);

        assert_non_null(plan);
        plan->number = i;
        plan->name = modem_plan_text(plan, "one of many");
        assert_non_null(plan->name);
    }
    assert_int_equal(plans.count, 1000);
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(plans.list[i].number, i);
    modem_plans_free(&plans);
    modem_plans_free(&plans);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_line_is_one_plan_of_its_own),
        cmocka_unit_test(a_policy_is_shared_and_compared),
        cmocka_unit_test(a_plan_is_what_a_modem_is_opened_with),
        cmocka_unit_test(a_list_grows_and_keeps_its_plans),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
