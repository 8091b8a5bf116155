/* Owned bytes: they grow up to a maximum, stay when memory fails, and are wiped when they go. */
#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- the allocator: may fail, and sees what is given back ---- */

static bool no_memory;
static const char *secret; /* that no freed memory may hold; NULL: not looked for */
static size_t secret_blocks;
static const void *watched; /* a block that is freed now */
static size_t watched_len;

void *__real_malloc(size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void __wrap_free(void *block);

void *__wrap_malloc(size_t size)
{
    return no_memory ? NULL : __real_malloc(size);
}

void __wrap_free(void *block)
{
    if (block != NULL && block == watched && secret != NULL &&
        span_contains(span_at(block, watched_len), secret))
        secret_blocks++;
    __real_free(block);
}

static void watch(const struct bytes *bytes, const char *text)
{
    watched = bytes->data;
    watched_len = bytes->cap;
    secret = text;
    secret_blocks = 0;
}

static void assert_holds(const struct bytes *bytes, const char *text)
{
    assert_int_equal(bytes->len, strlen(text));
    assert_memory_equal(bytes->data, text, strlen(text));
}

/* ---- tests ---- */

static void adds_up_to_the_maximum(void **state)
{
    struct bytes bytes = { .data = NULL };

    (void)state;
    assert_int_equal(bytes_add(&bytes, span_of("secret"), 10), ERR_OK);
    assert_int_equal(bytes.cap, 10);
    assert_int_equal(bytes_add(&bytes, span_of("12345"), 10), ERR_FULL);
    assert_holds(&bytes, "secret");
    assert_int_equal(bytes_add(&bytes, span_of("1234"), 10), ERR_OK);
    assert_holds(&bytes, "secret1234");
    assert_int_equal(bytes_add(&bytes, span_at(NULL, 0), 10), ERR_OK);
    bytes_free(&bytes);
    assert_null(bytes.data);
}

static void grows_by_doubling_and_wipes_what_it_leaves(void **state)
{
    struct bytes bytes = { .data = NULL };
    uint8_t piece[3000] = { 1 };

    (void)state;
    assert_int_equal(bytes_add(&bytes, span_of("secret"), SIZE_MAX), ERR_OK);
    assert_int_equal(bytes_add(&bytes, span_at(piece, sizeof(piece)), SIZE_MAX), ERR_OK);
    assert_int_equal(bytes.cap, 4096);
    watch(&bytes, "secret");
    assert_int_equal(bytes_add(&bytes, span_at(piece, sizeof(piece)), SIZE_MAX), ERR_OK);
    assert_int_equal(bytes.cap, 8192);
    assert_ptr_not_equal(bytes.data, watched);
    assert_int_equal(secret_blocks, 0);
    assert_memory_equal(bytes.data, "secret", 6);
    watch(&bytes, "secret");
    bytes_free(&bytes);
    assert_int_equal(secret_blocks, 0);
}

static void stays_as_it_is_without_memory(void **state)
{
    struct bytes bytes = { .data = NULL };

    (void)state;
    assert_int_equal(bytes_copy(&bytes, span_of("old")), ERR_OK);
    no_memory = true;
    assert_int_equal(bytes_add(&bytes, span_of("more"), 100), ERR_NO_MEMORY);
    assert_int_equal(bytes_reserve(&bytes, 100), ERR_NO_MEMORY);
    assert_int_equal(bytes_copy(&bytes, span_of("other")), ERR_NO_MEMORY);
    no_memory = false;
    assert_holds(&bytes, "old");
    bytes_free(&bytes);
}

static void trims_only_where_there_is_memory_for_less(void **state)
{
    struct bytes bytes = { .data = NULL };

    (void)state;
    assert_int_equal(bytes_reserve(&bytes, 50), ERR_OK);
    memcpy(bytes.data, "secret", 6);
    bytes_commit(&bytes, 6);
    no_memory = true;
    bytes_trim(&bytes);
    no_memory = false;
    assert_int_equal(bytes.cap, 50);
    watch(&bytes, "secret");
    bytes_trim(&bytes);
    assert_int_equal(bytes.cap, 6);
    assert_holds(&bytes, "secret");
    assert_int_equal(secret_blocks, 0);
    bytes_drop(&bytes, 6);
    bytes_trim(&bytes);
    assert_null(bytes.data);
}

static void takes_from_the_front_and_wipes_the_rest(void **state)
{
    struct bytes bytes = { .data = NULL };

    (void)state;
    assert_int_equal(bytes_copy(&bytes, span_of("abcsecret")), ERR_OK);
    bytes_drop(&bytes, 0);
    bytes_drop(&bytes, 3);
    assert_holds(&bytes, "secret");
    assert_memory_equal(bytes.data + 6, "\0\0", 3);
    bytes_drop(&bytes, 6);
    assert_int_equal(bytes.len, 0);
    assert_false(span_contains(span_at(bytes.data, bytes.cap), "s"));
    bytes_free(&bytes);
}

static void copies_in_place_of_what_was(void **state)
{
    struct bytes bytes = { .data = NULL };

    (void)state;
    assert_int_equal(bytes_copy(&bytes, span_of("secret")), ERR_OK);
    watch(&bytes, "secret");
    assert_int_equal(bytes_copy(&bytes, span_of("new")), ERR_OK);
    assert_int_equal(secret_blocks, 0);
    assert_holds(&bytes, "new");
    assert_int_equal(bytes_copy(&bytes, span_at(NULL, 0)), ERR_OK);
    assert_int_equal(bytes.len, 0);
    assert_non_null(bytes.data);
    bytes_free(&bytes);
}

static void hands_over(void **state)
{
    struct bytes from = { .data = NULL };
    struct bytes to;

    (void)state;
    assert_int_equal(bytes_copy(&from, span_of("mine")), ERR_OK);
    to = bytes_take(&from);
    assert_null(from.data);
    assert_int_equal(from.len, 0);
    assert_holds(&to, "mine");
    bytes_free(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_up_to_the_maximum),
        cmocka_unit_test(grows_by_doubling_and_wipes_what_it_leaves),
        cmocka_unit_test(stays_as_it_is_without_memory),
        cmocka_unit_test(trims_only_where_there_is_memory_for_less),
        cmocka_unit_test(takes_from_the_front_and_wipes_the_rest),
        cmocka_unit_test(copies_in_place_of_what_was),
        cmocka_unit_test(hands_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
