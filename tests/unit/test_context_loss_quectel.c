/* test_context_loss_quectel.c: services of a Quectel whose context is taken away. */
#include "check.h"
#include "context_loss.h"

static const char *const models[] = { "m95", NULL };
static const char *const setup[] = {
    "ATE0",
    "AT+CMEE=1",
    "AT+QIDNSIP=1",
    "AT+QIREGAPP;+QIACT",
    "AT+QSSLCFG=\"https\",1;+QSSLCFG=\"httpsctxi\",0;+QSSLCFG=\"ignorertctime\",1",
    "AT+QSSLCFG=\"smtpsctxi\",0",
    "AT+QSMTPADDR=\"a@b\";+QSMTPSUB=0,\"x\"",
    "AT+QSMTPUSER=\"\"",
    NULL,
};

/* +PDP DEACT is heard when nobody has asked for it: before what is unasked, and behind a result. */
#define LOST         "\r\n+PDP DEACT\r\n"
#define UNASKED(own) .by_command = own, .by_network = LOST own
#define RESULT(own)  .by_command = own, .by_network = own LOST

#define SEVERAL          LINE("AT+QIDEACT"), LINE("AT+QIMUX=1"), LINE("AT+QIACT")
#define TRANSPARENT      LINE("AT+QIDEACT"), LINE("AT+QIMODE=1"), LINE("AT+QIACT")
#define TCP_OPEN         LINE("AT+QIOPEN=\"TCP\",\"localhost\",80")
#define TLS_OPEN         LINE("AT+QSSLOPEN=0,0,\"localhost\",443,0")
#define URL(count, text) LINE("AT+QHTTPURL=" count ",5"), BYTES(text)
#define PLAIN_URL        URL("18", "http://localhost/x")
#define GOOD(port)       SAYS(port, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
#define MQTT_OPEN        LINE("AT+QMTOPEN=0,\"localhost\",80")
#define MQTT_CONNECTED   MQTT_OPEN, LINE("AT+QMTCONN=0,\"c\""), PACKET(80, "\x20\x02\0\0")
#define MAIL(host)                                                                                 \
    LINE("AT+QSMTPSRV=\"" host "\",25;+QSMTPDST=0;+QSMTPDST=1,1,\"c@d\""),                         \
        LINE("AT+QSMTPBODY=1,5"), BYTES("hello"), ESCAPE

