/* test_endings_quectel.c: servers of a Quectel that end the connection together with what they say,
 * in each step. */
#include "check.h"
#include "endings.h"

static const char *const models[] = { "m95", NULL };
static const char *const setup[] = {
    "ATE0",
    "AT+CMEE=1",
    "AT+QIDEACT", /* modes can be set while there is no context */
    "AT+QIMUX=0",
    "AT+QIMODE=0",
    "AT+QINDI=0",
    "AT+QIDNSIP=1",
    "AT+QIREGAPP;+QIACT",
    "AT+QSSLCFG=\"https\",1;+QSSLCFG=\"httpsctxi\",0;+QSSLCFG=\"ignorertctime\",1",
    "AT+QSSLCFG=\"smtpsctxi\",0;+QSSLCFG=\"smtpstyle\",0",
    "AT+QSMTPADDR=\"a@b\";+QSMTPSUB=0,\"x\"",
    "AT+QSMTPUSER=\"\"",
    NULL,
};
static const char *const closing[] = { "AT+QICLOSE",    "AT+QSSLCLOSE=0", "AT+QSECDEL=\"RAM:a\"",
                                       "AT+QMTCLOSE=0", "AT+QMTCLOSE=1",  NULL };

/* ---- HTTP ---- */

#define URL(count, text) LINE("AT+QHTTPURL=" count ",5"), BYTES(text)
#define GOOD(port)       SAYS(port, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")

static const struct move http_get[] = {
    URL("18", "http://localhost/x"), LINE("AT+QHTTPGET=10"), GOOD(80), SAYS(80, "hello"),
    LINE("AT+QHTTPREAD=30"),
};

static const struct move http_read_while_it_comes[] = {
    URL("18", "http://localhost/x"), LINE("AT+QHTTPGET=10"), GOOD(80),
    LINE("AT+QHTTPREAD=30"),         SAYS(80, "hel"),        SAYS(80, "lo"),
};

static const struct move http_post[] = {
    URL("18", "http://localhost/x"),
    LINE("AT+QHTTPPOST=4,5,10"),
    BYTES("data"),
    SAYS(80, "HTTP/1.1 100 Continue\r\n\r\n"),
    SAYS(80, "HTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\n\r\n"),
    LINE("AT+QHTTPREAD=30"),
    SAYS(80, "3\r\nabc\r\n"),
    SAYS(80, "2\r\nde\r\n"),
    SAYS(80, "0\r\n\r\n"),
};

static const struct move http_redirect[] = {
    URL("18", "http://localhost/x"),
    LINE("AT+QHTTPGET=10"),
    SAYS(80, "HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n"),
    GOOD(80),
    SAYS(80, "hello"),
    LINE("AT+QHTTPREAD=30"),
};

static const struct move http_in_a_line[] = {
    URL("18", "http://localhost/x"),
    LINE("AT+QHTTPGET=10;+QHTTPGET=10;+QHTTPREAD=30"),
    GOOD(80),
    GOOD(80),
    SAYS(80, "hello"),
};

static const struct move http_refused[] = {
    URL("18", "http://localhost/x"),
    LINE("AT+QHTTPGET=10"),
    SAYS(80, "HTTP/1.1 404 No\r\n\r\n"),
    LINE("AT+QHTTPGET=10"),
    SAYS(80, "HTTP/1.0 200 OK\r\n\r\n"),
    SAYS(80, "hello"),
    LINE("AT+QHTTPREAD=30"),
    ENDS(80),
};

static const struct move https_get[] = {
    URL("19", "https://localhost/x"),
    LINE("AT+QHTTPGET=10"),
    SHAKES(443),
    GOOD(443),
    SAYS(443, "hello"),
    LINE("AT+QHTTPREAD=30"),
};

static const struct move https_download[] = {
    URL("19", "https://localhost/x"), LINE("AT+QHTTPGET=10"), SHAKES(443),     GOOD(443),
    LINE("AT+QHTTPDL=\"RAM:a\",50"),  SAYS(443, "hel"),       SAYS(443, "lo"),
};

