/* host_script.c: a transcript for hosts inside, from its file. */
#include "host_script.h"

#include "check/files.h"
#include "check/patterns.h"

#include <stdlib.h>

struct read_script {
    struct host_script base;
    struct check_files files; /* borrowed by the programme */
};

static void free_script(struct host_script *base)
{
    struct read_script *script = (struct read_script *)base;

    programme_free(script->base.programme);
    check_files_close(&script->files);
    free(script);
}

struct host_script *host_script_read(const char *path, bool (*knows)(void *ctx, struct span name),
                                     void *knows_ctx, void (*say)(void *ctx, const char *line),
                                     void *say_ctx)
{
    struct read_script *script = calloc(1, sizeof(*script));
    enum err err;

    if (script == NULL) {
        say(say_ctx, err_text(ERR_NO_MEMORY));
        return NULL;
    }
    script->base.free = free_script;
    check_files_open(&script->files);
    err = programme_read(&script->files.world, path, patterns_of_hosts(), knows, knows_ctx,
                         &script->base.programme);
    if (err == ERR_OK) {
        script->base.digest = check_files_digest(&script->files);
        return &script->base;
    }
    check_files_say(&script->files, "", say, say_ctx);
    if (script->files.mistakes.text.len == 0)
        say(say_ctx, err_text(err));
    check_files_close(&script->files);
    free(script);
    return NULL;
}
