/* test_ftp_session.c: an FTP session's control connection: logging in, commands, and a server that
 * goes wrong in each step.
 */
#include "ftp_rig.h"

#include <stdio.h>

/* ---- logging in ---- */

struct open_row {
    const char *name;
    size_t after; /* exchanges of the login that go well */
    const char *says;
    const char *done;
};

static const struct open_row open_rows[] = {
    { "not ready", 0, "500 no\r\n", "done:the server is not ready " },
    { "too many users", 0, "421 too many\r\n", "done:the server is not ready " },
    { "not FTP", 0, "SSH-2.0-x\r\n", "done:the server's reply makes no sense " },
    { "patience", 0, "120 in a minute\r\n220 now\r\n", "" },
    { "no such user", 1, "530 who\r\n", "done:the server refuses the login " },
    { "an account is wanted", 1, "332 account\r\n", "done:the server refuses the login " },
    { "wrong password", 2, "530 no\r\n", "done:the server refuses the login " },
    { "an account is wanted later", 2, "332 account\r\n", "done:the server refuses the login " },
    { "superfluous password", 2, "202 never mind\r\n", "" },
    { "no binary type", 3, "504 no\r\n", "done:the server's reply makes no sense " },
    { "the server goes down", 2, "421 bye\r\n", "done:the server ends the session " },
};

static void test_open_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(open_rows); i++) {
        const struct open_row *row = &open_rows[i];
        struct ftp_rig rig;

        ftp_rig_init(&rig);
        ftp_rig_dial(&rig, false, true, false);
        ftp_rig_play(&rig, ftp_rig_login, row->after);
        byte_queue_clear(&rig.server->got);
        rig_send(&rig.rig, rig.server, row->says);
        ftp_rig_expect(&rig, row->name, row->done);
        check_int(row->name, rig.ftp.state == FTP_CLOSED, row->done[0] != '\0');
        ftp_rig_deinit(&rig);
    }
}

static void test_user_without_password(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_init(&rig);
    ftp_rig_dial(&rig, false, true, false);
    ftp_rig_play(&rig, ftp_rig_login, 1);
    rig_expect(&rig.rig, rig.server, "USER u\r\n");
    rig_send(&rig.rig, rig.server, "230 in\r\n");
    ftp_rig_play(&rig, ftp_rig_login + 3, 1);
    ftp_rig_expect(&rig, "open", "done:no failure ");
    ftp_rig_deinit(&rig);
}

static bool holds(const void *memory, size_t size, const char *text)
{
    return memmem(memory, size, text, strlen(text)) != NULL;
}

static void test_password_is_wiped(void **state)
{
    struct ftp_session session = { .host = "ftp.test",
                                   .port = FTP_RIG_PORT,
                                   .user = "somebody",
                                   .password = "open sesame",
                                   .timeout_ms = FTP_RIG_TIMEOUT_MS };
    struct ftp_rig rig;

    (void)state;
    ftp_rig_init(&rig);
    assert_int_equal(ftp_open(&rig.ftp, &session), FTP_FINE);
    rig_settle(&rig.rig);
    assert_true(holds(&rig.ftp, sizeof(rig.ftp), "open sesame"));
    rig_send(&rig.rig, rig.server, "220 hi\r\n331 and?\r\n");
    assert_false(holds(&rig.ftp, sizeof(rig.ftp), "open sesame"));
    rig_expect(&rig.rig, rig.server, "USER somebody\r\nPASS open sesame\r\n");
    ftp_rig_deinit(&rig);
}

static void test_names_that_would_be_commands(void **state)
{
    static const char *const bad[] = { "a\r\nDELE b", "a\nb", "a\rb", "\x7f", "\x01" };
    struct ftp_session session = { .host = "ftp.test", .port = 21, .timeout_ms = 1000 };
    struct ftp_rig rig;
    char longest[FTP_NAME_MAX + 2];

    (void)state;
    ftp_rig_open(&rig, true);
    memset(longest, 'n', sizeof(longest));
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(ftp_command(&rig.ftp, FTP_CWD, span_of(bad[i])), FTP_INVALID);
        assert_int_equal(ftp_transfer(&rig.ftp, FTP_RETR, span_of(bad[i]), 0), FTP_INVALID);
        assert_int_equal(ftp_rename(&rig.ftp, span_of("a"), span_of(bad[i])), FTP_INVALID);
        assert_int_equal(ftp_rename(&rig.ftp, span_of(bad[i]), span_of("a")), FTP_INVALID);
    }
    assert_int_equal(ftp_command(&rig.ftp, FTP_CWD, span_at(longest, sizeof(longest))),
                     FTP_INVALID);
    assert_int_equal(ftp_command(&rig.ftp, FTP_CWD, span_at("a\0b", 3)), FTP_INVALID);
    rig_expect(&rig.rig, rig.server, "");
    ftp_drop(&rig.ftp);
    for (size_t i = 0; i < COUNT(bad); i++) {
        session.user = bad[i];
        session.password = "p";
        assert_int_equal(ftp_open(&rig.ftp, &session), FTP_INVALID);
        session.user = "u";
        session.password = bad[i];
        assert_int_equal(ftp_open(&rig.ftp, &session), FTP_INVALID);
    }
    ftp_rig_deinit(&rig);
}

