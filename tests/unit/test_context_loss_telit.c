/* test_context_loss_telit.c: services of a Telit whose context is taken away. */
#include "check.h"
#include "context_loss.h"

static const char *const models[] = { "he910", NULL };
static const char *const setup[] = {
    "ATE0",         "AT+CMEE=1",    "AT+CGDCONT=1,\"IP\",\"internet\"",
    "AT#SGACT=1,1", "AT#SSLEN=1,1", "AT#FTPCFG=100,0,0",
    NULL,
};

#define HEARD(own) .by_command = own, .by_network = own

#define OPEN(mode) LINE("AT#FTPOPEN=localhost,u,p," mode)
#define LOGS_IN                                                                                    \
    SAYS(21, "220 a\r\n"), SAYS(21, "331 b\r\n"), SAYS(21, "230 c\r\n"), SAYS(21, "200 d\r\n")
#define FTP_OPEN   OPEN("1"), LOGS_IN
#define PASSIVE    SAYS(21, "227 ok (127,0,0,1,15,161)\r\n")
#define HERE       SAYS(21, "150 here\r\n")
#define DIAL(mode) LINE("AT#SSLD=1,443,\"localhost\",0," mode)

static const struct service_row rows[] = {
    { "nothing", MOVES(LINE("AT")), HEARD("") },
    { "dial, name", MOVES(LINE("AT#SSLD=1,443,\"slow\",0,1")), HEARD("\r\n+CME ERROR: 556\r\n") },
    { "dial, connecting", MOVES(LINE("AT#SSLD=1,4999,\"localhost\",0,1")),
      HEARD("\r\n+CME ERROR: 556\r\n") },
    { "dial, handshake", MOVES(DIAL("1")), HEARD("\r\n+CME ERROR: 556\r\n") },
    { "dial online, handshake", MOVES(DIAL("0")), HEARD("\r\n+CME ERROR: 556\r\n") },
    { "online", MOVES(DIAL("0"), SHAKES(443), SAYS(443, "hello"), BYTES("data")),
      HEARD("\r\nNO CARRIER\r\n") },
    { "online, left", MOVES(DIAL("0"), SHAKES(443), ESCAPE), HEARD("\r\nNO CARRIER\r\n") },
    { "command mode", MOVES(DIAL("1"), SHAKES(443), SAYS(443, "hello")),
      HEARD("\r\nNO CARRIER\r\n") },
    { "receive", MOVES(DIAL("1"), SHAKES(443), LINE("AT#SSLRECV=1,100")),
      HEARD("\r\n+CME ERROR: 840\r\n\r\nNO CARRIER\r\n") },
    { "prompt", MOVES(DIAL("1"), SHAKES(443), LINE("AT#SSLSEND=1"), BYTES("da")),
      HEARD("\r\n+CME ERROR: 840\r\n\r\nNO CARRIER\r\n"), .typed = "\x1A" },
    { "FTP, name", MOVES(LINE("AT#FTPOPEN=slow,u,p,1")), HEARD("\r\n+CME ERROR: 609\r\n") },
    { "FTP, login", MOVES(OPEN("1"), SAYS(21, "220 a\r\n")), HEARD("\r\n+CME ERROR: 609\r\n") },
    { "FTP, open", MOVES(FTP_OPEN), HEARD("") },
    { "FTP, command", MOVES(FTP_OPEN, LINE("AT#FTPPWD")), HEARD("\r\n+CME ERROR: 609\r\n") },
    { "FTP, get", MOVES(FTP_OPEN, LINE("AT#FTPGET=\"f\""), PASSIVE, HERE, SAYS(4001, "hello")),
      HEARD("\r\nNO CARRIER\r\n") },
    { "FTP, put", MOVES(FTP_OPEN, LINE("AT#FTPPUT=\"f\""), PASSIVE, HERE, BYTES("data")),
      HEARD("\r\nNO CARRIER\r\n") },
    { "FTP, put, answer",
      MOVES(FTP_OPEN, LINE("AT#FTPPUT=\"f\""), PASSIVE, HERE, BYTES("data"), ESCAPE),
      HEARD("\r\nNO CARRIER\r\n") },
    { "FTP, list, called",
      MOVES(OPEN("0"), LOGS_IN, LINE("AT#FTPLIST"), SAYS(21, "200 port\r\n"), HERE),
      HEARD("\r\n+CME ERROR: 609\r\n") },
    { "FTP, packets",
      MOVES(FTP_OPEN, LINE("AT#FTPGETPKT=\"f\""), PASSIVE, HERE, SAYS(4001, "hello")), HEARD("") },
    { "FTP, put packets", MOVES(FTP_OPEN, LINE("AT#FTPPUT=\"f\",1"), PASSIVE, HERE), HEARD("") },
    { "FTP, packet prompt",
      MOVES(FTP_OPEN, LINE("AT#FTPPUT=\"f\",1"), PASSIVE, HERE, LINE("AT#FTPAPPEXT=4"),
            BYTES("da")),
      HEARD("\r\n+CME ERROR: 614\r\n"), .typed = "ta" },
    { "name", MOVES(LINE("AT#QDNS=\"slow\"")), HEARD("\r\n+CME ERROR: 556\r\n") },
    { "ping, name", MOVES(LINE("AT#PING=\"slow\"")), HEARD("\r\n+CME ERROR: 556\r\n") },
    { "ping", MOVES(LINE("AT#PING=\"127.0.0.1\"")), HEARD("\r\n+CME ERROR: 556\r\n") },
    { "time, name", MOVES(LINE("AT#NTP=\"slow\",123,1,10")), HEARD("\r\n+CME ERROR: 556\r\n") },
    { "data call", MOVES(LINE("ATD*99#"), SAYS(80, "hello")), HEARD("\r\nNO CARRIER\r\n") },
    { "data call, left", MOVES(LINE("ATD*99#"), ESCAPE), HEARD("\r\nNO CARRIER\r\n") },
    { "time", MOVES(LINE("AT#NTP=\"localhost\",123,1,10")), HEARD("\r\n+CME ERROR: 556\r\n") },
    { "FTP, close", MOVES(FTP_OPEN, LINE("AT#FTPCLOSE")), HEARD("\r\n+CME ERROR: 609\r\n") },
};

