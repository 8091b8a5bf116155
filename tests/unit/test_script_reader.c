/* test_script_reader.c: transcripts as bytes, header and steps as structs, mistakes as lines. */
#include "transcript/fill.h"
#include "transcript/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Memory fails from the given allocation on. */
static long allocations_left = -1;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static bool is_refused(void)
{
    if (allocations_left < 0)
        return false;
    if (allocations_left == 0)
        return true;
    allocations_left--;
    return false;
}

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return is_refused() ? NULL : __real_realloc(memory, size);
}

enum { FILES_MAX = 40, HEARD_MAX = 40000 };

static struct {
    struct reader_world world;
    const char *paths[FILES_MAX];
    struct span bytes[FILES_MAX];
    size_t count;
    char heard[HEARD_MAX];
    size_t len;
} disk;

static enum err read_file(struct reader_world *world, const char *path, struct span *ret_bytes)
{
    assert_ptr_equal(world, &disk.world);
    for (size_t i = 0; i < disk.count; i++) {
        if (strcmp(disk.paths[i], path) == 0) {
            *ret_bytes = disk.bytes[i];
            return ERR_OK;
        }
    }
    return ERR_NOT_FOUND;
}

static void complain(struct reader_world *world, const char *mistake)
{
    size_t len = strlen(mistake);

    assert_ptr_equal(world, &disk.world);
    assert_null(strchr(mistake, '\n'));
    assert_true(disk.len + len + 2 < sizeof(disk.heard));
    memcpy(disk.heard + disk.len, mistake, len);
    disk.len += len;
    disk.heard[disk.len++] = '\n';
    disk.heard[disk.len] = '\0';
}

static bool check_pattern(struct reader_world *world, struct span pattern, struct text *why)
{
    assert_ptr_equal(world, &disk.world);
    if (span_contains(pattern, "(")) {
        text_add(why, "a parenthesis is not closed");
        return false;
    }
    return true;
}

static const struct reader_world_ops ops = { read_file, complain, check_pattern };
static const struct reader_world_ops ops_without_patterns = { read_file, complain, NULL };

static void put(const char *path, struct span bytes)
{
    assert_true(disk.count < FILES_MAX);
    disk.world.ops = &ops;
    disk.paths[disk.count] = path;
    disk.bytes[disk.count++] = bytes;
}

static int clean(void **state)
{
    (void)state;
    memset(&disk, 0, sizeof(disk));
    allocations_left = -1;
    return 0;
}

static const char head[] = "model he910\nsource a test\n";

/* The memory of the text until the next call. */
static struct reader *open_text(const char *text)
{
    static char memory[HEARD_MAX];
    struct reader *reader = NULL;

    assert_true(snprintf(memory, sizeof(memory), "%s%s", head, text) < (int)sizeof(memory));
    put("some.at", span_of(memory));
    assert_int_equal(reader_open(&disk.world, "some.at", &reader), ERR_OK);
    assert_string_equal(disk.heard, "");
    return reader;
}

static const struct script_step *next(struct reader *reader)
{
    const struct script_step *step = NULL;

    assert_int_equal(reader_next(reader, &step), ERR_OK);
    return step;
}

static bool find(void *ctx, struct span name, struct span *ret_value)
{
    (void)ctx;
    if (!span_equal(name, span_of("port")) && !span_equal(name, span_of("n")))
        return false;
    *ret_value = span_of("443");
    return true;
}

static const struct fill_variables variables = { .find = find };

static void assert_text(const struct script_text *text, const char *bytes, size_t len)
{
    struct bytes filled = { NULL, 0, 0 };
    struct span unknown;
    uint64_t position = 0;

    assert_int_equal(fill_text(text, &variables, &position, &filled, &unknown), ERR_OK);
    assert_int_equal(filled.len, len);
    if (len > 0)
        assert_memory_equal(filled.data, bytes, len);
    bytes_free(&filled);
}

struct text_case {
    const char *line, *bytes;
    size_t len;
    enum script_kind kind;
    enum script_typing typing;
};

#define BYTES(text) text, sizeof(text) - 1

