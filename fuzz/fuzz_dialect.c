/* fuzz_dialect.c: prompts of all kinds, escape sequences, line ends and unsolicited lines at a
 * distance, in a session without a module.
 *
 * The first two bytes choose the dialect.  Then come steps, as below.  Everything happens in two
 * sessions, one of which gets what is typed byte by byte; as long as the host reads all, it must
 * hear the same.
 */
#include "at/session.h"
#include "input.h"
#include "toy_session.h"

#include <stdio.h>
#include <stdlib.h>

enum dialect_bit {
    DIALECT_ECHO = 1,
    DIALECT_LF = 2,
    DIALECT_READS = 4,
    DIALECT_IDLE = 8,
    DIALECT_AFTER = 16,
    DIALECT_GAP = 32
};

enum step {
    STEP_ASK = 'a',  /* max, flags in two bytes, idle and total time in 100 ms */
    STEP_TYPE = 't', /* length, bytes */
    STEP_WAIT = 'w', /* so many times 100 ms */
    STEP_EAT = 'e',  /* the host reads so many bytes more; 255: all */
    STEP_SAY = 's'   /* so many unsolicited lines */
};

enum { WHOLE, PIECES, SESSIONS };

static struct at_dialect dialect_of(uint8_t bits, uint8_t cmee)
{
    return (struct at_dialect){
        .prompt = "\r\n> ",
        .prompt_echo = (bits & DIALECT_ECHO) != 0,
        .lf_ends_line = (bits & DIALECT_LF) != 0,
        .read_executes = (bits & DIALECT_READS) != 0,
        .prompt_idle_ms = (bits & DIALECT_IDLE) != 0 ? 5000 : 0,
        .urc_after_ms = (bits & DIALECT_AFTER) != 0 ? 100 : 0,
        .urc_gap_ms = (bits & DIALECT_GAP) != 0 ? 50 : 0,
        .cmee_preset = cmee % 3,
    };
}

static void type(struct toy_session *sessions, struct span bytes)
{
    toy_type(&sessions[WHOLE], bytes);
    while (bytes.len > 0) {
        size_t len = input_piece(bytes);

        toy_type(&sessions[PIECES], span_at(bytes.data, len));
        bytes = span_skip(bytes, len);
    }
}

static void ask(struct toy_session *sessions, struct input *input)
{
    int max = input_byte(input), high = input_byte(input), low = input_byte(input);
    int idle = input_byte(input), total = input_byte(input);
    char line[TOY_LINE];

    snprintf(line, sizeof(line), "AT+ASK=%d,%d,%d,%d\r", 1 + max % TOY_MEMORY,
             (high << 8 | low) & ASK_ALL, idle * 100, total * 100);
    type(sessions, span_of(line));
}

static void say(struct toy_session *sessions, int count)
{
    for (int i = 0; i < SESSIONS; i++) {
        for (int line = 0; line < count % 10; line++)
            at_urc(sessions[i].terminal.at, "+SAID: %d", line);
        toy_type(&sessions[i], span_of("")); /* the host reads */
    }
}

/* False when pieces may make a difference: the host does not read all, so that what it types waits;
 * or a line is said between two characters that are no command. */
static bool step(struct toy_session *sessions, struct input *input)
{
    bool comparable = !at_has_queued(sessions[WHOLE].terminal.at);
    uint8_t amount;

    switch (input_byte(input)) {
    case STEP_ASK:
        ask(sessions, input);
        break;
    case STEP_TYPE:
        type(sessions, input_bytes(input, input_byte(input)));
        break;
    case STEP_WAIT:
        amount = input_byte(input);
        for (int i = 0; i < SESSIONS; i++)
            toy_advance(&sessions[i], amount * 100);
        break;
    case STEP_EAT:
        amount = input_byte(input);
        for (int i = 0; i < SESSIONS; i++)
            toy_eat(&sessions[i], amount == 255 ? SIZE_MAX : amount);
        return false;
    case STEP_SAY:
        say(sessions, input_byte(input));
        break;
    default:
        break;
    }
    return comparable;
}

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", what);
    abort();
}

/* Silence, an escape sequence, the rest of a count, or ESC. */
static void leave_prompt(struct toy_session *toy)
{
    static const char full[TOY_MEMORY + 1] = "0123456789012345678901234567890123456789";

    toy_advance(toy, 70000);
    if (at_is_prompting(toy->terminal.at))
        toy_type(toy, span_of("+++"));
    toy_advance(toy, 70000);
    if (at_is_prompting(toy->terminal.at))
        toy_type(toy, span_of(at_prompt_lacks(toy->terminal.at) > 0 ? full : "\x1B"));
}

/* Characters as from the factory: an input may have set others. */
static void reset_settings(struct toy_session *toy)
{
    struct at_settings *settings = at_settings_of(toy->terminal.at);

    settings->s2 = '+';
    settings->s3 = '\r';
    settings->s4 = '\n';
    settings->s5 = '\b';
}

/* Whatever state it is in, a host gets to an answer. */
static void check_it_answers(struct toy_session *toy)
{
    static const char answer[] = "\r\nOK\r\n";
    struct span heard;

    reset_settings(toy);
    toy_eat(toy, SIZE_MAX);
    leave_prompt(toy);
    if (!at_is_engaged(toy->terminal.at))
        toy_type(toy, span_of("\r")); /* may end a line that opens another, or sets S3 */
    reset_settings(toy);
    leave_prompt(toy);
    if (at_is_prompting(toy->terminal.at))
        return; /* raw and without an end: no maker asks for that */
    toy_type(toy, span_of("\rATE0Q0V1\r"));
    toy_advance(toy, 1000);
    byte_queue_clear(&toy->heard);
    toy_type(toy, span_of("AT\r"));
    heard = byte_queue_peek(&toy->heard);
    require(span_equal(heard, span_of(answer)), "AT is not answered with OK alone");
    require(byte_queue_len(&toy->typed) == 0, "input is left");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { span_at(data, size) };
    struct toy_session sessions[SESSIONS];
    uint8_t bits = input_byte(&input), cmee = input_byte(&input);
    bool comparable = true;

    for (int i = 0; i < SESSIONS; i++)
        toy_session_init(&sessions[i], dialect_of(bits, cmee));
    while (!input_is_empty(&input))
        comparable = step(sessions, &input) && comparable;
    if (comparable)
        require(span_equal(byte_queue_peek(&sessions[WHOLE].heard),
                           byte_queue_peek(&sessions[PIECES].heard)),
                "in one piece and byte by byte the answers differ");
    for (int i = 0; i < SESSIONS; i++) {
        check_it_answers(&sessions[i]);
        toy_session_deinit(&sessions[i]);
    }
    return 0;
}
