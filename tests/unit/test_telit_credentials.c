/* test_telit_credentials.c: security data in RAM and NVM. */
#include "check.h"
#include "memory_storage.h"
#include "personalities/telit/telit_credentials.h"

#include <stdio.h>

enum { STORES = 2, BUF = 4096 };

struct fixture {
    struct memory_storage nvm;
    struct storage storage;
    struct telit_credentials credentials;
};

static void init(struct fixture *fixture, bool nvm)
{
    memory_storage_init(&fixture->nvm);
    fixture->storage = memory_storage_iface(&fixture->nvm);
    assert_int_equal(
        telit_credentials_init(&fixture->credentials, nvm ? &fixture->storage : NULL, STORES),
        ERR_OK);
}

static void deinit(struct fixture *fixture)
{
    telit_credentials_deinit(&fixture->credentials);
    memory_storage_deinit(&fixture->nvm);
}

static void restart(struct fixture *fixture)
{
    telit_credentials_deinit(&fixture->credentials);
    assert_int_equal(telit_credentials_init(&fixture->credentials, &fixture->storage, STORES),
                     ERR_OK);
}

/* Store 1's CA certificate as text; "-" when there is none. */
static const char *content(struct fixture *fixture)
{
    static uint8_t buf[BUF];
    size_t len = 0;
    enum err err =
        telit_credentials_get(&fixture->credentials, 1, CREDENTIAL_CA, buf, sizeof(buf) - 1, &len);

    if (err == ERR_NOT_FOUND) {
        assert_false(telit_credentials_has(&fixture->credentials, 1, CREDENTIAL_CA));
        return "-";
    }
    assert_int_equal(err, ERR_OK);
    assert_true(telit_credentials_has(&fixture->credentials, 1, CREDENTIAL_CA));
    buf[len] = '\0';
    return (const char *)buf;
}

struct step_row {
    /* Steps: `n` and `r` put the next letter into NVM or RAM, `d` deletes, `p` is a restart. */
    const char *steps;
    const char *with_nvm, *without_nvm; /* what the slot holds then; without: no `p` */
};

static const struct step_row step_rows[] = {
    { "", "-", "-" },      { "nA", "A", "A" },     { "rA", "A", "A" },     { "nArB", "B", "B" },
    { "rAnB", "B", "B" },  { "nAnB", "B", "B" },   { "nAd", "-", "-" },    { "rAd", "-", "-" },
    { "nArBd", "-", "-" }, { "d", "-", "-" },      { "dd", "-", "-" },     { "nAp", "A", NULL },
    { "rAp", "-", NULL },  { "nArBp", "A", NULL }, { "rAnBp", "B", NULL }, { "nArBdp", "-", NULL },
    { "nAdp", "-", NULL },
};

static void play(struct fixture *fixture, const char *steps)
{
    for (const char *at = steps; *at != '\0'; at++) {
        bool in_ram = *at == 'r';

        if (*at == 'p') {
            restart(fixture);
        } else if (*at == 'd') {
            assert_int_equal(telit_credentials_remove(&fixture->credentials, 1, CREDENTIAL_CA),
                             ERR_OK);
        } else {
            at++;
            assert_int_equal(telit_credentials_put(&fixture->credentials, 1, CREDENTIAL_CA, in_ram,
                                                   span_at(at, 1)),
                             ERR_OK);
        }
    }
}

static void test_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * COUNT(step_rows); i++) {
        const struct step_row *row = &step_rows[i / 2];
        bool nvm = i % 2 == 0;
        const char *expected = nvm ? row->with_nvm : row->without_nvm;
        struct fixture fixture;

        if (expected == NULL)
            continue;
        init(&fixture, nvm);
        play(&fixture, row->steps);
        check_text(row->steps, content(&fixture), expected);
        deinit(&fixture);
    }
}

static void test_slots_are_their_own(void **state)
{
    struct fixture fixture;

    (void)state;
    init(&fixture, true);
    for (size_t i = 0; i < STORES * CREDENTIAL_KINDS; i++) {
        uint8_t letter = (uint8_t)('a' + i);

        assert_int_equal(telit_credentials_put(&fixture.credentials, 1 + i / CREDENTIAL_KINDS,
                                               (enum credential_kind)(i % CREDENTIAL_KINDS),
                                               i % 2 == 0, span_at(&letter, 1)),
                         ERR_OK);
    }
    for (size_t i = 0; i < STORES * CREDENTIAL_KINDS; i++) {
        uint8_t letter;
        size_t len;

        assert_int_equal(telit_credentials_get(&fixture.credentials, 1 + i / CREDENTIAL_KINDS,
                                               (enum credential_kind)(i % CREDENTIAL_KINDS),
                                               &letter, 1, &len),
                         ERR_OK);
        assert_int_equal(letter, 'a' + (int)i);
    }
    deinit(&fixture);
}

