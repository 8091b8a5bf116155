/* test_quectel_files.c: the checksum of +QSECWRITE, and what +QSECREAD makes of damaged files. */
#include "check.h"
#include "personalities/quectel/quectel.h"
#include "talk.h"

#include <stdio.h>

/* The file whose checksum hosts in the field compare with 2d13. */
static const char amazon_root_ca_1[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIDQTCCAimgAwIBAgITBmyfz5m/jAo54vB4ikPmljZbyjANBgkqhkiG9w0BAQsF\n"
    "ADA5MQswCQYDVQQGEwJVUzEPMA0GA1UEChMGQW1hem9uMRkwFwYDVQQDExBBbWF6\n"
    "b24gUm9vdCBDQSAxMB4XDTE1MDUyNjAwMDAwMFoXDTM4MDExNzAwMDAwMFowOTEL\n"
    "MAkGA1UEBhMCVVMxDzANBgNVBAoTBkFtYXpvbjEZMBcGA1UEAxMQQW1hem9uIFJv\n"
    "b3QgQ0EgMTCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBALJ4gHHKeNXj\n"
    "ca9HgFB0fW7Y14h29Jlo91ghYPl0hAEvrAIthtOgQ3pOsqTQNroBvo3bSMgHFzZM\n"
    "9O6II8c+6zf1tRn4SWiw3te5djgdYZ6k/oI2peVKVuRF4fn9tBb6dNqcmzU5L/qw\n"
    "IFAGbHrQgLKm+a/sRxmPUDgH3KKHOVj4utWp+UhnMJbulHheb4mjUcAwhmahRWa6\n"
    "VOujw5H5SNz/0egwLX0tdHA114gk957EWW67c4cX8jJGKLhD+rcdqsq08p8kDi1L\n"
    "93FcXmn/6pUCyziKrlA4b9v7LWIbxcceVOF34GfID5yHI9Y/QCB/IIDEgEw+OyQm\n"
    "jgSubJrIqg0CAwEAAaNCMEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMC\n"
    "AYYwHQYDVR0OBBYEFIQYzIU07LwMlJQuCFmcx7IQTgoIMA0GCSqGSIb3DQEBCwUA\n"
    "A4IBAQCY8jdaQZChGsV2USggNiMOruYou6r4lK5IpDB/G/wkjUu0yKGX9rbxenDI\n"
    "U5PMCCjjmCXPI6T53iHTfIUJrU6adTrCC2qJeHZERxhlbI1Bjjt/msv0tadQ1wUs\n"
    "N+gDS63pYaACbvXy8MWy7Vu33PqUXHeeE6V/Uq2V8viTO96LXFvKWlJbYK8U90vv\n"
    "o/ufQJVtMVT8QtPHRh8jrdkPSHCa2XV4cdFyQzR1bldZwgJcJmApzyMZFo6IQ6XU\n"
    "5MsI+yMRQ+hDKXJioaldXgjUkK642M4UwtBV8ob2xJNDd2ZhwLnoQdeXeGADbkpy\n"
    "rqXRfboQnoZsG4q5WTP468SQvvG5\n"
    "-----END CERTIFICATE-----\n";

struct checksum_row {
    const char *text;
    size_t len;
    const char *printed;
};

#define TEXT(text) (text), sizeof(text) - 1

static const struct checksum_row checksum_rows[] = {
    { TEXT(""), "0" },
    { TEXT("A"), "4100" },
    { TEXT("AB"), "4142" },
    { TEXT("ABC"), "242" },
    { TEXT("123456789"), "3908" },
    { TEXT("1234567890"), "3938" },
    { TEXT("AAAA"), "0" },
    { TEXT("hello\n"), "6b03" },
    { TEXT("\x80\x00"), "8000" },
    { TEXT(amazon_root_ca_1), "2d13" },
    { amazon_root_ca_1, sizeof(amazon_root_ca_1) - 2, "2d19" }, /* without its last line feed */
};

static void test_checksum(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(checksum_rows); i++) {
        char printed[8];

        snprintf(printed, sizeof(printed), "%x",
                 quectel_checksum(span_at(checksum_rows[i].text, checksum_rows[i].len)));
        assert_string_equal(printed, checksum_rows[i].printed);
    }
}

struct name_row {
    const char *name;
    bool valid, ca, certificate, key;
};

