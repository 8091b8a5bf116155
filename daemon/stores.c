/* stores.c: see stores.h. */
#include "stores.h"

#include "plan/state_folder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct store {
    char *folder;
    struct nvm *nvm;
};

static bool fail(struct port_failure *ret_failure, enum err err, const char *why)
{
    port_fail(ret_failure, err, "%s", why);
    return false;
}

static struct nvm *find(const struct stores *stores, const char *folder)
{
    for (size_t i = 0; i < stores->count; i++)
        if (strcmp(stores->list[i].folder, folder) == 0)
            return stores->list[i].nvm;
    return NULL;
}

/* Room for one more; false: no memory. */
static bool make_room(struct stores *stores, const char *folder)
{
    struct store *list = realloc(stores->list, (stores->count + 1) * sizeof(*list));

    if (list == NULL)
        return false;
    stores->list = list;
    list[stores->count] = (struct store){ .folder = strdup(folder) };
    return list[stores->count].folder != NULL;
}

static bool open_one(struct stores *stores, const struct modem_plan *plan,
                     struct port_failure *ret_failure, struct nvm **ret_nvm)
{
    char folder[STATE_FOLDER_CAP];
    struct store *store;
    enum err err;

    *ret_nvm = NULL;
    if (plan->in_memory)
        return true;
    if (!state_folder_find(plan->state, folder))
        return fail(ret_failure, ERR_NOT_FOUND,
                    "none of STATE_DIRECTORY, XDG_STATE_HOME and HOME is set: give --state DIR or "
                    "--state none");
    *ret_nvm = find(stores, folder);
    if (*ret_nvm != NULL)
        return true;
    if (!make_room(stores, folder))
        return fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    store = &stores->list[stores->count];
    err = nvm_open(folder, ret_failure->text, sizeof(ret_failure->text), &store->nvm);
    if (err != ERR_OK) {
        free(store->folder);
        return false;
    }
    stores->count++;
    *ret_nvm = store->nvm;
    return true;
}

bool stores_open(struct stores *stores, const struct modem_plan *plan,
                 struct port_failure *ret_failure, struct nvm **ret_nvm)
{
    bool good;

    pthread_mutex_lock(&stores->lock);
    good = open_one(stores, plan, ret_failure, ret_nvm);
    pthread_mutex_unlock(&stores->lock);
    return good;
}

uint64_t stores_writes(struct stores *stores)
{
    uint64_t writes;

    pthread_mutex_lock(&stores->lock);
    writes = stores->past_writes;
    for (size_t i = 0; i < stores->count; i++)
        writes += nvm_counts(stores->list[i].nvm).writes;
    pthread_mutex_unlock(&stores->lock);
    return writes;
}

static void close_one(struct stores *stores, const struct store *store)
{
    stores->past_writes += nvm_counts(store->nvm).writes;
    nvm_close(store->nvm);
    free(store->folder);
}

void stores_keep(struct stores *stores, bool (*is_used)(void *ctx, const struct nvm *nvm),
                 void *ctx)
{
    size_t kept = 0;

    pthread_mutex_lock(&stores->lock);
    for (size_t i = 0; i < stores->count; i++) {
        if (is_used(ctx, stores->list[i].nvm))
            stores->list[kept++] = stores->list[i];
        else
            close_one(stores, &stores->list[i]);
    }
    stores->count = kept;
    pthread_mutex_unlock(&stores->lock);
}

static bool none_is_used(void *ctx, const struct nvm *nvm)
{
    (void)ctx;
    (void)nvm;
    return false;
}

void stores_close(struct stores *stores)
{
    stores_keep(stores, none_is_used, NULL);
    free(stores->list);
    stores->list = NULL;
}