/* ---- TLS ---- */

static void start_secure(struct ftp_rig *rig)
{
    ftp_rig_init(rig);
    ftp_rig_dial(rig, true, true, false);
    rig_send(&rig->rig, rig->server, "220 ready\r\n");
    rig_expect(&rig->rig, rig->server, "AUTH TLS\r\n");
}

/* Neither name nor password goes out in the clear, whatever the server says. */
static void test_refused_tls_is_the_end(void **state)
{
    static const char *const refusals[] = { "500 what\r\n", "502 no\r\n", "504 no\r\n",
                                            "534 no\r\n",   "431 no\r\n", "334 go on\r\n",
                                            "200 fine\r\n" };

    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct ftp_rig rig;

        start_secure(&rig);
        rig_send(&rig.rig, rig.server, refusals[i]);
        ftp_rig_expect(&rig, refusals[i], "done:the server refuses TLS ");
        rig_expect(&rig.rig, rig.server, "");
        assert_int_equal(rig.server->state, PEER_CLOSED);
        ftp_rig_deinit(&rig);
    }
}

static void test_bytes_behind_auth_are_refused(void **state)
{
    struct ftp_rig rig;

    (void)state;
    start_secure(&rig);
    rig_send(&rig.rig, rig.server, "234 go\r\n200 injected\r\n");
    ftp_rig_expect(&rig, "injected", "done:the server's reply makes no sense ");
    ftp_rig_deinit(&rig);
}

static void test_failed_handshake(void **state)
{
    struct ftp_rig rig;

    (void)state;
    start_secure(&rig);
    rig_send(&rig.rig, rig.server, "234 go\r\n");
    peer_decide(rig.server, &(struct peer_handshake){
                                .verdict = VERDICT_NO, .reason = TLS_UNKNOWN_CA, .alert = -1 });
    ftp_rig_expect(&rig, "handshake", "done:the TLS handshake failed ");
    ftp_rig_deinit(&rig);
}

static void decide(struct ftp_rig *rig, int alert)
{
    peer_decide(rig->server, &(struct peer_handshake){ .verdict = VERDICT_NO,
                                                       .reason = TLS_NO_SHARED_SUITE,
                                                       .alert = alert });
    rig_settle(&rig->rig);
}

/* The session begins anew, and its data connections offer what the server took. */
static void test_server_that_wants_another_offer(void **state)
{
    static const struct ftp_exchange anew[] = { { "", "220 ready\r\n" },
                                                { "AUTH TLS\r\n", "234 go\r\n" } };
    static const struct ftp_exchange after[] = { { "PBSZ 0\r\n", "200 ok\r\n" },
                                                 { "PROT P\r\n", "200 ok\r\n" } };
    struct ftp_rig rig;

    (void)state;
    start_secure(&rig);
    rig.rig.world.scripted_tls.cannot_say_lists = true;
    rig_send(&rig.rig, rig.server, "234 go\r\n");
    decide(&rig, -1);
    ftp_rig_expect(&rig, "again", "");
    ftp_rig_play(&rig, anew, COUNT(anew));
    peer_decide(rig.server, &(struct peer_handshake){ .verdict = VERDICT_YES });
    ftp_rig_play(&rig, after, COUNT(after));
    ftp_rig_play(&rig, ftp_rig_login + 1, FTP_RIG_LOGIN - 1);
    ftp_rig_expect(&rig, "open", "done:no failure ");
    assert_int_equal(rig.ftp.offer.part, 1);
    ftp_rig_deinit(&rig);
}