static const struct name_row name_rows[] = {
    { "RAM:a", true, true, true, true },         { "NVRAM:CA0", true, true, false, false },
    { "NVRAM:CA1", true, true, false, false },   { "NVRAM:CC0", true, false, true, false },
    { "NVRAM:CK0", true, false, false, true },   { "NVRAM:CA2", false, false, false, false },
    { "NVRAM:CC1", false, false, false, false }, { "NVRAM:", false, false, false, false },
    { "RAM:", false, false, false, false },      { "UFS:a", false, false, false, false },
    { "a", false, false, false, false },         { "", false, false, false, false },
};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(name_rows); i++) {
        const struct name_row *row = &name_rows[i];
        struct span name = span_of(row->name);

        check_int(row->name, quectel_file_is_name(name), row->valid);
        check_int(row->name, quectel_file_fits(name, FILE_CA), row->ca);
        check_int(row->name, quectel_file_fits(name, FILE_CERTIFICATE), row->certificate);
        check_int(row->name, quectel_file_fits(name, FILE_KEY), row->key);
    }
}

static void upload(struct world *world, const char *name, const char *text)
{
    char line[100];

    snprintf(line, sizeof(line), "AT+QSECWRITE=\"%s\",%zu", name, strlen(text));
    talk_expect(world, line, "\r\nCONNECT\r\n");
    world_forget(world, 0);
    world_type_text(world, text);
    assert_true(talk_ends_with(world_heard(world, 0), "OK"));
}

static void start(struct world *world)
{
    world_init(world);
    assert_int_equal(world_switch_on(world, "m95", true, 1), ERR_OK);
    talk_ok(world, "ATE0");
}

/* A bit that flips in NVRAM shows, in the data as in the checksum and in the length. */
static void test_damaged_nvram(void **state)
{
    struct memory_entry *entry;
    struct world world;

    (void)state;
    start(&world);
    upload(&world, "NVRAM:CA0", "ABC");
    talk_expect(&world, "AT+QSECREAD=\"NVRAM:CA0\"", "\r\n+QSECREAD: 1,242\r\n\r\nOK\r\n");
    entry = memory_storage_find(&world.memory_storage, "file/NVRAM:CA0");
    assert_non_null(entry);
    assert_true(entry->secret);
    entry->value[entry->len - 1] ^= 1;
    talk_expect(&world, "AT+QSECREAD=\"NVRAM:CA0\"", "\r\n+QSECREAD: 0,342\r\n\r\nOK\r\n");
    entry->value[entry->len - 1] ^= 1;
    for (size_t i = 0; i < 4; i++) {
        entry->value[i] ^= 0x10;
        talk_expect(&world, "AT+QSECREAD=\"NVRAM:CA0\"", "\r\n+QSECREAD: 0,242\r\n\r\nOK\r\n");
        entry->value[i] ^= 0x10;
    }
    entry->corrupt = true;
    talk_expect(&world, "AT+QSECREAD=\"NVRAM:CA0\"", "\r\n+QSECREAD: 0,0\r\n\r\nOK\r\n");
    talk_ok(&world, "AT+QSECDEL=\"NVRAM:CA0\"");
    assert_null(memory_storage_find(&world.memory_storage, "file/NVRAM:CA0"));
    world_deinit(&world);
}

static void test_damaged_ram(void **state)
{
    struct world world;
    struct quectel_files *files;

    (void)state;
    start(&world);
    upload(&world, "RAM:a", "ABC");
    files = module_part_if(world.modem, &quectel_files_part, 0);
    files->ram[0]->data.data[1] ^= 0x80;
    talk_expect(&world, "AT+QSECREAD=\"RAM:a\"", "\r\n+QSECREAD: 0,2c2\r\n\r\nOK\r\n");
    world_deinit(&world);
}

/* What the storage refuses is an error, and no file. */
static void test_failing_storage(void **state)
{
    struct world world;

    (void)state;
    start(&world);
    memory_storage_fail_applies(&world.memory_storage, 1, ERR_IO);
    talk(&world, "AT+QSECWRITE=\"NVRAM:CA0\",3");
    world_forget(&world, 0);
    world_type_text(&world, "ABC");
    assert_true(talk_ends_with(world_heard(&world, 0), "+CME ERROR: 4014"));
    memory_storage_fail_applies(&world.memory_storage, 0, ERR_IO);
    talk_error(&world, "AT+QSECREAD=\"NVRAM:CA0\"");
    upload(&world, "NVRAM:CA0", "ABC");
    world_deinit(&world);
}

