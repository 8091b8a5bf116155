/* ctl.c: see ctl.h. */
#include "ctl/ctl.h"

#include "ctl/door.h"
#include "ctl/words.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USE = 2, WHY_CAP = 2048, LINE_CAP = 300, PATH_CAP = 1200, INDENT = 2 };

/* A status of HTTP from which on there is an error; and what a wrong word is answered with. */
enum { STATUS_ERROR = 300, STATUS_WRONG = 400 };

struct ctl {
    const char *place, *token_file, *modem; /* NULL: not said */
    char *const *words;
    size_t word_count;
    bool wants_help;
    struct door *door;
    struct words_call call;
};

static int complain(const char *why, int status)
{
    fprintf(stderr, "tlsmodem ctl: %s\n", why);
    return status;
}

/* ---- the command line ---- */

static bool take_option(struct ctl *ctl, char *const *argv, int *at, struct text *why)
{
    const struct {
        const char *name;
        const char **to;
    } options[] = { { "--control", &ctl->place },
                    { "--control-token-file", &ctl->token_file },
                    { "--modem", &ctl->modem } };
    const char *word = argv[*at];
    size_t len = strcspn(word, "=");

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strlen(options[i].name) != len || strncmp(word, options[i].name, len) != 0)
            continue;
        *options[i].to = word[len] == '=' ? word + len + 1 : argv[++*at];
        if (*options[i].to == NULL)
            text_add(why, "%s needs a value", options[i].name);
        return *options[i].to != NULL;
    }
    text_add(why, "unknown option %s; allowed: --control, --control-token-file, --modem, --help",
             word);
    return false;
}

static bool take_words(struct ctl *ctl, int argc, char **argv, struct text *why)
{
    int at = 1;

    for (; at < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0) {
            ctl->wants_help = true;
            return true;
        }
        if (!take_option(ctl, argv, &at, why))
            return false;
    }
    ctl->words = argv + at;
    ctl->word_count = at < argc ? (size_t)(argc - at) : 0;
    if (ctl->place == NULL) {
        ctl->place = getenv("TLSMODEM_CONTROL");
        if (ctl->token_file == NULL)
            ctl->token_file = getenv("TLSMODEM_CONTROL_TOKEN_FILE");
    }
    if (ctl->word_count == 0)
        text_add(why, "a command is needed; --help shows them");
    else if (ctl->place == NULL)
        text_add(why, "--control unix:PATH or [HOST:]PORT is needed, as the run has it; else "
                      "$TLSMODEM_CONTROL says it");
    return ctl->word_count > 0 && ctl->place != NULL;
}

static int help(void)
{
    char line[LINE_CAP];

    printf("usage: tlsmodem ctl [OPTION...] COMMAND [VALUE...]\n\n"
           "Asks the control port of a run; answers are JSON.  Commands, and what they take:\n\n");
    for (size_t i = 0; words_help(i, line, sizeof(line)); i++)
        printf("    %s\n", line);
    printf("\n  --control [HOST:]PORT|unix:PATH\n        where the run is asked, as it was told; "
           "$TLSMODEM_CONTROL unless given\n"
           "  --control-token-file FILE\n        the token of a TCP port; "
           "$TLSMODEM_CONTROL_TOKEN_FILE unless given\n"
           "  --modem NAME\n        which of several modems is meant\n"
           "  -h, --help\n        print this\n");
    printf("\nExit status: 0 done, 1 it was refused or nobody answers, 2 wrong use.\n");
    return EXIT_SUCCESS;
}

/* ---- answers ---- */

static int show(json_t *answer)
{
    int status = answer != NULL && json_dumpf(answer, stdout, JSON_INDENT(INDENT)) == 0 &&
                         putchar('\n') != EOF && fflush(stdout) == 0
                     ? EXIT_SUCCESS
                     : EXIT_FAILURE;

    json_decref(answer);
    return status;
}

static int judge(long status, char *text)
{
    json_t *answer = json_loads(text, 0, NULL);
    const char *error = json_string_value(json_object_get(answer, "error"));
    int result;

    free(text);
    if (status < STATUS_ERROR)
        return show(answer);
    result = complain(error != NULL ? error : "it was refused",
                      status == STATUS_WRONG ? EXIT_USE : EXIT_FAILURE);
    json_decref(answer);
    return result;
}

static bool on_line(void *ctx, const char *line)
{
    static const char mark[] = "data: ";

    (void)ctx;
    if (strncmp(line, mark, strlen(mark)) != 0)
        return true;
    return puts(line + strlen(mark)) != EOF && fflush(stdout) == 0;
}

/* ---- calls ---- */

/* The one modem there is, for free(); NULL: `why` says it. */
static char *only_modem(struct ctl *ctl, struct text *why)
{
    json_t *answer, *modems;
    char *text, *name = NULL;
    long status;

    if (!door_ask(ctl->door, "GET", "/v1/modems", NULL, &status, &text, why))
        return NULL;
    answer = json_loads(text, 0, NULL);
    modems = json_object_get(answer, "modems");
    if (json_array_size(modems) == 1)
        name = strdup(json_string_value(json_object_get(json_array_get(modems, 0), "name")));
    else if (status < STATUS_ERROR)
        text_add(why, "there are %zu modems; --modem NAME says which", json_array_size(modems));
    else
        text_add(why, "%s", json_string_value(json_object_get(answer, "error")));
    json_decref(answer);
    free(text);
    return name;
}

static bool make_path(struct ctl *ctl, char path[PATH_CAP], struct text *why)
{
    const struct words_call *call = &ctl->call;
    char *name = NULL, *escaped = NULL;

    if (!call->is_for_modem) {
        snprintf(path, PATH_CAP, "/v1%s", call->tail);
        return true;
    }
    name = ctl->modem != NULL ? strdup(ctl->modem) : only_modem(ctl, why);
    if (name != NULL)
        escaped = door_escape(ctl->door, name);
    if (escaped != NULL)
        snprintf(path, PATH_CAP, "/v1/modems/%s%s", escaped, call->tail);
    free(name);
    free(escaped);
    return escaped != NULL;
}

static int perform(struct ctl *ctl, struct text *why)
{
    const struct words_call *call = &ctl->call;
    char path[PATH_CAP], *body = NULL, *answer;
    long status;
    bool good;

    if (!make_path(ctl, path, why))
        return complain(why->at, EXIT_FAILURE);
    if (call->body != NULL)
        body = json_dumps(call->body, JSON_COMPACT);
    if (call->follows)
        good = door_follow(ctl->door, path, on_line, NULL, &status, &answer, why);
    else
        good = door_ask(ctl->door, call->method, path, body, &status, &answer, why);
    free(body);
    if (!good)
        return complain(why->at, EXIT_FAILURE);
    if (call->follows && status < STATUS_ERROR) {
        free(answer);
        return EXIT_SUCCESS;
    }
    return judge(status, answer);
}

int ctl_main(int argc, char **argv)
{
    struct ctl ctl = { .place = NULL };
    char memory[WHY_CAP];
    struct text why;
    int status;

    text_init(&why, memory, sizeof(memory));
    if (!take_words(&ctl, argc, argv, &why))
        return complain(memory, EXIT_USE);
    if (ctl.wants_help)
        return help();
    if (!words_read(ctl.words, ctl.word_count, &ctl.call, &why))
        return complain(memory, EXIT_USE);
    ctl.door = door_open(ctl.place, ctl.token_file, &why);
    status = ctl.door != NULL ? perform(&ctl, &why) : complain(memory, EXIT_USE);
    door_close(ctl.door);
    json_decref(ctl.call.body);
    return status;
}