/* ---- MQTT ---- */

#define MQTT_OPEN(port) LINE("AT+QMTOPEN=0,\"localhost\"," port)
#define CONNACK(port)   PACKET(port, "\x20\x02\0\0")

static const struct move mqtt[] = {
    MQTT_OPEN("80"),
    LINE("AT+QMTCONN=0,\"c\""),
    CONNACK(80),
    LINE("AT+QMTSUB=0,1,\"a\",2"),
    PACKET(80, "\x90\x03\0\x01\x02"),
    LINE("AT+QMTPUB=0,2,2,0,\"t\",2"),
    BYTES("hi"),
    PACKET(80, "\x50\x02\0\x02"),
    PACKET(80, "\x70\x02\0\x02"),
    PACKET(80, "\x30\x04\0\x01tx"),
    PACKET(80, "\x34\x06\0\x01t\0\x07y"),
    PACKET(80, "\x62\x02\0\x07"),
    LINE("AT+QMTUNS=0,3,\"a\""),
    PACKET(80, "\xB0\x02\0\x03"),
    LINE("AT+QMTDISC=0"),
    LINE("AT+QMTCLOSE=0"),
};

static const struct move mqtt_refused[] = {
    MQTT_OPEN("80"),       LINE("AT+QMTCONN=0,\"c\""), PACKET(80, "\x20\x02\0\x05"),
    MQTT_OPEN("80"),       LINE("AT+QMTCONN=0,\"c\""), CONNACK(80),
    LINE("AT+QMTCLOSE=0"),
};

static const struct move mqtt_over_tls[] = {
    LINE("AT+QMTCFG=\"SSL\",1,1,0"),
    LINE("AT+QMTOPEN=1,\"localhost\",443"),
    SHAKES(443),
    LINE("AT+QMTCONN=1,\"c\""),
    CONNACK(443),
    LINE("AT+QMTSUB=1,1,\"a\",0"),
    PACKET(443, "\x90\x03\0\x01\0"),
    PACKET(443, "\x30\x04\0\x01tx"),
    LINE("AT+QMTCLOSE=1"),
};

/* ---- mail ---- */

#define MAIL(port)                                                                                 \
    LINE("AT+QSMTPSRV=\"localhost\"," port ";+QSMTPDST=0;+QSMTPDST=1,1,\"c@d\""),                  \
        LINE("AT+QSMTPBODY=1,5"), BYTES("hello"), ESCAPE
#define TAKES_MAIL(port)                                                                           \
    SAYS(port, "250 sender\r\n"), SAYS(port, "250 recipient\r\n"), SAYS(port, "354 go\r\n"),       \
        SAYS(port, "250 taken\r\n"), SAYS(port, "221 bye\r\n")

static const struct move mail[] = {
    MAIL("25"),     LINE("AT+QSMTPPUT=20"), SAYS(25, "220 ready\r\n"), SAYS(25, "250 hello\r\n"),
    TAKES_MAIL(25),
};

static const struct move mail_with_login[] = {
    MAIL("25"),
    LINE("AT+QSMTPUSER=\"u\";+QSMTPPWD=\"p\""),
    LINE("AT+QSMTPPUT=20"),
    SAYS(25, "220 ready\r\n"),
    SAYS(25, "250-hello\r\n250 AUTH LOGIN\r\n"),
    SAYS(25, "334 VXNlcm5hbWU6\r\n"),
    SAYS(25, "334 UGFzc3dvcmQ6\r\n"),
    SAYS(25, "235 in\r\n"),
    TAKES_MAIL(25),
};

static const struct move mail_to_an_old_server[] = {
    MAIL("25"),
    LINE("AT+QSMTPPUT=20"),
    SAYS(25, "220 ready\r\n"),
    SAYS(25, "500 what\r\n"),
    SAYS(25, "250 hello\r\n"),
    TAKES_MAIL(25),
};