static void test_texts(void **state)
{
    static const struct text_case cases[] = {
        { "> AT", BYTES("AT\r"), SCRIPT_TYPE, SCRIPT_TYPE_LINE },
        { ">", BYTES("\r"), SCRIPT_TYPE, SCRIPT_TYPE_LINE },
        { ">  10 bytes", BYTES(" 10 bytes\r"), SCRIPT_TYPE, SCRIPT_TYPE_LINE },
        { "> AT+X=${port},\"x\"", BYTES("AT+X=443,\"x\"\r"), SCRIPT_TYPE, SCRIPT_TYPE_LINE },
        { "> ${n:05}${", BYTES("00443${\r"), SCRIPT_TYPE, SCRIPT_TYPE_LINE },
        { "> ${n:05 ${n:x} ${} ${a-b}", BYTES("${n:05 ${n:x} ${} ${a-b}\r"), SCRIPT_TYPE,
          SCRIPT_TYPE_LINE },
        { "> data", BYTES("data\r"), SCRIPT_TYPE, SCRIPT_TYPE_LINE },
        { "> bytes \"a\\r\\n\\x1a\\\"\\\\\\0\\b\\t\"", BYTES("a\r\n\x1a\"\\\0\b\t"), SCRIPT_TYPE,
          SCRIPT_TYPE_RAW },
        { "> bytes \"\\${port}${port}\"", BYTES("${port}443"), SCRIPT_TYPE, SCRIPT_TYPE_RAW },
        { "> data \"x${port}\"", BYTES("x443"), SCRIPT_TYPE, SCRIPT_TYPE_PAYLOAD },
        { "> data 3 bytes", BYTES("000"), SCRIPT_TYPE, SCRIPT_TYPE_PAYLOAD },
        { "> ctrl-z", BYTES("\x1a"), SCRIPT_TYPE, SCRIPT_TYPE_RAW },
        { "> esc", BYTES("\x1b"), SCRIPT_TYPE, SCRIPT_TYPE_RAW },
        { "> 10 bytes", BYTES("0000000 ab"), SCRIPT_TYPE, SCRIPT_TYPE_RAW },
        { "> 3 binary bytes", BYTES("\0\7\x0e"), SCRIPT_TYPE, SCRIPT_TYPE_RAW },
        { "< OK", BYTES("\r\nOK\r\n"), SCRIPT_EXPECT, SCRIPT_TYPE_RAW },
        { "< OK \t\r", BYTES("\r\nOK\r\n"), SCRIPT_EXPECT, SCRIPT_TYPE_RAW },
        { "<|", BYTES("\r\n"), SCRIPT_EXPECT, SCRIPT_TYPE_RAW },
        { "<|  a", BYTES(" a\r\n"), SCRIPT_EXPECT, SCRIPT_TYPE_RAW },
        { "<| bytes \"\\xff\"", BYTES("\xff\r\n"), SCRIPT_EXPECT, SCRIPT_TYPE_RAW },
        { "< prompt", BYTES("\r\n> "), SCRIPT_EXPECT, SCRIPT_TYPE_RAW },
        { "< bytes \"\"", BYTES(""), SCRIPT_EXPECT, SCRIPT_TYPE_RAW },
        { "< burst \"a\"", BYTES("a"), SCRIPT_EXPECT, SCRIPT_TYPE_RAW },
        { "ring \"+4912\"", BYTES("+4912"), SCRIPT_ACT, SCRIPT_TYPE_RAW },
        { "ring", BYTES(""), SCRIPT_ACT, SCRIPT_TYPE_RAW },
        { "sms \"+49\" \"a \\\"b\\\"\"", BYTES("+49"), SCRIPT_ACT, SCRIPT_TYPE_RAW },
        { "set operator=A ${port}", BYTES("A 443"), SCRIPT_SET, SCRIPT_TYPE_RAW },
        { "power off", BYTES("off"), SCRIPT_ACT, SCRIPT_TYPE_RAW },
        { "context-lost 2", BYTES("2"), SCRIPT_ACT, SCRIPT_TYPE_RAW },
        { "dtr off", BYTES(""), SCRIPT_CIRCUIT, SCRIPT_TYPE_RAW },
        { "ri on", BYTES(""), SCRIPT_CIRCUIT, SCRIPT_TYPE_RAW },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reader *reader;
        const struct script_step *step;

        (void)clean(NULL);
        reader = open_text(cases[i].line);
        step = next(reader);
        assert_int_equal(step->kind, cases[i].kind);
        assert_int_equal(step->typing, cases[i].typing);
        assert_int_equal(step->line, 3);
        assert_text(&step->text, cases[i].bytes, cases[i].len);
        if (step->act == lab_act_find(span_of("sms")) && step->act != NULL)
            assert_text(&step->second, "a \"b\"", 5);
        assert_int_equal(reader_next(reader, &step), ERR_NOT_FOUND);
        reader_close(reader);
    }
}

