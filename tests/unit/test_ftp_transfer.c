/* test_ftp_transfer.c: data connections: passive and active, plain and under TLS, in whatever order
 * a server's reply and the end of its bytes come, and servers that go wrong in between.
 */
#include "address_literal.h"
#include "ftp_rig.h"

#include <stdio.h>

static void check_got(struct ftp_rig *rig, const char *text)
{
    rig_settle(&rig->rig);
    check_bytes("the host gets", byte_queue_peek(&rig->got), span_of(text));
    byte_queue_clear(&rig->got);
}

static void end_well(struct ftp_rig *rig)
{
    ftp_rig_expect(rig, "end", "started done:no failure ");
    assert_true(ftp_is_ready(&rig->ftp));
    assert_int_equal(rig->data->state, PEER_CLOSED);
    ftp_rig_deinit(rig);
}

/* ---- downloads ---- */

static void test_reply_after_the_data(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    ftp_rig_start(&rig, FTP_RETR, "RETR f\r\n");
    rig_send(&rig.rig, rig.data, "some bytes");
    peer_hang_up(rig.data);
    check_got(&rig, "some bytes");
    assert_true(ftp_is_transfer(&rig.ftp));
    rig_send(&rig.rig, rig.server, "226 done\r\n");
    end_well(&rig);
}

static void test_reply_before_the_data(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    ftp_rig_start(&rig, FTP_RETR, "RETR f\r\n");
    rig_send(&rig.rig, rig.server, "226 done\r\n");
    assert_true(ftp_is_transfer(&rig.ftp));
    rig_send(&rig.rig, rig.data, "some bytes");
    peer_hang_up(rig.data);
    check_got(&rig, "some bytes");
    end_well(&rig);
}

/* All of it at one moment, as from a small file on a fast network. */
static void test_both_replies_and_data_at_once(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    assert_int_equal(ftp_transfer(&rig.ftp, FTP_RETR, span_of("f"), 0), FTP_FINE);
    rig_settle(&rig.rig);
    rig_send(&rig.rig, rig.server, FTP_RIG_PASSIVE);
    peer_send(rig.data, span_of("small"));
    peer_hang_up(rig.data);
    rig_settle(&rig.rig);
    rig_send(&rig.rig, rig.server, "150 go\r\n226 done\r\n");
    check_got(&rig, "small");
    end_well(&rig);
}

/* The server ends the session behind its last word on a transfer: the host still gets all of it,
 * however late it reads. */
static void test_end_behind_the_last_reply(void **state)
{
    static const char *const ends[] = { "226 done\r\n", "226 done\r\n421 bye\r\n" };
    uint8_t bytes[20];

    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++) {
        struct ftp_rig rig;

        ftp_rig_open(&rig, true);
        rig.reads = false;
        ftp_rig_start(&rig, FTP_RETR, "RETR f\r\n");
        peer_send(rig.data, span_of("some bytes"));
        peer_send(rig.server, span_of(ends[i]));
        peer_hang_up(rig.server);
        rig_settle(&rig.rig);
        peer_hang_up(rig.data);
        rig_advance(&rig.rig, 100 * FTP_RIG_TIMEOUT_MS);
        assert_true(ftp_is_transfer(&rig.ftp));
        assert_int_equal(ftp_read(&rig.ftp, bytes, sizeof(bytes)), 10);
        ftp_rig_expect(&rig, ends[i], "started ");
        assert_int_equal(ftp_read(&rig.ftp, bytes, sizeof(bytes)), 0);
        assert_int_equal(ftp_command(&rig.ftp, FTP_NOOP, span_at(NULL, 0)),
                         i == 0 ? FTP_LOST : FTP_SHUT_DOWN);
        ftp_rig_expect(&rig, ends[i],
                       i == 0 ? "done:no failure lost:the control connection was lost "
                              : "done:no failure lost:the server ends the session ");
        ftp_rig_deinit(&rig);
    }
}