static const struct move mail_under_tls[] = {
    MAIL("465"),
    LINE("AT+QSSLCFG=\"smtpstyle\",1"),
    LINE("AT+QSMTPUSER=\"u\";+QSMTPPWD=\"p\""),
    LINE("AT+QSMTPPUT=20"),
    SHAKES(465),
    SAYS(465, "220 ready\r\n"),
    SAYS(465, "250-hello\r\n250 AUTH PLAIN\r\n"),
    SAYS(465, "235 in\r\n"),
    TAKES_MAIL(465),
};

static const struct move mail_with_starttls[] = {
    MAIL("25"),
    LINE("AT+QSSLCFG=\"smtpstyle\",2"),
    LINE("AT+QSMTPPUT=20"),
    SAYS(25, "220 ready\r\n"),
    SAYS(25, "250-hello\r\n250 STARTTLS\r\n"),
    SAYS(25, "220 go\r\n"),
    SHAKES(25),
    SAYS(25, "250 hello again\r\n"),
    TAKES_MAIL(25),
};

/* ---- sockets ---- */

static const struct move tcp_socket[] = {
    LINE("AT+QIOPEN=\"TCP\",\"localhost\",80"),
    SAYS(80, "hello"),
    LINE("AT+QISEND=4"),
    SAYS(80, "in the prompt"),
    BYTES("data"),
    LINE("AT+QICLOSE"),
};

static const struct move tcp_sockets[] = {
    LINE("AT+QIDEACT"),
    LINE("AT+QIMUX=1"),
    LINE("AT+QINDI=1"),
    LINE("AT+QIACT"),
    LINE("AT+QIOPEN=0,\"TCP\",\"localhost\",80"),
    LINE("AT+QSSLOPEN=1,0,\"localhost\",443,0"),
    SHAKES(443),
    SAYS(80, "hello"),
    SAYS(443, "secret"),
    LINE("AT+QIRD=0,1,0,3"),
    SAYS(80, "more"),
    LINE("AT+QIRD=0,1,0,100"),
    LINE("AT+QSSLRECV=0,1,100"),
    LINE("AT+QISEND=0,4"),
    SAYS(80, "in the prompt"),
    BYTES("data"),
    LINE("AT+QIRD=0,1,0,100"),
    LINE("AT+QICLOSE=0"),
    LINE("AT+QSSLCLOSE=1"),
};

static const struct move udp_socket[] = {
    LINE("AT+QIOPEN=\"UDP\",\"localhost\",4000"),
    DATAGRAM(4000, "hello"),
    LINE("AT+QISEND=4"),
    DATAGRAM(4000, "in the prompt"),
    BYTES("data"),
    LINE("AT+QICLOSE"),
};

static const struct move secure_socket[] = {
    LINE("AT+QSSLOPEN=0,0,\"localhost\",443,0"),
    SHAKES(443),
    SAYS(443, "hello"),
    LINE("AT+QSSLSEND=0"),
    SAYS(443, "in the prompt"),
    BYTES("data\x1A"),
    LINE("AT+QSSLRECV=0,0,100"),
    LINE("AT+QSSLCLOSE=0"),
};

static const struct move transparent_tcp[] = {
    LINE("AT+QIDEACT"),    LINE("AT+QIMODE=1"),
    LINE("AT+QIACT"),      LINE("AT+QIOPEN=\"TCP\",\"localhost\",80"),
    SAYS(80, "hello"),     BYTES("data"),
    SAYS(80, "again"),     ESCAPE,
    SAYS(80, "meanwhile"), LINE("ATO"),
    SAYS(80, "and now"),   ESCAPE,
    LINE("AT+QICLOSE"),
};

static const struct move transparent_tls[] = {
    LINE("AT+QSSLOPEN=0,0,\"localhost\",443,1"),
    SHAKES(443),
    SAYS(443, "hello"),
    BYTES("data"),
    SAYS(443, "again"),
    ESCAPE,
    LINE("AT+QSSLCLOSE=0"),
};

