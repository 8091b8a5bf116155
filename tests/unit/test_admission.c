/* test_admission.c: handshakes begin while there is memory for all of them, and not beyond. */
#include "tls_common/admission.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/resource.h>

enum { ROOM = 8 * 1024 * 1024, MANY = 1000 };

/* Bytes of memory that RLIMIT_DATA counts. */
static rlim_t data_in_use(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    unsigned long kilobytes = 0;
    char line[256];

    assert_non_null(status);
    while (fgets(line, sizeof(line), status) != NULL)
        if (sscanf(line, "VmData: %lu kB", &kilobytes) == 1)
            break;
    fclose(status);
    return (rlim_t)kilobytes * 1024;
}

static void limit_to(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_DATA, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_DATA, &limit), 0);
}

/* qemu-user takes a limit and forgets it. */
static void skip_where_no_limit_counts(void)
{
    struct rlimit limit;

    limit_to(data_in_use() + ROOM);
    assert_int_equal(getrlimit(RLIMIT_DATA, &limit), 0);
    if (limit.rlim_cur == RLIM_INFINITY)
        skip();
}

static int enter_all(void)
{
    int count = 0;

    while (count < MANY && tls_admission_enter())
        count++;
    return count;
}

static void leave_all(int count)
{
    while (count-- > 0)
        tls_admission_leave();
}

static void as_many_begin_as_there_is_memory_for(void **state)
{
    int count;

    (void)state;
    skip_where_no_limit_counts();
    limit_to(data_in_use() + ROOM);
    count = enter_all();
    assert_in_range(count, 10, 200);
    leave_all(1);
    assert_true(tls_admission_enter());
    assert_false(tls_admission_enter());
    limit_to(RLIM_INFINITY);
    assert_true(tls_admission_enter());
    leave_all(count + 1);
    assert_int_equal(enter_all(), MANY);
    leave_all(MANY);
}

static void none_begins_without_any(void **state)
{
    (void)state;
    skip_where_no_limit_counts();
    limit_to(data_in_use());
    assert_int_equal(enter_all(), 0);
    limit_to(RLIM_INFINITY);
    assert_int_equal(enter_all(), MANY);
    leave_all(MANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_begin_as_there_is_memory_for),
        cmocka_unit_test(none_begins_without_any),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
