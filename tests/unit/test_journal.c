/* test_journal.c: the memory that the journals of a run share. */
#include "check.h"
#include "control/journal.h"

#include <string.h>

enum { MODEMS = 300, MANY = 5000, ALL_BYTES = 64 * 1024 * 1024, ONE_BYTES_MAX = 1024 * 1024 };

static struct journals *all;
static struct journal *list[MANY];
static struct moved_clock modem_clock;

static bool is_heard(void *ctx)
{
    (void)ctx;
    return false;
}

static void add(size_t first, size_t count)
{
    const struct journal_config config = {
        .name = "m", .number = 1, .clock = &modem_clock, .all = all, .is_heard = is_heard
    };

    for (size_t i = first; i < first + count; i++)
        assert_int_equal(journal_new(&config, &list[i]), ERR_OK);
}

static void leave(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        journal_free(list[i]);
}

/* More than it may ever have. */
static void fill(struct journal *journal)
{
    char text[1000];

    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < 2 * ONE_BYTES_MAX / sizeof(text); i++)
        journal_control(journal, "%.*s", (int)sizeof(text), text);
}

/* Of its texts alone. */
static size_t bytes_of(struct journal *journal)
{
    json_t *json = journal_json(journal, 0), *entry;
    size_t index, bytes = 0;

    json_array_foreach(json_object_get(json, "entries"), index, entry) bytes +=
        json_string_length(json_object_get(entry, "text"));
    json_decref(json);
    return bytes;
}

static size_t bytes_of_all(size_t count)
{
    size_t bytes = 0;

    for (size_t i = 0; i < count; i++)
        bytes += bytes_of(list[i]);
    return bytes;
}

static void one_has_a_megabyte(void **state)
{
    (void)state;
    all = journals_new();
    add(0, 1);
    fill(list[0]);
    assert_in_range(bytes_of(list[0]), ONE_BYTES_MAX * 8 / 10, ONE_BYTES_MAX);
    leave(0, 1);
    journals_free(all);
}

static void more_that_come_later_share(void **state)
{
    (void)state;
    all = journals_new();
    add(0, 64);
    for (size_t i = 0; i < 64; i++)
        fill(list[i]);
    assert_in_range(bytes_of_all(64), ALL_BYTES * 8 / 10, ALL_BYTES);
    add(64, MODEMS - 64);
    assert_in_range(bytes_of_all(64), 1, ALL_BYTES / MODEMS * 64);
    for (size_t i = 64; i < MODEMS; i++)
        fill(list[i]);
    assert_in_range(bytes_of_all(MODEMS), ALL_BYTES / 4, ALL_BYTES);
    leave(1, MODEMS - 1);
    fill(list[0]);
    assert_in_range(bytes_of(list[0]), ONE_BYTES_MAX * 8 / 10, ONE_BYTES_MAX);
    leave(0, 1);
    journals_free(all);
}

static void each_has_some_whatever_comes(void **state)
{
    (void)state;
    all = journals_new();
    add(0, MANY);
    fill(list[7]);
    assert_in_range(bytes_of(list[7]), 12 * 1024, 16 * 1024);
    leave(0, MANY);
    journals_free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_has_a_megabyte),
        cmocka_unit_test(more_that_come_later_share),
        cmocka_unit_test(each_has_some_whatever_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
