/* recordings.c: the files of --record, one of each modem. */
#include "recordings.h"

#include "base/pattern.h"
#include "plan/plan_variables.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WHY_CAP = 400, PATH_CAP = 4096 };

/* The file of a modem. */
static bool fill(const char *path, const struct modem_plan *plan, uint32_t shard, char *ret_path,
                 struct port_failure *ret_failure)
{
    struct plan_variables variables = { .plan = plan, .shard = shard };
    char memory[WHY_CAP];
    struct text why, filled;

    text_init(&why, memory, sizeof(memory));
    text_init(&filled, ret_path, PATH_CAP);
    if (!pattern_expand(span_of(path), plan_variables_find, &variables, &filled, &why)) {
        (void)port_fail(ret_failure, ERR_INVALID, "--record: \"%.200s\" is wrong because %s%s",
                        path, memory,
                        strstr(memory, "allowed:") != NULL
                            ? ""
                            : "; allowed: ${name}, ${n}, ${n:04}, ${shard}, ${imei}");
        return false;
    }
    if (!filled.cut)
        return true;
    (void)port_fail(ret_failure, ERR_INVALID, "--record: the path is too long");
    return false;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char **free_paths(char **paths, size_t count)
{
    for (size_t i = 0; paths != NULL && i < count; i++)
        free(paths[i]);
    free(paths);
    return NULL;
}

static bool are_different(const char *path, char **paths, size_t count,
                          struct port_failure *ret_failure)
{
    char **sorted = calloc(count, sizeof(sorted[0]));
    size_t same = 1, most = 1;

    if (sorted == NULL) {
        (void)port_fail(ret_failure, ERR_NO_MEMORY, "--record: out of memory");
        return false;
    }
    memcpy(sorted, paths, count * sizeof(sorted[0]));
    qsort(sorted, count, sizeof(sorted[0]), compare);
    for (size_t i = 1; i < count; i++) {
        same = strcmp(sorted[i - 1], sorted[i]) == 0 ? same + 1 : 1;
        most = same > most ? same : most;
    }
    free(sorted);
    if (most == 1)
        return true;
    (void)port_fail(ret_failure, ERR_INVALID,
                    "--record: \"%.200s\" is wrong because %zu modems would have it, and a file is "
                    "of one; allowed: a path with ${name} or ${n} in it",
                    path, most);
    return false;
}

/* A path for each plan, no two the same; NULL: the failure says why. */
static char **paths_of(const char *path, const struct modem_plans *plans, uint32_t shard,
                       struct port_failure *ret_failure)
{
    char **paths = calloc(plans->count, sizeof(paths[0]));
    char filled[PATH_CAP];
    size_t count = 0;
    bool good = paths != NULL;

    while (good && count < plans->count) {
        good = fill(path, &plans->list[count], shard, filled, ret_failure);
        if (!good)
            return free_paths(paths, count);
        paths[count] = strdup(filled);
        good = paths[count++] != NULL;
    }
    if (!good)
        (void)port_fail(ret_failure, ERR_NO_MEMORY, "--record: out of memory");
    else
        good = are_different(path, paths, count, ret_failure);
    return good ? paths : free_paths(paths, count);
}

bool recordings_open(const char *path, const struct modem_plans *plans, uint32_t shard,
                     int zone_quarters, const struct log *log, struct port_failure *ret_failure,
                     struct recordings *ret_recordings)
{
    char **paths = paths_of(path, plans, shard, ret_failure);
    bool good = paths != NULL;

    assert(plans->count > 0);
    *ret_recordings = (struct recordings){ .list = NULL };
    if (!good)
        return false;
    ret_recordings->list = calloc(plans->count, sizeof(ret_recordings->list[0]));
    if (ret_recordings->list == NULL)
        good = port_fail(ret_failure, ERR_NO_MEMORY, "--record: out of memory") == ERR_OK;
    while (good && ret_recordings->count < plans->count) {
        size_t i = ret_recordings->count;

        good = recording_open(paths[i], &plans->list[i], zone_quarters, log, ret_failure,
                              &ret_recordings->list[i]) == ERR_OK;
        ret_recordings->count += good;
    }
    free_paths(paths, plans->count);
    if (!good)
        recordings_close(ret_recordings);
    return good;
}

struct recording *recordings_at(const struct recordings *recordings, size_t index)
{
    assert(recordings->list == NULL || index < recordings->count);
    return recordings->list != NULL ? recordings->list[index] : NULL;
}

void recordings_close(struct recordings *recordings)
{
    for (size_t i = 0; i < recordings->count; i++)
        recording_close(recordings->list[i]);
    free(recordings->list);
    *recordings = (struct recordings){ .list = NULL };
}
