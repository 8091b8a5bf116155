/* test_ftp_reply.c: addresses, sizes and paths in what FTP servers say. */
#include "check.h"

#include "services/ftp_reply.h"

struct passive_row {
    const char *text;
    const char *address; /* NULL: not understood */
    uint16_t port;
};

static const struct passive_row passive_rows[] = {
    { "227 Entering Passive Mode (127,0,0,1,4,1)", "\x7f\0\0\1", 1025 },
    { "227 Entering Passive Mode (127,0,0,1,4,1).", "\x7f\0\0\1", 1025 },
    { "227 =10,1,2,3,255,255", "\x0a\1\2\3", 65535 },
    { "227 ok 5 6,7 10,1,2,3,0,21 and more", "\x0a\1\2\3", 21 },
    { "227 1,2,3,4,5 10,1,2,3,1,0", "\x0a\1\2\3", 256 },
    { "227 (127,0,0,1,0,0)", NULL, 0 },
    { "227 (127,0,0,256,4,1)", NULL, 0 },
    { "227 (127,0,0,1,4)", NULL, 0 },
    { "227 (127,0,0,1,4,99999999999999999999)", NULL, 0 },
    { "227 (127, 0, 0, 1, 4, 1)", NULL, 0 },
    { "227 Entering Passive Mode", NULL, 0 },
    { "227", NULL, 0 },
};

static void test_passive(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(passive_rows); i++) {
        const struct passive_row *row = &passive_rows[i];
        struct ftp_reply reply = { .code = 227 };
        struct net_address address;
        uint16_t port = 0;

        memcpy(reply.text, row->text, strlen(row->text));
        check_int(row->text, ftp_reply_passive(&reply, &address, &port), row->address != NULL);
        if (row->address == NULL)
            continue;
        check_int(row->text, port, row->port);
        check_int(row->text, address.family, NET_IPV4);
        check_bytes(row->text, span_at(address.bytes, 4), span_at(row->address, 4));
    }
}

static const struct {
    const char *text;
    int port; /* 0: not understood */
} extended_rows[] = {
    { "229 Entering Extended Passive Mode (|||6446|)", 6446 },
    { "229 (!!!1!)", 1 },
    { "229 (|||65535|)", 65535 },
    { "229 (|||65536|)", 0 },
    { "229 (|||0|)", 0 },
    { "229 (|||6446)", 0 },
    { "229 (||6446|)", 0 },
    { "229 (|||6446!)", 0 },
    { "229 (1116446 1)", 0 },
    { "229 (", 0 },
    { "229", 0 },
};

static void test_extended_passive(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(extended_rows); i++) {
        struct ftp_reply reply = { .code = 229 };
        uint16_t port = 0;

        memcpy(reply.text, extended_rows[i].text, strlen(extended_rows[i].text));
        check_int(extended_rows[i].text, ftp_reply_extended_passive(&reply, &port),
                  extended_rows[i].port != 0);
        check_int(extended_rows[i].text, port, extended_rows[i].port);
    }
}

static const struct {
    const char *text;
    bool good;
    uint64_t size;
} size_rows[] = {
    { "213 0", true, 0 },
    { "213 174945", true, 174945 },
    { "213 174945 bytes", true, 174945 },
    { "213 18446744073709551615", true, UINT64_MAX },
    { "213 18446744073709551616", false, 0 },
    { "213 12x", false, 0 },
    { "213 unknown", false, 0 },
    { "213", false, 0 },
};

static void test_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(size_rows); i++) {
        struct ftp_reply reply = { .code = 213 };
        uint64_t size = 0;

        memcpy(reply.text, size_rows[i].text, strlen(size_rows[i].text));
        check_int(size_rows[i].text, ftp_reply_size(&reply, &size), size_rows[i].good);
        if (size_rows[i].good)
            assert_true(size == size_rows[i].size);
    }
}

static const struct {
    const char *text;
    const char *path; /* NULL: none */
} path_rows[] = {
    { "257 \"/\" is the current directory", "/" },
    { "257 \"/a \"\"quoted\"\" name\"", "/a \"quoted\" name" },
    { "257 \"\"", "" },
    { "257 \"/open", NULL },
    { "257 no quotes", NULL },
    { "257 \"/0123456789012345678901234567890\"", NULL },
};

static void test_path(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(path_rows); i++) {
        struct ftp_reply reply = { .code = 257 };
        char path[24];
        bool good;

        memcpy(reply.text, path_rows[i].text, strlen(path_rows[i].text));
        good = ftp_reply_path(&reply, path, sizeof(path));
        check_int(path_rows[i].text, good, path_rows[i].path != NULL);
        if (good)
            check_text(path_rows[i].text, path, path_rows[i].path);
    }
}

static const struct {
    uint8_t bytes[4];
    bool is_private;
} address_rows[] = {
    { { 10, 0, 0, 1 }, true },     { { 172, 16, 0, 1 }, true },    { { 172, 31, 255, 1 }, true },
    { { 192, 168, 1, 1 }, true },  { { 127, 0, 0, 1 }, true },     { { 0, 0, 0, 0 }, true },
    { { 169, 254, 0, 1 }, true },  { { 100, 64, 0, 1 }, true },    { { 100, 127, 0, 1 }, true },
    { { 11, 0, 0, 1 }, false },    { { 172, 15, 0, 1 }, false },   { { 172, 32, 0, 1 }, false },
    { { 192, 169, 1, 1 }, false }, { { 100, 63, 0, 1 }, false },   { { 100, 128, 0, 1 }, false },
    { { 8, 8, 8, 8 }, false },     { { 198, 51, 100, 1 }, false },
};

static void test_private_addresses(void **state)
{
    struct net_address address = { .family = NET_IPV6, .bytes = { 10 } };

    (void)state;
    assert_false(ftp_address_is_private(&address));
    address.family = NET_IPV4;
    for (size_t i = 0; i < COUNT(address_rows); i++) {
        memcpy(address.bytes, address_rows[i].bytes, 4);
        check_int("row",
                  ftp_address_is_private(&address) == address_rows[i].is_private ? -1 : (int)i, -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        cmocka_unit_test(test_passive),
        cmocka_unit_test(test_extended_passive),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_path),
        cmocka_unit_test(test_private_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