/* And QUIT has nobody to go to. */
static void test_quit_behind_the_end(void **state)
{
    struct ftp_rig rig;
    uint8_t bytes[20];

    (void)state;
    for (int read_first = 0; read_first < 2; read_first++) {
        ftp_rig_open(&rig, true);
        rig.reads = false;
        ftp_rig_start(&rig, FTP_RETR, "RETR f\r\n");
        peer_send(rig.data, span_of("some"));
        peer_hang_up(rig.data);
        peer_send(rig.server, span_of("226 done\r\n"));
        peer_hang_up(rig.server);
        ftp_rig_expect(&rig, "started", "started ");
        while (read_first == 1 && ftp_read(&rig.ftp, bytes, sizeof(bytes)) > 0)
            continue;
        assert_int_equal(ftp_quit(&rig.ftp), FTP_FINE);
        ftp_rig_expect(&rig, "quit", "done:no failure ");
        assert_null(rig.rig.world.scripted_net.streams);
        ftp_rig_deinit(&rig);
    }
}

static void test_no_preliminary_reply(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    assert_int_equal(ftp_transfer(&rig.ftp, FTP_LIST, span_of(""), 9), FTP_FINE);
    rig_settle(&rig.rig);
    rig_send(&rig.rig, rig.server, FTP_RIG_PASSIVE);
    rig_expect(&rig.rig, rig.server, "PASV\r\nREST 9\r\n");
    rig_send(&rig.rig, rig.server, "350 ok\r\n");
    rig_expect(&rig.rig, rig.server, "LIST\r\n");
    peer_hang_up(rig.data);
    rig_send(&rig.rig, rig.server, "226 empty\r\n");
    check_got(&rig, "");
    end_well(&rig);
}

/* The host reads late: neither bytes nor the end are lost, and the server is not blamed. */
static void test_slow_host(void **state)
{
    struct ftp_rig rig;
    uint8_t bytes[8];

    (void)state;
    ftp_rig_open(&rig, true);
    rig.reads = false;
    ftp_rig_start(&rig, FTP_RETR, "RETR f\r\n");
    rig_send(&rig.rig, rig.data, "0123456789");
    peer_hang_up(rig.data);
    rig_send(&rig.rig, rig.server, "226 done\r\n");
    rig_advance(&rig.rig, 100 * FTP_RIG_TIMEOUT_MS);
    assert_true(ftp_is_transfer(&rig.ftp));
    assert_int_equal(ftp_read(&rig.ftp, bytes, 8), 8);
    assert_int_equal(ftp_read(&rig.ftp, bytes, 8), 2);
    assert_int_equal(ftp_read(&rig.ftp, bytes, 8), 0);
    end_well(&rig);
}

static void test_buffered(void **state)
{
    struct ftp_rig rig;
    uint8_t bytes[100];

    (void)state;
    ftp_rig_open(&rig, true);
    rig.reads = false;
    assert_int_equal(ftp_transfer(&rig.ftp, FTP_RETR, span_of("f"), 0), FTP_FINE);
    ftp_set_buffering(&rig.ftp, true);
    rig_settle(&rig.rig);
    rig_send(&rig.rig, rig.server, FTP_RIG_PASSIVE);
    assert_int_equal(ftp_available(&rig.ftp), 0);
    rig_send(&rig.rig, rig.server, "150 go\r\n");
    for (int i = 0; i < 10; i++)
        rig_send(&rig.rig, rig.data, "0123456789");
    peer_hang_up(rig.data);
    rig_send(&rig.rig, rig.server, "226 done\r\n");
    rig_advance(&rig.rig, 100 * FTP_RIG_TIMEOUT_MS);
    assert_int_equal(ftp_available(&rig.ftp), FTP_RIG_RECEIVED);
    assert_int_equal(ftp_read(&rig.ftp, bytes, 60), 60);
    rig_settle(&rig.rig);
    assert_int_equal(ftp_available(&rig.ftp), 40);
    assert_true(ftp_is_transfer(&rig.ftp));
    assert_int_equal(ftp_read(&rig.ftp, bytes, 100), 40);
    end_well(&rig);
}

/* An error in the middle: what has come is handed out, then the failure. */
static void test_error_in_the_middle(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    ftp_rig_start(&rig, FTP_RETR, "RETR f\r\n");
    rig_send(&rig.rig, rig.data, "half");
    peer_hang_up(rig.data);
    rig_send(&rig.rig, rig.server, "451 disk broken\r\n");
    check_got(&rig, "half");
    ftp_rig_expect(&rig, "451", "started done:the server refuses the command ");
    assert_true(ftp_is_ready(&rig.ftp));
    ftp_rig_deinit(&rig);
}

