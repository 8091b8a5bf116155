/* test_policy.c: what a policy of TLS says, and what it makes of a host's wish. */
#include "check.h"
#include "plan/policy_plan.h"
#include "virtual_clock.h"
#include "wrap/policy_tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static const struct policy_words modern = { .preset = "modern" };

static struct tls_policy read_good(struct policy_words words)
{
    struct tls_policy policy;
    char memory[300];
    const char *member;
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (!policy_words_read(&words, &policy, &member, &why))
        fail_msg("%s: %s", member, memory);
    return policy;
}

static void presets_are_as_in_the_contract(void **state)
{
    struct tls_policy policy = read_good((struct policy_words){ .preset = "module" });

    (void)state;
    assert_true(tls_policy_is_module(&policy));
    policy = read_good((struct policy_words){ .preset = NULL });
    assert_true(tls_policy_is_module(&policy));
    policy = read_good(modern);
    assert_false(tls_policy_is_module(&policy));
    assert_int_equal(policy.min, TLS_1_2);
    assert_int_equal(policy.max, TLS_1_3);
    assert_true(policy.library_suites);
    assert_int_equal(policy.verify, TLS_POLICY_VERIFY_CHAIN_AND_NAME);
    assert_int_equal(policy.sni, TLS_POLICY_SNI_ALWAYS);
    assert_true(policy.today);
}

static void members_stand_beside_the_preset(void **state)
{
    struct tls_policy policy = read_good((struct policy_words){ .preset = "modern",
                                                                .min = "1.0",
                                                                .max = "1.2",
                                                                .suites = "module",
                                                                .verify = "chain",
                                                                .sni = "never",
                                                                .minimum = "era" });

    (void)state;
    assert_int_equal(policy.min, TLS_1_0);
    assert_int_equal(policy.max, TLS_1_2);
    assert_false(policy.library_suites);
    assert_int_equal(policy.verify, TLS_POLICY_VERIFY_CHAIN);
    assert_int_equal(policy.sni, TLS_POLICY_SNI_NEVER);
    assert_false(policy.today);
}

