/* work.c: see work.h. */
#include "control/work.h"

#include "control/http_server.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MS_IN_S = 1000, NS_IN_MS = 1000 * 1000 };

struct work {
    struct letter letter; /* first member */
    struct work_desk *desk;
    struct work *next, **back; /* of the desk's list */
    void (*answer)(struct call *call);
    struct call call;
    bool done, abandoned;
};

static void free_work(struct work *work)
{
    json_decref(work->call.body);
    json_decref(work->call.answer);
    free(work);
}

/* ---- the list, under the lock ---- */

static void join_list(struct work_desk *desk, struct work *work)
{
    work->next = desk->first;
    work->back = &desk->first;
    if (work->next != NULL)
        work->next->back = &work->next;
    desk->first = work;
}

static void leave_list(struct work *work)
{
    *work->back = work->next;
    if (work->next != NULL)
        work->next->back = work->back;
}

/* ---- in the master's thread ---- */

static void open_letter(struct letter *letter)
{
    struct work *work = (struct work *)letter;
    struct work_desk *desk = work->desk;
    bool abandoned;

    call_perform(&work->call, work->answer);
    pthread_mutex_lock(&desk->lock);
    leave_list(work);
    work->done = true;
    abandoned = work->abandoned;
    pthread_cond_broadcast(&desk->is_done);
    pthread_mutex_unlock(&desk->lock);
    if (abandoned)
        free_work(work);
}

/* ---- in the other ---- */

static struct timespec moment_in(int64_t ms)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(ms / MS_IN_S);
    at.tv_nsec += (long)(ms % MS_IN_S) * NS_IN_MS;
    if (at.tv_nsec >= MS_IN_S * (long)NS_IN_MS) {
        at.tv_sec++;
        at.tv_nsec -= MS_IN_S * (long)NS_IN_MS;
    }
    return at;
}

/* Under the lock. */
static void wait_for(struct work_desk *desk, const struct work *work, int64_t limit_ms)
{
    struct timespec end = moment_in(limit_ms);

    while (!work->done && !desk->is_closed &&
           pthread_cond_timedwait(&desk->is_done, &desk->lock, &end) == 0)
        ;
}

/* False: the desk is closed. */
static bool post(struct work_desk *desk, struct work *work)
{
    if (desk->is_closed)
        return false;
    join_list(desk, work);
    posix_mailbox_post(desk->mailbox, &work->letter);
    return true;
}

bool work_do(struct work_desk *desk, const struct route *route, struct call *call, int64_t limit_ms)
{
    struct work *work = calloc(1, sizeof(*work));
    bool posted = false, done = false;

    if (work != NULL) {
        *work = (struct work){ .letter.open = open_letter, .desk = desk, .answer = route->answer };
        work->call = *call;
        work->call.house = desk->house;
        work->call.act = route->act;
        work->call.status = HTTP_OK;
    } else {
        json_decref(call->body);
    }
    call->body = NULL;
    if (work == NULL)
        return false;
    pthread_mutex_lock(&desk->lock);
    posted = post(desk, work);
    if (posted)
        wait_for(desk, work, limit_ms);
    done = work->done;
    work->abandoned = !done;
    pthread_mutex_unlock(&desk->lock);
    if (done) {
        json_t *body = work->call.body;

        *call = work->call;
        call->body = NULL;
        work->call.answer = NULL;
        work->call.body = body;
    }
    if (done || !posted)
        free_work(work);
    return done;
}

/* ---- the desk ---- */

void work_desk_open(struct work_desk *desk, const struct house *house)
{
    pthread_condattr_t monotonic;

    *desk = (struct work_desk){ .house = house, .mailbox = &fleet_master(house->fleet)->mailbox };
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&desk->is_done, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&desk->lock, NULL);
}

void work_desk_shut(struct work_desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    desk->is_closed = true;
    pthread_cond_broadcast(&desk->is_done);
    pthread_mutex_unlock(&desk->lock);
}

void work_desk_close(struct work_desk *desk)
{
    assert(desk->is_closed);
    while (desk->first != NULL) {
        struct work *work = desk->first;

        posix_mailbox_withdraw(desk->mailbox, &work->letter);
        leave_list(work);
        free_work(work);
    }
    pthread_mutex_destroy(&desk->lock);
    pthread_cond_destroy(&desk->is_done);
}