static const struct service_row rows[] = {
    { "nothing", MOVES(LINE("AT")), UNASKED("") },
    { "socket, name", MOVES(LINE("AT+QIOPEN=\"TCP\",\"slow\",80")),
      UNASKED("\r\nCONNECT FAIL\r\n") },
    { "socket, connecting", MOVES(LINE("AT+QIOPEN=\"TCP\",\"localhost\",4999")),
      UNASKED("\r\nCONNECT FAIL\r\n") },
    { "socket, open", MOVES(TCP_OPEN), UNASKED("") },
    { "socket, UDP", MOVES(LINE("AT+QIOPEN=\"UDP\",\"localhost\",4000")), UNASKED("") },
    { "sockets, connecting", MOVES(SEVERAL, LINE("AT+QIOPEN=1,\"TCP\",\"localhost\",4999")),
      UNASKED("\r\n1, CONNECT FAIL\r\n") },
    { "sockets, open",
      MOVES(SEVERAL, LINE("AT+QIOPEN=0,\"TCP\",\"localhost\",80"),
            LINE("AT+QIOPEN=2,\"TCP\",\"localhost\",4001")),
      UNASKED("") },
    { "socket, prompt", MOVES(TCP_OPEN, LINE("AT+QISEND=4"), BYTES("da")), RESULT("\r\nERROR\r\n"),
      .typed = "ta" },
    { "TLS, name", MOVES(LINE("AT+QSSLOPEN=0,0,\"slow\",443,0")),
      UNASKED("\r\n+QSSLOPEN: 0,-1\r\n") },
    { "TLS, handshake", MOVES(TLS_OPEN), UNASKED("\r\n+QSSLOPEN: 0,-1\r\n") },
    { "TLS, open", MOVES(TLS_OPEN, SHAKES(443), SAYS(443, "hello")), .by_command = "",
      .by_network = LOST "\r\n+QSSLURC: \"closed\",0\r\n" },
    { "TLS, prompt", MOVES(TLS_OPEN, SHAKES(443), LINE("AT+QSSLSEND=0,4"), BYTES("da")),
      .by_command = "\r\nERROR\r\n",
      .by_network = "\r\nERROR\r\n" LOST "\r\n+QSSLURC: \"closed\",0\r\n", .typed = "ta" },
    { "online, connecting", MOVES(TRANSPARENT, LINE("AT+QIOPEN=\"TCP\",\"localhost\",4999")),
      UNASKED("\r\nCONNECT FAIL\r\n") },
    { "online", MOVES(TRANSPARENT, TCP_OPEN, BYTES("data")), .by_command = "\r\nCLOSED\r\n",
      .by_network = LOST },
    { "online, left", MOVES(TRANSPARENT, TCP_OPEN, ESCAPE), UNASKED("") },
    { "online, TLS", MOVES(LINE("AT+QSSLOPEN=0,0,\"localhost\",443,1"), SHAKES(443)),
      .by_command = "\r\nCLOSED\r\n", .by_network = LOST "\r\n+QSSLURC: \"closed\",0\r\n" },
    { "HTTP, name", MOVES(URL("13", "http://slow/x"), LINE("AT+QHTTPGET=10")),
      RESULT("\r\n+CME ERROR: 3808\r\n") },
    { "HTTP, asked", MOVES(PLAIN_URL, LINE("AT+QHTTPGET=10")), RESULT("\r\n+CME ERROR: 3808\r\n") },
    { "HTTP, half", MOVES(PLAIN_URL, LINE("AT+QHTTPGET=10"), GOOD(80)), UNASKED("") },
    { "HTTP, read as it comes",
      MOVES(PLAIN_URL, LINE("AT+QHTTPGET=10"), GOOD(80), LINE("AT+QHTTPREAD=30"), SAYS(80, "hel")),
      RESULT("\r\n+CME ERROR: 3808\r\n") },
    { "HTTP, post", MOVES(PLAIN_URL, LINE("AT+QHTTPPOST=4,5,10"), BYTES("data")),
      RESULT("\r\n+CME ERROR: 3808\r\n") },
    { "HTTP, post prompt", MOVES(PLAIN_URL, LINE("AT+QHTTPPOST=4,5,10"), BYTES("da")),
      RESULT("\r\n+CME ERROR: 3808\r\n"), .typed = "ta" },
    { "HTTPS, handshake", MOVES(URL("19", "https://localhost/x"), LINE("AT+QHTTPGET=10")),
      RESULT("\r\n+CME ERROR: 3808\r\n") },
    { "HTTPS, download",
      MOVES(URL("19", "https://localhost/x"), LINE("AT+QHTTPGET=10"), SHAKES(443), GOOD(443),
            LINE("AT+QHTTPDL=\"RAM:a\",50"), SAYS(443, "hel")),
      UNASKED("\r\n+QHTTPDL: 3,5,3808\r\n") },
    { "MQTT, name", MOVES(LINE("AT+QMTOPEN=0,\"slow\",80")), UNASKED("\r\n+QMTOPEN: 0,-1\r\n") },
    { "MQTT, open", MOVES(MQTT_OPEN), UNASKED("\r\n+QMTSTAT: 0,1\r\n") },
    { "MQTT, login", MOVES(MQTT_OPEN, LINE("AT+QMTCONN=0,\"c\"")),
      UNASKED("\r\n+QMTSTAT: 0,1\r\n") },
    { "MQTT, connected", MOVES(MQTT_CONNECTED), UNASKED("\r\n+QMTSTAT: 0,1\r\n") },
    { "MQTT, subscribing", MOVES(MQTT_CONNECTED, LINE("AT+QMTSUB=0,1,\"a\",0")),
      UNASKED("\r\n+QMTSTAT: 0,1\r\n") },
    { "MQTT, prompt", MOVES(MQTT_CONNECTED, LINE("AT+QMTPUB=0,0,0,0,\"t\",4"), BYTES("da")),
      .by_command = "\r\nERROR\r\n\r\n+QMTSTAT: 0,1\r\n",
      .by_network = "\r\nERROR\r\n" LOST "\r\n+QMTSTAT: 0,1\r\n", .typed = "ta" },
    { "mail, name", MOVES(MAIL("slow"), LINE("AT+QSMTPPUT=20")), UNASKED("\r\n+QSMTPPUT: -9\r\n") },
    { "mail, greeted", MOVES(MAIL("localhost"), LINE("AT+QSMTPPUT=20"), SAYS(25, "220 ready\r\n")),
      UNASKED("\r\n+QSMTPPUT: -9\r\n") },
    { "mail, text",
      MOVES(MAIL("localhost"), LINE("AT+QSMTPPUT=20"), SAYS(25, "220 ready\r\n"),
            SAYS(25, "250 hello\r\n"), SAYS(25, "250 sender\r\n"), SAYS(25, "250 recipient\r\n"),
            SAYS(25, "354 go\r\n")),
      UNASKED("\r\n+QSMTPPUT: -9\r\n") },
    { "mail, taken",
      MOVES(MAIL("localhost"), LINE("AT+QSMTPPUT=20"), SAYS(25, "220 ready\r\n"),
            SAYS(25, "250 hello\r\n"), SAYS(25, "250 sender\r\n"), SAYS(25, "250 recipient\r\n"),
            SAYS(25, "354 go\r\n"), SAYS(25, "250 taken\r\n")),
      UNASKED("\r\n+QSMTPPUT: 0\r\n") },
    { "DNS", MOVES(LINE("AT+QIDNSGIP=\"slow\"")), UNASKED("\r\nERROR\r\n") },
    { "ping, name", MOVES(LINE("AT+QPING=\"slow\",1,4")), UNASKED("\r\n+QPING: 5\r\n") },
    { "ping", MOVES(LINE("AT+QPING=\"127.0.0.1\",1,4"), PAUSE(500)), UNASKED("\r\n+QPING: 5\r\n") },
    { "time, name", MOVES(LINE("AT+QNTP=\"slow\",123")), UNASKED("\r\n+QNTP: 5\r\n") },
    { "data call", MOVES(LINE("AT+CGDCONT=1,\"IP\",\"a\""), LINE("ATD*99#")),
      RESULT("\r\nNO CARRIER\r\n") },
    { "time", MOVES(LINE("AT+QNTP=\"localhost\",123")), UNASKED("\r\n+QNTP: 5\r\n") },
};

int main(void)
{
    const struct endings_module module = { models, setup, NULL, "AT+QIDEACT" };

    return context_loss_run(&module, rows, COUNT(rows));
}