static void wrong_words_are_refused(void **state)
{
    static const struct {
        struct policy_words words;
        const char *member, *why;
    } rows[] = {
        { { .preset = "Modern" }, "preset", "it is no word for it; allowed: module, modern" },
        { { .min = "1.4" }, "min", "it is no word for it; allowed: ssl3, 1.0, 1.1, 1.2, 1.3" },
        { { .max = "" }, "max", "it is no word for it; allowed: ssl3, 1.0, 1.1, 1.2, 1.3" },
        { { .suites = "all" }, "suites", "it is no word for it; allowed: module, library" },
        { { .verify = "name" }, "verify", "it is no word for it; allowed: host, chain, " },
        { { .sni = "yes" }, "sni", "it is no word for it; allowed: module, always, never" },
        { { .minimum = "now" }, "minimum", "it is no word for it; allowed: era, today" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct tls_policy policy;
        char memory[300];
        const char *member;
        struct text why;

        text_init(&why, memory, sizeof(memory));
        assert_false(policy_words_read(&rows[i].words, &policy, &member, &why));
        assert_string_equal(member, rows[i].member);
        assert_memory_equal(memory, rows[i].why, strlen(rows[i].why));
    }
}

static void what_can_never_connect_is_named(void **state)
{
    static const uint8_t bytes[] = { 1 };
    const struct span some = span_at(bytes, 1);
    const struct {
        struct tls_policy policy;
        const char *member;
    } rows[] = {
        { { .min = TLS_1_3, .max = TLS_1_2, .library_suites = true }, "max" },
        { { .min = TLS_1_3, .max = TLS_1_3 }, "min" },
        { { .min = TLS_1_3 }, "min" },
        { { .max = TLS_SSL_3_0, .library_suites = true }, "max" },
        { { .max = TLS_SSL_3_0, .today = true }, "max" },
        { { .ca = some }, "ca" },
        { { .cert = some }, "cert" },
        { { .key = some }, "key" },
        { { .min = TLS_1_3, .max = TLS_1_3, .library_suites = true }, NULL },
        { { .min = TLS_SSL_3_0, .max = TLS_SSL_3_0 }, NULL },
        { { .verify = TLS_POLICY_VERIFY_CHAIN, .ca = some, .cert = some, .key = some }, NULL },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char memory[300];
        struct text why;
        const char *member;

        text_init(&why, memory, sizeof(memory));
        member = tls_policy_wrong(&rows[i].policy, &why);
        if (rows[i].member == NULL) {
            assert_null(member);
            continue;
        }
        assert_non_null(member);
        assert_string_equal(member, rows[i].member);
        assert_non_null(strstr(memory, "; allowed: "));
    }
}

static void versions_are_put_raised_or_lowered(void **state)
{
    static const struct {
        enum tls_version from[2], min, max, to[2];
    } rows[] = {
        { { TLS_1_0, TLS_1_2 }, 0, 0, { TLS_1_0, TLS_1_2 } },
        { { TLS_1_0, TLS_1_0 }, TLS_1_2, TLS_1_3, { TLS_1_2, TLS_1_3 } },
        { { TLS_1_0, TLS_1_2 }, TLS_1_2, 0, { TLS_1_2, TLS_1_2 } },
        { { TLS_SSL_3_0, TLS_SSL_3_0 }, TLS_1_1, 0, { TLS_1_1, TLS_1_1 } },
        { { TLS_1_0, TLS_1_2 }, 0, TLS_1_1, { TLS_1_0, TLS_1_1 } },
        { { TLS_1_2, TLS_1_2 }, 0, TLS_1_1, { TLS_1_1, TLS_1_1 } },
        { { TLS_1_0, TLS_1_0 }, 0, TLS_1_3, { TLS_1_0, TLS_1_0 } },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct tls_policy policy = { .min = rows[i].min, .max = rows[i].max };
        enum tls_version min = rows[i].from[0], max = rows[i].from[1];

        tls_policy_versions(&policy, &min, &max);
        assert_int_equal(min, rows[i].to[0]);
        assert_int_equal(max, rows[i].to[1]);
    }
}

/* ---- a provider under a policy ---- */

/* One that keeps what it was asked for. */
struct fake {
    struct tls base;
    struct tls_session session;
    struct tls_config config;
    char name[40];
    enum tls_version agreed;
};

static struct fake fake;

static bool fake_supports(const struct tls *tls, enum tls_version version)
{
    (void)tls;
    return version >= TLS_1_0;
}

static size_t fake_part_size(const struct tls *tls, const struct tls_config *config)
{
    (void)tls;
    return config->suite_count;
}

static enum tls_step fake_handshake(struct tls_session *session)
{
    (void)session;
    return TLS_DONE;
}

static struct tls_info fake_info(const struct tls_session *session)
{
    (void)session;
    return (struct tls_info){ .version = fake.agreed };
}

static void fake_free(struct tls_session *session)
{
    (void)session;
}

static enum err fake_open(struct tls *tls, const struct tls_config *config,
                          const struct tls_lower *lower, struct tls_session **ret_session,
                          struct tls_failure *ret_failure)
{
    static const struct tls_session_ops ops = { .handshake = fake_handshake,
                                                .info = fake_info,
                                                .free = fake_free };

    (void)tls;
    (void)lower;
    (void)ret_failure;
    fake.config = *config;
    strncpy(fake.name, config->server_name, sizeof(fake.name) - 1);
    fake.session.ops = &ops;
    *ret_session = &fake.session;
    return ERR_OK;
}

static const struct tls_ops fake_ops = { .supports = fake_supports,
                                         .part_size = fake_part_size,
                                         .open = fake_open };

static ptrdiff_t no_recv(void *ctx, void *buf, size_t cap)
{
    (void)ctx;
    (void)buf;
    (void)cap;
    return 0;
}

static ptrdiff_t no_send(void *ctx, const void *data, size_t len)
{
    (void)ctx;
    (void)data;
    return (ptrdiff_t)len;
}

static int64_t module_s(void *ctx)
{
    (void)ctx;
    return 7;
}

static char said[400];

static void write_log(void *ctx, const char *level, const char *text)
{
    (void)ctx;
    snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s: %s\n", level, text);
}

static const tls_suite old_suites[] = { 0x0004, 0x002F };

/* What a host of TLS 1.0 asks for that verifies nothing. */
static struct tls_config old_config(const struct log *log)
{
    return (struct tls_config){ .min_version = TLS_1_0,
                                .max_version = TLS_1_0,
                                .suites = old_suites,
                                .suite_count = 2,
                                .ignore_dates = true,
                                .ignore_name = true,
                                .certificate_max = 2000,
                                .record_max = 15800,
                                .rsa_only = true,
                                .server_name = "203.0.113.7",
                                .server_port = 8883,
                                .utc_s = module_s,
                                .log = log };
}

static void open_under(const struct tls_policy *policy, const struct tls_config *config,
                       const struct map_rules *names, enum tls_version agreed)
{
    static struct virtual_clock clock;
    const struct tls_lower lower = { no_recv, no_send, NULL };
    struct tls_failure failure = { .alert = -1 };
    struct tls_session *session;
    struct policy_tls tls;

    virtual_clock_init(&clock);
    memset(&fake, 0, sizeof(fake));
    fake.base.ops = &fake_ops;
    fake.agreed = agreed;
    said[0] = '\0';
    policy_tls_init(&tls, &fake.base, policy, names, virtual_clock_iface(&clock));
    assert_true(tls_supports(&tls.base, config->max_version));
    assert_int_equal(tls_open(&tls.base, config, &lower, &session, &failure), ERR_OK);
    assert_int_equal(tls_session_handshake(session), TLS_DONE);
    assert_int_equal(tls_session_handshake(session), TLS_DONE);
    tls_session_free(session);
}

static void modern_is_another_wire(void **state)
{
    const struct log log = { .write = write_log, .level = LOG_INFO };
    struct tls_config config = old_config(&log);
    struct tls_policy policy = read_good(modern);

    (void)state;
    policy.ca = span_of("CA");
    open_under(&policy, &config, NULL, TLS_1_3);
    assert_string_equal(said, "info: raised from TLS 1.0 to TLS 1.3 by policy\n");
    assert_int_equal(fake.config.min_version, TLS_1_2);
    assert_int_equal(fake.config.max_version, TLS_1_3);
    assert_true(fake.config.library_suites);
    assert_int_equal(fake.config.suite_count, 0);
    assert_true(fake.config.today);
    assert_true(fake.config.verify);
    assert_false(fake.config.ignore_name || fake.config.ignore_dates);
    assert_true(fake.config.send_sni);
    assert_int_equal(fake.config.ca.len, 2);
    assert_int_equal(fake.config.certificate_max, 0);
    assert_int_equal(fake.config.record_max, 0);
    assert_false(fake.config.rsa_only);
    assert_ptr_not_equal(fake.config.utc_s, module_s); /* the machine's */
    config.suite_count = 1;                            /* one that the host has named */
    open_under(&policy, &config, NULL, TLS_1_2);
    assert_int_equal(fake.config.suite_count, 1);
    assert_string_equal(said, "info: raised from TLS 1.0 to TLS 1.2 by policy\n");
}

static void members_change_what_they_say(void **state)
{
    struct tls_config config = old_config(NULL);
    struct tls_policy policy = { .sni = TLS_POLICY_SNI_ALWAYS };

    (void)state;
    config.cert = span_of("host's");
    config.key = span_of("host's");
    open_under(&policy, &config, NULL, TLS_1_0);
    assert_true(fake.config.send_sni);
    assert_int_equal(fake.config.suite_count, 2);
    assert_true(fake.config.rsa_only);
    assert_int_equal(fake.config.record_max, 15800);
    assert_ptr_equal(fake.config.utc_s, module_s);
    assert_int_equal(fake.config.cert.len, 6);
    policy = (struct tls_policy){ .cert = span_of("c"), .key = span_of("k") };
    open_under(&policy, &config, NULL, TLS_1_0);
    assert_int_equal(fake.config.cert.len, 1);
    assert_int_equal(fake.config.key.len, 1);
    assert_false(fake.config.rsa_only);
    policy = (struct tls_policy){ .verify = TLS_POLICY_VERIFY_CHAIN, .ca = span_of("ca") };
    open_under(&policy, &config, NULL, TLS_1_0);
    assert_true(fake.config.verify && fake.config.ignore_name);
    assert_int_equal(fake.config.ca.len, 2);
    policy = (struct tls_policy){ .min = TLS_SSL_3_0, .max = TLS_1_2 };
    open_under(&policy, &config, NULL, TLS_1_0); /* from what there is */
    assert_int_equal(fake.config.min_version, TLS_1_0);
}

static void a_map_names_who_is_verified(void **state)
{
    struct tls_policy policy = { .is_modern = false };
    struct tls_config config = old_config(NULL);
    struct map_rules *names =
        map_rules_new(span_of("203.0.113.7:8883=10.0.0.1/collector.example,203.0.113.7=10.0.0.2"));

    (void)state;
    open_under(&policy, &config, names, TLS_1_0);
    assert_string_equal(fake.name, "collector.example");
    config.server_port = 443;
    open_under(&policy, &config, names, TLS_1_0);
    assert_string_equal(fake.name, "203.0.113.7");
    free(names);
}

static void ssl_3_0_is_not_of_today(void **state)
{
    const struct tls_lower lower = { no_recv, no_send, NULL };
    const struct tls_policy policy = { .today = true };
    struct tls_config config = old_config(NULL);
    struct tls_failure failure;
    struct tls_session *session;
    struct policy_tls tls;
    struct virtual_clock clock;

    (void)state;
    virtual_clock_init(&clock);
    policy_tls_init(&tls, &fake.base, &policy, NULL, virtual_clock_iface(&clock));
    config.min_version = config.max_version = TLS_SSL_3_0;
    assert_int_equal(tls_open(&tls.base, &config, &lower, &session, &failure), ERR_UNSUPPORTED);
    assert_int_equal(failure.reason, TLS_VERSION_MISSING);
}

static void parts_are_of_the_list_alone(void **state)
{
    struct tls_config config = old_config(NULL);
    struct tls_policy policy = read_good(modern);
    struct policy_tls tls;
    struct virtual_clock clock;

    (void)state;
    virtual_clock_init(&clock);
    fake.base.ops = &fake_ops;
    config.offer.part = 1;
    policy_tls_init(&tls, &fake.base, &policy, NULL, virtual_clock_iface(&clock));
    assert_int_equal(tls_part_size(&tls.base, &config), 0);
    policy = (struct tls_policy){ .sni = TLS_POLICY_SNI_ALWAYS };
    assert_int_equal(tls_part_size(&tls.base, &config), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_are_as_in_the_contract),
        cmocka_unit_test(members_stand_beside_the_preset),
        cmocka_unit_test(wrong_words_are_refused),
        cmocka_unit_test(what_can_never_connect_is_named),
        cmocka_unit_test(versions_are_put_raised_or_lowered),
        cmocka_unit_test(modern_is_another_wire),
        cmocka_unit_test(members_change_what_they_say),
        cmocka_unit_test(a_map_names_who_is_verified),
        cmocka_unit_test(ssl_3_0_is_not_of_today),
        cmocka_unit_test(parts_are_of_the_list_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