static void test_data_reset(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    ftp_rig_start(&rig, FTP_RETR, "RETR f\r\n");
    peer_reset(rig.data);
    rig_settle(&rig.rig);
    rig_send(&rig.rig, rig.server, "426 lost\r\n");
    ftp_rig_expect(&rig, "reset", "started done:the data connection was lost ");
    assert_true(ftp_is_ready(&rig.ftp));
    ftp_rig_deinit(&rig);
}

static void test_standstill(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    ftp_rig_start(&rig, FTP_RETR, "RETR f\r\n");
    rig_advance(&rig.rig, 2 * FTP_RIG_TIMEOUT_MS);
    rig_send(&rig.rig, rig.data, "a sign of life");
    rig_advance(&rig.rig, 3 * FTP_RIG_TIMEOUT_MS - 1);
    assert_int_equal(rig.data->state, PEER_CONNECTED);
    rig_advance(&rig.rig, 1);
    assert_int_equal(rig.data->state, PEER_CLOSED);
    rig_send(&rig.rig, rig.server, "426 ok\r\n");
    ftp_rig_expect(&rig, "still", "started done:the data connection stands still ");
    ftp_rig_deinit(&rig);
}

static void test_standstill_without_a_reply(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    ftp_rig_start(&rig, FTP_RETR, "RETR f\r\n");
    rig_advance(&rig.rig, 4 * FTP_RIG_TIMEOUT_MS);
    ftp_rig_expect(&rig, "still", "started done:the server does not answer ");
    assert_int_equal(rig.ftp.state, FTP_CLOSED);
    ftp_rig_deinit(&rig);
}

/* After the reply the data must end soon. */
static void test_data_without_end(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    ftp_rig_start(&rig, FTP_RETR, "RETR f\r\n");
    rig_send(&rig.rig, rig.server, "226 done\r\n");
    rig_advance(&rig.rig, FTP_RIG_TIMEOUT_MS);
    ftp_rig_expect(&rig, "endless", "started done:the data connection stands still ");
    ftp_rig_deinit(&rig);
}

static void test_refused(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    assert_int_equal(ftp_transfer(&rig.ftp, FTP_RETR, span_of("f"), 0), FTP_FINE);
    rig_settle(&rig.rig);
    rig_send(&rig.rig, rig.server, FTP_RIG_PASSIVE);
    rig_send(&rig.rig, rig.server, "550 no such file\r\n");
    ftp_rig_expect(&rig, "550", "done:the server refuses the command ");
    assert_int_equal(rig.ftp.reply.code, 550);
    assert_true(ftp_is_ready(&rig.ftp));
    ftp_rig_deinit(&rig);
}

static void test_abort(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    ftp_rig_start(&rig, FTP_RETR, "RETR f\r\n");
    rig_send(&rig.rig, rig.data, "some");
    ftp_abort(&rig.ftp);
    rig_settle(&rig.rig);
    assert_int_equal(rig.data->state, PEER_CLOSED);
    rig_send(&rig.rig, rig.server, "426 cut\r\n");
    ftp_rig_expect(&rig, "abort", "started done:ended by the host ");
    assert_true(ftp_is_ready(&rig.ftp));
    ftp_rig_deinit(&rig);
}

/* An abort in each step before the first byte; the next command gets its own reply. */
static void test_early_abort(void **state)
{
    static const struct ftp_exchange steps[] = {
        { "PASV\r\n", FTP_RIG_PASSIVE },
        { "REST 7\r\n", "350 go on\r\n" },
        { "RETR f\r\n", "426 cut\r\n" },
    };

    (void)state;
    for (size_t step = 0; step < COUNT(steps); step++) {
        struct ftp_rig rig;

        ftp_rig_open(&rig, true);
        assert_int_equal(ftp_transfer(&rig.ftp, FTP_RETR, span_of("f"), 7), FTP_FINE);
        ftp_rig_play(&rig, steps, step);
        rig_expect(&rig.rig, rig.server, steps[step].gets);
        ftp_abort(&rig.ftp);
        rig_settle(&rig.rig);
        rig_send(&rig.rig, rig.server, steps[step].says);
        ftp_rig_expect(&rig, steps[step].gets, "done:ended by the host ");
        assert_int_equal(ftp_command(&rig.ftp, FTP_NOOP, span_at(NULL, 0)), FTP_FINE);
        rig_expect(&rig.rig, rig.server, "NOOP\r\n");
        ftp_rig_deinit(&rig);
    }
}

