// modem_test.cpp: modules inside GoogleTest: one in virtual time, and one that calls a real server.
//
// The real server is named by the environment: TLSMODEM_EXAMPLE_PORT on localhost, with a
// certificate of the CA in the file TLSMODEM_EXAMPLE_CA.

#include <tlsmodem_posix.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>

namespace
{

// ---- the host's side of a module's port ----

class Host : tlsmodem_channel
{
  public:
    Host(tlsmodem *modem, std::function<void()> on_news)
        : tlsmodem_channel(), terminal(tlsmodem_terminal_at(modem, 0)), on_news(std::move(on_news))
    {
        static const tlsmodem_channel_ops channel_ops = [] {
            tlsmodem_channel_ops made = {};
            made.output_ready = output_ready;
            made.input_room = [](tlsmodem_channel *base) { of(base)->on_news(); };
            made.set_lines = [](tlsmodem_channel *, unsigned) {};
            made.set_rate = [](tlsmodem_channel *, uint32_t) {};
            return made;
        }();
        ops = &channel_ops;
        tlsmodem_attach(modem, 0, this);
    }

    // What was not taken before, and then `text`.
    void type(const std::string &text = "")
    {
        typed += text;
        typed.erase(0, terminal->ops->feed(terminal, tlsmodem_span_at(typed.data(), typed.size())));
    }

    bool has_heard(const std::string &text) const
    {
        return heard.find(text) != std::string::npos;
    }

    std::string heard;

  private:
    static Host *of(tlsmodem_channel *base)
    {
        return static_cast<Host *>(base);
    }

    static void output_ready(tlsmodem_channel *base)
    {
        Host *host = of(base);
        for (;;) {
            tlsmodem_span bytes = host->terminal->ops->peek(host->terminal);
            if (bytes.len == 0)
                break;
            host->heard.append(reinterpret_cast<const char *>(bytes.data), bytes.len);
            host->terminal->ops->consume(host->terminal, bytes.len);
        }
        host->on_news();
    }

    tlsmodem_terminal *terminal;
    std::function<void()> on_news;
    std::string typed;
};

// ---- virtual time: a clock that the test moves ----

struct Clock : tlsmodem_clock {
    Clock() : tlsmodem_clock()
    {
        static const tlsmodem_clock_ops clock_ops = [] {
            tlsmodem_clock_ops made = {};
            made.now_ms = [](const tlsmodem_clock *base) { return of(base)->now_ms; };
            made.utc_s = [](const tlsmodem_clock *base) {
                return INT64_C(1735732800) + of(base)->now_ms / 1000;
            };
            made.zone_quarters = [](const tlsmodem_clock *) { return 0; };
            return made;
        }();
        ops = &clock_ops;
    }

    int64_t now_ms = 0;
    int64_t deadline_ms = TLSMODEM_CLOCK_NEVER;

  private:
    static const Clock *of(const tlsmodem_clock *base)
    {
        return static_cast<const Clock *>(base);
    }
};

// A network whose name server never answers.
struct Silence : tlsmodem_net {
    Silence() : tlsmodem_net()
    {
        static const tlsmodem_net_ops net_ops = [] {
            tlsmodem_net_ops made = {};
            made.resolve = resolve;
            return made;
        }();
        ops = &net_ops;
    }

    int asked = 0, cancelled = 0;

  private:
    struct Query : tlsmodem_net_query {
        explicit Query(Silence *net) : tlsmodem_net_query(), net(net)
        {
            static const tlsmodem_net_query_ops query_ops = { cancel };
            ops = &query_ops;
        }
        Silence *net;
    };

    static void cancel(tlsmodem_net_query *query)
    {
        auto *ours = static_cast<Query *>(query);
        ours->net->cancelled++;
        delete ours;
    }

    static tlsmodem_err resolve(tlsmodem_net *net, const char *, tlsmodem_net_resolved_fn *, void *,
                                tlsmodem_net_query **ret_query)
    {
        auto *silence = static_cast<Silence *>(net);
        silence->asked++;
        *ret_query = new Query(silence);
        return TLSMODEM_ERR_OK;
    }
};

class VirtualTime : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        tlsmodem_config config = {};
        config.model = "l610";
        config.terminals = 1;
        config.net = &net;
        config.clock = &clock;
        config.identity.imei = "490154203237518";
        config.arm = [](void *ctx, int64_t deadline_ms) {
            static_cast<Clock *>(ctx)->deadline_ms = deadline_ms;
        };
        config.arm_ctx = &clock;
        ASSERT_EQ(tlsmodem_new(&config, &modem), TLSMODEM_ERR_OK);
        host = std::make_unique<Host>(modem, [] {});
    }

    void TearDown() override
    {
        tlsmodem_free(modem);
    }

    // Types a line, and moves the clock from deadline to deadline until the answer is there.
    ::testing::AssertionResult says(const std::string &line, const std::string &answer)
    {
        host->heard.clear();
        host->type(line + "\r");
        while (!host->has_heard(answer)) {
            if (clock.deadline_ms == TLSMODEM_CLOCK_NEVER)
                return ::testing::AssertionFailure() << "heard only: " << host->heard;
            clock.now_ms = std::max(clock.now_ms, clock.deadline_ms);
            tlsmodem_tick(modem);
        }
        return ::testing::AssertionSuccess();
    }

    Clock clock;
    Silence net;
    tlsmodem *modem = nullptr;
    std::unique_ptr<Host> host;
};