static void test_server_that_wants_none_of_the_offers(void **state)
{
    struct ftp_rig rig;

    (void)state;
    start_secure(&rig);
    rig.rig.world.scripted_tls.cannot_say_lists = true;
    rig_send(&rig.rig, rig.server, "234 go\r\n");
    decide(&rig, -1);
    for (int part = 1; part <= 2; part++) {
        ftp_rig_expect(&rig, "again", "");
        rig_send(&rig.rig, rig.server, "220 ready\r\n");
        rig_expect(&rig.rig, rig.server, "AUTH TLS\r\n");
        rig_send(&rig.rig, rig.server, "234 go\r\n");
        decide(&rig, 40);
    }
    ftp_rig_expect(&rig, "handshake", "done:the TLS handshake failed ");
    ftp_rig_deinit(&rig);
}

static void test_server_that_is_gone_for_the_next_offer(void **state)
{
    struct ftp_rig rig;

    (void)state;
    start_secure(&rig);
    rig.rig.world.scripted_tls.cannot_say_lists = true;
    rig_send(&rig.rig, rig.server, "234 go\r\n");
    rig.server->listens = PEER_REFUSES;
    decide(&rig, -1);
    ftp_rig_expect(&rig, "what it refused", "done:the TLS handshake failed ");
    ftp_rig_deinit(&rig);
}

static void test_silent_handshake(void **state)
{
    struct ftp_rig rig;

    (void)state;
    start_secure(&rig);
    rig_send(&rig.rig, rig.server, "234 go\r\n");
    rig_advance(&rig.rig, FTP_RIG_TIMEOUT_MS);
    ftp_rig_expect(&rig, "handshake", "done:the TLS handshake failed ");
    ftp_rig_deinit(&rig);
}

/* A byte or a reply just before each step's time is over. */
static void test_slow_login(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_init(&rig);
    ftp_rig_dial(&rig, false, true, false);
    for (size_t i = 0; i < FTP_RIG_LOGIN - 1; i++) {
        rig_advance(&rig.rig, FTP_RIG_TIMEOUT_MS - 1);
        ftp_rig_play(&rig, ftp_rig_login + i, 1);
    }
    rig_advance(&rig.rig, FTP_RIG_TOTAL_MS - 3 * (FTP_RIG_TIMEOUT_MS - 1) - 1);
    ftp_rig_expect(&rig, "in time", "");
    rig_advance(&rig.rig, 1);
    ftp_rig_expect(&rig, "total", "done:the server does not answer ");
    ftp_rig_deinit(&rig);
}

static void test_slow_handshake(void **state)
{
    struct ftp_rig rig;

    (void)state;
    start_secure(&rig);
    rig_send(&rig.rig, rig.server, "234 go\r\n");
    for (int ms = 0; ms + FTP_RIG_TIMEOUT_MS < FTP_RIG_TOTAL_MS; ms += FTP_RIG_TIMEOUT_MS - 1) {
        peer_send(rig.server, span_of("\x16"));
        rig_advance(&rig.rig, FTP_RIG_TIMEOUT_MS - 1);
        ftp_rig_expect(&rig, "in time", "");
    }
    peer_send(rig.server, span_of("\x16"));
    rig_advance(&rig.rig, FTP_RIG_TIMEOUT_MS - 1);
    ftp_rig_expect(&rig, "handshake", "done:the TLS handshake failed ");
    ftp_rig_deinit(&rig);
}

static void test_missing_security_data(void **state)
{
    struct ftp_rig rig;

    (void)state;
    start_secure(&rig);
    rig.rig.lend_nothing = true;
    rig_send(&rig.rig, rig.server, "234 go\r\n");
    ftp_rig_expect(&rig, "credentials", "done:the security data is missing or unusable ");
    ftp_rig_deinit(&rig);
}

static void test_refused_protection(void **state)
{
    struct ftp_rig rig;

    (void)state;
    for (int step = 0; step < 2; step++) {
        start_secure(&rig);
        rig_send(&rig.rig, rig.server, "234 go\r\n");
        peer_decide(rig.server, &(struct peer_handshake){ .verdict = VERDICT_YES });
        rig_expect(&rig.rig, rig.server, "PBSZ 0\r\n");
        rig_send(&rig.rig, rig.server, step == 0 ? "503 no\r\n" : "200 ok\r\n");
        rig_expect(&rig.rig, rig.server, step == 0 ? "" : "PROT P\r\n");
        if (step == 1)
            rig_send(&rig.rig, rig.server, "536 no\r\n");
        ftp_rig_expect(&rig, "protection", "done:the server refuses TLS ");
        ftp_rig_deinit(&rig);
    }
}

