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

/* Takes `path`, which was filled in for this plan, also where it fails. */
static bool begin(struct recordings *recordings, char *path, const struct modem_plan *plan,
                  struct port_failure *ret_failure)
{
    size_t count = recordings->count + 1;
    struct recording **list = realloc(recordings->list, count * sizeof(list[0]));
    char **paths = realloc(recordings->paths, count * sizeof(paths[0]));

    recordings->list = list != NULL ? list : recordings->list;
    recordings->paths = paths != NULL ? paths : recordings->paths;
    if (list == NULL || paths == NULL || path == NULL) {
        (void)port_fail(ret_failure, ERR_NO_MEMORY, "--record: out of memory");
    } else if (recording_open(path, plan, recordings->zone_quarters, recordings->log, ret_failure,
                              &list[recordings->count]) == ERR_OK) {
        paths[recordings->count++] = path;
        return true;
    }
    free(path);
    return false;
}

bool recordings_open(const char *path, const struct modem_plans *plans, uint32_t shard,
                     int zone_quarters, const struct log *log, struct port_failure *ret_failure,
                     struct recordings *ret_recordings)
{
    char **paths = paths_of(path, plans, shard, ret_failure);
    bool good = paths != NULL;

    assert(plans->count > 0);
    *ret_recordings = (struct recordings){
        .path = path, .shard = shard, .zone_quarters = zone_quarters, .log = log
    };
    for (size_t i = 0; good && i < plans->count; i++) {
        good = begin(ret_recordings, paths[i], &plans->list[i], ret_failure);
        paths[i] = NULL; /* it is the recordings' now, or gone */
    }
    free_paths(paths, plans->count);
    if (!good)
        recordings_close(ret_recordings);
    return good;
}

static bool has_path(const struct recordings *recordings, const char *path)
{
    for (size_t i = 0; i < recordings->count; i++) {
        if (recordings->paths[i] != NULL && strcmp(recordings->paths[i], path) == 0)
            return true;
    }
    return false;
}

bool recordings_add(struct recordings *recordings, const struct modem_plan *plan,
                    struct port_failure *ret_failure, struct recording **ret_recording)
{
    char filled[PATH_CAP];

    *ret_recording = NULL;
    if (recordings->path == NULL)
        return true;
    if (!fill(recordings->path, plan, recordings->shard, filled, ret_failure))
        return false;
    if (has_path(recordings, filled)) {
        log_say(recordings->log, LOG_WARNING,
                "%s is not recorded: %s is of another modem of this run", modem_plan_name(plan),
                filled);
        return true;
    }
    if (!begin(recordings, strdup(filled), plan, ret_failure))
        return false;
    *ret_recording = recordings->list[recordings->count - 1];
    return true;
}

void recordings_end(struct recordings *recordings, struct recording *recording, bool never_was)
{
    for (size_t i = 0; recording != NULL && i < recordings->count; i++) {
        if (recordings->list[i] != recording)
            continue;
        recordings->list[i] = NULL;
        if (never_was) {
            free(recordings->paths[i]);
            recordings->paths[i] = NULL;
        }
    }
    recording_close(recording);
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
    free_paths(recordings->paths, recordings->count);
    *recordings = (struct recordings){ .list = NULL };
}
