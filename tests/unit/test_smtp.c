/* test_smtp.c: the mail client against a scripted server: each dialogue to the byte, and every
 * step at which it can break.
 */
#include "base/text.h"
#include "check.h"
#include "service_rig.h"
#include "services/smtp.h"

#include <stdio.h>

enum { PENDING = -1 };

static const struct smtp_recipient one[] = { { SMTP_TO, "b@y.test" } };
static const struct smtp_recipient three[] = { { SMTP_TO, "b@y.test" },
                                               { SMTP_CC, "c@y.test" },
                                               { SMTP_BCC, "d@y.test" } };

struct mailer {
    struct service_rig rig;
    struct scripted_peer *peer;
    struct smtp smtp;
    struct smtp_job job;
    int outcome; /* an enum smtp_error, or PENDING */
};

static void on_done(void *ctx, enum smtp_error error)
{
    struct mailer *mailer = ctx;

    assert_true(mailer->rig.inside > 0);
    assert_int_equal(mailer->outcome, PENDING);
    mailer->outcome = (int)error;
}

static const struct smtp_events events = { .on_done = on_done };

static int64_t deadline(const void *service)
{
    return smtp_deadline(service);
}

static void tick(void *service)
{
    smtp_tick(service);
}

static void set_up(struct mailer *mailer)
{
    memset(mailer, 0, sizeof(*mailer));
    rig_init(&mailer->rig);
    smtp_init(&mailer->smtp, 1, &mailer->rig.around, &events, mailer, &mailer->rig.tls_source);
    mailer->rig.service = &mailer->smtp;
    mailer->rig.deadline = deadline;
    mailer->rig.tick = tick;
    mailer->outcome = PENDING;
    mailer->peer = rig_listen(&mailer->rig, "h.test", 25, PEER_ACCEPTS);
    mailer->job = (struct smtp_job){ .host = "h.test",
                                     .port = 25,
                                     .ehlo = "[10.1.2.3]",
                                     .user = "",
                                     .password = "",
                                     .content = { .sender = "a@x.test",
                                                  .name = "",
                                                  .recipients = one,
                                                  .recipient_count = 1,
                                                  .subject = span_of("S"),
                                                  .subject_charset = "US-ASCII",
                                                  .body = span_of("Hi\r\n.\r\n..\r\n.x"),
                                                  .body_charset = "US-ASCII",
                                                  .utc_s = 1735732800,
                                                  .unique = 1 },
                                     .connect_timeout_ms = 10000,
                                     .reply_timeout_ms = 30000,
                                     .total_timeout_ms = 100000 };
}

static void tear_down(struct mailer *mailer)
{
    smtp_stop(&mailer->smtp);
    rig_settle(&mailer->rig);
    rig_deinit(&mailer->rig);
}

static void start(struct mailer *mailer)
{
    assert_int_equal(smtp_start(&mailer->smtp, &mailer->job), SMTP_FINE);
    rig_settle(&mailer->rig);
}

static void expect(struct mailer *mailer, const char *text)
{
    rig_expect(&mailer->rig, mailer->peer, text);
}

/* The server says `reply`, and gets `then`. */
static void step(struct mailer *mailer, const char *reply, const char *then)
{
    rig_send(&mailer->rig, mailer->peer, reply);
    expect(mailer, then);
}

#define EHLO "EHLO [10.1.2.3]\r\n"
#define MAIL "MAIL FROM:<a@x.test>\r\n"
#define RCPT "RCPT TO:<b@y.test>\r\n"
#define CONTENT                                                                                    \
    "Date: Wed, 01 Jan 2025 12:00:00 +0000\r\nFrom: <a@x.test>\r\n"                                \
    "Message-ID: <1735732800.1@x.test>\r\nTo: <b@y.test>\r\nSubject: S\r\nMIME-Version: 1.0\r\n"   \
    "Content-Type: text/plain; charset=US-ASCII\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"        \
    "Hi\r\n..\r\n...\r\n..x\r\n.\r\n"

static void finish(struct mailer *mailer)
{
    step(mailer, "250 ok\r\n", RCPT);
    step(mailer, "250 ok\r\n", "DATA\r\n");
    step(mailer, "354 go\r\n", CONTENT);
    step(mailer, "250 queued\r\n", "QUIT\r\n");
    assert_int_equal(mailer->outcome, PENDING);
    rig_send(&mailer->rig, mailer->peer, "221 bye\r\n");
    assert_int_equal(mailer->outcome, SMTP_FINE);
    assert_false(smtp_is_busy(&mailer->smtp));
}