/* Files, and their bytes together, are bounded. */
static void test_full_ram(void **state)
{
    struct world world;
    char name[16];

    (void)state;
    start(&world);
    for (int i = 0; i < module_fact_peek(world.modem, FACT_RAM_FILES); i++) {
        snprintf(name, sizeof(name), "RAM:%d", i);
        upload(&world, name, "ABC");
    }
    talk(&world, "AT+QSECWRITE=\"RAM:one\",3");
    world_forget(&world, 0);
    world_type_text(&world, "ABC");
    assert_true(talk_ends_with(world_heard(&world, 0), "+CME ERROR: 4008"));
    talk_ok(&world, "AT+QSECDEL=\"RAM:7\"");
    upload(&world, "RAM:one", "ABC");
    world_deinit(&world);
}

/* Half a file of a host that has gone is no file. */
static void test_host_that_goes(void **state)
{
    struct terminal *terminal;
    struct world world;

    (void)state;
    start(&world);
    talk(&world, "AT+QSECWRITE=\"RAM:a\",100");
    world_type_text(&world, "half");
    terminal = world.ports[0].terminal;
    terminal->ops->host_gone(terminal);
    world_forget(&world, 0);
    talk_expect(&world, "AT+QSECREAD=\"RAM:a\"", "\r\n+CME ERROR: 4010\r\n");
    upload(&world, "RAM:a", "whole");
    world_deinit(&world);
}

/* Two ports: one upload at a time. */
static void test_two_uploads(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    assert_int_equal(world_switch_on(&world, "m95", true, 2), ERR_OK);
    talk_on(&world, 1, "ATE0");
    talk_ok(&world, "ATE0");
    talk_expect(&world, "AT+QSECWRITE=\"RAM:a\",3", "\r\nCONNECT\r\n");
    talk_on(&world, 1, "AT+QSECWRITE=\"RAM:b\",3");
    check_bytes("busy", world_heard(&world, 1), span_of("\r\n+CME ERROR: 4016\r\n"));
    world_type_text(&world, "ABC");
    talk_on(&world, 1, "AT+QSECREAD=\"RAM:a\"");
    check_bytes("there", world_heard(&world, 1), span_of("\r\n+QSECREAD: 1,242\r\n\r\nOK\r\n"));
    world_deinit(&world);
}

/* ---- files of UFS ---- */

static void write_file(struct world *world, const char *line, const char *text)
{
    talk(world, line);
    world_forget(world, 0);
    world_type_text(world, text);
}

static void restart(struct world *world)
{
    assert_int_equal(world_switch_on(world, "m95", true, 1), ERR_OK);
    talk_ok(world, "ATE0");
}

/* What cannot be stored is an error, and the file is as it was, in memory and after power-off. */
static void test_flash_that_fails(void **state)
{
    static const char *const lines[] = { "AT+QFDEL=\"a\"", "AT+QFMOV=\"a\",\"b\"",
                                         "AT+QFMOV=\"a\",\"b\",1", "AT+QFOPEN=\"a\",1",
                                         "AT+QFOPEN=\"b\"" };
    struct world world;

    (void)state;
    start(&world);
    write_file(&world, "AT+QFUPL=\"a\",3", "ABC");
    talk_expect(&world, "AT+QFOPEN=\"a\"", "\r\n+QFOPEN: 134072\r\n\r\nOK\r\n");
    memory_storage_fail_applies(&world.memory_storage, 1, ERR_IO);
    write_file(&world, "AT+QFWRITE=134072,5", "12345");
    assert_true(talk_ends_with(world_heard(&world, 0), "+CME ERROR: 4014"));
    talk_ok(&world, "AT+QFSEEK=134072,1");
    write_file(&world, "AT+QFWRITE=134072,5", "12345");
    assert_true(talk_ends_with(world_heard(&world, 0), "+CME ERROR: 4014"));
    talk_error(&world, "AT+QFTUCAT=134072");
    talk_ok(&world, "AT+QFCLOSE=134072");
    for (size_t i = 0; i < COUNT(lines); i++)
        talk_error(&world, lines[i]);
    write_file(&world, "AT+QFUPL=\"b\",3", "ABC");
    assert_true(talk_ends_with(world_heard(&world, 0), "+CME ERROR: 4014"));
    memory_storage_fail_applies(&world.memory_storage, 0, ERR_IO);
    talk_expect(&world, "AT+QFLST", "\r\n+QFLST: \"a\",3\r\n\r\nOK\r\n");
    for (int i = 0; i < 2; i++) {
        talk_expect(&world, "AT+QFDWL=\"a\"", "\r\nCONNECT\r\nABC\r\n+QFDWL: 3,242\r\n\r\nOK\r\n");
        restart(&world);
    }
    world_deinit(&world);
}

