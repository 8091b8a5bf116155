/* test_nvm_sqlite.c: what ports/nvm_sqlite promises while nothing fails, and what it refuses. */
#include "nvm_folder.h"

#include <pthread.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct span pattern(size_t len)
{
    static uint8_t bytes[STORAGE_VALUE_MAX + 1];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    return span_at(bytes, len);
}

/* Entries and their sizes */

struct size_row {
    size_t key_len, value_len;
    enum err err;
};

static const struct size_row size_rows[] = {
    { 1, 0, ERR_OK },
    { 1, 1, ERR_OK },
    { 1, STORAGE_VALUE_MAX, ERR_OK },
    { 1, STORAGE_VALUE_MAX + 1, ERR_INVALID },
    { STORAGE_KEY_MAX, 1, ERR_OK },
    { STORAGE_KEY_MAX, STORAGE_VALUE_MAX, ERR_OK },
    { STORAGE_KEY_MAX + 1, 1, ERR_INVALID },
    { 0, 1, ERR_INVALID },
};

static void check_size(struct nvm_folder_test *test, const struct size_row *row, bool secret)
{
    char key[STORAGE_KEY_MAX + 2] = "";
    struct span value = pattern(row->value_len);

    memset(key, 'k', row->key_len);
    if (value.len == 0)
        value.data = NULL;
    nvm_folder_reopen(test);
    assert_int_equal(nvm_put(&test->gate, key, secret, value), row->err);
    if (row->err != ERR_OK) {
        assert_non_null(strstr(test->said, "is not stored: "));
        return;
    }
    nvm_expect(&test->gate, key, secret, value);
    nvm_folder_reopen(test);
    nvm_expect(&test->gate, key, secret, value);
    nvm_expect_err(&test->gate, key, !secret, ERR_NOT_FOUND);
    nvm_folder_remove(test);
}

static void sizes_are_kept_to(void **state)
{
    for (size_t i = 0; i < COUNT(size_rows); i++) {
        check_size(*state, &size_rows[i], false);
        check_size(*state, &size_rows[i], true);
    }
}

static void a_short_buffer_is_refused(void **state)
{
    struct nvm_folder_test *test = *state;
    uint8_t buf[10];
    size_t len = 0;

    nvm_folder_reopen(test);
    for (int secret = 0; secret <= 1; secret++) {
        const struct storage *gate = &test->gate;

        assert_int_equal(nvm_put(gate, "k", secret, pattern(10)), ERR_OK);
        assert_int_equal(gate->ops->load(gate->impl, "k", secret, buf, 9, &len), ERR_FULL);
        assert_int_equal(gate->ops->load(gate->impl, "k", secret, buf, 10, &len), ERR_OK);
        assert_memory_equal(buf, pattern(10).data, 10);
    }
}

static void values_are_replaced_and_removed(void **state)
{
    struct nvm_folder_test *test = *state;

    nvm_folder_reopen(test);
    for (int secret = 0; secret <= 1; secret++) {
        struct storage_change gone = { .key = "k", .secret = secret, .remove = true };

        nvm_expect_err(&test->gate, "k", secret, ERR_NOT_FOUND);
        assert_int_equal(nvm_put(&test->gate, "k", secret, pattern(9000)), ERR_OK);
        assert_int_equal(nvm_put(&test->gate, "k", secret, span_of("two")), ERR_OK);
        nvm_expect(&test->gate, "k", secret, span_of("two"));
        assert_int_equal(test->gate.ops->apply(test->gate.impl, &gone, 1), ERR_OK);
        nvm_expect_err(&test->gate, "k", secret, ERR_NOT_FOUND);
        assert_int_equal(test->gate.ops->apply(test->gate.impl, &gone, 1), ERR_OK);
    }
}