/* ---- names, echoes, time ---- */

static const struct move names[] = {
    LINE("AT+QIDNSGIP=\"localhost\""),
    LINE("AT+QIDNSGIP=\"none\""),
};

static const struct move echoes[] = {
    LINE("AT+QPING=\"127.0.0.1\",1,2"),
    PAUSE(500),
    PAUSE(500),
    PAUSE(5000),
};

static const struct move time_server[] = { LINE("AT+QNTP=\"localhost\",123"), ANSWERS };

#define OK "\r\nOK\r\n"

static const struct move data_call[] = {
    LINE("AT+CGDCONT=1,\"IP\",\"a\""),
    LINE("ATD*99#"),
    SAYS(80, "hello"),
    BYTES("data"),
    SAYS(80, "again"),
    ESCAPE,
    SAYS(80, "later"),
    LINE("ATO"),
    SAYS(80, "and now"),
    ESCAPE,
    LINE("ATH"),
};

static const struct conversation conversations[] = {
    CONVERSATION(data_call, "again\r\nOK\r\n\r\nCONNECT\r\nlaterand now\r\nOK\r\n"),
    CONVERSATION(http_get, "\r\nCONNECT\r\nhello" OK),
    CONVERSATION(http_read_while_it_comes, "\r\nCONNECT\r\nhello" OK),
    CONVERSATION(http_post, "\r\nCONNECT\r\nabcde" OK),
    CONVERSATION(http_redirect, "\r\nCONNECT\r\nhello" OK),
    CONVERSATION(http_in_a_line, "\r\nCONNECT\r\nhello" OK),
    CONVERSATION(http_refused, "\r\nCONNECT\r\nhello" OK),
    CONVERSATION(https_get, "\r\nCONNECT\r\nhello" OK),
    CONVERSATION(https_download, "\r\n+QHTTPDL: 5,5,0\r\n"),
    CONVERSATION(mqtt, "\r\n+QMTRECV: 0,7,\"t\",\"y\"\r\n"),
    CONVERSATION(mqtt_refused, "\r\n+QMTCONN: 0,0,0\r\n"),
    CONVERSATION(mqtt_over_tls, "\r\n+QMTRECV: 1,0,\"t\",\"x\"\r\n"),
    CONVERSATION(mail, "\r\n+QSMTPPUT: 0\r\n"),
    CONVERSATION(mail_with_login, "\r\n+QSMTPPUT: 0\r\n"),
    CONVERSATION(mail_to_an_old_server, "\r\n+QSMTPPUT: 0\r\n"),
    CONVERSATION(mail_under_tls, "\r\n+QSMTPPUT: 0\r\n"),
    CONVERSATION(mail_with_starttls, "\r\n+QSMTPPUT: 0\r\n"),
    CONVERSATION(tcp_socket, "\r\nSEND OK\r\nin the prompt"),
    CONVERSATION(tcp_sockets, "\r\n+QIRD: 127.0.0.1:80,TCP,13\r\nin the prompt" OK),
    CONVERSATION(udp_socket, "\r\nSEND OK\r\nin the prompt"),
    CONVERSATION(secure_socket, "\r\n+QSSLRECV: 127.0.0.1:443,TCP,18\r\nhelloin the prompt" OK),
    CONVERSATION(transparent_tcp, "again" OK "\r\nCONNECT\r\nmeanwhileand now" OK),
    CONVERSATION(transparent_tls, "\r\nCONNECT\r\nhelloagain" OK),
    CONVERSATION(names, "\r\n127.0.0.1\r\n"),
    CONVERSATION(echoes, "\r\n+QPING: 2,2,2,0,400,400,400\r\n"),
    CONVERSATION(time_server, "\r\n+QNTP: 0\r\n"),
};

int main(void)
{
    const struct endings_module module = { models, setup, closing, "AT+QIDEACT" };

    return endings_run(&module, conversations, COUNT(conversations));
}
