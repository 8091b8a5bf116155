/* ftp_rig.c: the FTP client in a scripted world. */
#include "ftp_rig.h"

const struct ftp_exchange ftp_rig_login[] = {
    { "", "220-hello\r\n220 ready\r\n" },
    { "USER u\r\n", "331 password\r\n" },
    { "PASS p\r\n", "230 in\r\n" },
    { "TYPE I\r\n", "200 binary\r\n" },
};

static void read_all(struct ftp_rig *rig)
{
    uint8_t bytes[100];
    size_t got;

    while (rig->reads && (got = ftp_read(&rig->ftp, bytes, sizeof(bytes))) > 0)
        byte_queue_put(&rig->got, span_at(bytes, got));
}

static void on_started(void *ctx)
{
    struct ftp_rig *rig = ctx;

    assert_true(rig->rig.inside > 0);
    text_add(&rig->said, "started ");
    read_all(rig);
}

static void on_data(void *ctx)
{
    struct ftp_rig *rig = ctx;

    assert_true(rig->rig.inside > 0);
    if (!rig->reads && !rig->ftp.data.buffering)
        ftp_pause(&rig->ftp);
    read_all(rig);
}

static void on_writable(void *ctx)
{
    struct ftp_rig *rig = ctx;

    assert_true(rig->rig.inside > 0);
    text_add(&rig->said, "writable ");
}

static void on_done(void *ctx, enum ftp_error error)
{
    struct ftp_rig *rig = ctx;

    assert_true(rig->rig.inside > 0);
    rig->done_code = rig->ftp.reply.code;
    text_add(&rig->said, "done:%s ", ftp_error_text(error));
}

static void on_lost(void *ctx, enum ftp_error error)
{
    struct ftp_rig *rig = ctx;

    assert_true(rig->rig.inside > 0);
    text_add(&rig->said, "lost:%s ", ftp_error_text(error));
}

static const struct ftp_events events = {
    .on_started = on_started,
    .on_data = on_data,
    .on_writable = on_writable,
    .on_done = on_done,
    .on_lost = on_lost,
};

static int64_t deadline(const void *service)
{
    return ftp_deadline(service);
}

static void tick(void *service)
{
    ftp_tick(service);
}

void ftp_rig_init(struct ftp_rig *rig)
{
    memset(rig, 0, sizeof(*rig));
    rig_init(&rig->rig);
    ftp_init(&rig->ftp, 0, &rig->rig.around, &events, rig, &rig->rig.tls_source, FTP_RIG_RECEIVED);
    rig->rig.service = &rig->ftp;
    rig->rig.deadline = deadline;
    rig->rig.tick = tick;
    rig->reads = true;
    text_init(&rig->said, rig->said_memory, sizeof(rig->said_memory));
    rig->server = rig_listen(&rig->rig, "ftp.test", FTP_RIG_PORT, PEER_ACCEPTS);
    scripted_net_listen(&rig->rig.world.scripted_net, FTP_RIG_DATA_PORT, PEER_ACCEPTS);
    rig->data = scripted_net_peer(&rig->rig.world.scripted_net, FTP_RIG_DATA_PORT);
}

void ftp_rig_deinit(struct ftp_rig *rig)
{
    ftp_drop(&rig->ftp);
    rig_settle(&rig->rig);
    byte_queue_deinit(&rig->got);
    rig_deinit(&rig->rig);
}

void ftp_rig_dial(struct ftp_rig *rig, bool secure, bool passive, bool ignore_private)
{
    struct ftp_session session = { .host = "ftp.test",
                                   .port = FTP_RIG_PORT,
                                   .user = "u",
                                   .password = "p",
                                   .secure = secure,
                                   .passive = passive,
                                   .ignore_private = ignore_private,
                                   .timeout_ms = FTP_RIG_TIMEOUT_MS,
                                   .total_ms = FTP_RIG_TOTAL_MS,
                                   .idle_ms = 3 * FTP_RIG_TIMEOUT_MS };

    assert_int_equal(ftp_open(&rig->ftp, &session), FTP_FINE);
    rig_settle(&rig->rig);
}

void ftp_rig_play(struct ftp_rig *rig, const struct ftp_exchange *exchanges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rig_expect(&rig->rig, rig->server, exchanges[i].gets);
        rig_send(&rig->rig, rig->server, exchanges[i].says);
    }
}

void ftp_rig_expect(struct ftp_rig *rig, const char *row, const char *said)
{
    rig_settle(&rig->rig);
    check_text(row, rig->said.at, said);
    text_init(&rig->said, rig->said_memory, sizeof(rig->said_memory));
}

void ftp_rig_open(struct ftp_rig *rig, bool passive)
{
    ftp_rig_init(rig);
    ftp_rig_dial(rig, false, passive, false);
    ftp_rig_play(rig, ftp_rig_login, FTP_RIG_LOGIN);
    ftp_rig_expect(rig, "open", "done:no failure ");
}

void ftp_rig_open_secure(struct ftp_rig *rig)
{
    static const struct ftp_exchange before[] = { { "", "220 ready\r\n" },
                                                  { "AUTH TLS\r\n", "234 go\r\n" } };
    static const struct ftp_exchange after[] = { { "PBSZ 0\r\n", "200 ok\r\n" },
                                                 { "PROT P\r\n", "200 ok\r\n" } };

    ftp_rig_init(rig);
    ftp_rig_dial(rig, true, true, false);
    ftp_rig_play(rig, before, COUNT(before));
    peer_decide(rig->server, &(struct peer_handshake){ .verdict = VERDICT_YES });
    ftp_rig_play(rig, after, COUNT(after));
    ftp_rig_play(rig, ftp_rig_login + 1, FTP_RIG_LOGIN - 1);
    ftp_rig_expect(rig, "open", "done:no failure ");
    assert_int_equal(rig->rig.lent, 1);
}

void ftp_rig_start(struct ftp_rig *rig, enum ftp_kind kind, const char *line)
{
    assert_int_equal(ftp_transfer(&rig->ftp, kind, span_of("f"), 0), FTP_FINE);
    rig_expect(&rig->rig, rig->server, "PASV\r\n");
    rig_send(&rig->rig, rig->server, FTP_RIG_PASSIVE);
    rig_expect(&rig->rig, rig->server, line);
    assert_int_equal(rig->data->state, PEER_CONNECTED);
    rig_send(&rig->rig, rig->server, "150 here it comes\r\n");
}