/* ---- a server that goes wrong in each step ---- */

enum wrong { HANGS_UP, RESETS, IS_SILENT, SHUTS_DOWN, TALKS_NONSENSE, WRONGS };

static void go_wrong(struct ftp_rig *rig, enum wrong wrong)
{
    switch (wrong) {
    case HANGS_UP:
        peer_hang_up(rig->server);
        break;
    case RESETS:
        peer_reset(rig->server);
        break;
    case IS_SILENT:
        rig_advance(&rig->rig, FTP_RIG_TIMEOUT_MS);
        break;
    case SHUTS_DOWN:
        peer_send(rig->server, span_of("421 bye\r\n"));
        break;
    case TALKS_NONSENSE:
        peer_send(rig->server, span_of("\x16\x03\x01 nonsense\r\n"));
        break;
    case WRONGS:
        break;
    }
}

static const char *const wrong_done[] = {
    [HANGS_UP] = "done:the control connection was lost ",
    [RESETS] = "done:the control connection was lost ",
    [IS_SILENT] = "done:the server does not answer ",
    [SHUTS_DOWN] = "done:the server ends the session ",
    [TALKS_NONSENSE] = "done:the server's reply makes no sense ",
};

static void check_gone(struct ftp_rig *rig, const char *row, enum wrong wrong)
{
    ftp_rig_expect(rig, row, wrong_done[wrong]);
    check_int(row, rig->ftp.state, FTP_CLOSED);
    assert_null(rig->rig.world.scripted_net.streams);
    assert_int_equal(ftp_command(&rig->ftp, FTP_PWD, span_at(NULL, 0)), FTP_BUSY);
    ftp_rig_deinit(rig);
}

static void test_wrong_while_logging_in(void **state)
{
    (void)state;
    for (size_t step = 0; step < FTP_RIG_LOGIN; step++) {
        for (enum wrong wrong = 0; wrong < WRONGS; wrong++) {
            struct ftp_rig rig;

            ftp_rig_init(&rig);
            ftp_rig_dial(&rig, false, true, false);
            ftp_rig_play(&rig, ftp_rig_login, step);
            go_wrong(&rig, wrong);
            if (step == 0 && wrong == SHUTS_DOWN) {
                ftp_rig_deinit(&rig);
                continue; /* a greeting of its own: test_open_rows */
            }
            check_gone(&rig, "login", wrong);
        }
    }
}

static void test_wrong_in_a_command(void **state)
{
    (void)state;
    for (enum wrong wrong = 0; wrong < WRONGS; wrong++) {
        struct ftp_rig rig;

        ftp_rig_open(&rig, true);
        assert_int_equal(ftp_command(&rig.ftp, FTP_DELE, span_of("f")), FTP_FINE);
        rig_expect(&rig.rig, rig.server, "DELE f\r\n");
        go_wrong(&rig, wrong);
        check_gone(&rig, "command", wrong);
    }
}

static void test_wrong_in_a_transfer(void **state)
{
    static const struct ftp_exchange steps[] = {
        { "PASV\r\n", FTP_RIG_PASSIVE },
        { "REST 7\r\n", "350 go on\r\n" },
        { "RETR f\r\n", "150 here it comes\r\n" },
    };

    (void)state;
    for (size_t step = 0; step <= COUNT(steps); step++) {
        for (enum wrong wrong = 0; wrong < WRONGS; wrong++) {
            struct ftp_rig rig;
            char row[40];

            snprintf(row, sizeof(row), "transfer, step %zu, way %d", step, (int)wrong);
            ftp_rig_open(&rig, true);
            assert_int_equal(ftp_transfer(&rig.ftp, FTP_RETR, span_of("f"), 7), FTP_FINE);
            ftp_rig_play(&rig, steps, step);
            if (step == COUNT(steps)) { /* and then the data have come, but not the reply */
                ftp_rig_expect(&rig, row, "started ");
                peer_hang_up(rig.data);
                rig_settle(&rig.rig);
            }
            go_wrong(&rig, wrong);
            check_gone(&rig, row, wrong);
        }
    }
}

static void test_wrong_while_idle(void **state)
{
    static const char *const lost[] = {
        [HANGS_UP] = "lost:the control connection was lost ",
        [RESETS] = "lost:the control connection was lost ",
        [IS_SILENT] = "",
        [SHUTS_DOWN] = "lost:the server ends the session ",
        [TALKS_NONSENSE] = "lost:the server's reply makes no sense ",
    };

    (void)state;
    for (enum wrong wrong = 0; wrong < WRONGS; wrong++) {
        struct ftp_rig rig;

        ftp_rig_open(&rig, true);
        go_wrong(&rig, wrong);
        ftp_rig_expect(&rig, "idle", lost[wrong]);
        ftp_rig_deinit(&rig);
    }
}

