/* test_receive.c: received bytes in command mode: a piece at a time, and counts that are news. */
#include "bridge/receive.h"
#include "check.h"

#include <stdio.h>
#include <string.h>

/* A socket with these bytes, read as a stream. */
struct source {
    const char *bytes;
    size_t asked; /* the last limit */
    char shown[64];
};

static size_t take(void *from, uint8_t *buf, size_t cap)
{
    struct source *source = from;
    size_t left = strlen(source->bytes), part = left < cap ? left : cap;

    source->asked = cap;
    memcpy(buf, source->bytes, part);
    source->bytes += part;
    return part;
}

static void tell(void *from, struct at_session *at, struct span piece)
{
    struct source *source = from;
    size_t len = strlen(source->shown);

    assert_ptr_equal(at, from); /* it is passed on */
    snprintf(source->shown + len, sizeof(source->shown) - len, "[%.*s]", (int)piece.len,
             (const char *)piece.data);
}

static const struct receive_ops ops = { .read = take, .show = tell };

static void test_pieces(void **state)
{
    struct source source = { .bytes = "0123456789" };

    (void)state;
    check_int("first", (intmax_t)receive_one(&ops, &source, (void *)&source, 4), 4);
    check_int("limit", (intmax_t)source.asked, 4);
    check_int("all that is left",
              (intmax_t)receive_one(&ops, &source, (void *)&source, RECEIVE_MOST), 6);
    check_int("nothing", (intmax_t)receive_one(&ops, &source, (void *)&source, RECEIVE_MOST), 0);
    check_text("shown", source.shown, "[0123][456789]");
}

static void test_news(void **state)
{
    static const struct {
        size_t available;
        bool news;
    } rows[] = { { 0, false }, { 5, true }, { 5, false }, { 3, false }, { 6, true } };
    size_t told = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_int("news", receive_is_news(&told, rows[i].available), rows[i].news);
    told = 0; /* the host has read */
    check_int("what is left", receive_is_news(&told, 2), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_news),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
