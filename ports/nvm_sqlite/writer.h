/* writer.h: changes of many modems on their way to the disk, in a thread of their own: what comes
 * while one transaction is written is the next. */
#ifndef NVM_SQLITE_WRITER_H
#define NVM_SQLITE_WRITER_H

#include "iface/storage.h"

#include <pthread.h>

enum { NVM_WHY_MAX = 400 };

struct nvm_pending;

/* How it went; all zero: well. */
struct nvm_outcome {
    enum err err;
    char *key; /* of the first change that was not made; owned; NULL: there is none, or no memory */
    char *why; /* a line for the operator, likewise */
};

/* The changes of one apply(). */
struct nvm_write {
    struct nvm_write *next;     /* to be written after this one */
    struct nvm_write *next_own; /* of the same modem, after this one */
    struct nvm_pending *of;
    const char *modem; /* its name; the handle's */
    enum err err;      /* how it went, */
    char *why;         /* and a line for the operator; owned; NULL: none */
    size_t bytes;      /* of the whole */
    size_t count;
    struct storage_change changes[]; /* what they point to lies behind them */
};

/* What a modem has under way. */
struct nvm_pending {
    struct nvm_write *first, **end; /* NULL, and undefined: nothing */
    struct nvm_outcome outcome;     /* the first that went wrong since nvm_writer_result() */
    void (*wake)(void *ctx);
    void *ctx;
};

/* Counted since the store was opened. */
struct nvm_counts {
    uint64_t writes;  /* apply()s that are on the disk */
    uint64_t commits; /* transactions that brought them there */
};

struct nvm_writer {
    pthread_mutex_t lock; /* of all that follows, and of what is pending */
    pthread_cond_t has_work, is_done;
    struct nvm_write *first, **end;
    pthread_t thread;
    bool runs, ends;
    struct nvm_counts counts;
    /* Writes the list as one, or each by itself where that fails; fills in how each went. */
    void (*commit)(void *ctx, struct nvm_write *list);
    void *ctx;
};

/* Makes a writer without its thread. */
void nvm_writer_init(struct nvm_writer *writer, void (*commit)(void *ctx, struct nvm_write *list),
                     void *ctx);

/* Starts the thread unless it runs.  ERR_NO_MEMORY. */
enum err nvm_writer_start(struct nvm_writer *writer);

/* Writes what is under way, and ends the thread. */
void nvm_writer_close(struct nvm_writer *writer);

/* Copies changes, at least one, and has them written; `pending->wake` is called in the writer's
 * thread when nothing is pending any more, with the writer's lock held: it does no more than tell
 * another thread.  `modem` is borrowed until then.  ERR_NO_MEMORY. */
enum err nvm_writer_add(struct nvm_writer *writer, struct nvm_pending *pending, const char *modem,
                        const struct storage_change *changes, size_t count);

/* Copies what is on its way for an entry.  True: there is something, and `ret_err` is ERR_OK,
 * ERR_NOT_FOUND where it is to be removed, ERR_FULL. */
bool nvm_writer_find(struct nvm_writer *writer, const struct nvm_pending *pending, const char *key,
                     bool secret, void *buf, size_t cap, size_t *ret_len, enum err *ret_err);

/* How it went with all since the last call; what it points to is the caller's.  False: something is
 * pending still. */
bool nvm_writer_result(struct nvm_writer *writer, struct nvm_pending *pending,
                       struct nvm_outcome *ret_outcome);

/* Frees what it points to. */
void nvm_outcome_free(struct nvm_outcome *outcome);

/* Waits until nothing is pending, without anybody woken any more, and forgets how it went. */
void nvm_writer_wait(struct nvm_writer *writer, struct nvm_pending *pending);

/* One apply() is on the disk that did not come this way. */
void nvm_writer_count(struct nvm_writer *writer);

/* Any thread. */
struct nvm_counts nvm_writer_counts(struct nvm_writer *writer);

#endif
