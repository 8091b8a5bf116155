/* tally.c: see tally.h. */
#include "verdict/tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct verdict_tally {
    struct verdict_sums sums;
};

struct verdict_tally *verdict_tally_new(void)
{
    return calloc(1, sizeof(struct verdict_tally));
}

void verdict_tally_free(struct verdict_tally *tally)
{
    free(tally);
}

const struct verdict_sums *verdict_tally_sums(const struct verdict_tally *tally)
{
    return &tally->sums;
}

void verdict_dial(struct verdict_tally *tally, uint64_t microseconds)
{
    count_time(&tally->sums.dials, microseconds);
}

void verdict_command(struct verdict_tally *tally, uint64_t microseconds)
{
    count_time(&tally->sums.commands, microseconds);
}

void verdict_round(struct verdict_tally *tally, uint64_t microseconds)
{
    count_time(&tally->sums.rounds, microseconds);
}

/* As it may stand on a terminal; cut. */
static void copy_words(char *ret_copy, size_t cap, const char *words)
{
    size_t len = 0;

    for (; words[len] != '\0' && len + 1 < cap; len++)
        ret_copy[len] = (char)(words[len] >= ' ' && words[len] <= '~' ? words[len] : '.');
    ret_copy[len] = '\0';
}

static void count_reason(struct verdict_sums *sums, const char *reason)
{
    size_t count = atomic_load_explicit(&sums->reason_count, memory_order_relaxed);
    char name[VERDICT_REASON_CAP];

    copy_words(name, sizeof(name), reason);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(sums->reasons[i].name, name) == 0) {
            count_add(&sums->reasons[i].count, 1);
            return;
        }
    }
    if (count == VERDICT_REASONS) {
        count_add(&sums->other_reasons, 1);
        return;
    }
    memcpy(sums->reasons[count].name, name, sizeof(name));
    count_add(&sums->reasons[count].count, 1);
    atomic_store_explicit(&sums->reason_count, count + 1, memory_order_release);
}

void verdict_failed(struct verdict_tally *tally, const char *reason)
{
    assert(reason != NULL);
    count_reason(&tally->sums, reason);
}

void verdict_expected(struct verdict_tally *tally, const char *wanted, const char *came)
{
    struct verdict_sums *sums = &tally->sums;
    size_t count = atomic_load_explicit(&sums->surprise_count, memory_order_relaxed);
    struct verdict_surprise *list = sums->surprises;
    char wanted_words[VERDICT_WORDS_CAP], came_words[VERDICT_WORDS_CAP];

    assert(wanted != NULL && came != NULL);
    copy_words(wanted_words, sizeof(wanted_words), wanted);
    copy_words(came_words, sizeof(came_words), came);
    count_add(&sums->unexpected, 1);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].wanted, wanted_words) == 0 && strcmp(list[i].came, came_words) == 0) {
            count_add(&list[i].count, 1);
            return;
        }
    }
    if (count == VERDICT_SURPRISES)
        return;
    memcpy(list[count].wanted, wanted_words, sizeof(wanted_words));
    memcpy(list[count].came, came_words, sizeof(came_words));
    count_add(&list[count].count, 1);
    atomic_store_explicit(&sums->surprise_count, count + 1, memory_order_release);
}
