/* writer.c: see writer.h. */
#include "nvm_sqlite/writer.h"

#include "base/wipe.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

void nvm_writer_init(struct nvm_writer *writer, void (*commit)(void *ctx, struct nvm_write *list),
                     void *ctx)
{
    *writer = (struct nvm_writer){ .commit = commit, .ctx = ctx };
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->has_work, NULL);
    pthread_cond_init(&writer->is_done, NULL);
    writer->end = &writer->first;
}

/* ---- a write ---- */

static size_t bytes_of(const struct storage_change *changes, size_t count)
{
    size_t bytes = sizeof(struct nvm_write) + count * sizeof(changes[0]);

    for (size_t i = 0; i < count; i++)
        bytes += strlen(changes[i].key) + 1 + (changes[i].remove ? 0 : changes[i].value.len);
    return bytes;
}

static char *put(char *at, const void *bytes, size_t len)
{
    if (len > 0)
        memcpy(at, bytes, len);
    return at + len;
}

static struct nvm_write *copy(struct nvm_pending *pending, const char *modem,
                              const struct storage_change *changes, size_t count)
{
    size_t bytes = bytes_of(changes, count);
    struct nvm_write *write = malloc(bytes);
    char *at;

    if (write == NULL)
        return NULL;
    *write = (struct nvm_write){ .of = pending, .modem = modem, .bytes = bytes, .count = count };
    at = (char *)&write->changes[count];
    for (size_t i = 0; i < count; i++) {
        struct storage_change *change = &write->changes[i];

        *change = changes[i];
        change->key = at;
        at = put(at, changes[i].key, strlen(changes[i].key) + 1);
        if (change->remove)
            continue;
        change->value = span_at(at, changes[i].value.len);
        at = put(at, changes[i].value.data, changes[i].value.len);
    }
    return write;
}

static void free_write(struct nvm_write *write)
{
    free(write->why);
    wipe(write, write->bytes);
    free(write);
}

enum err nvm_writer_add(struct nvm_writer *writer, struct nvm_pending *pending, const char *modem,
                        const struct storage_change *changes, size_t count)
{
    struct nvm_write *write = copy(pending, modem, changes, count);

    assert(count > 0 && writer->runs);
    if (write == NULL)
        return ERR_NO_MEMORY;
    pthread_mutex_lock(&writer->lock);
    *writer->end = write;
    writer->end = &write->next;
    if (pending->first == NULL)
        pending->end = &pending->first;
    *pending->end = write;
    pending->end = &write->next_own;
    pthread_cond_signal(&writer->has_work);
    pthread_mutex_unlock(&writer->lock);
    return ERR_OK;
}

/* ---- the thread ---- */

/* Under the lock.  A modem's writes end in the order in which they were added. */
static void finish(struct nvm_writer *writer, struct nvm_write *write)
{
    struct nvm_pending *pending = write->of;

    assert(pending->first == write);
    pending->first = write->next_own;
    if (write->err == ERR_OK) {
        writer->counts.writes++;
    } else if (pending->outcome.err == ERR_OK) {
        pending->outcome = (struct nvm_outcome){ .err = write->err,
                                                 .key = strdup(write->changes[0].key),
                                                 .why = write->why };
        write->why = NULL;
    }
    if (pending->first == NULL && pending->wake != NULL)
        pending->wake(pending->ctx);
}

static void finish_all(struct nvm_writer *writer, struct nvm_write *list)
{
    struct nvm_write *write = list;

    pthread_mutex_lock(&writer->lock);
    writer->counts.commits++;
    for (; write != NULL; write = write->next)
        finish(writer, write);
    pthread_cond_broadcast(&writer->is_done);
    pthread_mutex_unlock(&writer->lock);
    while (list != NULL) {
        write = list;
        list = write->next;
        free_write(write);
    }
}

/* NULL: there will be none any more. */
static struct nvm_write *take_all(struct nvm_writer *writer)
{
    struct nvm_write *list;

    pthread_mutex_lock(&writer->lock);
    while (writer->first == NULL && !writer->ends)
        pthread_cond_wait(&writer->has_work, &writer->lock);
    list = writer->first;
    writer->first = NULL;
    writer->end = &writer->first;
    pthread_mutex_unlock(&writer->lock);
    return list;
}