static void test_quit_cuts_off(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    ftp_rig_start(&rig, FTP_RETR, "RETR f\r\n");
    assert_int_equal(ftp_quit(&rig.ftp), FTP_FINE);
    ftp_rig_expect(&rig, "quit", "started done:no failure ");
    assert_int_equal(rig.ftp.state, FTP_CLOSED);
    ftp_rig_deinit(&rig);
}

/* ---- uploads ---- */

static void test_upload(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    assert_int_equal(ftp_write(&rig.ftp, span_of("too early")), 0);
    ftp_rig_start(&rig, FTP_STOR, "STOR f\r\n");
    assert_true(ftp_is_upload(&rig.ftp));
    assert_int_equal(ftp_write(&rig.ftp, span_of("bytes")), 5);
    rig_expect(&rig.rig, rig.data, "bytes");
    ftp_end_upload(&rig.ftp);
    assert_false(ftp_is_upload(&rig.ftp));
    assert_int_equal(ftp_write(&rig.ftp, span_of("too late")), 0);
    rig_settle(&rig.rig);
    assert_int_equal(rig.data->state, PEER_CLOSED);
    assert_true(ftp_is_transfer(&rig.ftp));
    rig_send(&rig.rig, rig.server, "226 stored\r\n");
    end_well(&rig);
}

/* The end waits for what the server has not taken. */
static void test_upload_to_a_slow_server(void **state)
{
    static uint8_t bytes[8000];
    struct ftp_rig rig;
    size_t taken;

    (void)state;
    ftp_rig_open_secure(&rig);
    assert_int_equal(ftp_transfer(&rig.ftp, FTP_STOR, span_of("f"), 0), FTP_FINE);
    rig_settle(&rig.rig);
    rig_send(&rig.rig, rig.server, FTP_RIG_PASSIVE);
    rig_send(&rig.rig, rig.server, "150 go\r\n");
    peer_decide(rig.data, &(struct peer_handshake){ .verdict = VERDICT_YES });
    rig_settle(&rig.rig);
    byte_queue_clear(&rig.server->got);
    peer_stall(rig.data);
    taken = ftp_write(&rig.ftp, span_at(bytes, sizeof(bytes)));
    assert_int_equal(taken, sizeof(bytes)); /* as one record, which the server takes half of */
    assert_int_equal(ftp_write(&rig.ftp, span_of("more")), 0);
    ftp_end_upload(&rig.ftp);
    rig_settle(&rig.rig);
    assert_int_equal(rig.data->state, PEER_OPEN);
    peer_resume(rig.data);
    rig_settle(&rig.rig);
    assert_int_equal(byte_queue_len(&rig.data->got), sizeof(bytes));
    byte_queue_clear(&rig.data->got);
    rig_send(&rig.rig, rig.server, "226 stored\r\n");
    assert_int_equal(rig.rig.lent, 2);
    end_well(&rig);
}

static void test_back_pressure(void **state)
{
    static uint8_t bytes[8000];
    struct ftp_rig rig;
    size_t taken;

    (void)state;
    ftp_rig_open(&rig, true);
    ftp_rig_start(&rig, FTP_APPE, "APPE f\r\n");
    peer_stall(rig.data);
    taken = ftp_write(&rig.ftp, span_at(bytes, sizeof(bytes)));
    assert_true(taken > 0 && taken < sizeof(bytes));
    assert_int_equal(ftp_write(&rig.ftp, span_at(bytes, sizeof(bytes))), 0);
    rig_settle(&rig.rig);
    peer_resume(rig.data);
    ftp_rig_expect(&rig, "room", "started writable ");
    assert_int_equal(ftp_write(&rig.ftp, span_at(bytes, sizeof(bytes) - taken)),
                     sizeof(bytes) - taken);
    ftp_end_upload(&rig.ftp);
    rig_settle(&rig.rig);
    assert_int_equal(byte_queue_len(&rig.data->got), sizeof(bytes));
    rig_send(&rig.rig, rig.server, "226 stored\r\n");
    ftp_rig_expect(&rig, "end", "done:no failure ");
    ftp_rig_deinit(&rig);
}

