/* reply.c: numbered replies of a server. */
#include "services/reply.h"

enum { CODE_DIGITS = 3, CODE_MIN = 100, CODE_MAX = 599 };

void reply_reset(struct reply_reader *reader)
{
    *reader = (struct reply_reader){ .code = 0 };
}

/* The code in front of a line, or 0. */
static int line_code(const struct reply_reader *reader)
{
    int code = 0;

    if (reader->len < CODE_DIGITS)
        return 0;
    for (size_t i = 0; i < CODE_DIGITS; i++) {
        char digit = reader->text[i];

        if (digit < '0' || digit > '9')
            return 0;
        code = code * 10 + (digit - '0');
    }
    return code >= CODE_MIN && code <= CODE_MAX ? code : 0;
}

/* What stands behind the code: '-' says that more lines follow. */
static char line_mark(const struct reply_reader *reader)
{
    return reader->len > CODE_DIGITS ? reader->text[CODE_DIGITS] : ' ';
}

/* Between the first and the last line of several, anything may stand. */
static enum reply_event end_line(struct reply_reader *reader)
{
    int code = line_code(reader);
    char mark = line_mark(reader);

    reader->text[reader->len] = '\0';
    if (reader->many_code == 0 && (code == 0 || (mark != ' ' && mark != '-')))
        return REPLY_BROKEN;
    if (reader->many_code == 0 && mark == '-')
        reader->many_code = code;
    if (reader->many_code != 0 && (code != reader->many_code || mark != ' '))
        return REPLY_LINE;
    reader->many_code = 0;
    reader->bytes = 0;
    reader->code = code;
    return REPLY_WHOLE;
}

enum reply_event reply_feed(struct reply_reader *reader, uint8_t byte)
{
    enum reply_event event = REPLY_MORE;

    if (++reader->bytes > REPLY_BYTES_MAX)
        return REPLY_BROKEN;
    if (byte == '\n') {
        if (reader->len > 0 || reader->many_code != 0)
            event = end_line(reader);
        reader->len = 0;
    } else if (byte >= ' ' && byte != 0x7F && reader->len < REPLY_TEXT_MAX) {
        reader->text[reader->len++] = (char)byte;
    }
    return event;
}

const char *reply_words(const struct reply_reader *reader)
{
    const char *words = reader->text;

    for (size_t i = 0; i < CODE_DIGITS && *words >= '0' && *words <= '9'; i++)
        words++;
    if (*words == '-' || *words == ' ')
        words++;
    return words;
}
