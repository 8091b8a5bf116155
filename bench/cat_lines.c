/* cat_lines.c: the lines of parse.c answered by cAT, an AT command parser for small devices (MIT
 * licence, on GitHub as marcinbor85/cAT): cat_lines ROUNDS.
 *
 * Built where CMake is told TLSMODEM_CAT, the folder of its source.  It gets the commands of these
 * lines and no others, which is the best for it: it compares each character with each command.
 * Prints the commands that it answers in a second.
 */
#include "tool.h"

#include "cat.h"

#include <stdio.h>
#include <string.h>

static const char *const lines[] = {
    "AT\r\n", "AT+CREG?\r\n", "AT#SSLS=1\r\n", "AT#SSLCFG?\r\n", "AT+CMEE=2\r\n", "ATE0\r\n",
};

enum { LINE_COUNT = sizeof(lines) / sizeof(lines[0]), ANSWER_BYTES = 128, BUFFER_BYTES = 128 };

static const char *input; /* what is left of the line */
static char answer[ANSWER_BYTES];
static size_t answer_len;

static int read_input(char *ret_character)
{
    if (*input == '\0')
        return 0;
    *ret_character = *input++;
    return 1;
}

static int write_answer(char character)
{
    if (answer_len == ANSWER_BYTES)
        return 0;
    answer[answer_len++] = character;
    return 1;
}

static cat_return_state run(const struct cat_command *command)
{
    (void)command;
    return CAT_RETURN_STATE_OK;
}

static cat_return_state write_values(const struct cat_command *command, const uint8_t *data,
                                     const size_t size, const size_t count)
{
    (void)command;
    (void)data;
    (void)size;
    (void)count;
    return CAT_RETURN_STATE_OK;
}

#define NUMBER(place)                                                                              \
    {                                                                                              \
        .type = CAT_VAR_UINT_DEC, .data = &(place), .data_size = sizeof(place)                     \
    }

static uint32_t registration[2] = { 0, 1 }, entry, errors;
static uint32_t config[12] = { 1, 1, 300, 90, 100, 50 };
static struct cat_variable registration_vars[] = { NUMBER(registration[0]),
                                                   NUMBER(registration[1]) };
static struct cat_variable entry_vars[] = { NUMBER(entry) };
static struct cat_variable errors_vars[] = { NUMBER(errors) };
static struct cat_variable config_vars[] = {
    NUMBER(config[0]), NUMBER(config[1]), NUMBER(config[2]),  NUMBER(config[3]),
    NUMBER(config[4]), NUMBER(config[5]), NUMBER(config[6]),  NUMBER(config[7]),
    NUMBER(config[8]), NUMBER(config[9]), NUMBER(config[10]), NUMBER(config[11]),
};
static struct cat_command commands[] = {
    { .name = "+CREG", .var = registration_vars, .var_num = 2 },
    { .name = "#SSLS", .var = entry_vars, .var_num = 1, .write = write_values },
    { .name = "#SSLCFG", .var = config_vars, .var_num = 12 },
    { .name = "+CMEE", .var = errors_vars, .var_num = 1 },
    { .name = "E0", .run = run },
};

static void type(struct cat_object *parser, const char *line)
{
    static const char ok[] = "\r\nOK\r\n";
    size_t len = sizeof(ok) - 1;

    input = line;
    answer_len = 0;
    while (cat_service(parser) != CAT_STATUS_OK)
        ;
    if (answer_len < len || memcmp(answer + answer_len - len, ok, len) != 0)
        fail("cat_lines: %s was not answered with OK", line);
}

int main(int argc, char **argv)
{
    static uint8_t buffer[BUFFER_BYTES];
    static struct cat_command_group group = { .cmd = commands,
                                              .cmd_num = sizeof(commands) / sizeof(commands[0]) };
    static struct cat_command_group *const groups[] = { &group };
    static const struct cat_descriptor descriptor = {
        .cmd_group = groups, .cmd_group_num = 1, .buf = buffer, .buf_size = sizeof(buffer)
    };
    static const struct cat_io_interface io = { .write = write_answer, .read = read_input };
    static struct cat_object parser;
    uint64_t rounds, start_ns;

    if (argc != 2)
        fail("usage: cat_lines ROUNDS");
    rounds = count_of(argv[1]);
    cat_init(&parser, &descriptor, &io, NULL);
    start_ns = now_ns();
    for (uint64_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < LINE_COUNT; i++)
            type(&parser, lines[i]);
    }
    printf("mix %.0f\n", (double)(rounds * LINE_COUNT) / seconds_since(start_ns));
    return 0;
}
