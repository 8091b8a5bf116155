/* service_rig.c: a service of the engine alone in a scripted world. */
#include "service_rig.h"

#include "address_literal.h"
#include "check.h"

static int64_t now_ms(void *ctx)
{
    return ((struct service_rig *)ctx)->world.virtual_clock.now_ms;
}

static int64_t utc_s(void *ctx)
{
    const struct service_rig *rig = ctx;

    return clock_utc_s(rig->world.clock);
}

static void enter(void *ctx)
{
    ((struct service_rig *)ctx)->inside++;
}

static void leave(void *ctx)
{
    ((struct service_rig *)ctx)->inside--;
}

static enum err lend(void *ctx, enum err (*use)(void *use_ctx, const struct tls_config *tls),
                     void *use_ctx)
{
    static const tls_suite suites[] = { 0x0035, 0x002F };
    struct service_rig *rig = ctx;
    struct tls_config config = { .min_version = TLS_1_0,
                                 .max_version = TLS_1_1,
                                 .suites = suites,
                                 .suite_count = COUNT(suites) };

    rig->lent++;
    return rig->lend_nothing ? ERR_NOT_FOUND : use(use_ctx, &config);
}

void rig_init(struct service_rig *rig)
{
    *rig = (struct service_rig){ .inside = 0 };
    world_init(&rig->world);
    rig->around = (struct connection_world){ .net = rig->world.net,
                                             .tls = &rig->world.tls,
                                             .tls_count = 1,
                                             .log = &rig->world.log,
                                             .now_ms = now_ms,
                                             .utc_s = utc_s,
                                             .enter = enter,
                                             .leave = leave,
                                             .ctx = rig };
    rig->tls_source = (struct tls_source){ lend, rig };
}

void rig_deinit(struct service_rig *rig)
{
    assert_int_equal(rig->inside, 0);
    assert_int_equal(rig->world.scripted_tls.sessions, 0);
    assert_null(rig->world.scripted_net.streams);
    assert_null(rig->world.scripted_net.queries);
    assert_int_equal(rig->world.scripted_net.spins, 0);
    world_deinit(&rig->world);
}

struct scripted_peer *rig_listen(struct service_rig *rig, const char *host, uint16_t port,
                                 enum peer_listens listens)
{
    struct net_address address;

    assert_true(address_literal("10.0.0.7", &address));
    scripted_net_name(&rig->world.scripted_net, host, NAME_ADDRESSES, &address, 1);
    scripted_net_listen(&rig->world.scripted_net, port, listens);
    return scripted_net_peer(&rig->world.scripted_net, port);
}

static bool tick(struct service_rig *rig)
{
    if (rig->deadline(rig->service) > rig->world.virtual_clock.now_ms)
        return false;
    rig->inside++;
    rig->tick(rig->service);
    rig->inside--;
    return true;
}

void rig_settle(struct service_rig *rig)
{
    bool news = true;

    for (int passes = 0; news; passes++) {
        assert_true(passes < 100000);
        news = scripted_net_step(&rig->world.scripted_net);
        news = virtual_clock_step(&rig->world.virtual_clock) || news;
        news = tick(rig) || news;
    }
}

static int64_t next_deadline(const struct service_rig *rig)
{
    return time_earlier(rig->deadline(rig->service),
                        virtual_clock_deadline(&rig->world.virtual_clock));
}

void rig_advance(struct service_rig *rig, int64_t ms)
{
    int64_t end_ms = rig->world.virtual_clock.now_ms + ms;

    rig_settle(rig);
    while (next_deadline(rig) <= end_ms) {
        rig->world.virtual_clock.now_ms = next_deadline(rig);
        rig_settle(rig);
    }
    rig->world.virtual_clock.now_ms = end_ms;
    rig_settle(rig);
}

void rig_send(struct service_rig *rig, struct scripted_peer *peer, const char *text)
{
    assert_true(peer_send(peer, span_of(text)));
    rig_settle(rig);
}

void rig_expect(struct service_rig *rig, struct scripted_peer *peer, const char *text)
{
    rig_settle(rig);
    check_bytes("the peer gets", byte_queue_peek(&peer->got), span_of(text));
    byte_queue_clear(&peer->got);
}
