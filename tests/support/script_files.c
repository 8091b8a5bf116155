/* script_files.c: a reader's world whose files are on disk. */
#include "support/script_files.h"

#include <stdio.h>
#include <stdlib.h>

struct script_file_bytes {
    struct script_file_bytes *next;
    uint8_t bytes[];
};

static enum err read_file(struct reader_world *world, const char *path, struct span *ret_bytes)
{
    struct script_files *files = (struct script_files *)world;
    FILE *file = fopen(path, "rb");
    struct script_file_bytes *memory = NULL;
    long size = -1;

    if (file == NULL)
        return ERR_NOT_FOUND;
    if (fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    rewind(file);
    if (size >= 0 && size < INT32_MAX)
        memory = malloc(sizeof(*memory) + (size_t)size + 1);
    if (memory == NULL || fread(memory->bytes, 1, (size_t)size, file) != (size_t)size) {
        free(memory);
        (void)fclose(file);
        return ERR_IO;
    }
    (void)fclose(file);
    memory->next = files->first;
    files->first = memory;
    *ret_bytes = span_at(memory->bytes, (size_t)size);
    return ERR_OK;
}

static void complain(struct reader_world *world, const char *mistake)
{
    (void)world;
    (void)fprintf(stderr, "%s\n", mistake);
}

static const struct reader_world_ops ops = { .read_file = read_file, .complain = complain };

void script_files_open(struct script_files *files)
{
    *files = (struct script_files){ .world = { &ops } };
}

void script_files_close(struct script_files *files)
{
    while (files->first != NULL) {
        struct script_file_bytes *memory = files->first;

        files->first = memory->next;
        free(memory);
    }
}