/* What comes in one read is told reply by reply, and each finds the session as it was then. */
static void test_reply_and_end_together(void **state)
{
    static const struct {
        const char *says;
        bool hangs_up;
        const char *told;
    } rows[] = {
        { "213 5\r\n", true, "done:no failure lost:the control connection was lost " },
        { "213 5\r\n421 bye\r\n", false, "done:no failure lost:the server ends the session " },
        { "213 5\r\n421 bye\r\n", true, "done:no failure lost:the server ends the session " },
        { "213 5\r\nnonsense\r\n", false,
          "done:no failure lost:the server's reply makes no sense " },
        { "213 5\r\n250 unasked\r\n", true,
          "done:no failure lost:the control connection was lost " },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ftp_rig rig;

        ftp_rig_open(&rig, true);
        assert_int_equal(ftp_command(&rig.ftp, FTP_SIZE, span_of("f")), FTP_FINE);
        rig_expect(&rig.rig, rig.server, "SIZE f\r\n");
        peer_send(rig.server, span_of(rows[i].says));
        if (rows[i].hangs_up)
            peer_hang_up(rig.server);
        ftp_rig_expect(&rig, rows[i].says, rows[i].told);
        check_int(rows[i].says, rig.done_code, 213);
        check_int(rows[i].says, rig.ftp.state, FTP_CLOSED);
        ftp_rig_deinit(&rig);
    }
}

/* The whole login is said before it is asked for, and then goodbye. */
static void test_all_replies_at_once(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_init(&rig);
    ftp_rig_dial(&rig, false, true, false);
    peer_send(rig.server, span_of("220 a\r\n331 b\r\n230 c\r\n200 d\r\n421 e\r\n"));
    peer_hang_up(rig.server);
    ftp_rig_expect(&rig, "login", "done:no failure lost:the server ends the session ");
    rig_expect(&rig.rig, rig.server, "USER u\r\nPASS p\r\nTYPE I\r\n");
    ftp_rig_deinit(&rig);
}

static void test_no_server(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_init(&rig);
    scripted_net_listen(&rig.rig.world.scripted_net, FTP_RIG_PORT, PEER_REFUSES);
    ftp_rig_dial(&rig, false, true, false);
    ftp_rig_expect(&rig, "refused", "done:no connection to the server ");
    scripted_net_listen(&rig.rig.world.scripted_net, FTP_RIG_PORT, PEER_HANGS);
    ftp_rig_dial(&rig, false, true, false);
    rig_advance(&rig.rig, FTP_RIG_TIMEOUT_MS);
    ftp_rig_expect(&rig, "silent", "done:the server does not answer ");
    scripted_net_name(&rig.rig.world.scripted_net, "ftp.test", NAME_FAILS, NULL, 0);
    ftp_rig_dial(&rig, false, true, false);
    ftp_rig_expect(&rig, "name", "done:the server's name could not be resolved ");
    ftp_rig_deinit(&rig);
}

/* ---- commands ---- */

static const struct {
    enum ftp_verb verb;
    const char *argument, *line;
} command_rows[] = {
    { FTP_ASCII, "", "TYPE A\r\n" },
    { FTP_BINARY, "", "TYPE I\r\n" },
    { FTP_CWD, "a b", "CWD a b\r\n" },
    { FTP_CDUP, "", "CDUP\r\n" },
    { FTP_PWD, "", "PWD\r\n" },
    { FTP_MKD, "d", "MKD d\r\n" },
    { FTP_RMD, "d", "RMD d\r\n" },
    { FTP_DELE, "f", "DELE f\r\n" },
    { FTP_SIZE, "f", "SIZE f\r\n" },
    { FTP_MDTM, "f", "MDTM f\r\n" },
    { FTP_SYST, "", "SYST\r\n" },
    { FTP_NOOP, "", "NOOP\r\n" },
    { FTP_CWD, "\xc3\xa4", "CWD \xc3\xa4\r\n" },
};

