/* test_hmac.c: HMAC with SHA-256 against RFC 4231, and against another library's codes. */
#include "base/hmac.h"
#include "check.h"

static void expect(const char *name, struct span key, struct span message, const char *code)
{
    char text[HMAC_SHA256_HEX_BYTES];

    hmac_sha256_hex(key, &message, 1, text);
    check_text(name, text, code);
}

static const struct {
    const char *name;
    size_t key_len;
    uint8_t key_byte;
    const char *message, *code;
} key_rows[] = {
    { "RFC 4231, 1", 20, 0x0b, "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
    { "RFC 4231, 6", 131, 0xaa, "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
    { "a key of a block", 64, 0x6b, "abc",
      "ae0c0e4a2340cf50185eb46aaa8723f4769153661612e212fb0d1fa3170c6202" },
    { "no key", 0, 0x00, "abc",
      "fd7adb152c05ef80dccf50a1fa4c05d5a3ec6da95575fc312ae7c5d091836351" },
};

static void test_keys(void **state)
{
    uint8_t key[131];

    (void)state;
    for (size_t i = 0; i < COUNT(key_rows); i++) {
        memset(key, key_rows[i].key_byte, sizeof(key));
        expect(key_rows[i].name, span_at(key, key_rows[i].key_len), span_of(key_rows[i].message),
               key_rows[i].code);
    }
}

/* Of so many letters a, by the key "k". */
static const struct {
    size_t len;
    const char *code;
} length_rows[] = {
    { 0, "8bb990c40a7d61cb97597a942125025be50ac8beb74436e3735b98893a7f6620" },
    { 1, "78da91511e675587f5b9df78bedebaf5560da2abb88162ee875dcdf744951d9e" },
    { 55, "2cc44ce77061ae61e565e2ba633d3fb0c3f0a40d8183dc37eb47a18abda4baf2" },
    { 56, "bc446082d08be8bf111c25f6b4d227bfbcc94721f7388c69fc93a6699de8ab3b" },
    { 63, "3bcad76e5ef6f3b052d58db1a76b2f3dafe2d7bafda31193fde6c7ff10aa8e8e" },
    { 64, "51dc6773c877547b2f5658b10ed96a5a72709ba469f445538da56af1b8ffb1cd" },
    { 65, "1f3234a52908fc21bad504c0b3e438f081a590ba35ade1e004bd7a8b0de6a30f" },
    { 119, "cf4a16a9fb2bd68c1a8a6c6031d71ccf825afaf2b4a9824fbcce733f072563e3" },
    { 120, "265c5724e8e371067fb5913e233628f1373cecd93d4261a2e4822938037a781e" },
    { 1000, "0e574ea3aace45a0075daca8c1b3c270a2fbad3efbe65e20eace5b31e6c29caf" },
};

static void test_lengths(void **state)
{
    uint8_t message[1000];

    (void)state;
    memset(message, 'a', sizeof(message));
    for (size_t i = 0; i < COUNT(length_rows); i++)
        expect("length", span_of("k"), span_at(message, length_rows[i].len), length_rows[i].code);
}

/* Where it is cut makes no difference. */
static void test_pieces(void **state)
{
    uint8_t whole[HMAC_SHA256_BYTES], cut[HMAC_SHA256_BYTES];
    uint8_t bytes[150];

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)i;
    hmac_sha256(span_of("key"), &(struct span){ bytes, sizeof(bytes) }, 1, whole);
    for (size_t at = 0; at <= sizeof(bytes); at++) {
        const struct span pieces[] = { span_at(bytes, at),
                                       span_at(bytes + at, sizeof(bytes) - at) };

        hmac_sha256(span_of("key"), pieces, COUNT(pieces), cut);
        assert_memory_equal(cut, whole, sizeof(whole));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
