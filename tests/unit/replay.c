/* replay.c: runs a fuzz target's code once for each file of the folders that it is given. */
#include "replay.h"

#include "input.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH_BYTES = 1024, FILE_BYTES_MAX = 1 << 20 };

/* Memory of exactly the file's size, so that a sanitizer sees a byte too many. */
static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *all = malloc(FILE_BYTES_MAX);
    uint8_t *data;
    size_t size;

    if (file == NULL || all == NULL) {
        fprintf(stderr, "replay: cannot read %s\n", path);
        return 1;
    }
    size = fread(all, 1, FILE_BYTES_MAX, file);
    fclose(file);
    data = realloc(all, size > 0 ? size : 1);
    printf("%s (%zu bytes)\n", path, size);
    fflush(stdout); /* the last line names the one that crashed */
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

static int replay_folder(const char *path, int *count)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    int status = 0;

    if (folder == NULL) {
        fprintf(stderr, "replay: no folder %s\n", path);
        return 1;
    }
    while (status == 0 && (entry = readdir(folder)) != NULL) {
        char file[PATH_BYTES];

        if (entry->d_name[0] == '.')
            continue;
        snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
        status = replay_file(file);
        (*count)++;
    }
    closedir(folder);
    return status;
}

int replay(int argc, char **argv)
{
    int status = LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    int count = 0;

    for (int i = 1; i < argc && status == 0; i++)
        status = replay_folder(argv[i], &count);
    if (status == 0 && count == 0) {
        fprintf(stderr, "replay: nothing to replay\n");
        status = 1;
    }
    return status;
}
