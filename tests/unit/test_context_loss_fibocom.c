/* test_context_loss_fibocom.c: services of a Fibocom whose context is taken away. */
#include "check.h"
#include "context_loss.h"

static const char *const models[] = { "l610", "nl668-eau", NULL };
static const char *const setup[] = {
    "ATE0",
    "AT+MIPCALL=1",
    "AT+GTSSLMODE=0",
    "AT+GTSET=\"IPRFMT\",2",
    "AT+HTTPSET=\"MODE\",\"0\"",
    "AT+HTTPSET=\"REDIR\",\"1\"",
    NULL,
};

/* What the host hears of it, and behind it that the context is gone, if nobody has asked for that.
 */
#define HEARD(own) .by_command = own, .by_network = own "\r\n+MIPCALL: 0\r\n"

#define FTP_OPEN                                                                                   \
    LINE("AT+FTPOPEN=\"localhost\",\"u\",\"p\",,,21,0"), SAYS(21, "220 a\r\n"),                    \
        SAYS(21, "331 b\r\n"), SAYS(21, "230 c\r\n"), SAYS(21, "200 d\r\n")
#define FTP_PASSIVE SAYS(21, "227 ok (127,0,0,1,15,161)\r\n")
#define FTP_HERE    SAYS(21, "150 here\r\n")
#define URL(text)   LINE("AT+HTTPSET=\"URL\",\"" text "\"")
#define GOOD(port)  SAYS(port, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
#define TCP_OPEN    LINE("AT+MIPOPEN=1,,\"localhost\",80,0")
#define MQTT_OPEN   LINE("AT+MQTTOPEN=1,\"localhost\",80,1,60")
#define CONNACK     PACKET(80, "\x20\x02\0\0")
#define TLS_OPEN    LINE("AT+MIPOPEN=1,,\"localhost\",443,2")