static void test_commands(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    for (size_t i = 0; i < COUNT(command_rows); i++) {
        const char *line = command_rows[i].line;

        assert_int_equal(
            ftp_command(&rig.ftp, command_rows[i].verb, span_of(command_rows[i].argument)),
            FTP_FINE);
        assert_int_equal(ftp_command(&rig.ftp, FTP_NOOP, span_at(NULL, 0)), FTP_BUSY);
        rig_expect(&rig.rig, rig.server, line);
        rig_send(&rig.rig, rig.server, i % 2 == 0 ? "250 done\r\n" : "550 no\r\n");
        ftp_rig_expect(&rig, line,
                       i % 2 == 0 ? "done:no failure " : "done:the server refuses the command ");
        assert_int_equal(rig.ftp.reply.code, i % 2 == 0 ? 250 : 550);
    }
    rig_send(&rig.rig, rig.server, "226 unasked\r\n");
    ftp_rig_expect(&rig, "unasked", "");
    ftp_rig_deinit(&rig);
}

static void test_rename(void **state)
{
    static const struct ftp_exchange good[] = { { "RNFR a\r\n", "350 to\r\n" },
                                                { "RNTO b\r\n", "250 ok\r\n" } };
    static const struct ftp_exchange bad[] = { { "RNFR a\r\n", "550 none\r\n" } };
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    assert_int_equal(ftp_rename(&rig.ftp, span_of("a"), span_of("b")), FTP_FINE);
    ftp_rig_play(&rig, good, COUNT(good));
    ftp_rig_expect(&rig, "rename", "done:no failure ");
    assert_int_equal(ftp_rename(&rig.ftp, span_of("a"), span_of("b")), FTP_FINE);
    ftp_rig_play(&rig, bad, COUNT(bad));
    ftp_rig_expect(&rig, "rename", "done:the server refuses the command ");
    ftp_rig_deinit(&rig);
}

static void test_quit(void **state)
{
    struct ftp_rig rig;

    (void)state;
    for (enum wrong wrong = 0; wrong < WRONGS; wrong++) {
        ftp_rig_open(&rig, true);
        assert_int_equal(ftp_quit(&rig.ftp), FTP_FINE);
        assert_int_equal(ftp_quit(&rig.ftp), FTP_BUSY);
        rig_expect(&rig.rig, rig.server, "QUIT\r\n");
        go_wrong(&rig, wrong);
        rig_settle(&rig.rig);
        if (wrong != TALKS_NONSENSE)
            ftp_rig_expect(&rig, "quit", "done:no failure ");
        assert_null(rig.rig.world.scripted_net.streams);
        ftp_rig_deinit(&rig);
    }
}

/* A server that takes nothing for a while gets the whole line in the end. */
static void test_slow_server(void **state)
{
    struct ftp_rig rig;

    (void)state;
    ftp_rig_open(&rig, true);
    rig.server->stalled = true;
    rig.server->stall_room = 3;
    assert_int_equal(ftp_command(&rig.ftp, FTP_CWD, span_of("folder")), FTP_FINE);
    rig_settle(&rig.rig);
    peer_resume(rig.server);
    rig_expect(&rig.rig, rig.server, "CWD folder\r\n");
    rig_send(&rig.rig, rig.server, "250 ok\r\n");
    ftp_rig_expect(&rig, "slow", "done:no failure ");
    ftp_rig_deinit(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_rows),
        cmocka_unit_test(test_user_without_password),
        cmocka_unit_test(test_password_is_wiped),
        cmocka_unit_test(test_names_that_would_be_commands),
        cmocka_unit_test(test_refused_tls_is_the_end),
        cmocka_unit_test(test_bytes_behind_auth_are_refused),
        cmocka_unit_test(test_failed_handshake),
        cmocka_unit_test(test_server_that_wants_another_offer),
        cmocka_unit_test(test_server_that_wants_none_of_the_offers),
        cmocka_unit_test(test_server_that_is_gone_for_the_next_offer),
        cmocka_unit_test(test_silent_handshake),
        cmocka_unit_test(test_slow_login),
        cmocka_unit_test(test_slow_handshake),
        cmocka_unit_test(test_missing_security_data),
        cmocka_unit_test(test_refused_protection),
        cmocka_unit_test(test_wrong_while_logging_in),
        cmocka_unit_test(test_wrong_in_a_command),
        cmocka_unit_test(test_wrong_in_a_transfer),
        cmocka_unit_test(test_wrong_while_idle),
        cmocka_unit_test(test_reply_and_end_together),
        cmocka_unit_test(test_all_replies_at_once),
        cmocka_unit_test(test_no_server),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_rename),
        cmocka_unit_test(test_quit),
        cmocka_unit_test(test_slow_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