static void test_an_unknown_variable_has_its_name(void **state)
{
    struct reader *reader = open_text("> ${port}${secret1}\n");
    const struct script_step *step = next(reader);
    struct bytes filled = { NULL, 0, 0 };
    struct span unknown = { NULL, 0 };
    uint64_t position = 0;

    (void)state;
    assert_int_equal(fill_text(&step->text, &variables, &position, &filled, &unknown),
                     ERR_NOT_FOUND);
    assert_true(span_equal(unknown, span_of("secret1")));
    filled.len = 0;
    assert_int_equal(fill_words(span_of("a ${port} \\${port} ${x}"), &variables, &filled, &unknown),
                     ERR_NOT_FOUND);
    assert_true(span_equal(unknown, span_of("x")));
    assert_true(span_equal(bytes_span(&filled), span_of("a 443 \\${port} ")));
    bytes_free(&filled);
    reader_close(reader);
}

static void test_header(void **state)
{
    struct reader *reader = open_text("models GL865 ge910 cipher=3 x=\n"
                                      "guard 400ms\nstate kept\nclock manual\nonly engine whole\n"
                                      "peer server port tls server client=ca versions=0301-0303\n"
                                      "peer two 65535 raw silence\n"
                                      "name slow.example hang\nping 192.0.2.1 30 60\n"
                                      "wrap link down=236 up=118\nport free\non port 3\n"
                                      "peer two closes\npeer server accepts 0301 0035 resumed\n");
    const struct script_header *header = reader_header(reader);
    const struct script_step *step;

    (void)state;
    assert_int_equal(header->model_count, 3);
    assert_true(span_equal(header->models[1].name, span_of("gl865")));
    assert_true(header->models[0].leads && header->models[1].leads && !header->models[2].leads);
    assert_int_equal(header->models[2].variable_count, 2);
    assert_true(span_equal(header->models[2].variables[0].value, span_of("3")));
    assert_int_equal(header->models[2].variables[1].value.len, 0);
    assert_int_equal(header->guard_ms, 400);
    assert_true(header->keeps_state);
    assert_int_equal(header->ports, 3);
    assert_int_equal(header->only_count, 2);
    assert_int_equal(header->peer_count, 2);
    assert_true(span_equal(header->peers[0].versions, span_of("0301-0303")));
    assert_int_equal(header->peers[0].port, 0);
    assert_int_equal(header->peers[1].port, 65535);
    assert_true(span_equal(header->wraps[0].value, span_of("down=236,up=118")));
    assert_true(span_equal(header->pings[0].value, span_of("30 60")));
    assert_int_equal(next(reader)->kind, SCRIPT_ON_PORT);
    for (int pass = 0; pass < 2; pass++) { /* the same after a rewind */
        step = next(reader);
        assert_int_equal(step->peer, 1);
        assert_int_equal(step->verb, SCRIPT_CLOSES);
        step = next(reader);
        assert_int_equal(step->peer, 0);
        assert_int_equal(step->version, 0x301);
        assert_int_equal(step->suite, 0x35);
        assert_int_equal(step->resumption, SCRIPT_RESUMED);
        reader_rewind(reader);
        (void)next(reader);
    }
    reader_close(reader);
}

static void test_the_world(void **state)
{
    struct reader *reader =
        open_text("set operator=A B\nring end\ncontext-lost\npower brown-out\npower cycle\n"
                  "fault latency latency=2000 socket=1\nlink gprs\nat 0.25s\nwait 1.001s\n");

    (void)state;
    assert_string_equal(next(reader)->setting->name, "operator");
    assert_string_equal(next(reader)->act->name, "ring-end");
    assert_string_equal(next(reader)->act->name, "context-lost");
    assert_true(next(reader)->act->restarts);
    assert_int_equal(next(reader)->kind, SCRIPT_CYCLE);
    assert_true(span_equal(next(reader)->words, span_of("latency latency=2000 socket=1")));
    assert_int_equal(next(reader)->kind, SCRIPT_LINK);
    assert_int_equal(next(reader)->duration_ms, 250);
    assert_int_equal(next(reader)->duration_ms, 1001);
    reader_close(reader);
}

