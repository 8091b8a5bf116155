/* state.c: `tlsmodem state export|import FILE`: what modems keep, from one machine to another. */
#include "state/state.h"

#include "base/text.h"
#include "plan/state_folder.h"
#include "sandbox/memory.h"
#include "state/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USE = 2 };

struct state_options {
    bool help;
    const char *action, *file;
    const char *state; /* NULL: the default folder */
};

static const char allowed[] = "export FILE, import FILE, --state DIR, --help";

static int fail(const char *why, int status)
{
    fprintf(stderr, "tlsmodem: state: %s\n", why);
    return status;
}

static bool read_option(struct state_options *options, char **argv, int *at, struct text *why)
{
    static const char name[] = "--state";
    size_t len = strlen(name);

    if (strcmp(argv[*at], "--help") == 0) {
        options->help = true;
        return true;
    }
    if (strncmp(argv[*at], name, len) == 0 && argv[*at][len] == '=')
        options->state = argv[*at] + len + 1;
    else if (strcmp(argv[*at], name) == 0)
        options->state = argv[++*at];
    else
        text_add(why, "there is no option %s", argv[*at]);
    if (why->len == 0 && (options->state == NULL || options->state[0] == '\0'))
        text_add(why, "--state needs DIR");
    return why->len == 0;
}

static bool is_act(const char *word)
{
    return strcmp(word, "export") == 0 || strcmp(word, "import") == 0;
}

static bool read_words(int argc, char **argv, struct state_options *options, struct text *why)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0) {
            if (!read_option(options, argv, &i, why))
                return false;
        } else if (options->action == NULL) {
            options->action = argv[i];
        } else if (options->file == NULL) {
            options->file = argv[i];
        } else {
            text_add(why, "\"%s\" is one word too many", argv[i]);
            return false;
        }
    }
    if (options->help)
        return true;
    if (options->action == NULL)
        text_add(why, "an act is needed");
    else if (!is_act(options->action))
        text_add(why, "there is no \"%s\"", options->action);
    else if (options->file == NULL)
        text_add(why, "%s needs FILE", options->action);
    return why->len == 0;
}

static void print_help(void)
{
    puts(
        "usage: tlsmodem state export FILE [--state DIR]\n"
        "       tlsmodem state import FILE [--state DIR]\n\n"
        "Writes what all modems of a folder keep into FILE, as JSON (docs/state.md), or puts what\n"
        "is in FILE into a folder.  Passwords and keys stand in it in clear: its mode is 0600.\n"
        "No file is replaced, and a modem that keeps something already is refused: two memories\n"
        "are not joined.  FILE may be -.\n\n"
        "  --state DIR\n"
        "        the folder; else $STATE_DIRECTORY, $XDG_STATE_HOME/tlsmodem or\n"
        "        ~/.local/state/tlsmodem\n"
        "  --help\n"
        "        print this\n\n"
        "Exit status: 0, 1 failure, 2 wrong use or a wrong file.");
}

static bool add(void *ctx, const struct nvm_entry *entry)
{
    return state_file_add(ctx, entry);
}

/* An export makes no folder. */
static bool is_there(const char *folder)
{
    char path[STATE_FOLDER_CAP + sizeof("/nvm.sqlite")];

    snprintf(path, sizeof(path), "%s/nvm.sqlite", folder);
    return access(path, F_OK) == 0;
}

static int export_to(const char *path, const char *folder)
{
    char why[STATE_FILE_ERROR_CAP] = "out of memory";
    struct state_file *file;
    struct nvm *nvm;
    bool done;

    if (!is_there(folder)) {
        snprintf(why, sizeof(why), "%s keeps nothing of modems", folder);
        return fail(why, EXIT_FAILURE);
    }
    if (nvm_open(folder, why, sizeof(why), &nvm) != ERR_OK)
        return fail(why, EXIT_FAILURE);
    file = state_file_new();
    done = file != NULL && nvm_each_entry(nvm, add, file, why, sizeof(why)) == ERR_OK &&
           state_file_write(file, path, why);
    state_file_free(file);
    nvm_close(nvm);
    return done ? EXIT_SUCCESS : fail(why, EXIT_FAILURE);
}

static int import_from(const char *path, const char *folder)
{
    char why[STATE_FILE_ERROR_CAP];
    struct state_file *file = state_file_read(path, why);
    const struct nvm_entry *entries;
    struct nvm *nvm;
    size_t count;
    bool done;

    if (file == NULL)
        return fail(why, EXIT_USE);
    entries = state_file_entries(file, &count);
    done = nvm_open(folder, why, sizeof(why), &nvm) == ERR_OK;
    if (done) {
        done = nvm_add_entries(nvm, entries, count, why, sizeof(why)) == ERR_OK;
        nvm_close(nvm);
    }
    state_file_free(file);
    return done ? EXIT_SUCCESS : fail(why, EXIT_FAILURE);
}

int state_main(int argc, char **argv)
{
    struct state_options options = { .help = false };
    char folder[STATE_FOLDER_CAP], why[STATE_FILE_ERROR_CAP];
    struct text text;

    text_init(&text, why, sizeof(why));
    if (!read_words(argc, argv, &options, &text)) {
        text_add(&text, "; allowed: %s", allowed);
        return fail(why, EXIT_USE);
    }
    if (options.help) {
        print_help();
        return EXIT_SUCCESS;
    }
    if (!state_folder_find(options.state, folder))
        return fail("none of STATE_DIRECTORY, XDG_STATE_HOME and HOME is set: give --state DIR",
                    EXIT_USE);
    sandbox_hide_memory(NULL);
    state_file_wipe_all();
    return strcmp(options.action, "export") == 0 ? export_to(options.file, folder)
                                                 : import_from(options.file, folder);
}
