/* test_tls_products.c: the parts of every list of suites of the makers' modules, by GnuTLS's own
 * table. */
#include "base/tls_suites.h"
#include "tls_common/products.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gnutls/gnutls.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const tls_suite telit[] = { 0x0002, 0x0004, 0x0005, 0x002f, 0x0035 };
static const tls_suite quectel[] = { 0x003d, 0x0035, 0x002f, 0x000a, 0x0005, 0x0004 };
static const tls_suite nl668[] = { 0x0016, 0x0033, 0x002f, 0x0039, 0x0035,
                                   0x000a, 0x003c, 0x003d, 0x0067, 0x006b };
static const tls_suite l610[] = { 0xcca8, 0xcca9, 0xccaa, 0xc02c, 0xc030, 0x009f, 0xc0ad, 0xc09f,
                                  0xc024, 0xc028, 0x006b, 0xc00a, 0xc014, 0x0039, 0xc0af, 0xc0a3,
                                  0xc087, 0xc08b, 0xc07d, 0xc073, 0xc077, 0x00c4, 0x0088, 0xc02b,
                                  0xc02f, 0x009e, 0xc0ac, 0xc09e, 0xc023, 0xc027, 0x0067 };

static struct tls_product known[TLS_PRODUCTS_MAX];
static struct tls_products products = { known, 0 };

static int read_table(void **state)
{
    unsigned char code[2];
    gnutls_kx_algorithm_t kx;
    gnutls_cipher_algorithm_t cipher;
    gnutls_mac_algorithm_t mac;
    gnutls_protocol_t lowest;

    (void)state;
    for (size_t i = 0; gnutls_cipher_suite_info(i, code, &kx, &cipher, &mac, &lowest) != NULL;
         i++) {
        if (lowest <= GNUTLS_TLS1_2)
            known[products.count++] = (struct tls_product){ (tls_suite)(code[0] << 8 | code[1]),
                                                            (int)kx, (int)cipher, (int)mac };
    }
    return 0;
}

static bool has(const tls_suite *list, size_t count, tls_suite code)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == code)
            return true;
    }
    return false;
}

/* True when some suite of the list has the same in this respect. */
static bool names(const tls_suite *list, size_t count, size_t offset, int number)
{
    for (size_t i = 0; i < products.count; i++) {
        if (has(list, count, known[i].code) &&
            *(const int *)(const void *)((const char *)&known[i] + offset) == number)
            return true;
    }
    return false;
}

/* What GnuTLS would offer is the list. */
static bool is_closed(const tls_suite *list, size_t count)
{
    for (size_t i = 0; i < products.count; i++) {
        if (names(list, count, offsetof(struct tls_product, kx), known[i].kx) &&
            names(list, count, offsetof(struct tls_product, cipher), known[i].cipher) &&
            names(list, count, offsetof(struct tls_product, mac), known[i].mac) &&
            !has(list, count, known[i].code))
            return false;
    }
    return true;
}

static size_t pick(const tls_suite *all, unsigned long mask, tls_suite *ret_list)
{
    size_t count = 0;

    for (size_t i = 0; mask >> i != 0; i++) {
        if ((mask >> i & 1) != 0)
            ret_list[count++] = all[i];
    }
    return count;
}

/* The parts are closed, in the list's order, each no larger than the one before, and together the
 * list, nothing twice. */
static void check_parts(const tls_suite *list, size_t count)
{
    tls_suite part[TLS_PRODUCTS_LIST_MAX];
    size_t size, before = count, seen = 0;
    unsigned number = 0;
    bool found[TLS_PRODUCTS_LIST_MAX] = { false };

    while ((size = tls_products_part(&products, list, count, number++, part)) > 0) {
        size_t at = 0;

        assert_true(size <= before && is_closed(part, size));
        before = size;
        seen += size;
        for (size_t i = 0; i < size; i++, at++) {
            while (list[at] != part[i])
                assert_true(++at < count);
            assert_false(found[at]);
            found[at] = true;
        }
    }
    assert_int_equal(seen, count);
    size = tls_products_part(&products, list, count, 0, part);
    assert_int_equal(tls_products_are_exact(&products, list, count), size == count);
    assert_int_equal(is_closed(list, count), size == count);
}

static void check_every_list(const tls_suite *all, size_t count)
{
    tls_suite list[TLS_PRODUCTS_LIST_MAX];

    for (unsigned long mask = 1; mask < 1UL << count; mask++)
        check_parts(list, pick(all, mask, list));
}

static void parts_of_every_list_of_telit(void **state)
{
    (void)state;
    check_every_list(telit, COUNT(telit));
}

static void parts_of_every_list_of_quectel(void **state)
{
    (void)state;
    check_every_list(quectel, COUNT(quectel));
}

static void parts_of_every_list_of_an_nl668(void **state)
{
    (void)state;
    check_every_list(nl668, COUNT(nl668));
}

static void parts_of_lists_of_an_l610(void **state)
{
    tls_suite list[TLS_PRODUCTS_LIST_MAX];
    unsigned seed = 610;

    (void)state;
    check_parts(l610, COUNT(l610));
    for (int i = 0; i < 300; i++) {
        unsigned long mask = (unsigned long)rand_r(&seed) & 0x7fffffff;

        if (i % 2 != 0)
            mask &= (unsigned long)rand_r(&seed);
        check_parts(list, pick(l610, mask, list));
    }
}

/* No closed list among the suites is larger than the first part. */
static void the_first_part_is_the_largest(void **state)
{
    tls_suite list[COUNT(quectel)], closed[COUNT(quectel)], part[TLS_PRODUCTS_LIST_MAX];

    (void)state;
    for (unsigned long mask = 1; mask < 1UL << COUNT(quectel); mask++) {
        size_t count = pick(quectel, mask, list);
        size_t size = tls_products_part(&products, list, count, 0, part);

        for (unsigned long inner = mask; inner != 0; inner = (inner - 1) & mask) {
            size_t other = pick(quectel, inner, closed);

            assert_true(other <= size || !is_closed(closed, other));
        }
    }
}

static void the_default_of_quectel_is_two_parts(void **state)
{
    static const tls_suite first[] = { 0x0035, 0x002f, 0x000a, 0x0005, 0x0004 };
    tls_suite part[TLS_PRODUCTS_LIST_MAX];

    (void)state;
    assert_int_equal(tls_products_part(&products, quectel, COUNT(quectel), 0, part), COUNT(first));
    assert_memory_equal(part, first, sizeof(first));
    assert_int_equal(tls_products_part(&products, quectel, COUNT(quectel), 1, part), 1);
    assert_int_equal(part[0], 0x003d);
    assert_int_equal(tls_products_part(&products, quectel, COUNT(quectel), 2, part), 0);
}

static void what_the_library_lacks_is_no_part(void **state)
{
    static const tls_suite unknown[] = { 0x0001, 0xfafa };
    tls_suite part[TLS_PRODUCTS_LIST_MAX];

    (void)state;
    assert_int_equal(tls_products_part(&products, unknown + 1, 1, 0, part), 0);
    assert_int_equal(tls_products_part(&products, unknown, 0, 0, part), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_every_list_of_telit),
        cmocka_unit_test(parts_of_every_list_of_quectel),
        cmocka_unit_test(parts_of_every_list_of_an_nl668),
        cmocka_unit_test(parts_of_lists_of_an_l610),
        cmocka_unit_test(the_first_part_is_the_largest),
        cmocka_unit_test(the_default_of_quectel_is_two_parts),
        cmocka_unit_test(what_the_library_lacks_is_no_part),
    };

    return cmocka_run_group_tests(tests, read_table, NULL);
}
