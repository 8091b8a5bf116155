// driver_test.cpp: tests of a driver in GoogleTest.  The module is in TLSMODEM_PORT; what happens
// to it, they ask for by `tlsmodem ctl`, which finds it by TLSMODEM_CONTROL.

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace
{

constexpr int PATIENCE_MS = 30000;

class Driver : public testing::Test
{
  protected:
    void SetUp() override
    {
        const char *path = std::getenv("TLSMODEM_PORT");
        ASSERT_NE(path, nullptr);
        fd = open(path, O_RDWR | O_NOCTTY);
        ASSERT_GE(fd, 0);
        termios raw;
        tcgetattr(fd, &raw);
        cfmakeraw(&raw);
        tcsetattr(fd, TCSANOW, &raw);
        ASSERT_NE(ask("ATE0"), "");
    }

    void TearDown() override
    {
        EXPECT_EQ(ctl("reset"), 0);
        close(fd);
    }

    // What comes up to `end`; empty: it did not come.
    std::string hear(const std::string &end)
    {
        std::string heard;
        while (heard.find(end) == std::string::npos) {
            pollfd port = { fd, POLLIN, 0 };
            char byte;
            if (poll(&port, 1, PATIENCE_MS) != 1 || read(fd, &byte, 1) != 1)
                return "";
            heard += byte;
        }
        return heard;
    }

    std::string ask(const std::string &line)
    {
        const std::string typed = line + "\r";
        return write(fd, typed.data(), typed.size()) == static_cast<ssize_t>(typed.size())
                   ? hear("OK\r\n")
                   : "";
    }

    static int ctl(const std::string &words)
    {
        return std::system((std::getenv("CTL") + (" " + words) + " > /dev/null").c_str());
    }

    int fd = -1;
};

TEST_F(Driver, ReadsTheSignal)
{
    ASSERT_EQ(ctl("set signal=7"), 0);
    EXPECT_NE(ask("AT+CSQ").find("+CSQ: 7,"), std::string::npos);
}

TEST_F(Driver, HearsThatTheNetworkIsLost)
{
    ASSERT_NE(ask("AT+CREG=1"), "");
    ASSERT_EQ(ctl("set registration=denied"), 0);
    EXPECT_NE(hear("+CREG: 3\r\n"), "");
}

} // namespace