static void test_a_message_is_utf8(void **state)
{
    struct reader *reader = open_text("sms \"+49\" \"Gr\xc3\xbc\xc3\x9f\\x65\"");

    (void)state;
    assert_text(&next(reader)->second, "Gr\xc3\xbc\xc3\x9f\x65", 7);
    reader_close(reader);
}

struct mistake_case {
    const char *line; /* the third of the file */
    const char *told; /* behind "some.at:3: " */
};

static const struct mistake_case mistakes[] = {
    { "< ", "<: nothing is expected; allowed: an empty line is bytes \"\\r\\n\"" },
    { "> bytes \"a", "\"\"a\" is wrong because its closing quote is missing" },
    { "> bytes \"\\q\"", "\"\\q\" is wrong because this escape is unknown; allowed: \\r, \\n" },
    { "> bytes \"\\x1\"", "this escape is unknown" },
    { "> bytes \"\\\"", "this escape is unknown" },
    { "> bytes \"a\xc3\xa9\"", "\"a\xc3\xa9\" is wrong because it is not ASCII" },
    { "> bytes \"\xc3(\xff\xc2\x9b\"", "\"?(???\" is wrong because it is not ASCII" },
    { "fault none 7", "fault: \"none 7\" is wrong because none takes no number here, and removes "
                      "all; allowed: none\n" },
    { "fault tls reason=no", "TLS_VERSION_MISSING, TLS_INTERNAL\n" },
    { "> a\x01", "a control character stands in the line" },
    { "> 99999999999999999999 bytes", "this is too many" },
    { "<~ (", "<~: \"(\" is wrong because a parenthesis is not closed" },
    { "peer gets~ (", "no peer was declared before" },
    { "after 2s",
      "after: \"2s\" is wrong because nothing can be expected so; allowed: after TIME" },
    { "after 2 nothing", "after: \"2\" is wrong because it is no time; allowed: 1.5s, 200ms" },
    { "wait 0.5ms", "it is no time" },
    { "wait 1.0005s", "it is no time" },
    { "wait 1.s", "it is no time" },
    { "wait 99999999s", "it is no time" },
    { "wait s", "it is no time" },
    { "escape now", "nothing may stand behind this step" },
    { "unnoticed now", "nothing may stand behind this step" },
    { "echo maybe", "echo: \"maybe\" is wrong because an echo is not so; allowed: on, off" },
    { "dcd up", "dcd: \"up\" is wrong because a circuit is not so; allowed: on, off" },
    { "ri", "ri: a circuit is not so; allowed: on, off" },
    { "power cut", "allowed: cycle, off, on, reset, brown-out" },
    { "on port 9", "allowed: on port N, from 1 to 8" },
    { "on port 0", "allowed: on port N, from 1 to 8" },
    { "set x", "allowed: set NAME=VALUE" },
    { "set weather=rain", "set: \"weather\" is wrong because there is no such setting; allowed: "
                          "registration, signal, operator, operator-code" },
    { "set signal=32", "set: \"32\" is wrong because it is no such value; allowed: 0 to 31, 99" },
    { "set registration=away", "allowed: home, roaming, searching, denied, lost" },
    { "set dtr=high", "allowed: off, on" },
    { "set clock=machine", "allowed: a time like 2026-05-01T12:00:00Z" },
    { "ring 12", "it is no caller" },
    { "ring \"12x\"", "\"12x\" is wrong because it is no such value; allowed: 1 to 20 digits" },
    { "context-lost all", "allowed: a PDP context of the model, 0 for all" },
    { "sms \"a\"", "it is no message" },
    { "sms \"a\" b", "it is no message" },
    { "sms \"\" \"b\"", "a value is missing; allowed: 1 to 20 digits, perhaps with a + in front" },
    { "sms \"12\" \"\"", "a value is missing; allowed: UTF-8, at most 160 characters" },
    { "fault", "which fault?" },
    { "link", "which link?" },
    { "at noon", "it is no time" },
    { "include", "which file?" },
    { "include no.at", "include: \"no.at\" is wrong because not found; allowed: a file" },
    { "include some.at", "it includes itself" },
    { "model he911", "model: \"he911\" is wrong because there is no such model; allowed: a name" },
    { "model HE910", "it stands here twice" },
    { "models a-b=1 gl865", "it is no name of a variable" },
    { "models x=1", "which model?" },
    { "state old", "allowed: none, kept" },
    { "guard 1", "guard: \"1\" is wrong because it is no time" },
    { "clock noon", "allowed: machine, manual, or a time of 2000 to 2099" },
    { "only here", "it is no back end" },
    { "only", "only: which back end?" },
    { "name x", "allowed: name HOST ADDRESS, name HOST fail, name HOST hang" },
    { "name x y z", "it is nothing that a resolver says" },
    { "ping 1.2.3.4 soon", "it is nothing that an echo request meets" },
    { "ping 1.2.3.4 5 256", "it is nothing that an echo request meets" },
    { "wrap nothing x", "wrap: \"nothing\" is no wrapper; allowed: guard, map, link" },
    { "wrap link rtt=x", "wrap: " },
    { "port a b", "it is no name of a variable" },
    { "peer a b tls", "which one?" },
    { "peer a b tcp x", "this kind of peer has none" },
    { "peer a b raw oops", "it is no way to misbehave; allowed: close, close-after-hello" },
    { "peer a b tls server_expird",
      "peer: \"server_expird\" is wrong because it is no certificate; allowed: ca, other_ca" },
    { "peer a b starttls ${cert}", "it is no certificate" },
    { "peer a b tls server client=me", "\"me\" is wrong because it is no certificate" },
    { "peer a b tls server colour=red",
      "it is no option of a server with TLS; allowed: client=CA" },
    { "peer a b tls server versions=0303-0301", "it is no option of a server with TLS" },
    { "peer a b-c tcp", "it is no name" },
    { "peer a dial 1 refuse", "it is no connection to a peer that was declared before; allowed: "
                              "peer NAME dial N refuse, peer NAME dial N hang, N from 1" },
    { "peer a 0 tcp", "it is no name" },
    { "peer a 65536 tcp", "it is no name" },
    { "AT", "\"AT\" is wrong because it begins with no word of a transcript; allowed: >, <, <|" },
    { ">AT", "it begins with no word of a transcript" },
    { "    > AT", "\"    > AT\" is wrong because blanks stand in front; allowed: a line that" },
};

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct reader *reader = NULL;
        char text[400];

        (void)clean(NULL);
        (void)snprintf(text, sizeof(text), "%s%s\n", head, mistakes[i].line);
        put("some.at", span_of(text));
        assert_int_equal(reader_open(&disk.world, "some.at", &reader), ERR_INVALID);
        if (strncmp(disk.heard, "some.at:3: ", 11) != 0 ||
            strstr(disk.heard, mistakes[i].told) == NULL)
            fail_msg("%s: %s", mistakes[i].line, disk.heard);
    }
}