TEST_F(VirtualTime, TheModuleHasOurImei)
{
    EXPECT_TRUE(says("AT+CGSN", "490154203237518"));
}

TEST_F(VirtualTime, ADialEndsThoughNoNameServerAnswers)
{
    ASSERT_TRUE(says("AT+MIPCALL=1,\"internet\"", "+MIPCALL: "));
    int64_t began_ms = clock.now_ms;
    ASSERT_TRUE(says("AT+MIPOPEN=1,,\"server.test\",7,0", "+MIPOPEN: 1,0"));
    EXPECT_GE(clock.now_ms - began_ms, 1000);
    EXPECT_EQ(net.asked, 1);
    EXPECT_EQ(net.cancelled, 1);
}

TEST_F(VirtualTime, AWrongImeiIsRefused)
{
    char imei[TLSMODEM_IMEI_CAP];

    EXPECT_EQ(tlsmodem_imei("490154203237519", imei), TLSMODEM_ERR_CORRUPT);
}

// ---- a real server ----

class RealServer : public ::testing::Test
{
  protected:
    static constexpr int64_t LIMIT_MS = 60000;

    void SetUp() override
    {
        if (std::getenv("TLSMODEM_EXAMPLE_PORT") == nullptr)
            GTEST_SKIP() << "no server is named";
        tlsmodem_posix_failure failure = {};
        tlsmodem_posix_config config = {};

        ASSERT_EQ(tlsmodem_posix_world_open(nullptr, &world), TLSMODEM_ERR_OK);
        ASSERT_EQ(tlsmodem_posix_tls_open(nullptr, &tls), TLSMODEM_ERR_OK);
        config.model = "le866";
        config.tls = &tls;
        config.tls_count = 1;
        config.terminals = 1;
        ASSERT_EQ(tlsmodem_posix_modem_open(world, &config, &failure, &modem), TLSMODEM_ERR_OK)
            << failure.text;
        host = std::make_unique<Host>(tlsmodem_posix_modem_engine(modem),
                                      [this] { tlsmodem_posix_world_stop(world); });
    }

    void TearDown() override
    {
        tlsmodem_posix_modem_close(modem);
        tlsmodem_posix_tls_close(tls);
        EXPECT_TRUE(tlsmodem_posix_world_close(world, LIMIT_MS));
    }

    // Types, and lets the world go on until the answer is there.
    ::testing::AssertionResult says(const std::string &text, const std::string &answer)
    {
        tlsmodem_clock_timer *limit = nullptr;
        auto stop = [](void *ctx) {
            auto *test = static_cast<RealServer *>(ctx);
            test->too_late = true;
            tlsmodem_posix_world_stop(test->world);
        };

        if (tlsmodem_clock_new_timer(tlsmodem_posix_world_clock(world), stop, this, &limit) !=
            TLSMODEM_ERR_OK)
            return ::testing::AssertionFailure() << "no timer";
        tlsmodem_clock_timer_start(limit, LIMIT_MS);
        host->heard.clear();
        for (host->type(text); !host->has_heard(answer) && !too_late; host->type())
            tlsmodem_posix_world_run(world);
        tlsmodem_clock_timer_free(limit);
        if (too_late)
            return ::testing::AssertionFailure() << "heard only: " << host->heard;
        return ::testing::AssertionSuccess();
    }

    tlsmodem_posix_world *world = nullptr;
    tlsmodem_tls *tls = nullptr;
    tlsmodem_posix_modem *modem = nullptr;
    std::unique_ptr<Host> host;
    bool too_late = false;
};

TEST_F(RealServer, APageComesOverTls)
{
    std::stringstream ca;
    ca << std::ifstream(std::getenv("TLSMODEM_EXAMPLE_CA")).rdbuf();
    ASSERT_FALSE(ca.str().empty());

    ASSERT_TRUE(says("AT+CGDCONT=1,\"IP\",\"internet\"\r", "OK\r\n"));
    ASSERT_TRUE(says("AT#SGACT=1,1\r", "OK\r\n"));
    ASSERT_TRUE(says("AT#SSLEN=1,1\r", "OK\r\n"));
    ASSERT_TRUE(says("AT#SSLCFG=1,1,300,90,100,1\r", "OK\r\n")); // send after 100 ms
    ASSERT_TRUE(says("AT#SSLSECCFG=1,0,1\r", "OK\r\n"));
    ASSERT_TRUE(says("AT#SSLSECCFG2=1,3\r", "OK\r\n"));
    ASSERT_TRUE(says("AT#SSLSECDATA=1,1,1," + std::to_string(ca.str().size()) + "\r", "> "));
    ASSERT_TRUE(says(ca.str() + "\x1A", "\r\nOK\r\n"));
    ASSERT_TRUE(says("AT#SSLD=1," + std::string(std::getenv("TLSMODEM_EXAMPLE_PORT")) +
                         ",\"localhost\",0,0\r",
                     "CONNECT\r\n"));
    ASSERT_TRUE(says("GET / HTTP/1.0\r\n\r\n", "\r\nNO CARRIER\r\n"));
    EXPECT_EQ(host->heard.rfind("HTTP/1.", 0), 0u) << host->heard;
}

} // namespace