static void test_server_that_takes_nothing(void **state)
{
    static uint8_t bytes[8000];
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    ftp_rig_start(&rig, FTP_STOR, "STOR f\r\n");
    rig_advance(&rig.rig, 100 * FTP_RIG_TIMEOUT_MS); /* a host may take its time */
    ftp_rig_expect(&rig, "patience", "started ");
    peer_stall(rig.data);
    while (ftp_write(&rig.ftp, span_at(bytes, sizeof(bytes))) > 0)
        continue;
    rig_advance(&rig.rig, 3 * FTP_RIG_TIMEOUT_MS);
    rig_send(&rig.rig, rig.server, "426 cut\r\n");
    ftp_rig_expect(&rig, "still", "done:the data connection stands still ");
    ftp_rig_deinit(&rig);
}

/* A server that has enough, in four ways. */
static void test_upload_cut_by_the_server(void **state)
{
    static const struct {
        const char *name, *reply;
        bool reset;
        const char *done;
    } rows[] = {
        { "disk full", "452 full\r\n", false, "started done:the server refuses the command " },
        { "said to be complete", "226 fine\r\n", false,
          "started done:the data connection was lost " },
        { "reset, then the reply", "426 lost\r\n", true,
          "started done:the data connection was lost " },
        { "reset, and said to be complete", "226 fine\r\n", true,
          "started done:the data connection was lost " },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ftp_rig rig;

        ftp_rig_open(&rig, true);
        ftp_rig_start(&rig, FTP_STOR, "STOR f\r\n");
        assert_int_equal(ftp_write(&rig.ftp, span_of("bytes")), 5);
        if (rows[i].reset)
            peer_reset(rig.data);
        rig_settle(&rig.rig);
        rig_send(&rig.rig, rig.server, rows[i].reply);
        ftp_rig_expect(&rig, rows[i].name, rows[i].done);
        assert_true(ftp_is_ready(&rig.ftp));
        ftp_rig_deinit(&rig);
    }
}

static void test_upload_refused_in_the_end(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    ftp_rig_start(&rig, FTP_STOR, "STOR f\r\n");
    ftp_end_upload(&rig.ftp);
    rig_settle(&rig.rig);
    rig_send(&rig.rig, rig.server, "552 quota\r\n");
    ftp_rig_expect(&rig, "552", "started done:the server refuses the command ");
    ftp_rig_deinit(&rig);
}

/* A server that says 150 again and again puts the end off no longer. */
static void test_preliminary_reply_instead_of_the_last(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    ftp_rig_start(&rig, FTP_STOR, "STOR f\r\n");
    ftp_end_upload(&rig.ftp);
    rig_settle(&rig.rig);
    rig_send(&rig.rig, rig.server, "150 patience\r\n");
    rig_advance(&rig.rig, FTP_RIG_TIMEOUT_MS);
    ftp_rig_expect(&rig, "150", "started done:the server does not answer ");
    ftp_rig_deinit(&rig);
}

/* ---- TLS on the data connection ---- */

static void start_secure(struct ftp_rig *rig)
{
    ftp_rig_open_secure(rig);
    assert_int_equal(ftp_transfer(&rig->ftp, FTP_RETR, span_of("f"), 0), FTP_FINE);
    rig_settle(&rig->rig);
    rig_send(&rig->rig, rig->server, FTP_RIG_PASSIVE);
    rig_expect(&rig->rig, rig->server, "PASV\r\nRETR f\r\n");
    rig_send(&rig->rig, rig->server, "150 go\r\n");
    assert_int_equal(rig->data->state, PEER_HANDSHAKING);
}