static void test_mistakes_of_peers(void **state)
{
    static const struct mistake_case cases[] = {
        { "peer sleeps", "peer: \"sleeps\" is wrong because a peer does no such thing; allowed: "
                         "connected, connects" },
        { "peer server", "peer: a peer does no such thing" },
        { "peer gets AT", "it is no bytes; allowed: \"...\", N bytes, N binary bytes" },
        { "peer gets close now", "nothing may stand behind this step" },
        { "peer gets nothing", "it is no time" },
        { "peer accepts 301", "it is no version" },
        { "peer accepts 0301 35", "it is no suite" },
        { "peer accepts 0301 0035 x", "nothing may stand behind this step" },
        { "peer fails TLS_NEVER", "it is no reason; allowed: TLS_FINE, TLS_UNKNOWN_CA" },
        { "peer fails TLS_ALERT 256", "it is no alert's number" },
        { "peer offered", "what was offered?" },
        { "peer offered max", "it is no KEY=VALUE" },
        { "peer connects here", "it is no port" },
        { "peer from 65536", "it is no port" },
        { "peer server p tcp", "it stands here twice; allowed: each peer once" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reader *reader = NULL;
        char text[400];

        (void)clean(NULL);
        (void)snprintf(text, sizeof(text), "%speer server port tcp\n%s\n", head, cases[i].line);
        put("some.at", span_of(text));
        assert_int_equal(reader_open(&disk.world, "some.at", &reader), ERR_INVALID);
        if (strncmp(disk.heard, "some.at:4: ", 11) != 0 ||
            strstr(disk.heard, cases[i].told) == NULL)
            fail_msg("%s: %s", cases[i].line, disk.heard);
    }
}

static void test_what_is_missing(void **state)
{
    static const char once[] = "some.at:2: only: \"here\" is wrong because it is no back end; "
                               "allowed: engine, pty, tcp, unix, stdio, uart, whole\n";
    struct reader *reader = NULL;

    (void)state;
    put("some.at", span_of("model he910\nonly here\n"));
    assert_int_equal(reader_open(&disk.world, "some.at", &reader), ERR_INVALID);
    assert_string_equal(disk.heard, once);
    (void)clean(NULL);
    put("some.at", span_of("# nothing\n"));
    assert_int_equal(reader_open(&disk.world, "some.at", &reader), ERR_INVALID);
    assert_string_equal(disk.heard, "some.at:1: a line is missing; allowed: model NAME\n");
    (void)clean(NULL);
    disk.world.ops = &ops;
    assert_int_equal(reader_open(&disk.world, "some.at", &reader), ERR_NOT_FOUND);
    assert_string_equal(disk.heard, "some.at: not found; allowed: a file that can be read\n");
}

static void test_mistakes_are_bounded(void **state)
{
    static char text[30000];
    struct reader *reader = NULL;
    size_t lines = 0;

    (void)state;
    for (size_t i = 0; i + 4 < sizeof(text); i += 3)
        memcpy(text + i, "oh\n", 4);
    put("some.at", span_of(text));
    assert_int_equal(reader_open(&disk.world, "some.at", &reader), ERR_INVALID);
    for (size_t i = 0; i < disk.len; i++)
        lines += disk.heard[i] == '\n';
    assert_int_equal(lines, READER_MISTAKES_MAX);
}

static void test_includes(void **state)
{
    struct reader *reader = NULL;
    const struct script_step *step;

    (void)state;
    put("folder/a.at",
        span_of("\xef\xbb\xbfmodel he910\r\nsource it\r\n> A\r\ninclude sub/b.at\r\n> C"));
    put("folder/sub/b.at", span_of("source another\n> B\ninclude ../c.at\ninclude ../c.at\n"));
    put("folder/sub/../c.at", span_of("peer server port tcp\n"));
    assert_int_equal(reader_open(&disk.world, "folder/a.at", &reader), ERR_INVALID);
    assert_string_equal(disk.heard, "folder/sub/../c.at:1: peer: \"server\" is wrong because it "
                                    "stands here twice; allowed: each peer once\n");
    (void)clean(NULL);
    put("folder/a.at",
        span_of("\xef\xbb\xbfmodel he910\r\nsource it\r\n> A\r\ninclude sub/b.at\r\n> C"));
    put("folder/sub/b.at", span_of("source another\n> B\n"));
    assert_int_equal(reader_open(&disk.world, "folder/a.at", &reader), ERR_OK);
    assert_true(span_equal(reader_header(reader)->source, span_of("it")));
    assert_text(&next(reader)->text, "A\r", 2);
    step = next(reader);
    assert_text(&step->text, "B\r", 2);
    assert_string_equal(step->file, "folder/sub/b.at");
    assert_int_equal(step->line, 2);
    step = next(reader);
    assert_string_equal(step->file, "folder/a.at");
    assert_int_equal(step->line, 5);
    reader_close(reader);
}

static void test_a_circle_of_includes(void **state)
{
    struct reader *reader = NULL;

    (void)state;
    put("a", span_of("model he910\nsource it\ninclude b\n"));
    put("b", span_of("include c\n"));
    put("c", span_of("include b\n"));
    assert_int_equal(reader_open(&disk.world, "a", &reader), ERR_INVALID);
    assert_string_equal(disk.heard, "c:1: include: \"b\" is wrong because it includes itself; "
                                    "allowed: a file, from the folder of this one\n");
}

static const char long_text[] =
    "model he910\nsource it\npeer server port tls server\nwrap link rtt=600\nname a.b 1.2.3.4\n"
    "models gl865 ge910 cipher=3\n> AT#SSLD=1,${port},\"${address}\",0,${cipher}\n"
    "peer accepts 0301 0035\n< OK\n<~ (?P<ip>[0-9.]+)\npeer sends \"a\\r\\n${port}b\"\n"
    "< 400 bytes\nset signal=5\nsms \"+49\" \"t\"\npeer offered max=0301\npeer gets close\n";

/* Cut at every byte: it plays, or a mistake names a line. */
static void test_cut_anywhere(void **state)
{
    size_t good = 0;

    (void)state;
    for (size_t len = 0; len < sizeof(long_text); len++) {
        const struct script_step *step;
        struct reader *reader = NULL;

        (void)clean(NULL);
        put("some.at", span_at(long_text, len));
        disk.world.ops = &ops_without_patterns;
        if (reader_open(&disk.world, "some.at", &reader) == ERR_OK) {
            while (reader_next(reader, &step) == ERR_OK)
                ;
            reader_close(reader);
            good++;
        } else {
            assert_int_equal(strncmp(disk.heard, "some.at:", 8), 0);
        }
    }
    assert_true(good > 20);
}

static void test_no_memory(void **state)
{
    enum err err = ERR_NO_MEMORY;

    (void)state;
    for (long left = 0; err != ERR_OK; left++) {
        const struct script_step *step;
        struct reader *reader = NULL;

        (void)clean(NULL);
        put("some.at", span_at(long_text, sizeof(long_text) - 1));
        disk.world.ops = &ops_without_patterns;
        assert_true(left < 1000);
        allocations_left = left;
        err = reader_open(&disk.world, "some.at", &reader);
        while (err == ERR_OK)
            err = reader_next(reader, &step);
        allocations_left = -1;
        assert_true(err == ERR_NO_MEMORY || err == ERR_NOT_FOUND);
        reader_close(reader);
        err = err == ERR_NOT_FOUND ? ERR_OK : err;
    }
    assert_string_equal(disk.heard, "");
}

static void test_random_bytes(void **state)
{
    static uint8_t bytes[100000];
    uint32_t seed = 7;

    (void)state;
    for (int run = 0; run < 50; run++) {
        struct reader *reader = NULL;

        (void)clean(NULL);
        for (size_t i = 0; i < sizeof(bytes); i++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[i] = (uint8_t)(seed >> 24);
        }
        put("some.at", span_at(bytes, sizeof(bytes)));
        assert_int_equal(reader_open(&disk.world, "some.at", &reader), ERR_INVALID);
        assert_int_equal(strncmp(disk.heard, "some.at:", 8), 0);
    }
}

/* A hundred megabytes take memory of one step. */
static void test_a_large_file(void **state)
{
    static const char lines[] = "> AT+CREG?\n< +CREG: 0,1\n< OK\nwait 10ms\n";
    const size_t size = 100000000, begin = sizeof(head) - 1;
    size_t count = (size - begin) / (sizeof(lines) - 1);
    char *text = malloc(size);
    const struct script_step *step;
    struct reader *reader = NULL;
    size_t steps = 0;

    (void)state;
    assert_non_null(text);
    memcpy(text, head, begin);
    for (size_t i = 0; i < count; i++)
        memcpy(text + begin + i * (sizeof(lines) - 1), lines, sizeof(lines) - 1);
    put("some.at", span_at(text, begin + count * (sizeof(lines) - 1)));
    allocations_left = 40;
    assert_int_equal(reader_open(&disk.world, "some.at", &reader), ERR_OK);
    while (reader_next(reader, &step) == ERR_OK)
        steps++;
    allocations_left = -1;
    assert_int_equal(steps, 4 * count);
    reader_close(reader);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_texts, clean),
        cmocka_unit_test_setup(test_a_message_is_utf8, clean),
        cmocka_unit_test_setup(test_an_unknown_variable_has_its_name, clean),
        cmocka_unit_test_setup(test_header, clean),
        cmocka_unit_test_setup(test_the_world, clean),
        cmocka_unit_test_setup(test_mistakes, clean),
        cmocka_unit_test_setup(test_mistakes_of_peers, clean),
        cmocka_unit_test_setup(test_what_is_missing, clean),
        cmocka_unit_test_setup(test_mistakes_are_bounded, clean),
        cmocka_unit_test_setup(test_includes, clean),
        cmocka_unit_test_setup(test_a_circle_of_includes, clean),
        cmocka_unit_test_setup(test_cut_anywhere, clean),
        cmocka_unit_test_setup(test_no_memory, clean),
        cmocka_unit_test_setup(test_random_bytes, clean),
        cmocka_unit_test_setup(test_a_large_file, clean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