static void test_plain(void **state)
{
    struct mailer mailer;

    (void)state;
    set_up(&mailer);
    start(&mailer);
    expect(&mailer, "");
    step(&mailer, "220 h.test ESMTP\r\n", EHLO);
    step(&mailer, "250-h.test\r\n250-SIZE 100\r\n250 STARTTLS\r\n", MAIL);
    finish(&mailer);
    tear_down(&mailer);
}

static void test_several_recipients(void **state)
{
    struct mailer mailer;

    (void)state;
    set_up(&mailer);
    mailer.job.content.recipients = three;
    mailer.job.content.recipient_count = COUNT(three);
    start(&mailer);
    step(&mailer, "220-h.test\r\n220 ESMTP\r\n", EHLO);
    step(&mailer, "250 h.test\r\n", MAIL);
    step(&mailer, "250 ok\r\n", RCPT);
    step(&mailer, "250 ok\r\n", "RCPT TO:<c@y.test>\r\n");
    step(&mailer, "251 will forward\r\n", "RCPT TO:<d@y.test>\r\n");
    step(&mailer, "550 no such user\r\n", "");
    assert_int_equal(mailer.outcome, SMTP_RECIPIENT);
    tear_down(&mailer);
}

static void test_helo(void **state)
{
    struct mailer mailer;

    (void)state;
    set_up(&mailer);
    start(&mailer);
    step(&mailer, "220 old\r\n", EHLO);
    step(&mailer, "502 what?\r\n", "HELO [10.1.2.3]\r\n");
    step(&mailer, "250 hello\r\n", MAIL);
    finish(&mailer);
    tear_down(&mailer);
}