static void test_secure_data(void **state)
{
    struct ftp_rig rig;

    (void)state;
    start_secure(&rig);
    assert_non_null(strstr(rig.data->offer, "name=ftp.test")); /* not the address of PASV */
    peer_decide(rig.data, &(struct peer_handshake){ .verdict = VERDICT_YES });
    rig_send(&rig.rig, rig.data, "protected");
    peer_close(rig.data);
    check_got(&rig, "protected");
    rig_send(&rig.rig, rig.server, "226 done\r\n");
    end_well(&rig);
}

static void test_bad_secure_data(void **state)
{
    static const struct peer_handshake no = { .verdict = VERDICT_NO,
                                              .reason = TLS_UNKNOWN_CA,
                                              .alert = -1 };
    struct ftp_rig rig;

    (void)state;
    start_secure(&rig);
    peer_decide(rig.data, &no);
    rig_settle(&rig.rig);
    rig_send(&rig.rig, rig.server, "522 no TLS\r\n");
    ftp_rig_expect(&rig, "handshake", "done:the TLS handshake failed ");
    assert_true(ftp_is_ready(&rig.ftp));
    ftp_rig_deinit(&rig);

    start_secure(&rig);
    rig_advance(&rig.rig, FTP_RIG_TIMEOUT_MS);
    rig_send(&rig.rig, rig.server, "425 no data\r\n");
    ftp_rig_expect(&rig, "silence", "done:the TLS handshake failed ");
    ftp_rig_deinit(&rig);

    start_secure(&rig);
    peer_hang_up(rig.data);
    rig_send(&rig.rig, rig.server, "226 fine\r\n");
    ftp_rig_expect(&rig, "no TLS at all", "done:the TLS handshake failed ");
    ftp_rig_deinit(&rig);
}

static void test_damaged_record(void **state)
{
    struct ftp_rig rig;

    (void)state;
    start_secure(&rig);
    peer_decide(rig.data, &(struct peer_handshake){ .verdict = VERDICT_YES });
    rig_send(&rig.rig, rig.data, "good");
    peer_corrupt(rig.data);
    rig_settle(&rig.rig);
    rig_send(&rig.rig, rig.server, "226 fine\r\n");
    check_got(&rig, "good");
    ftp_rig_expect(&rig, "record", "started done:the data connection was lost ");
    ftp_rig_deinit(&rig);
}

static void test_security_data_gone(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open_secure(&rig);
    rig.rig.lend_nothing = true;
    assert_int_equal(ftp_transfer(&rig.ftp, FTP_RETR, span_of("f"), 0), FTP_FINE);
    rig_settle(&rig.rig);
    rig_send(&rig.rig, rig.server, FTP_RIG_PASSIVE);
    rig_send(&rig.rig, rig.server, "150 go\r\n");
    rig_send(&rig.rig, rig.server, "425 nobody came\r\n");
    ftp_rig_expect(&rig, "gone", "done:the security data is missing or unusable ");
    ftp_rig_deinit(&rig);
}

/* ---- where the data connection goes ---- */

static const struct {
    const char *reply;
    bool ignore_private;
    const char *tried; /* NULL: nothing */
    const char *done;
} passive_rows[] = {
    { "227 (10,0,0,9,15,161)\r\n", false, "10.0.0.9", "" },
    { "227 (10,0,0,9,15,161)\r\n", true, "10.0.0.7", "" },
    { "227 (127,0,0,1,15,161)\r\n", true, "10.0.0.7", "" },
    { "227 (192,0,2,1,15,161)\r\n", true, "192.0.2.1", "" },
    { "227 what\r\n", false, NULL, "done:the server's reply makes no sense " },
    { "200 what\r\n", false, NULL, "done:the server's reply makes no sense " },
    { "500 no\r\n", false, NULL, "done:the server refuses the command " },
    { "425 no\r\n", false, NULL, "done:the server refuses the command " },
};