static void *work(void *ctx)
{
    struct nvm_writer *writer = ctx;
    struct nvm_write *list;

    while ((list = take_all(writer)) != NULL) {
        writer->commit(writer->ctx, list);
        finish_all(writer, list);
    }
    return NULL;
}

/* Signals are for the others. */
enum err nvm_writer_start(struct nvm_writer *writer)
{
    sigset_t all, before;

    pthread_mutex_lock(&writer->lock);
    if (!writer->runs) {
        sigfillset(&all);
        sigdelset(&all, SIGSYS); /* a refused system call's own thread hears of it */
        pthread_sigmask(SIG_SETMASK, &all, &before);
        writer->runs = pthread_create(&writer->thread, NULL, work, writer) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_mutex_unlock(&writer->lock);
    return writer->runs ? ERR_OK : ERR_NO_MEMORY;
}

void nvm_writer_close(struct nvm_writer *writer)
{
    if (writer->runs) {
        pthread_mutex_lock(&writer->lock);
        writer->ends = true;
        pthread_cond_signal(&writer->has_work);
        pthread_mutex_unlock(&writer->lock);
        pthread_join(writer->thread, NULL);
    }
    pthread_cond_destroy(&writer->has_work);
    pthread_cond_destroy(&writer->is_done);
    pthread_mutex_destroy(&writer->lock);
}

/* ---- what is pending ---- */

static const struct storage_change *newest(const struct nvm_pending *pending, const char *key,
                                           bool secret)
{
    const struct storage_change *found = NULL;

    for (const struct nvm_write *write = pending->first; write != NULL; write = write->next_own)
        for (size_t i = 0; i < write->count; i++)
            if (write->changes[i].secret == secret && strcmp(write->changes[i].key, key) == 0)
                found = &write->changes[i];
    return found;
}

static enum err copy_value(const struct storage_change *change, void *buf, size_t cap,
                           size_t *ret_len)
{
    if (change->remove)
        return ERR_NOT_FOUND;
    if (change->value.len > cap)
        return ERR_FULL;
    if (change->value.len > 0)
        memcpy(buf, change->value.data, change->value.len);
    *ret_len = change->value.len;
    return ERR_OK;
}

bool nvm_writer_find(struct nvm_writer *writer, const struct nvm_pending *pending, const char *key,
                     bool secret, void *buf, size_t cap, size_t *ret_len, enum err *ret_err)
{
    const struct storage_change *change;

    pthread_mutex_lock(&writer->lock);
    change = newest(pending, key, secret);
    if (change != NULL)
        *ret_err = copy_value(change, buf, cap, ret_len);
    pthread_mutex_unlock(&writer->lock);
    return change != NULL;
}

bool nvm_writer_result(struct nvm_writer *writer, struct nvm_pending *pending,
                       struct nvm_outcome *ret_outcome)
{
    bool is_done;

    pthread_mutex_lock(&writer->lock);
    is_done = pending->first == NULL;
    if (is_done) {
        *ret_outcome = pending->outcome;
        pending->outcome = (struct nvm_outcome){ .err = ERR_OK };
    }
    pthread_mutex_unlock(&writer->lock);
    return is_done;
}

void nvm_writer_wait(struct nvm_writer *writer, struct nvm_pending *pending)
{
    pthread_mutex_lock(&writer->lock);
    pending->wake = NULL;
    while (pending->first != NULL)
        pthread_cond_wait(&writer->is_done, &writer->lock);
    nvm_outcome_free(&pending->outcome);
    pthread_mutex_unlock(&writer->lock);
}

void nvm_outcome_free(struct nvm_outcome *outcome)
{
    free(outcome->key);
    free(outcome->why);
    *outcome = (struct nvm_outcome){ .err = ERR_OK };
}

void nvm_writer_count(struct nvm_writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->counts.writes++;
    writer->counts.commits++;
    pthread_mutex_unlock(&writer->lock);
}

struct nvm_counts nvm_writer_counts(struct nvm_writer *writer)
{
    struct nvm_counts counts;

    pthread_mutex_lock(&writer->lock);
    counts = writer->counts;
    pthread_mutex_unlock(&writer->lock);
    return counts;
}