#define SD(mode) LINE("AT#SD=1,0,80,\"localhost\",0,0," mode)

/* #SGACT=1,0 is refused while such a socket is open. */
static const struct service_row plain_rows[] = {
    { "plain dial, name", MOVES(LINE("AT#SD=1,0,80,\"slow\",0,0,1")),
      HEARD("\r\n+CME ERROR: 556\r\n") },
    { "plain dial, connecting", MOVES(LINE("AT#SD=1,0,4999,\"localhost\"")),
      HEARD("\r\n+CME ERROR: 556\r\n") },
    { "plain dial in the background",
      MOVES(LINE("AT#SCFGEXT3=1,1"), LINE("AT#SD=1,0,4999,\"localhost\",0,0,1")),
      HEARD("\r\nNO CARRIER\r\n") },
    { "plain, online", MOVES(SD("0"), SAYS(80, "hello"), BYTES("data")),
      HEARD("\r\nNO CARRIER\r\n") },
    { "plain, online, left", MOVES(SD("0"), ESCAPE), HEARD("\r\nNO CARRIER\r\n") },
    { "plain, command mode", MOVES(SD("1"), SAYS(80, "hello")), HEARD("\r\nNO CARRIER\r\n") },
    { "plain, prompt", MOVES(SD("1"), LINE("AT#SSEND=1"), BYTES("da")),
      HEARD("\r\n+CME ERROR: 563\r\n\r\nNO CARRIER\r\n"), .typed = "\x1A" },
    { "plain, UDP", MOVES(LINE("AT#SD=1,1,443,\"localhost\",0,0,1")), HEARD("\r\nNO CARRIER\r\n") },
    { "listening", MOVES(LINE("AT#SL=1,1,2020")), HEARD("\r\n#SL: ABORTED\r\n") },
};

int main(void)
{
    const struct endings_module module = { models, setup, NULL, "AT#SGACT=1,0" };
    const struct endings_module plain = { models, setup, NULL, "AT+CGACT=0,1" };
    int failed = context_loss_run(&module, rows, COUNT(rows));

    return context_loss_run(&plain, plain_rows, COUNT(plain_rows)) + failed;
}