/* In NVM all entries are secret ones; RAM slots never get there. */
static void test_what_reaches_nvm(void **state)
{
    struct fixture fixture;

    (void)state;
    init(&fixture, true);
    play(&fixture, "rA");
    assert_null(fixture.nvm.entries);
    assert_int_equal(fixture.nvm.applies, 0);
    play(&fixture, "nB");
    assert_non_null(fixture.nvm.entries);
    assert_true(fixture.nvm.entries->secret);
    play(&fixture, "d");
    assert_null(fixture.nvm.entries);
    deinit(&fixture);
}

static void test_sizes(void **state)
{
    static const size_t sizes[] = { 0, 1, 2047, 4095, STORAGE_VALUE_MAX };
    static uint8_t data[STORAGE_VALUE_MAX], buf[STORAGE_VALUE_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 31);
    for (size_t i = 0; i < 2 * COUNT(sizes); i++) {
        size_t size = sizes[i / 2], len = 99;
        struct fixture fixture;

        init(&fixture, true);
        assert_int_equal(telit_credentials_put(&fixture.credentials, 1, CREDENTIAL_KEY, i % 2 == 0,
                                               span_at(data, size)),
                         ERR_OK);
        assert_true(telit_credentials_has(&fixture.credentials, 1, CREDENTIAL_KEY));
        assert_int_equal(
            telit_credentials_get(&fixture.credentials, 1, CREDENTIAL_KEY, buf, size, &len),
            ERR_OK);
        check_bytes("content", span_at(buf, len), span_at(data, size));
        if (size > 0)
            assert_int_equal(
                telit_credentials_get(&fixture.credentials, 1, CREDENTIAL_KEY, buf, size - 1, &len),
                ERR_FULL);
        deinit(&fixture);
    }
}

struct failure_row {
    const char *before, *step;
    enum err error, expected;
};

/* A step that fails in storage leaves the slot as it was, also after a restart. */
static const struct failure_row failure_rows[] = {
    { "", "n", ERR_IO, ERR_IO },   { "", "n", ERR_FULL, ERR_FULL }, { "nA", "n", ERR_IO, ERR_IO },
    { "nA", "d", ERR_IO, ERR_IO }, { "nArB", "n", ERR_IO, ERR_IO }, { "nArB", "d", ERR_IO, ERR_IO },
    { "rA", "n", ERR_IO, ERR_IO },
};

static void test_failing_storage(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(failure_rows); i++) {
        const struct failure_row *row = &failure_rows[i];
        char before[BUF];
        struct fixture fixture;
        enum err err;

        init(&fixture, true);
        play(&fixture, row->before);
        snprintf(before, sizeof(before), "%s", content(&fixture));
        memory_storage_fail_applies(&fixture.nvm, 1, row->error);
        if (row->step[0] == 'd')
            err = telit_credentials_remove(&fixture.credentials, 1, CREDENTIAL_CA);
        else
            err =
                telit_credentials_put(&fixture.credentials, 1, CREDENTIAL_CA, false, span_of("Z"));
        check_int(row->before, err, row->expected);
        memory_storage_fail_applies(&fixture.nvm, 0, ERR_IO);
        check_text(row->before, content(&fixture), before);
        deinit(&fixture);
    }
}

static void test_damaged_nvm(void **state)
{
    struct fixture fixture;
    uint8_t buf[BUF];
    size_t len;

    (void)state;
    init(&fixture, true);
    play(&fixture, "nA");
    fixture.nvm.entries->corrupt = true;
    restart(&fixture);
    assert_true(telit_credentials_has(&fixture.credentials, 1, CREDENTIAL_CA));
    assert_int_equal(telit_credentials_get(&fixture.credentials, 1, CREDENTIAL_CA, buf, BUF, &len),
                     ERR_CORRUPT);
    play(&fixture, "nB"); /* it can be replaced */
    assert_string_equal(content(&fixture), "B");
    fixture.nvm.entries->corrupt = true;
    restart(&fixture);
    play(&fixture, "d"); /* and removed */
    assert_string_equal(content(&fixture), "-");
    deinit(&fixture);
}

static void test_unreadable_nvm(void **state)
{
    struct fixture fixture;
    struct telit_credentials credentials;

    (void)state;
    init(&fixture, true);
    for (unsigned call = 1; call <= STORES * CREDENTIAL_KINDS; call++) {
        memory_storage_fail_loads(&fixture.nvm, call, ERR_IO);
        assert_int_equal(telit_credentials_init(&credentials, &fixture.storage, STORES), ERR_IO);
        telit_credentials_deinit(&credentials);
    }
    deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_slots_are_their_own),
        cmocka_unit_test(test_what_reaches_nvm),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_failing_storage),
        cmocka_unit_test(test_damaged_nvm),
        cmocka_unit_test(test_unreadable_nvm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