/* A file that is damaged is left out, the others are there, and its place is used again. */
static void test_flash_that_is_damaged(void **state)
{
    static const char *const keys[] = { "ufs/1", "ufs/1/0" };
    struct memory_entry *entry;
    struct world world;

    (void)state;
    start(&world);
    for (size_t i = 0; i < COUNT(keys); i++) {
        write_file(&world, "AT+QFUPL=\"a\",3", "ABC");
        write_file(&world, "AT+QFUPL=\"b\",3", "DEF");
        entry = memory_storage_find(&world.memory_storage, keys[i]);
        assert_non_null(entry);
        entry->corrupt = true;
        restart(&world);
        talk_expect(&world, "AT+QFLST", "\r\n+QFLST: \"b\",3\r\n\r\nOK\r\n");
        entry->corrupt = false;
        talk_ok(&world, "AT+QFDEL=\"*\"");
    }
    world_deinit(&world);
}

/* ---- a long list ---- */

enum { MANY = 200 };

static void make_many(struct world *world, char *ret_list, size_t cap)
{
    size_t used = 0;

    for (int i = 0; i < MANY; i++) {
        char line[100];

        snprintf(line, sizeof(line), "AT+QFUPL=\"a-file-with-quite-a-long-name-%d\",1", i);
        write_file(world, line, "x");
        used += (size_t)snprintf(ret_list + used, cap - used,
                                 "%s+QFLST: \"a-file-with-quite-a-long-name-%d\",1\r\n",
                                 i == 0 ? "\r\n" : "", i);
    }
    snprintf(ret_list + used, cap - used, "\r\nOK\r\n");
}

/* However slowly the host reads, and whatever another deletes meanwhile. */
static void test_long_list(void **state)
{
    static char list[MANY * 60];
    struct terminal *terminal;
    struct world world;

    (void)state;
    world_init(&world);
    assert_int_equal(world_switch_on(&world, "m95", false, 2), ERR_OK);
    talk_on(&world, 1, "ATE0");
    talk_ok(&world, "ATE0");
    write_file(&world, "AT+QFUPL=\"b\",1", "x");
    make_many(&world, list, sizeof(list));
    talk_expect(&world, "AT+QFLST=\"a*\"", list);
    world_set_appetite(&world, 0, 0);
    talk(&world, "AT+QFLST=\"a*\"");
    talk_on(&world, 1, "AT+QFDEL=\"b\"");
    talk_on(&world, 1, "AT+QFDEL=\"a*\"");
    assert_true(talk_ends_with(world_heard(&world, 1), "+CME ERROR: 4016"));
    for (int i = 0; i < MANY; i++)
        world_set_appetite(&world, 0, 100);
    world_set_appetite(&world, 0, SIZE_MAX);
    check_bytes("slowly", world_heard(&world, 0), span_of(list));
    world_set_appetite(&world, 0, 0);
    talk(&world, "AT+QFLST=\"*\"");
    terminal = world.ports[0].terminal;
    terminal->ops->host_gone(terminal);
    world_set_appetite(&world, 0, SIZE_MAX);
    talk_on(&world, 1, "AT+QFDEL=\"*\"");
    assert_true(talk_ends_with(world_heard(&world, 1), "OK"));
    talk_expect(&world, "AT+QFLST=\"*\"", "\r\nOK\r\n");
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksum),         cmocka_unit_test(test_names),
        cmocka_unit_test(test_damaged_nvram),    cmocka_unit_test(test_damaged_ram),
        cmocka_unit_test(test_failing_storage),  cmocka_unit_test(test_full_ram),
        cmocka_unit_test(test_flash_that_fails), cmocka_unit_test(test_flash_that_is_damaged),
        cmocka_unit_test(test_host_that_goes),   cmocka_unit_test(test_two_uploads),
        cmocka_unit_test(test_long_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