static void changes_are_made_in_order_and_all_or_none(void **state)
{
    struct nvm_folder_test *test = *state;
    struct storage_change changes[] = {
        { .key = "a", .value = span_of("1") },
        { .key = "a", .value = span_of("2") },
        { .key = "b", .secret = true, .value = span_of("3") },
        { .key = "b", .remove = true }, /* the one that is no secret */
        { .key = "c", .value = pattern(STORAGE_VALUE_MAX + 1) },
    };

    nvm_folder_reopen(test);
    assert_int_equal(test->gate.ops->apply(test->gate.impl, changes, 5), ERR_INVALID);
    nvm_expect_err(&test->gate, "a", false, ERR_NOT_FOUND);
    assert_int_equal(test->gate.ops->apply(test->gate.impl, changes, 4), ERR_OK);
    nvm_expect(&test->gate, "a", false, span_of("2"));
    nvm_expect(&test->gate, "b", true, span_of("3"));
    assert_int_equal(test->gate.ops->apply(test->gate.impl, NULL, 0), ERR_OK);
}

static void modems_do_not_see_each_other(void **state)
{
    struct nvm_folder_test *test = *state;
    struct storage third;

    nvm_folder_reopen(test);
    assert_int_equal(nvm_put(&test->gate, "k", true, span_of("gate's")), ERR_OK);
    nvm_expect_err(&test->pump, "k", true, ERR_NOT_FOUND);
    assert_int_equal(nvm_put(&test->pump, "k", true, span_of("pump's")), ERR_OK);
    nvm_expect(&test->gate, "k", true, span_of("gate's"));

    assert_int_equal(nvm_modem(test->nvm, "", NULL, &third), ERR_INVALID);
    assert_int_equal(nvm_modem(test->nvm, (const char *)pattern(64).data, NULL, &third),
                     ERR_INVALID);
    nvm_modem_release(&test->gate);
    nvm_expect(&test->pump, "k", true, span_of("pump's"));
    assert_int_equal(nvm_modem(test->nvm, "gate", NULL, &third), ERR_OK);
    nvm_expect(&third, "k", true, span_of("gate's"));
}

static void *store_much(void *arg)
{
    const struct storage *storage = arg;
    enum err err = ERR_OK;

    for (uint32_t i = 0; i < 50 && err == ERR_OK; i++) {
        uint32_t loaded = 0;
        size_t len;

        err = nvm_put(storage, "n", i % 2, span_at(&i, sizeof(i)));
        if (err == ERR_OK)
            err = storage->ops->load(storage->impl, "n", i % 2, &loaded, sizeof(loaded), &len);
        if (err == ERR_OK && loaded != i)
            err = ERR_CORRUPT;
    }
    return err == ERR_OK ? NULL : arg;
}

static void modems_live_in_several_threads(void **state)
{
    struct nvm_folder_test *test = *state;
    pthread_t threads[2];
    void *failed[2];

    nvm_folder_reopen(test);
    assert_int_equal(pthread_create(&threads[0], NULL, store_much, &test->gate), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, store_much, &test->pump), 0);
    pthread_join(threads[0], &failed[0]);
    pthread_join(threads[1], &failed[1]);
    assert_null(failed[0]);
    assert_null(failed[1]);
}

/* What lies on the disk */

static bool any_file_shows(const struct nvm_folder_test *test, struct span bytes)
{
    return nvm_file_shows(test, "nvm.sqlite", bytes) ||
           (nvm_file_mode(test, "nvm.sqlite-wal") >= 0 &&
            nvm_file_shows(test, "nvm.sqlite-wal", bytes));
}

static void secrets_are_unreadable_on_disk(void **state)
{
    struct nvm_folder_test *test = *state;
    struct span secret = span_of("-----BEGIN PRIVATE KEY-----");
    struct span plain = span_of("AT+CGDCONT=1,IP,internet");

    nvm_folder_reopen(test);
    assert_int_equal(nvm_put(&test->gate, "k", true, secret), ERR_OK);
    assert_int_equal(nvm_put(&test->gate, "k", false, plain), ERR_OK);
    assert_true(any_file_shows(test, plain));
    assert_false(any_file_shows(test, secret));
    nvm_folder_shut(test);
    assert_true(any_file_shows(test, plain));
    assert_false(any_file_shows(test, secret));
}

