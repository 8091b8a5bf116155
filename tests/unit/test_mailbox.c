/* test_mailbox.c: letters of other threads reach the thread of a loop. */
#include "posix/mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SENDERS = 4, LETTERS = 500, LIMIT_MS = 60000 };

struct numbered {
    struct letter letter; /* first member */
    struct fixture *f;
    int sender, number;
};

struct fixture {
    struct posix_loop loop;
    struct mailbox mailbox;
    struct numbered letters[SENDERS][LETTERS];
    int next[SENDERS]; /* what each sender's next letter must be */
    int opened, wanted;
    pthread_t loop_thread;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_int_equal(posix_loop_open(&f->loop, NULL), ERR_OK);
    assert_int_equal(posix_mailbox_open(&f->mailbox, &f->loop), ERR_OK);
    f->loop_thread = pthread_self();
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    posix_mailbox_close(&f->mailbox);
    assert_true(posix_loop_close(&f->loop, LIMIT_MS));
    free(f);
    return 0;
}

static void count(struct letter *base)
{
    struct numbered *letter = (struct numbered *)base;
    struct fixture *f = letter->f;

    assert_true(pthread_equal(pthread_self(), f->loop_thread));
    assert_int_equal(letter->number, f->next[letter->sender]++);
    if (++f->opened == f->wanted)
        posix_loop_stop(&f->loop);
}

static struct numbered *letter_of(struct fixture *f, int sender, int number)
{
    struct numbered *letter = &f->letters[sender][number];

    *letter = (struct numbered){ .letter.open = count, .f = f, .sender = sender, .number = number };
    return letter;
}

struct sender {
    struct fixture *f;
    int index;
};

static void *send_all(void *ctx)
{
    const struct sender *sender = ctx;

    for (int i = 0; i < LETTERS; i++)
        posix_mailbox_post(&sender->f->mailbox, &letter_of(sender->f, sender->index, i)->letter);
    return NULL;
}

static void test_each_sender_is_heard_in_order(void **state)
{
    struct fixture *f = *state;
    struct sender senders[SENDERS];
    pthread_t threads[SENDERS];

    f->wanted = SENDERS * LETTERS;
    posix_mailbox_hold(&f->mailbox);
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){ f, i };
        assert_int_equal(pthread_create(&threads[i], NULL, send_all, &senders[i]), 0);
    }
    posix_loop_run(&f->loop);
    for (int i = 0; i < SENDERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(f->opened, f->wanted);
}

static void test_a_letter_is_posted_once_and_can_be_taken_back(void **state)
{
    struct fixture *f = *state;

    f->wanted = 2;
    posix_mailbox_hold(&f->mailbox);
    assert_true(posix_mailbox_post(&f->mailbox, &letter_of(f, 0, 0)->letter));
    assert_false(posix_mailbox_post(&f->mailbox, &f->letters[0][0].letter));
    assert_true(posix_mailbox_post(&f->mailbox, &letter_of(f, 0, 9)->letter));
    assert_true(posix_mailbox_post(&f->mailbox, &letter_of(f, 0, 1)->letter));
    posix_mailbox_withdraw(&f->mailbox, &f->letters[0][9].letter);
    posix_loop_run(&f->loop);
    assert_int_equal(f->opened, 2);
    assert_true(posix_mailbox_post(&f->mailbox, &letter_of(f, 0, 2)->letter));
    f->wanted = 3;
    posix_loop_run(&f->loop);
    assert_int_equal(f->opened, 3);
}

static void test_what_is_not_opened_by_the_end_never_is(void **state)
{
    struct fixture *f = *state;

    assert_true(posix_mailbox_post(&f->mailbox, &letter_of(f, 0, 0)->letter));
    posix_mailbox_close(&f->mailbox);
    posix_loop_step(&f->loop);
    assert_int_equal(f->opened, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_sender_is_heard_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_letter_is_posted_once_and_can_be_taken_back, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_not_opened_by_the_end_never_is, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