static const struct service_row rows[] = {
    { "nothing", MOVES(LINE("AT")), HEARD("") },
    { "socket, name", MOVES(LINE("AT+MIPOPEN=1,,\"slow\",80,0")),
      HEARD("\r\n+MIPOPEN: 1,0\r\n\r\n+MIPSTAT: 1,1\r\n") },
    { "socket, connecting", MOVES(LINE("AT+MIPOPEN=1,,\"localhost\",4999,0")),
      HEARD("\r\n+MIPOPEN: 1,0\r\n\r\n+MIPSTAT: 1,1\r\n") },
    { "socket, handshake", MOVES(TLS_OPEN), HEARD("\r\n+MIPOPEN 1,0\r\n\r\n+MIPSTAT: 1,1\r\n") },
    { "socket, open", MOVES(TCP_OPEN), HEARD("\r\n+MIPSTAT: 1,1\r\n") },
    { "socket, TLS", MOVES(TLS_OPEN, SHAKES(443), SAYS(443, "hello")),
      HEARD("\r\n+MIPSTAT: 1,1\r\n") },
    { "socket, UDP", MOVES(LINE("AT+MIPOPEN=1,,\"localhost\",4000,1")),
      HEARD("\r\n+MIPSTAT: 1,1\r\n") },
    { "two sockets", MOVES(TCP_OPEN, LINE("AT+MIPOPEN=2,,\"localhost\",4001,0")),
      HEARD("\r\n+MIPSTAT: 1,1\r\n\r\n+MIPSTAT: 2,1\r\n") },
    { "socket, prompt", MOVES(TCP_OPEN, LINE("AT+MIPSEND=1,4"), BYTES("da")),
      HEARD("\r\nERROR\r\n\r\n+MIPSTAT: 1,1\r\n"), .typed = "ta" },
    { "online, connecting", MOVES(LINE("AT+MIPODM=1,,\"localhost\",4999,0")),
      HEARD("\r\n+MIPODM: 1,0\r\n") },
    { "online", MOVES(LINE("AT+MIPODM=1,,\"localhost\",80,0"), BYTES("data")),
      HEARD("\r\n+MIPSTAT: 1,1\r\n") },
    { "online, TLS", MOVES(LINE("AT+MIPODM=1,,\"localhost\",443,2"), SHAKES(443)),
      HEARD("\r\n+MIPSTAT: 1,1\r\n") },
    { "online, left", MOVES(LINE("AT+MIPODM=1,,\"localhost\",80,0"), ESCAPE),
      HEARD("\r\n+MIPSTAT: 1,1\r\n") },
    { "HTTP, name", MOVES(URL("http://slow/x"), LINE("AT+HTTPACT=0,20")),
      HEARD("\r\n+HTTP: 0\r\n\r\n+HTTPRES: 0,601,0\r\n") },
    { "HTTP, asked", MOVES(URL("http://localhost/x"), LINE("AT+HTTPACT=0,20")),
      HEARD("\r\n+HTTPRES: 0,601,0\r\n") },
    { "HTTP, half", MOVES(URL("http://localhost/x"), LINE("AT+HTTPACT=0,20"), GOOD(80)),
      HEARD("\r\n+HTTPRES: 0,601,0\r\n") },
    { "HTTPS, handshake", MOVES(URL("https://localhost/x"), LINE("AT+HTTPACT=0,20")),
      HEARD("\r\n+HTTPS: 0\r\n\r\n+HTTPRES: 0,601,0\r\n") },
    { "HTTP, read as it comes",
      MOVES(URL("http://localhost/x"), LINE("AT+HTTPSET=\"MODE\",\"1\""), LINE("AT+HTTPACT=0,20"),
            GOOD(80), LINE("AT+HTTPREAD"), SAYS(80, "hel")),
      HEARD("\r\nERROR\r\n") },
    { "HTTP, data prompt", MOVES(URL("http://localhost/x"), LINE("AT+HTTPDATA=4"), BYTES("da")),
      HEARD("\r\nOK\r\n"), .typed = "ta" },
    { "FTP, name", MOVES(LINE("AT+FTPOPEN=\"slow\",\"u\",\"p\",,,21,0")),
      HEARD("\r\n+FTPOPEN: 0\r\n") },
    { "FTP, login",
      MOVES(LINE("AT+FTPOPEN=\"localhost\",\"u\",\"p\",,,21,0"), SAYS(21, "220 a\r\n")),
      HEARD("\r\n+FTPOPEN: 0\r\n") },
    { "FTP, open", MOVES(FTP_OPEN), HEARD("\r\n+FTPCLOSE: 1\r\n") },
    { "FTP, command", MOVES(FTP_OPEN, LINE("AT+FTPSIZE=\"f\"")),
      HEARD("\r\n+FTPSIZE: 0\r\n\r\n+FTPCLOSE: 1\r\n") },
    { "FTP, list", MOVES(FTP_OPEN, LINE("AT+FTPLIST"), FTP_PASSIVE, FTP_HERE, SAYS(4001, "a\r\n")),
      HEARD("\r\n+FTPLIST: 0\r\n\r\n+FTPCLOSE: 1\r\n") },
    { "FTP, get",
      MOVES(FTP_OPEN, LINE("AT+FTPGET=\"f\",1,0"), FTP_PASSIVE, FTP_HERE, SAYS(4001, "a")),
      HEARD("\r\n+FTPCLOSE: 1\r\n") },
    { "FTP, receive",
      MOVES(FTP_OPEN, LINE("AT+FTPGET=\"f\",1,0"), FTP_PASSIVE, FTP_HERE, LINE("AT+FTPRECV=10")),
      HEARD("\r\nERROR\r\n\r\n+FTPCLOSE: 1\r\n") },
    { "FTP, put", MOVES(FTP_OPEN, LINE("AT+FTPPUT=\"f\",4"), BYTES("data"), FTP_PASSIVE, FTP_HERE),
      HEARD("\r\n+FTPPUT: 0\r\n\r\n+FTPCLOSE: 1\r\n") },
    { "FTP, put prompt", MOVES(FTP_OPEN, LINE("AT+FTPPUT=\"f\",4"), BYTES("da")),
      HEARD("\r\nERROR\r\n\r\n+FTPCLOSE: 1\r\n"), .typed = "ta" },
    { "FTP, close", MOVES(FTP_OPEN, LINE("AT+FTPCLOSE")), HEARD("\r\n+FTPCLOSE: 1\r\n\r\nOK\r\n") },
    { "MQTT, name", MOVES(LINE("AT+MQTTOPEN=1,\"slow\",80,1,60")),
      HEARD("\r\n+MQTTOPEN: 1,0\r\n") },
    { "MQTT, login", MOVES(MQTT_OPEN), HEARD("\r\n+MQTTOPEN: 1,0\r\n") },
    { "MQTT, connected", MOVES(MQTT_OPEN, CONNACK), HEARD("\r\n+MQTTBREAK: 1,2\r\n") },
    { "MQTT, prompt", MOVES(MQTT_OPEN, CONNACK, LINE("AT+MQTTPUB=1,\"t\",0,0,4"), BYTES("da")),
      HEARD("\r\nERROR\r\n\r\n+MQTTBREAK: 1,2\r\n"), .typed = "ta" },
    { "DNS", MOVES(LINE("AT+MIPDNS=\"slow\"")), HEARD("\r\nERROR\r\n") },
    { "ping, name", MOVES(LINE("AT+MPING=1,\"slow\",4")),
      HEARD("\r\n+MPINGSTAT: 2,\"slow\",0,0,0\r\n") },
    { "ping", MOVES(LINE("AT+MPING=1,\"127.0.0.1\",4"), PAUSE(500)),
      HEARD("\r\n+MPINGSTAT: 2,\"127.0.0.1\",3,2,400\r\n") },
    { "time, name", MOVES(LINE("AT+MIPNTP=\"slow\",123")), HEARD("\r\n+MIPNTP: 0\r\n") },
    { "data call", MOVES(LINE("ATD*99#"), SAYS(80, "hello")), HEARD("\r\nNO CARRIER\r\n") },
    { "data call, left", MOVES(LINE("ATD*99#"), ESCAPE), .by_command = "\r\nNO CARRIER\r\n",
      .by_network = "\r\n+MIPCALL: 0\r\n\r\nNO CARRIER\r\n" },
    { "time", MOVES(LINE("AT+MIPNTP=\"localhost\",123")), HEARD("\r\n+MIPNTP: 0\r\n") },
};

int main(void)
{
    const struct endings_module module = { models, setup, NULL, "AT+MIPCALL=0" };

    return context_loss_run(&module, rows, COUNT(rows));
}
