/* credentials.c: `credentials` of a modem: a map of places, or a folder of them. */
#include "file/credentials.h"

#include "file/bytes.h"
#include "file/secret_path.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { WHY_CAP = 500, PLACES_MAX = 200 };

/* One that is at `path`; `node` is where it is said. */
static bool take(const struct file_subject *subject, const struct file_node *node, const char *name,
                 const char *path)
{
    struct modem_plan *plan = subject->plan;
    struct runtime_credential *credential = &plan->credentials[plan->credential_count];
    struct modem_plan_stamp *stamp = &plan->stamps[plan->credential_count++];
    char allowed[FILE_BYTES_ALLOWED_CAP];
    const char *reason;
    char why[WHY_CAP];

    credential->name = modem_plan_text(plan, name);
    credential->path = path;
    if (credential->name == NULL)
        return false;
    if (!file_bytes_look(path, RUNTIME_CREDENTIAL_MAX, &stamp->bytes, &stamp->changed_ns,
                         &reason)) {
        file_subject_wrong(subject, node, "%s cannot be read: %s; allowed: %s", path, reason,
                           file_bytes_allowed(reason, RUNTIME_CREDENTIAL_MAX, allowed));
        return false;
    }
    stamp->is_open = secret_path_is_open(path);
    stamp->is_noise = secret_path_is_noise(path);
    if (tlsmodem_credential_check(plan->model, name, stamp->bytes, why, sizeof(why)) == ERR_OK)
        return true;
    if (node->kind == FILE_TEXT && strcmp(node->key, "credentials") == 0)
        file_subject_wrong(subject, node, "of the file %s: %s", path, why);
    else
        file_subject_wrong(subject, node, "%s", why);
    return false;
}

static bool make_room(const struct file_subject *subject, size_t count)
{
    struct modem_plan *plan = subject->plan;

    plan->credentials = file_subject_memory(subject, count * sizeof(plan->credentials[0]));
    plan->stamps = file_subject_memory(subject, count * sizeof(plan->stamps[0]));
    return plan->credentials != NULL && plan->stamps != NULL;
}

static bool take_map(const struct file_subject *subject, const struct file_node *map)
{
    bool good = true;

    if (map->count == 0)
        return true;
    if (!make_room(subject, map->count))
        return false;
    for (const struct file_node *node = map->first; node != NULL; node = node->next) {
        const char *path = file_subject_secret(subject, node, node->text);

        good = path != NULL && take(subject, node, node->key, path) && good;
    }
    return good;
}

/* ---- a folder ---- */

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* A file cannot have the slash of a place: its first dot stands for it, where the name as it is is
 * no place. */
static void place_of(const char *model, const char *file, char *ret_place, size_t cap)
{
    struct text place;
    char why[WHY_CAP];
    char *dot;

    text_init(&place, ret_place, cap);
    text_add(&place, "%s", file);
    if (tlsmodem_credential_check(model, ret_place, 1, why, sizeof(why)) == ERR_OK)
        return;
    dot = strchr(ret_place, '.');
    if (dot != NULL)
        *dot = '/';
}

static bool take_file(const struct file_subject *subject, const struct file_node *node,
                      const char *folder, const char *file)
{
    char place[WHY_CAP], memory[FILE_TEXT_MAX];
    struct text path;
    const char *kept;

    text_init(&path, memory, sizeof(memory));
    text_add(&path, "%s/%s", folder, file);
    kept = path.cut ? NULL : modem_plan_text(subject->plan, memory);
    if (kept == NULL) {
        file_subject_wrong(subject, node, "the path of %s is too long; allowed: %d bytes", file,
                           FILE_TEXT_MAX);
        return false;
    }
    place_of(subject->plan->model, file, place, sizeof(place));
    return take(subject, node, place, kept);
}

static bool take_folder(const struct file_subject *subject, const struct file_node *node)
{
    const char *folder = file_subject_path(subject, node, node->text);
    struct dirent **list = NULL;
    int count = folder != NULL ? scandir(folder, &list, is_shown, alphasort) : 0;
    bool good = count > 0 && count <= PLACES_MAX && make_room(subject, (size_t)count);

    if (folder == NULL)
        return false;
    if (count <= 0 || count > PLACES_MAX)
        file_subject_wrong(subject, node,
                           "the folder %s %s; allowed: one with 1 to %d files that have names of "
                           "places, with a dot for the slash",
                           folder, count < 0 ? "cannot be read" : "has none, or too many files",
                           PLACES_MAX);
    for (int i = 0; i < count; i++) {
        if (count <= PLACES_MAX && subject->plan->stamps != NULL)
            good = take_file(subject, node, folder, list[i]->d_name) && good;
        free(list[i]);
    }
    free(list);
    return good;
}

bool file_credentials(const struct file_subject *subject)
{
    const struct file_node *node;

    file_layer_with(subject->layers, "credentials", &node);
    if (node == NULL)
        return true;
    return node->kind == FILE_TEXT ? take_folder(subject, node) : take_map(subject, node);
}
