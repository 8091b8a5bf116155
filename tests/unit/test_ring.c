/* test_ring.c: the byte queue of fixed size, against a queue that cannot be wrong. */
#include "base/ring.h"
#include "byte_queue.h"
#include "check.h"

enum { CAP = 7 };

struct rings {
    struct ring ring;
    struct byte_queue model;
    uint8_t memory[CAP];
    uint8_t next;
};

static void put(struct rings *rings, size_t count)
{
    uint8_t bytes[2 * CAP];
    size_t room = CAP - byte_queue_len(&rings->model);
    size_t part = count < room ? count : room;

    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)(rings->next + i);
    assert_int_equal(ring_room(&rings->ring), room);
    assert_int_equal(ring_put(&rings->ring, span_at(bytes, count)), part);
    byte_queue_put(&rings->model, span_at(bytes, part));
    rings->next = (uint8_t)(rings->next + part);
}

/* The same through ring_tail(): one piece at most. */
static void put_in_place(struct rings *rings, size_t count)
{
    size_t room;
    uint8_t *tail = ring_tail(&rings->ring, &room);

    assert_true(room <= ring_room(&rings->ring));
    assert_true(room > 0 || ring_room(&rings->ring) == 0);
    for (size_t i = 0; i < room && i < count; i++) {
        tail[i] = rings->next++;
        byte_queue_put(&rings->model, span_at(&tail[i], 1));
    }
    ring_commit(&rings->ring, room < count ? room : count);
}

static void drop(struct rings *rings, size_t count)
{
    size_t len = byte_queue_len(&rings->model);

    ring_drop(&rings->ring, count);
    byte_queue_drop(&rings->model, count < len ? count : len);
}

static void compare(struct rings *rings)
{
    struct ring copy = rings->ring;
    struct span left = byte_queue_peek(&rings->model);

    assert_int_equal(copy.len, left.len);
    while (left.len > 0) {
        struct span piece = ring_peek(&copy);

        assert_true(piece.len > 0 && piece.len <= left.len);
        assert_memory_equal(piece.data, left.data, piece.len);
        left = span_skip(left, piece.len);
        ring_drop(&copy, piece.len);
    }
    assert_int_equal(ring_peek(&copy).len, 0);
}

/* Each row is a script of put (+n), put in place (=n) and drop (-n). */
static const char *const scripts[] = {
    "+0", "+7",     "+9",         "+7-7+7", "+5-3+5-7+1", "+7-1+1-1+1-1+1-7",
    "=7", "=3=3=3", "+6-5=9=9-9", "+7-7=1", "-3",         "+2-9+7",
};

static void test_scripts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scripts); i++) {
        struct rings rings = { .next = 1 };

        ring_init(&rings.ring, rings.memory, CAP);
        for (const char *at = scripts[i]; *at != '\0'; at += 2) {
            size_t count = (size_t)(at[1] - '0');

            if (at[0] == '+')
                put(&rings, count);
            else if (at[0] == '=')
                put_in_place(&rings, count);
            else
                drop(&rings, count);
            compare(&rings);
        }
        byte_queue_deinit(&rings.model);
    }
}

static void test_random_steps(void **state)
{
    struct rings rings = { .next = 1 };
    uint32_t random = 1;

    (void)state;
    ring_init(&rings.ring, rings.memory, CAP);
    for (int i = 0; i < 20000; i++) {
        random = random * 1664525U + 1013904223U;
        switch (random >> 30) {
        case 0:
            put(&rings, (random >> 16 & 15) % (2 * CAP));
            break;
        case 1:
            put_in_place(&rings, random >> 16 & 7);
            break;
        default:
            drop(&rings, random >> 16 & 7);
            break;
        }
        compare(&rings);
    }
    byte_queue_deinit(&rings.model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_random_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