/* The sealed bytes of gate's secret "k". */
static struct span sealed_bytes(const struct nvm_folder_test *test)
{
    static uint8_t bytes[STORAGE_VALUE_MAX + 64];
    sqlite3 *conn;
    sqlite3_stmt *row;
    size_t len;

    assert_int_equal(sqlite3_open(nvm_file_path(test, "nvm.sqlite"), &conn), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(conn,
                                        "SELECT value FROM entry"
                                        " WHERE modem='gate' AND key='k' AND secret=1",
                                        -1, &row, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    len = (size_t)sqlite3_column_bytes(row, 0);
    memcpy(bytes, sqlite3_column_blob(row, 0), len);
    sqlite3_finalize(row);
    sqlite3_close(conn);
    return span_at(bytes, len);
}

static void removed_secrets_do_not_linger(void **state)
{
    struct nvm_folder_test *test = *state;
    struct storage_change gone = { .key = "k", .secret = true, .remove = true };
    struct span sealed;

    for (int replace = 0; replace <= 1; replace++) {
        nvm_folder_reopen(test);
        assert_int_equal(nvm_put(&test->gate, "k", true, pattern(6000)), ERR_OK);
        nvm_folder_shut(test);
        sealed = sealed_bytes(test);
        nvm_folder_reopen(test);
        if (replace)
            assert_int_equal(nvm_put(&test->gate, "k", true, span_of("new")), ERR_OK);
        else
            assert_int_equal(test->gate.ops->apply(test->gate.impl, &gone, 1), ERR_OK);
        for (size_t at = 0; at + 16 < sealed.len; at += 500)
            assert_false(any_file_shows(test, span_at(sealed.data + at, 16)));
    }
}

static void files_are_private(void **state)
{
    static const char *const names[] = { "nvm.sqlite", "nvm.sqlite-wal", "nvm.key", "nvm.lock" };
    struct nvm_folder_test *test = *state;
    mode_t mask = umask(0);

    snprintf(test->dir, sizeof(test->dir), "%s/deep/er/state/", test->temp);
    nvm_folder_reopen(test);
    umask(mask);
    assert_int_equal(nvm_put(&test->gate, "k", false, span_of("v")), ERR_OK);
    for (size_t i = 0; i < COUNT(names); i++)
        assert_int_equal(nvm_file_mode(test, names[i]), 0600);
    assert_int_equal(nvm_file_mode(test, "."), 0700);
    assert_int_equal(nvm_file_mode(test, ".."), 0700);
    assert_int_equal(nvm_file_mode(test, "nvm.key.new"), -1);

    nvm_folder_shut(test);
    assert_int_equal(chmod(nvm_file_path(test, "nvm.sqlite"), 0644), 0);
    nvm_folder_reopen(test);
    assert_int_equal(nvm_put(&test->gate, "k", false, span_of("v")), ERR_OK);
    assert_int_equal(nvm_file_mode(test, "nvm.sqlite"), 0600);
    assert_int_equal(nvm_file_mode(test, "nvm.sqlite-wal"), 0600);
}

/* Damage to entries */

struct damage_row {
    const char *name, *sql;
};

#define OF_K " WHERE modem='gate' AND key='k' AND secret=1"

static const struct damage_row damage_rows[] = {
    { "another key's", "UPDATE entry SET value=(SELECT value FROM entry WHERE modem='gate'"
                       " AND key='other')" OF_K },
    { "another modem's", "UPDATE entry SET value=(SELECT value FROM entry WHERE modem='pump'"
                         " AND key='k')" OF_K },
    { "the port's own", "UPDATE entry SET value=(SELECT value FROM entry WHERE modem='')" OF_K },
    { "a plain one", "DELETE FROM entry" OF_K "; UPDATE entry SET secret=1"
                     " WHERE modem='gate' AND key='k' AND secret=0" },
    { "cut", "UPDATE entry SET value=CAST(substr(value,1,40) AS BLOB)" OF_K },
    { "cut to the tag", "UPDATE entry SET value=CAST(substr(value,1,28) AS BLOB)" OF_K },
    { "cut to the version", "UPDATE entry SET value=x'01'" OF_K },
    { "empty", "UPDATE entry SET value=x''" OF_K },
};

static void store_to_be_damaged(struct nvm_folder_test *test)
{
    nvm_folder_remove(test);
    nvm_folder_reopen(test);
    assert_int_equal(nvm_put(&test->gate, "k", true, pattern(300)), ERR_OK);
    assert_int_equal(nvm_put(&test->gate, "k", false, pattern(300)), ERR_OK);
    assert_int_equal(nvm_put(&test->gate, "other", true, pattern(300)), ERR_OK);
    assert_int_equal(nvm_put(&test->pump, "k", true, pattern(300)), ERR_OK);
    nvm_folder_shut(test);
}

static void expect_damage(struct nvm_folder_test *test, const char *name)
{
    static const uint8_t zeros[300];
    uint8_t buf[300] = { 0 };
    size_t len = 0;

    nvm_folder_reopen(test);
    if (test->gate.ops->load(test->gate.impl, "k", true, buf, sizeof(buf), &len) != ERR_CORRUPT)
        fail_msg("%s: accepted", name);
    assert_memory_equal(buf, zeros, sizeof(buf));
    assert_non_null(strstr(test->said, "\"k\" is not read: secret k of modem gate"));
    nvm_expect(&test->gate, "other", true, pattern(300));
    assert_int_equal(nvm_put(&test->gate, "k", true, span_of("again")), ERR_OK);
    nvm_expect(&test->gate, "k", true, span_of("again"));
}

static void moved_or_cut_secrets_are_refused(void **state)
{
    struct nvm_folder_test *test = *state;

    for (size_t i = 0; i < COUNT(damage_rows); i++) {
        store_to_be_damaged(test);
        nvm_file_sql(test, damage_rows[i].sql);
        expect_damage(test, damage_rows[i].name);
    }
}

static void replace_sealed(const struct nvm_folder_test *test, struct span bytes)
{
    sqlite3 *conn;
    sqlite3_stmt *update;

    assert_int_equal(sqlite3_open(nvm_file_path(test, "nvm.sqlite"), &conn), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(conn, "UPDATE entry SET value=?1" OF_K, -1, &update, NULL),
                     SQLITE_OK);
    sqlite3_bind_blob64(update, 1, bytes.data, bytes.len, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(update), SQLITE_DONE);
    sqlite3_finalize(update);
    sqlite3_close(conn);
}

static void flipped_bits_are_noticed(void **state)
{
    static const size_t places[] = { 0, 1, 12, 13, 200, 13 + 299, 13 + 300, 13 + 300 + 15 };
    struct nvm_folder_test *test = *state;

    for (size_t i = 0; i < COUNT(places); i++) {
        uint8_t bytes[13 + 300 + 16];

        store_to_be_damaged(test);
        assert_int_equal(sealed_bytes(test).len, sizeof(bytes));
        memcpy(bytes, sealed_bytes(test).data, sizeof(bytes));
        bytes[places[i]] ^= (uint8_t)(1U << (i % 8));
        replace_sealed(test, span_at(bytes, sizeof(bytes)));
        expect_damage(test, "flipped bit");
    }
}

/* Keys */

static void a_wrong_key_is_refused(void **state)
{
    struct nvm_folder_test *test = *state;

    store_to_be_damaged(test);
    nvm_file_write(test, "nvm.key", pattern(32), 0600);
    nvm_folder_refuses(test, ERR_CORRUPT, "nvm.key");
}

struct key_row {
    size_t size;
    mode_t mode;
    const char *word;
};

static const struct key_row key_rows[] = {
    { 0, 0600, "shorter" },   { 31, 0600, "shorter" },   { 33, 0600, "longer" },
    { 5000, 0600, "longer" }, { 32, 0640, "chmod 600" }, { 32, 0604, "chmod 600" },
};

static void unfit_keys_are_refused(void **state)
{
    struct nvm_folder_test *test = *state;

    assert_int_equal(mkdir(test->dir, 0700), 0);
    for (size_t i = 0; i < COUNT(key_rows); i++) {
        nvm_file_write(test, "nvm.key", pattern(key_rows[i].size), key_rows[i].mode);
        nvm_folder_refuses(test, ERR_CREDENTIALS, key_rows[i].word);
        assert_int_equal(nvm_file_read(test, "nvm.key").len, key_rows[i].size);
        assert_int_equal(nvm_file_mode(test, "nvm.key"), key_rows[i].mode);
    }
}

static void a_lost_key_is_refused(void **state)
{
    struct nvm_folder_test *test = *state;

    store_to_be_damaged(test);
    unlink(nvm_file_path(test, "nvm.key"));
    nvm_folder_refuses(test, ERR_CREDENTIALS, "missing");
    assert_int_equal(nvm_file_mode(test, "nvm.key"), -1);
}

static void a_lost_key_is_replaced_where_nothing_is_lost(void **state)
{
    struct nvm_folder_test *test = *state;

    nvm_folder_reopen(test);
    assert_int_equal(nvm_put(&test->gate, "k", false, span_of("v")), ERR_OK);
    nvm_folder_shut(test);
    unlink(nvm_file_path(test, "nvm.key"));
    nvm_folder_reopen(test);
    nvm_expect(&test->gate, "k", false, span_of("v"));
    assert_int_equal(nvm_put(&test->gate, "k", true, span_of("s")), ERR_OK);
    nvm_folder_reopen(test);
    nvm_expect(&test->gate, "k", true, span_of("s"));
}

static void keys_are_random_and_half_made_ones_go(void **state)
{
    struct nvm_folder_test *test = *state;
    uint8_t first[32];

    nvm_folder_reopen(test);
    assert_int_equal(nvm_file_read(test, "nvm.key").len, 32);
    memcpy(first, nvm_file_read(test, "nvm.key").data, 32);
    nvm_folder_shut(test);
    nvm_file_write(test, "nvm.key.new", pattern(7), 0600);
    nvm_folder_reopen(test);
    assert_int_equal(nvm_file_mode(test, "nvm.key.new"), -1);
    assert_memory_equal(nvm_file_read(test, "nvm.key").data, first, 32);
    nvm_folder_remove(test);
    nvm_folder_reopen(test);
    assert_memory_not_equal(nvm_file_read(test, "nvm.key").data, first, 32);
}

static void the_service_manager_may_bring_the_key(void **state)
{
    struct nvm_folder_test *test = *state;
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/tlsmodem-nvm-key", test->temp);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(pattern(32).data, 1, 32, file), 32);
    fclose(file);
    setenv("CREDENTIALS_DIRECTORY", test->temp, 1);
    nvm_folder_reopen(test);
    assert_int_equal(nvm_file_mode(test, "nvm.key"), -1);
    assert_int_equal(nvm_put(&test->gate, "k", true, span_of("s")), ERR_OK);
    nvm_folder_reopen(test);
    nvm_expect(&test->gate, "k", true, span_of("s"));
    nvm_folder_shut(test);
    assert_int_equal(truncate(path, 31), 0);
    nvm_folder_refuses(test, ERR_CREDENTIALS, path);
    unlink(path);
    nvm_folder_refuses(test, ERR_CREDENTIALS, "missing");
    unsetenv("CREDENTIALS_DIRECTORY");
    nvm_file_write(test, "nvm.key", pattern(32), 0600);
    nvm_folder_reopen(test);
    nvm_expect(&test->gate, "k", true, span_of("s"));
}

/* Folders and files that are not as they should be */

static void a_second_opener_is_refused(void **state)
{
    struct nvm_folder_test *test = *state;
    struct nvm_folder_test second = *test;

    nvm_folder_reopen(test);
    nvm_folder_refuses(&second, ERR_BUSY, test->dir);
    nvm_folder_refuses(&second, ERR_BUSY, "fuser");
    assert_int_equal(nvm_put(&test->gate, "k", false, span_of("v")), ERR_OK);
    nvm_folder_shut(test);
    nvm_folder_reopen(&second);
    nvm_expect(&second.gate, "k", false, span_of("v"));
    nvm_folder_shut(&second);
}

static void a_database_in_use_is_refused(void **state)
{
    struct nvm_folder_test *test = *state;
    sqlite3 *conn;

    nvm_folder_reopen(test);
    nvm_folder_shut(test);
    assert_int_equal(sqlite3_open(nvm_file_path(test, "nvm.sqlite"), &conn), SQLITE_OK);
    assert_int_equal(sqlite3_exec(conn, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    nvm_folder_refuses(test, ERR_BUSY, "close the program");
    sqlite3_close(conn);
    nvm_folder_reopen(test);
}

static void unfit_folders_are_refused(void **state)
{
    struct nvm_folder_test *test = *state;

    assert_int_equal(mkdir(test->dir, 0700), 0);
    assert_int_equal(chmod(test->dir, 0777), 0);
    nvm_folder_refuses(test, ERR_DENIED, "chmod o-w");
    nvm_file_write(test, "file", pattern(1), 0600);
    assert_int_equal(chmod(test->dir, 0755), 0);
    snprintf(test->dir, sizeof(test->dir), "%s/state/file/state", test->temp);
    nvm_folder_refuses(test, ERR_IO, "state/file");
    snprintf(test->dir, sizeof(test->dir), "%s/state/file", test->temp);
    nvm_folder_refuses(test, ERR_IO, "state/file");
    test->dir[0] = '\0';
    nvm_folder_refuses(test, ERR_INVALID, "no name");
    snprintf(test->dir, sizeof(test->dir), "/proc/tlsmodem");
    nvm_folder_refuses(test, ERR_IO, "/proc/tlsmodem");
    snprintf(test->dir, sizeof(test->dir), "%s/state", test->temp);
    nvm_folder_reopen(test);
}

static void too_long_names_are_refused(void **state)
{
    char dir[5000];
    char message[80];
    struct nvm *nvm = NULL;

    (void)state;
    memset(dir, 'x', sizeof(dir));
    for (size_t i = 0; i < sizeof(dir); i += 100)
        dir[i] = '/';
    dir[sizeof(dir) - 1] = '\0';
    assert_int_equal(nvm_open(dir, message, sizeof(message), &nvm), ERR_INVALID);
    assert_int_equal(strlen(message), sizeof(message) - 1);
    assert_int_equal(nvm_open(dir, NULL, 0, &nvm), ERR_INVALID);
}

static void refuse_untouched(struct nvm_folder_test *test, enum err err, const char *word)
{
    static uint8_t before[NVM_FILE_MAX];
    struct span file = nvm_file_read(test, "nvm.sqlite");

    memcpy(before, file.data, file.len);
    nvm_folder_refuses(test, err, word);
    assert_true(span_equal(nvm_file_read(test, "nvm.sqlite"), span_at(before, file.len)));
}

static void a_newer_database_is_refused(void **state)
{
    struct nvm_folder_test *test = *state;

    store_to_be_damaged(test);
    nvm_file_sql(test, "PRAGMA user_version=2");
    refuse_untouched(test, ERR_UNSUPPORTED, "format 2");
}

/* Enough for pages that nothing but a check of the whole file reads at the start. */
static void store_many_plain(struct nvm_folder_test *test)
{
    nvm_folder_reopen(test);
    for (int i = 0; i < 60; i++) {
        char key[16];

        snprintf(key, sizeof(key), "plain/%02d", i);
        assert_int_equal(nvm_put(&test->pump, key, false, pattern(300)), ERR_OK);
    }
    nvm_folder_shut(test);
}

static void a_database_of_another_program_is_refused(void **state)
{
    static const char *const others[] = {
        "DROP TABLE entry; CREATE TABLE other(x); PRAGMA user_version=0",
        "DROP TABLE entry; CREATE TABLE other(x); PRAGMA user_version=1",
        "CREATE TABLE other(x); PRAGMA user_version=0",
    };
    struct nvm_folder_test *test = *state;

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        nvm_folder_reopen(test);
        nvm_folder_shut(test);
        nvm_file_sql(test, others[i]);
        nvm_folder_refuses(test, ERR_UNSUPPORTED, "another program");
        nvm_folder_refuses(test, ERR_UNSUPPORTED, "another program");
        nvm_folder_remove(test);
    }
}

static void a_damaged_database_is_refused(void **state)
{
    static const size_t sizes[] = { 2, 100, 511, 512, 4096, 16000 };
    struct nvm_folder_test *test = *state;
    static uint8_t bytes[NVM_FILE_MAX];
    struct span file;

    assert_int_equal(mkdir(test->dir, 0700), 0);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        nvm_file_write(test, "nvm.sqlite", pattern(sizes[i]), 0600);
        refuse_untouched(test, ERR_CORRUPT, "nvm.sqlite");
        assert_int_equal(nvm_file_mode(test, "nvm.key"), -1);
    }
    for (int page = 0; page <= 2; page++) {
        store_to_be_damaged(test);
        store_many_plain(test);
        file = nvm_file_read(test, "nvm.sqlite");
        memcpy(bytes, file.data, file.len);
        if (page == 0)
            memcpy(bytes + 100, pattern(3000).data, 3000);
        else
            memcpy(page == 1 ? bytes + 4096 : bytes + file.len - 4096, pattern(3000).data, 3000);
        nvm_file_write(test, "nvm.sqlite", span_at(bytes, file.len), 0600);
        refuse_untouched(test, ERR_CORRUPT, "nvm.sqlite");
    }
}

static void a_log_without_its_database_is_kept(void **state)
{
    struct nvm_folder_test *test = *state;

    assert_int_equal(mkdir(test->dir, 0700), 0);
    nvm_file_write(test, "nvm.sqlite-wal", pattern(5000), 0600);
    nvm_folder_refuses(test, ERR_CORRUPT, "nvm.sqlite-wal");
    assert_int_equal(nvm_file_read(test, "nvm.sqlite-wal").len, 5000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, nvm_folder_setup, nvm_folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sizes_are_kept_to),
        TEST(a_short_buffer_is_refused),
        TEST(values_are_replaced_and_removed),
        TEST(changes_are_made_in_order_and_all_or_none),
        TEST(modems_do_not_see_each_other),
        TEST(modems_live_in_several_threads),
        TEST(secrets_are_unreadable_on_disk),
        TEST(removed_secrets_do_not_linger),
        TEST(files_are_private),
        TEST(moved_or_cut_secrets_are_refused),
        TEST(flipped_bits_are_noticed),
        TEST(a_wrong_key_is_refused),
        TEST(unfit_keys_are_refused),
        TEST(a_lost_key_is_refused),
        TEST(a_lost_key_is_replaced_where_nothing_is_lost),
        TEST(keys_are_random_and_half_made_ones_go),
        TEST(the_service_manager_may_bring_the_key),
        TEST(a_second_opener_is_refused),
        TEST(a_database_in_use_is_refused),
        TEST(unfit_folders_are_refused),
        TEST(too_long_names_are_refused),
        TEST(a_newer_database_is_refused),
        TEST(a_database_of_another_program_is_refused),
        TEST(a_damaged_database_is_refused),
        TEST(a_log_without_its_database_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
