/* test_engine_pieces.c: how input is cut makes no difference to what is heard and sent, if its host
 * ends all lines that open a prompt, or the one before, alike: a line feed that comes by itself may
 * be data. */
#include "check.h"
#include "talk.h"

/* What a host types in one go; each starts connected to a peer that has sent something. */
struct piece_row {
    const char *name;
    bool online;
    struct span typed;
};

#define TYPED(text)                                                                                \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

static const struct piece_row rows[] = {
    { "lines", false, TYPED("AT\rATE1\rATI3;+CGMM\r\nAT+CMEE=2\r\r\nAT+CMEE=9\rA/ATE0V0\rAT\r") },
    { "junk", false, TYPED("\x1A\0\0\nxyzAT\rAATAT\rAT+NO\rAT\xFF\xC3\rAT\"\r") },
    { "erasing", false, TYPED("ATE1\rATX9\b1\rATE\b\b\b\bATE0\rAT\b\b\b\b\rAT\r") },
    { "a read", false, TYPED("ATE1\rAT#SSLRECV=1,3\r\nAT#SSLRECV=1,100\rAT#SSLS=1\r") },
    { "a prompt that Ctrl-Z ends", false,
      TYPED("ATE1\r\nAT#SSLSEND=1\r\nab\bc\r\n\x1A\r\nAT\rAT#SSLSEND=1\rgone\x1B"
            "AT\r") },
    { "a prompt that counts", false,
      TYPED("ATE1\r\nAT#SSLSENDEXT=1,6\r\n\x1A\x1B\b\r\n\0\x1A\rAT\rAT#SSLSENDEXT=1,3\rabcAT\r") },
    { "security data", false,
      TYPED("AT#SSLH=1\rATE1\r\nAT#SSLSECDATA=1,1,1,30\r\n-----BEGIN X-----\nab\b\n\x1A"
            "AT#SSLSECDATA=1,2,1\rAT#SSLSECCFG=1,0,0,0\r\nAT#SSLSECDATA=1,1,2,4\r\n0\x1A\x1B\b"
            "AT#SSLSECDATA?\rAT#SSLSECDATA=1,2,2\r") },
    { "an aborted entry", false, TYPED("AT#SSLH=1\rAT#SSLSECDATA=1,1,0,30\rabc\x1B\rAT\r") },
    { "an entry too long", false, TYPED("AT#SSLH=1\rAT#SSLSECDATA=1,1,0,3\rabcdefghi\x1A\rAT\r") },
    { "a line too long", false,
      TYPED("ATE1\rAT+CGMM;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;"
            ";;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;"
            ";;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;"
            ";;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;"
            ";;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;"
            "\rAT\r") },
    { "online", true, TYPED("AT\r+++ATH\r\nsome data\0\x1A\x1B\x11\x13") },
    { "going online with data behind the command", false,
      TYPED("AT\r\nAT#SSLO=1\r\nGET / HTTP/1.0\r\n") },
};

enum { CUTS = 20 };

/* What came of it: what the host has heard, and what the peer has got. */
struct outcome {
    struct byte_queue heard, got;
};

static void outcome_deinit(struct outcome *outcome)
{
    byte_queue_deinit(&outcome->heard);
    byte_queue_deinit(&outcome->got);
}

static size_t next_piece(uint32_t *random, size_t left)
{
    size_t size;

    if (*random == 0)
        return left; /* all in one */
    if (*random == 1)
        return 1;
    *random = *random * 1664525U + 1013904223U;
    size = 1 + (*random >> 16) % 12;
    return size < left ? size : left;
}

static void type_in_pieces(struct world *world, struct span typed, uint32_t random)
{
    if (random > 1)
        random += 1000;
    while (typed.len > 0) {
        size_t size = next_piece(&random, typed.len);

        world_type(world, 0, span_at(typed.data, size));
        typed = span_skip(typed, size);
    }
}

static struct outcome play(const struct piece_row *row, uint32_t random)
{
    struct outcome outcome = { .heard = { 0 } };
    struct scripted_peer *peer;
    struct world world;

    world_init(&world);
    assert_int_equal(world_switch_on(&world, "he910", false, 1), ERR_OK);
    peer = talk_connect(&world, row->online);
    peer_send(peer, span_of("eight !!"));
    world_settle(&world);
    type_in_pieces(&world, row->typed, random);
    world_advance(&world, 200000);
    byte_queue_put(&outcome.heard, world_heard(&world, 0));
    byte_queue_put(&outcome.got, byte_queue_peek(&peer->got));
    assert_int_equal(world.scripted_net.spins, 0);
    world_deinit(&world);
    return outcome;
}

static void check_row(const struct piece_row *row)
{
    struct outcome whole = play(row, 0);

    assert_true(byte_queue_len(&whole.heard) > 0);
    for (uint32_t cut = 1; cut <= CUTS; cut++) {
        struct outcome pieces = play(row, cut);

        check_bytes(row->name, byte_queue_peek(&pieces.heard), byte_queue_peek(&whole.heard));
        check_bytes(row->name, byte_queue_peek(&pieces.got), byte_queue_peek(&whole.got));
        outcome_deinit(&pieces);
    }
    outcome_deinit(&whole);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(&rows[i]);
}

/* What comes behind the line that switches the module off is lost, also in the same piece. */
static void test_switching_off(void **state)
{
    static const struct piece_row row = { "switching off", false,
                                          TYPED("ATE1\rAT#REBOOT\rAT\rAT\r") };

    (void)state;
    check_row(&row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_switching_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