static void test_passive_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(passive_rows); i++) {
        struct ftp_rig rig;
        struct net_address expected;

        ftp_rig_init(&rig);
        ftp_rig_dial(&rig, false, true, passive_rows[i].ignore_private);
        ftp_rig_play(&rig, ftp_rig_login, FTP_RIG_LOGIN);
        ftp_rig_expect(&rig, "open", "done:no failure ");
        rig.rig.world.scripted_net.tried_count = 0;
        assert_int_equal(ftp_transfer(&rig.ftp, FTP_RETR, span_of("f"), 0), FTP_FINE);
        rig_settle(&rig.rig);
        rig_send(&rig.rig, rig.server, passive_rows[i].reply);
        ftp_rig_expect(&rig, passive_rows[i].reply, passive_rows[i].done);
        check_int(passive_rows[i].reply, (intmax_t)rig.rig.world.scripted_net.tried_count,
                  passive_rows[i].tried != NULL);
        if (passive_rows[i].tried != NULL) {
            address_literal(passive_rows[i].tried, &expected);
            assert_memory_equal(rig.rig.world.scripted_net.tried[0].bytes, expected.bytes, 4);
        }
        ftp_rig_deinit(&rig);
    }
}

static void test_no_data_connection(void **state)
{
    static const enum peer_listens ways[] = { PEER_REFUSES, PEER_HANGS };

    (void)state;
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct ftp_rig rig;

        ftp_rig_open(&rig, true);
        scripted_net_listen(&rig.rig.world.scripted_net, FTP_RIG_DATA_PORT, ways[i]);
        assert_int_equal(ftp_transfer(&rig.ftp, FTP_RETR, span_of("f"), 0), FTP_FINE);
        rig_settle(&rig.rig);
        rig_send(&rig.rig, rig.server, FTP_RIG_PASSIVE);
        rig_advance(&rig.rig, FTP_RIG_TIMEOUT_MS);
        ftp_rig_expect(&rig, "no data", "done:no data connection ");
        rig_expect(&rig.rig, rig.server, "PASV\r\n"); /* and nothing that wants a reply */
        assert_true(ftp_is_ready(&rig.ftp));
        ftp_rig_deinit(&rig);
    }
}

static void test_ipv6(void **state)
{
    struct net_address address;
    struct ftp_rig rig;

    (void)state;
    ftp_rig_init(&rig);
    address_literal("2001:db8::1", &address);
    scripted_net_name(&rig.rig.world.scripted_net, "ftp.test", NAME_ADDRESSES, &address, 1);
    ftp_rig_dial(&rig, false, true, false);
    ftp_rig_play(&rig, ftp_rig_login, FTP_RIG_LOGIN);
    assert_int_equal(ftp_transfer(&rig.ftp, FTP_RETR, span_of("f"), 0), FTP_FINE);
    rig_expect(&rig.rig, rig.server, "EPSV\r\n");
    rig.rig.world.scripted_net.tried_count = 0;
    rig_send(&rig.rig, rig.server, "229 ok (|||4001|)\r\n");
    rig_expect(&rig.rig, rig.server, "RETR f\r\n");
    assert_memory_equal(rig.rig.world.scripted_net.tried[0].bytes, address.bytes, 16);
    ftp_rig_deinit(&rig);
}

/* ---- active mode ---- */

