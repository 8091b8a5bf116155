/* test_reply.c: numbered replies, whole and broken, in one line or several. */
#include "base/text.h"
#include "check.h"
#include "services/reply.h"

#include <stdio.h>

static const struct {
    const char *name, *bytes,
        *outcome; /* "L[text]" a line of several, "W code [words]", "!" broken */
} rows[] = {
    { "one line", "220 mail.test ready\r\n", "W220[mail.test ready]" },
    { "no words", "250\r\n", "W250[]" },
    { "a blank and no words", "250 \r\n", "W250[]" },
    { "lone LF", "250 ok\n", "W250[ok]" },
    { "several lines", "250-one\r\n250-two\r\n250 three\r\n", "L[one]L[two]W250[three]" },
    { "anything between", "211-files\r\n 250 x\r\nabc\r\n211 end\r\n",
      "L[files]L[250 x]L[abc]W211[end]" },
    { "another code between", "211-a\r\n212 b\r\n211 c\r\n", "L[a]L[b]W211[c]" },
    { "two replies", "220 a\r\n250 b\r\n", "W220[a]W250[b]" },
    { "empty lines before", "\r\n\r\n220 a\r\n", "W220[a]" },
    { "half a line", "220 a", "" },
    { "control characters",
      "220 a\x01\x02"
      "b\tc\r\n",
      "W220[abc]" },
    { "no code", "hello\r\n", "!" },
    { "two digits", "22 a\r\n", "!" },
    { "four digits", "2200 a\r\n", "!" },
    { "code 600", "600 a\r\n", "!" },
    { "code 099", "099 a\r\n", "!" },
    { "a strange mark", "220_a\r\n", "!" },
    { "HTTP", "HTTP/1.1 200 OK\r\n", "!" },
};

static const char *run(const char *bytes)
{
    static char memory[500];
    struct reply_reader reader;
    struct text out;

    text_init(&out, memory, sizeof(memory));
    reply_reset(&reader);
    for (; *bytes != '\0'; bytes++) {
        switch (reply_feed(&reader, (uint8_t)*bytes)) {
        case REPLY_MORE:
            break;
        case REPLY_LINE:
            text_add(&out, "L[%s]", reply_words(&reader));
            break;
        case REPLY_WHOLE:
            text_add(&out, "W%d[%s]", reader.code, reply_words(&reader));
            break;
        case REPLY_BROKEN:
            text_add(&out, "!");
            return memory;
        }
    }
    return memory;
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_text(rows[i].name, run(rows[i].bytes), rows[i].outcome);
}

static void test_long_line(void **state)
{
    struct reply_reader reader;

    (void)state;
    reply_reset(&reader);
    for (const char *at = "220 "; *at != '\0'; at++)
        reply_feed(&reader, (uint8_t)*at);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(reply_feed(&reader, 'x'), REPLY_MORE);
    assert_int_equal(reply_feed(&reader, '\n'), REPLY_WHOLE);
    assert_int_equal(strlen(reader.text), REPLY_TEXT_MAX);
}

/* A server that never comes to its last line would keep the module busy for ever. */
static void check_endless(const char *line)
{
    struct reply_reader reader;
    enum reply_event event = REPLY_MORE;
    size_t taken = 0;

    reply_reset(&reader);
    for (; taken < 2 * REPLY_BYTES_MAX && event != REPLY_BROKEN; taken++)
        event = reply_feed(&reader, (uint8_t)line[taken % strlen(line)]);
    assert_int_equal(event, REPLY_BROKEN);
    assert_int_equal(taken, REPLY_BYTES_MAX + 1);
}

static void test_endless(void **state)
{
    (void)state;
    check_endless("220-and so on\r\n");
    check_endless("220 x");
    check_endless("\r\n");
}

static void test_the_limit_is_of_one_reply(void **state)
{
    static const char line[] = "250 one of many\r\n";
    struct reply_reader reader;
    enum reply_event event = REPLY_MORE;

    (void)state;
    reply_reset(&reader);
    for (size_t i = 0; i < 2 * REPLY_BYTES_MAX; i++) {
        event = reply_feed(&reader, (uint8_t)line[i % (sizeof(line) - 1)]);
        assert_int_not_equal(event, REPLY_BROKEN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_endless),
        cmocka_unit_test(test_the_limit_is_of_one_reply),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