static void test_login(void **state)
{
    static const struct {
        const char *offer, *first, *second;
    } rows[] = {
        { "250 AUTH LOGIN PLAIN\r\n", "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", NULL },
        { "250-AUTH=LOGIN\r\n250 auth plain\r\n", "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", NULL },
        { "250 AUTH CRAM-MD5 LOGIN\r\n", "AUTH LOGIN\r\n", "dXNlcg==\r\n" },
        { "250 AUTH=LOGIN\r\n", "AUTH LOGIN\r\n", "dXNlcg==\r\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mailer mailer;

        set_up(&mailer);
        mailer.job.user = "user";
        mailer.job.password = "pass";
        start(&mailer);
        step(&mailer, "220 h\r\n", EHLO);
        step(&mailer, rows[i].offer, rows[i].first);
        if (rows[i].second != NULL) {
            step(&mailer, "334 VXNlcm5hbWU6\r\n", rows[i].second);
            step(&mailer, "334 UGFzc3dvcmQ6\r\n", "cGFzcw==\r\n");
        }
        for (size_t k = 0; k < sizeof(mailer.smtp.out); k++)
            assert_int_equal(mailer.smtp.out[k], 0); /* no secret is left behind */
        step(&mailer, "235 welcome\r\n", MAIL);
        finish(&mailer);
        tear_down(&mailer);
    }
}

static void test_no_login(void **state)
{
    static const char *const offers[] = { "250 h\r\n", "250 AUTH CRAM-MD5 PLAINTEXT\r\n",
                                          "250 AUTHPLAIN\r\n", "250 AUTH\r\n" };
    static const char *const said[] = {
        "offers no login here; leave user and password out, or use TLS",
        "offers only the logins CRAM-MD5 PLAINTEXT; the module has PLAIN and LOGIN",
        "offers no login here; leave user and password out, or use TLS",
        "offers no login here; leave user and password out, or use TLS",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(offers); i++) {
        struct mailer mailer;

        set_up(&mailer);
        mailer.job.user = "user";
        start(&mailer);
        step(&mailer, "220 h\r\n", EHLO);
        step(&mailer, offers[i], "");
        check_int(offers[i], mailer.outcome, SMTP_AUTH);
        if (strstr(mailer.rig.world.log_line, said[i]) == NULL)
            fail_msg("%s: the log has: %s", offers[i], mailer.rig.world.log_line);
        tear_down(&mailer);
    }
}

static void test_tls_first(void **state)
{
    struct mailer mailer;

    (void)state;
    set_up(&mailer);
    mailer.job.security = SMTP_TLS_FIRST;
    peer_decide(mailer.peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    start(&mailer);
    assert_int_equal(mailer.peer->state, PEER_OPEN);
    step(&mailer, "220 h\r\n", EHLO);
    step(&mailer, "250 h\r\n", MAIL);
    finish(&mailer);
    tear_down(&mailer);
}

static void start_tls(struct mailer *mailer)
{
    set_up(mailer);
    mailer->job.security = SMTP_STARTTLS;
    mailer->job.user = "user";
    mailer->job.password = "pass";
    start(mailer);
    step(mailer, "220 h\r\n", EHLO);
    step(mailer, "250-AUTH PLAIN\r\n250 STARTTLS\r\n", "STARTTLS\r\n");
}

static void test_starttls(void **state)
{
    struct mailer mailer;

    (void)state;
    start_tls(&mailer);
    mailer.peer->plain = false; /* from here it speaks TLS */
    peer_decide(mailer.peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    step(&mailer, "220 go ahead\r\n", EHLO);
    assert_int_equal(mailer.peer->state, PEER_OPEN);
    /* What was offered without protection does not count. */
    step(&mailer, "250 AUTH LOGIN\r\n", "AUTH LOGIN\r\n");
    step(&mailer, "334 \r\n", "dXNlcg==\r\n");
    step(&mailer, "334 \r\n", "cGFzcw==\r\n");
    step(&mailer, "235 ok\r\n", MAIL);
    finish(&mailer);
    assert_int_equal(mailer.rig.lent, 1);
    tear_down(&mailer);
}

/* STARTTLS was said: the server goes ahead and refuses what it is offered. */
static void refuse_offer(struct mailer *mailer, int alert)
{
    mailer->peer->plain = false;
    peer_decide(mailer->peer, &(struct peer_handshake){ .verdict = VERDICT_NO,
                                                        .reason = TLS_NO_SHARED_SUITE,
                                                        .alert = alert });
    step(mailer, "220 go\r\n", "");
}

/* From the greeting on, over a new connection. */
static void begin_anew(struct mailer *mailer)
{
    step(mailer, "220 h\r\n", EHLO);
    step(mailer, "250-AUTH PLAIN\r\n250 STARTTLS\r\n", "STARTTLS\r\n");
}

static void test_server_that_wants_another_offer(void **state)
{
    struct mailer mailer;

    (void)state;
    start_tls(&mailer);
    mailer.rig.world.scripted_tls.cannot_say_lists = true;
    refuse_offer(&mailer, -1);
    begin_anew(&mailer);
    mailer.peer->plain = false;
    peer_decide(mailer.peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    step(&mailer, "220 go\r\n", EHLO);
    assert_non_null(strstr(mailer.peer->offer, "suites=0035"));
    step(&mailer, "250 AUTH LOGIN\r\n", "AUTH LOGIN\r\n");
    step(&mailer, "334 \r\n", "dXNlcg==\r\n");
    step(&mailer, "334 \r\n", "cGFzcw==\r\n");
    step(&mailer, "235 ok\r\n", MAIL);
    finish(&mailer);
    tear_down(&mailer);
}

static void test_server_that_wants_none_of_the_offers(void **state)
{
    struct mailer mailer;

    (void)state;
    start_tls(&mailer);
    mailer.rig.world.scripted_tls.cannot_say_lists = true;
    refuse_offer(&mailer, -1);
    for (int part = 1; part <= 2; part++) {
        begin_anew(&mailer);
        refuse_offer(&mailer, 40);
    }
    assert_int_equal(mailer.outcome, SMTP_TLS);
    tear_down(&mailer);
}

static void test_server_that_is_gone_for_the_next_offer(void **state)
{
    struct mailer mailer;

    (void)state;
    start_tls(&mailer);
    mailer.rig.world.scripted_tls.cannot_say_lists = true;
    mailer.peer->listens = PEER_REFUSES;
    refuse_offer(&mailer, -1);
    assert_int_equal(mailer.outcome, SMTP_TLS);
    tear_down(&mailer);
}

/* Nothing goes without TLS where TLS was asked for. */
static void test_starttls_refused(void **state)
{
    static const char *const replies[] = { "454 not now\r\n", "502 what?\r\n", "250 no\r\n",
                                           "220 go\r\n250 injected\r\n", "hello\r\n" };
    struct mailer mailer;

    (void)state;
    for (size_t i = 0; i < COUNT(replies); i++) {
        start_tls(&mailer);
        step(&mailer, replies[i], "");
        check_int(replies[i], mailer.outcome, SMTP_TLS);
        tear_down(&mailer);
    }
    set_up(&mailer);
    mailer.job.security = SMTP_STARTTLS;
    start(&mailer);
    step(&mailer, "220 h\r\n", EHLO);
    step(&mailer, "250 h\r\n", ""); /* not offered */
    assert_int_equal(mailer.outcome, SMTP_TLS);
    tear_down(&mailer);
    set_up(&mailer);
    mailer.job.security = SMTP_STARTTLS;
    start(&mailer);
    step(&mailer, "220 h\r\n", EHLO);
    step(&mailer, "502 what?\r\n", ""); /* HELO knows no STARTTLS */
    assert_int_equal(mailer.outcome, SMTP_SERVER);
    tear_down(&mailer);
}

static void test_tls_fails(void **state)
{
    const struct peer_handshake no = { .verdict = VERDICT_NO,
                                       .reason = TLS_UNKNOWN_CA,
                                       .alert = -1 };
    struct mailer mailer;

    (void)state;
    start_tls(&mailer);
    mailer.peer->plain = false;
    peer_decide(mailer.peer, &no);
    rig_send(&mailer.rig, mailer.peer, "220 go\r\n");
    assert_int_equal(mailer.outcome, SMTP_TLS);
    tear_down(&mailer);

    start_tls(&mailer);
    mailer.rig.lend_nothing = true;
    rig_send(&mailer.rig, mailer.peer, "220 go\r\n");
    assert_int_equal(mailer.outcome, SMTP_TLS);
    tear_down(&mailer);

    set_up(&mailer);
    mailer.job.security = SMTP_TLS_FIRST;
    peer_decide(mailer.peer, &no);
    start(&mailer);
    assert_int_equal(mailer.outcome, SMTP_TLS);
    mailer.rig.lend_nothing = true;
    assert_int_equal(smtp_start(&mailer.smtp, &mailer.job), SMTP_TLS);
    assert_false(smtp_is_busy(&mailer.smtp));
    tear_down(&mailer);
}

/* ---- every step, and what can go wrong at it ---- */

static const struct {
    const char *reply, *then;
    enum smtp_error refused; /* what a 550 is here */
} steps[] = {
    { "220 h\r\n", EHLO, SMTP_SERVER },
    { "250 AUTH LOGIN\r\n", "AUTH LOGIN\r\n", SMTP_SERVER },
    { "334 \r\n", "dXNlcg==\r\n", SMTP_AUTH },
    { "334 \r\n", "cGFzcw==\r\n", SMTP_AUTH },
    { "235 ok\r\n", MAIL, SMTP_AUTH },
    { "250 ok\r\n", RCPT, SMTP_SENDER },
    { "250 ok\r\n", "DATA\r\n", SMTP_RECIPIENT },
    { "354 go\r\n", CONTENT, SMTP_DATA },
    { "250 ok\r\n", "QUIT\r\n", SMTP_DATA },
    { "221 bye\r\n", "", SMTP_FINE },
};

static void go_to(struct mailer *mailer, size_t count)
{
    set_up(mailer);
    mailer->job.user = "user";
    mailer->job.password = "pass";
    start(mailer);
    for (size_t i = 0; i < count; i++)
        step(mailer, steps[i].reply, steps[i].then);
    assert_int_equal(mailer->outcome, PENDING);
}

static void check_outcome(struct mailer *mailer, size_t at, const char *what, int expected)
{
    char name[80];

    snprintf(name, sizeof(name), "step %zu: %s", at, what);
    check_int(name, mailer->outcome, expected);
    assert_int_equal(smtp_is_busy(&mailer->smtp), false);
    tear_down(mailer);
}

static void test_each_step(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        bool sent = i == COUNT(steps) - 1; /* the mail is away: it cannot fail any more */
        struct mailer mailer;

        go_to(&mailer, i);
        if (i != 1) /* a 550 to EHLO asks for HELO */
            rig_send(&mailer.rig, mailer.peer, "550 no\r\n");
        else
            rig_send(&mailer.rig, mailer.peer, "421 no\r\n");
        check_outcome(&mailer, i, "refused", (int)steps[i].refused);

        go_to(&mailer, i);
        peer_hang_up(mailer.peer);
        rig_settle(&mailer.rig);
        check_outcome(&mailer, i, "hung up", (int)(sent ? SMTP_FINE : SMTP_NETWORK));

        go_to(&mailer, i);
        peer_reset(mailer.peer);
        rig_settle(&mailer.rig);
        check_outcome(&mailer, i, "reset", (int)(sent ? SMTP_FINE : SMTP_NETWORK));

        go_to(&mailer, i);
        rig_advance(&mailer.rig, 30000);
        check_outcome(&mailer, i, "silent", (int)(sent ? SMTP_FINE : SMTP_TIMEOUT));

        go_to(&mailer, i);
        rig_send(&mailer.rig, mailer.peer, "what?\r\n");
        check_outcome(&mailer, i, "nonsense", SMTP_SERVER);

        go_to(&mailer, i);
        smtp_stop(&mailer.smtp);
        rig_advance(&mailer.rig, 200000);
        check_outcome(&mailer, i, "stopped", PENDING);
    }
}

static void test_login_wanted(void **state)
{
    struct mailer mailer;

    (void)state;
    set_up(&mailer);
    start(&mailer);
    step(&mailer, "220 h\r\n", EHLO);
    step(&mailer, "250 h\r\n", MAIL);
    step(&mailer, "530 log in first\r\n", "");
    assert_int_equal(mailer.outcome, SMTP_AUTH);
    tear_down(&mailer);
}

static void test_total_time(void **state)
{
    struct mailer mailer;

    (void)state;
    set_up(&mailer);
    mailer.job.content.recipients = three;
    mailer.job.content.recipient_count = COUNT(three);
    start(&mailer);
    rig_advance(&mailer.rig, 29000);
    step(&mailer, "220 h\r\n", EHLO);
    rig_advance(&mailer.rig, 29000);
    step(&mailer, "250 h\r\n", MAIL);
    rig_advance(&mailer.rig, 29000);
    step(&mailer, "250 h\r\n", RCPT);
    rig_advance(&mailer.rig, 12999);
    assert_int_equal(mailer.outcome, PENDING);
    rig_advance(&mailer.rig, 1);
    assert_int_equal(mailer.outcome, SMTP_TIMEOUT);
    tear_down(&mailer);
}

static void test_no_connection(void **state)
{
    struct mailer mailer;

    (void)state;
    set_up(&mailer);
    scripted_net_listen(&mailer.rig.world.scripted_net, 25, PEER_REFUSES);
    start(&mailer);
    assert_int_equal(mailer.outcome, SMTP_CONNECT);
    mailer.outcome = PENDING;
    scripted_net_name(&mailer.rig.world.scripted_net, "h.test", NAME_FAILS, NULL, 0);
    start(&mailer);
    assert_int_equal(mailer.outcome, SMTP_DNS);
    tear_down(&mailer);
}

static void test_invalid(void **state)
{
    struct mailer mailer;

    (void)state;
    set_up(&mailer);
    mailer.job.content.subject = span_of("S\r\nBcc: x@y");
    assert_int_equal(smtp_start(&mailer.smtp, &mailer.job), SMTP_INVALID);
    mailer.job.content.subject = span_of("S");
    mailer.job.ehlo = "x\r\nMAIL";
    assert_int_equal(smtp_start(&mailer.smtp, &mailer.job), SMTP_INVALID);
    assert_int_equal(mailer.outcome, PENDING);
    tear_down(&mailer);
}

/* A mail that the server takes slowly waits with it. */
static void test_slow_server(void **state)
{
    static char body[200000];
    struct mailer mailer;

    (void)state;
    set_up(&mailer);
    for (size_t i = 0; i < sizeof(body); i++)
        body[i] = i % 61 == 60 ? '\n' : '.';
    mailer.job.content.body = span_at(body, sizeof(body));
    start(&mailer);
    step(&mailer, "220 h\r\n", EHLO);
    step(&mailer, "250 h\r\n", MAIL);
    step(&mailer, "250 h\r\n", RCPT);
    step(&mailer, "250 h\r\n", "DATA\r\n");
    peer_stall(mailer.peer);
    rig_send(&mailer.rig, mailer.peer, "354 go\r\n");
    rig_advance(&mailer.rig, 20000);
    assert_true(mailer.smtp.message.offset < 10000);
    peer_resume(mailer.peer);
    rig_settle(&mailer.rig);
    assert_true(byte_queue_len(&mailer.peer->got) > sizeof(body));
    rig_advance(&mailer.rig, 20000); /* the time began anew */
    byte_queue_clear(&mailer.peer->got);
    step(&mailer, "250 ok\r\n", "QUIT\r\n");
    tear_down(&mailer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_several_recipients),
        cmocka_unit_test(test_helo),
        cmocka_unit_test(test_login),
        cmocka_unit_test(test_no_login),
        cmocka_unit_test(test_tls_first),
        cmocka_unit_test(test_starttls),
        cmocka_unit_test(test_server_that_wants_another_offer),
        cmocka_unit_test(test_server_that_wants_none_of_the_offers),
        cmocka_unit_test(test_server_that_is_gone_for_the_next_offer),
        cmocka_unit_test(test_starttls_refused),
        cmocka_unit_test(test_tls_fails),
        cmocka_unit_test(test_each_step),
        cmocka_unit_test(test_login_wanted),
        cmocka_unit_test(test_total_time),
        cmocka_unit_test(test_no_connection),
        cmocka_unit_test(test_invalid),
        cmocka_unit_test(test_slow_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