/* Up to the reply to PORT; the port that the client listens on. */
static uint16_t start_active(struct ftp_rig *rig)
{
    unsigned b[6];
    uint16_t port;

    ftp_rig_open(rig, false);
    assert_int_equal(ftp_transfer(&rig->ftp, FTP_RETR, span_of("f"), 0), FTP_FINE);
    rig_settle(&rig->rig);
    assert_int_equal(sscanf((const char *)byte_queue_peek(&rig->server->got).data,
                            "PORT %u,%u,%u,%u,%u,%u\r\n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]),
                     6);
    byte_queue_clear(&rig->server->got);
    port = (uint16_t)(b[4] << 8 | b[5]);
    rig_send(&rig->rig, rig->server, "200 ok\r\n");
    rig_expect(&rig->rig, rig->server, "RETR f\r\n");
    return port;
}

static bool call(struct ftp_rig *rig, const char *from, uint16_t port)
{
    struct net_address address;
    bool taken;

    address_literal(from, &address);
    taken = scripted_net_call(rig->data, &address, port);
    rig_settle(&rig->rig);
    return taken;
}

static void test_active(void **state)
{
    struct ftp_rig rig;
    uint16_t port;

    (void)state;
    for (int order = 0; order < 3; order++) {
        port = start_active(&rig);
        if (order == 0)
            assert_true(call(&rig, "10.0.0.7", port));
        rig_send(&rig.rig, rig.server, order == 2 ? "150 go\r\n226 done\r\n" : "150 go\r\n");
        if (order > 0)
            assert_true(call(&rig, "10.0.0.7", port));
        rig_send(&rig.rig, rig.data, "bytes");
        peer_hang_up(rig.data);
        check_got(&rig, "bytes");
        if (order < 2)
            rig_send(&rig.rig, rig.server, "226 done\r\n");
        assert_null(rig.rig.world.scripted_net.listeners);
        end_well(&rig);
    }
}

/* A stranger who guesses the port gets nothing, and does not keep the server out. */
static void test_stranger(void **state)
{
    struct ftp_rig rig;
    uint16_t port = start_active(&rig);

    (void)state;
    call(&rig, "192.0.2.66", port);
    ftp_rig_expect(&rig, "stranger", "");
    assert_true(call(&rig, "10.0.0.7", port));
    rig_send(&rig.rig, rig.server, "150 go\r\n");
    peer_hang_up(rig.data);
    rig_send(&rig.rig, rig.server, "226 done\r\n");
    end_well(&rig);
}

static void test_nobody_connects(void **state)
{
    struct ftp_rig rig;

    (void)state;
    start_active(&rig);
    rig_send(&rig.rig, rig.server, "425 cannot reach you\r\n");
    ftp_rig_expect(&rig, "425", "done:the server refuses the command ");
    assert_null(rig.rig.world.scripted_net.listeners);
    ftp_rig_deinit(&rig);

    start_active(&rig);
    rig_advance(&rig.rig, FTP_RIG_TIMEOUT_MS);
    rig_send(&rig.rig, rig.server, "425 too late\r\n");
    ftp_rig_expect(&rig, "time", "done:no data connection ");
    assert_true(ftp_is_ready(&rig.ftp));
    ftp_rig_deinit(&rig);
}

static void test_port_refused(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, false);
    assert_int_equal(ftp_transfer(&rig.ftp, FTP_RETR, span_of("f"), 0), FTP_FINE);
    rig_settle(&rig.rig);
    rig_send(&rig.rig, rig.server, "500 illegal PORT\r\n");
    ftp_rig_expect(&rig, "PORT", "done:the server refuses the command ");
    assert_true(ftp_is_ready(&rig.ftp));
    assert_null(rig.rig.world.scripted_net.listeners);
    ftp_rig_deinit(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reply_after_the_data),
        cmocka_unit_test(test_reply_before_the_data),
        cmocka_unit_test(test_both_replies_and_data_at_once),
        cmocka_unit_test(test_end_behind_the_last_reply),
        cmocka_unit_test(test_quit_behind_the_end),
        cmocka_unit_test(test_no_preliminary_reply),
        cmocka_unit_test(test_slow_host),
        cmocka_unit_test(test_buffered),
        cmocka_unit_test(test_error_in_the_middle),
        cmocka_unit_test(test_data_reset),
        cmocka_unit_test(test_standstill),
        cmocka_unit_test(test_standstill_without_a_reply),
        cmocka_unit_test(test_data_without_end),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_abort),
        cmocka_unit_test(test_early_abort),
        cmocka_unit_test(test_quit_cuts_off),
        cmocka_unit_test(test_upload),
        cmocka_unit_test(test_upload_to_a_slow_server),
        cmocka_unit_test(test_back_pressure),
        cmocka_unit_test(test_server_that_takes_nothing),
        cmocka_unit_test(test_upload_cut_by_the_server),
        cmocka_unit_test(test_upload_refused_in_the_end),
        cmocka_unit_test(test_preliminary_reply_instead_of_the_last),
        cmocka_unit_test(test_secure_data),
        cmocka_unit_test(test_bad_secure_data),
        cmocka_unit_test(test_damaged_record),
        cmocka_unit_test(test_security_data_gone),
        cmocka_unit_test(test_passive_addresses),
        cmocka_unit_test(test_no_data_connection),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_active),
        cmocka_unit_test(test_stranger),
        cmocka_unit_test(test_nobody_connects),
        cmocka_unit_test(test_port_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
