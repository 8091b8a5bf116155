/* fuzz_verdict.c: what anybody may give to `tlsmodem report`: an expression, and behind the first
 * line end a file. */
#include "input.h"
#include "verdict/judge.h"
#include "verdict/summary_json.h"
#include "verdict/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHY_CAP = 2000, EXPRESSION_CAP = 400 };

static void claim(bool holds, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", text);
    abort();
}

/* A line end alone ends a line, and nothing in it moves a terminal's cursor. */
static void claim_plain(const char *text)
{
    for (; *text != '\0'; text++)
        claim((*text >= ' ' && *text <= '~') || *text == '\n', "what is said is no plain text");
}

static char *say(const struct summary *summary, const struct expression *expression)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    claim(out != NULL, "no memory");
    words_print(out, summary, "\n");
    words_print_missing(out, summary, "\n");
    if (expression != NULL)
        judge(summary, expression, 1, out, "\n");
    fclose(out);
    return text;
}

/* What was read is written so that it is read as the same, and belongs to nothing that has it. */
static void check(const struct summary *summary, const struct expression *expression)
{
    char memory[WHY_CAP] = "", *text = summary_json_text(summary), *again, *said;
    struct summary *sum = summary_new(), *read;
    struct text why;

    text_init(&why, memory, sizeof(memory));
    read = summary_json_parse(span_of(text), &why);
    claim(read != NULL, memory);
    again = summary_json_text(read);
    claim(strcmp(text, again) == 0, "a file that is not itself");
    claim(summary_merge(sum, read, &why), "nothing and a file");
    claim(summary_errors(sum) == summary_errors(summary), "errors that are not themselves");
    claim(!summary_merge(sum, read, &why) && why.len > 0, "a run that counts twice");
    said = say(sum, NULL);
    claim_plain(said);
    free(said);
    free(say(summary, expression)); /* an expression is shown as it was typed */
    summary_free(read);
    summary_free(sum);
    free(text);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t len = end != NULL ? (size_t)(end - data) : size;
    char source[EXPRESSION_CAP] = "", memory[WHY_CAP] = "", file_memory[WHY_CAP] = "";
    struct expression expression;
    struct summary *summary;
    struct text why, file_why;
    bool good;

    if (len > 0)
        memcpy(source, data, len < sizeof(source) ? len : sizeof(source) - 1);
    text_init(&why, memory, sizeof(memory));
    text_init(&file_why, file_memory, sizeof(file_memory));
    good = expression_read(source, &expression, &why);
    claim(good == (why.len == 0), "a mistake without a word, or a word without one");
    if (end == NULL)
        return 0;
    summary = summary_json_parse(span_at(end + 1, size - len - 1), &file_why);
    claim((summary != NULL) == (file_why.len == 0), "a wrong file without a word");
    if (summary != NULL)
        check(summary, good ? &expression : NULL);
    summary_free(summary);
    return 0;
}
