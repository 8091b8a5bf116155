/* test_endings_fibocom.c: servers of a Fibocom that end the connection together with what they say,
 * in each step. */
#include "check.h"
#include "endings.h"

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
static const char *const closing[] = {
    "AT+FTPCLOSE",   "AT+MIPCLOSE=1",  "AT+MIPCLOSE=2", "AT+MIPODM=0", "AT+MPING=0",
    "AT+MQTTREAD=1", "AT+MQTTCLOSE=1", "AT+HMDIS",      NULL,
};

/* ---- FTP ---- */

#define FTP_OPEN "AT+FTPOPEN=\"localhost\",\"u\",\"p\",,,21,0"
#define LOGS_IN                                                                                    \
    SAYS(21, "220 a\r\n"), SAYS(21, "331 b\r\n"), SAYS(21, "230 c\r\n"), SAYS(21, "200 d\r\n")
#define PASSIVE SAYS(21, "227 ok (127,0,0,1,15,161)\r\n")
#define CLOSED  LINE("AT+FTPCLOSE"), SAYS(21, "221 bye\r\n")

static const struct move ftp_commands[] = {
    LINE(FTP_OPEN),
    LOGS_IN,
    LINE("AT+FTPCWD=\"d\""),
    SAYS(21, "250 there\r\n"),
    LINE("AT+FTPSIZE=\"f\""),
    SAYS(21, "213 5\r\n"),
    LINE("AT+FTPREN=\"a\",\"b\""),
    SAYS(21, "350 to\r\n"),
    SAYS(21, "250 done\r\n"),
    CLOSED,
};

static const struct move ftp_reopened[] = {
    LINE(FTP_OPEN),
    LOGS_IN,
    LINE("AT+FTPCLOSE;+FTPOPEN=\"localhost\",\"u\",\"p\",,,21,0"),
    SAYS(21, "221 bye\r\n"),
    LOGS_IN,
    LINE("AT+FTPPWD;+FTPSTAT"),
    SAYS(21, "257 \"/\" is it\r\n"),
    CLOSED,
};

static const struct move ftp_list[] = {
    LINE(FTP_OPEN),
    LOGS_IN,
    LINE("AT+FTPLIST"),
    PASSIVE,
    SAYS(21, "150 here\r\n"),
    SAYS(4001, "a.txt\r\nb.txt\r\n"),
    ENDS(4001),
    SAYS(21, "226 done\r\n"),
    CLOSED,
};

static const struct move ftp_get[] = {
    LINE(FTP_OPEN),
    LOGS_IN,
    LINE("AT+FTPGET=\"f\",1,2"),
    PASSIVE,
    SAYS(21, "350 from there\r\n"),
    SAYS(21, "150 here\r\n"),
    SAYS(4001, "0123456789"),
    LINE("AT+FTPRECV=4"),
    LINE("AT+FTPRECV=1000"),
    LINE("AT+FTPRECV=1000"), /* waits */
    SAYS(4001, "abc"),
    SAYS(21, "226 done\r\n"),
    LINE("AT+FTPRECV=1000"), /* waits for the end */
    ENDS(4001),
    CLOSED,
};

static const struct move ftp_put[] = {
    LINE(FTP_OPEN),
    LOGS_IN,
    LINE("AT+FTPPUT=\"f\",4"),
    BYTES("data"),
    PASSIVE,
    SAYS(21, "150 here\r\n"),
    SAYS(21, "226 done\r\n"),
    CLOSED,
};

static const struct move ftp_active[] = {
    LINE("AT+FTPOPEN=\"localhost\",\"u\",\"p\",,0,21,0"),
    LOGS_IN,
    LINE("AT+FTPLIST"),
    SAYS(21, "200 port\r\n"),
    SAYS(21, "150 here\r\n"),
    CALLS(20),
    SAYS(20, "a.txt\r\n"),
    ENDS(20),
    SAYS(21, "226 done\r\n"),
    CLOSED,
};

/* ---- HTTP ---- */

#define URL(text)  LINE("AT+HTTPSET=\"URL\",\"" text "\"")
#define GOOD(port) SAYS(port, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")

static const struct move http_get[] = {
    URL("http://localhost/x"), LINE("AT+HTTPACT=0,20"), GOOD(80),
    SAYS(80, "hello"),         LINE("AT+HTTPREAD"),
};

static const struct move http_chunks[] = {
    URL("http://localhost/x"),
    LINE("AT+HTTPDATA=4"),
    BYTES("data"),
    LINE("AT+HTTPACT=1,20"),
    SAYS(80, "HTTP/1.1 100 Continue\r\n\r\n"),
    SAYS(80, "HTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\n\r\n"),
    SAYS(80, "3\r\nabc\r\n"),
    SAYS(80, "2\r\nde\r\n"),
    SAYS(80, "0\r\n\r\n"),
    LINE("AT+HTTPREAD=0,1000"),
};

static const struct move http_to_the_end[] = {
    URL("http://localhost/x"),
    LINE("AT+HTTPACT=0,20"),
    SAYS(80, "HTTP/1.0 200 OK\r\n\r\n"),
    SAYS(80, "hello"),
    ENDS(80),
    LINE("AT+HTTPREAD"),
};

static const struct move http_redirect[] = {
    URL("http://localhost/x"),
    LINE("AT+HTTPACT=0,20"),
    SAYS(80, "HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n"),
    GOOD(80),
    SAYS(80, "hello"),
    LINE("AT+HTTPREAD"),
};

static const struct move http_stream[] = {
    URL("http://localhost/x"),
    LINE("AT+HTTPSET=\"MODE\",\"1\""),
    LINE("AT+HTTPACT=0,20"),
    GOOD(80),
    LINE("AT+HTTPREAD"),
    SAYS(80, "hel"),
    SAYS(80, "lo"),
};

static const struct move https_get[] = {
    URL("https://localhost/x"), LINE("AT+HTTPACT=0,20"), SHAKES(443), GOOD(443),
    SAYS(443, "hello"),         LINE("AT+HTTPREAD"),
};

/* ---- sockets ---- */

#define SENDS LINE("AT+MIPSEND=1,4"), BYTES("data")

static const struct move tcp_socket[] = {
    LINE("AT+MIPOPEN=1,,\"localhost\",80,0"),
    SAYS(80, "hello"),
    SENDS,
    SAYS(80, "again"),
    LINE("AT+MIPSEND=1,4"),
    SAYS(80, "in the prompt"),
    BYTES("more"),
    LINE("AT+MIPCLOSE=1"),
};

static const struct move tls_socket[] = {
    LINE("AT+MIPOPEN=1,,\"localhost\",443,2"),
    SHAKES(443),
    SAYS(443, "hello"),
    SENDS,
    SAYS(443, "again"),
    LINE("AT+MIPSEND=1"),
    SAYS(443, "in the prompt"),
    BYTES("more\x1A"),
    LINE("AT+MIPCLOSE=1"),
};

static const struct move sent_in_a_line[] = {
    LINE("AT+MIPOPEN=1,,\"localhost\",443,2"),
    SHAKES(443),
    LINE("AT+MIPSEND=1,4;+MIPCLOSE=1;+MIPOPEN=1,,\"localhost\",443,2"),
    SAYS(443, "in the prompt"),
    BYTES("data"),
    SHAKES(443),
    SAYS(443, "hello"),
};

static const struct move read_socket[] = {
    LINE("AT+GTSET=\"IPRFMT\",5"),
    LINE("AT+MIPOPEN=1,,\"localhost\",443,2"),
    SHAKES(443),
    SAYS(443, "hello"),
    LINE("AT+MIPREAD=1,2"),
    SAYS(443, "more"),
    LINE("AT+MIPREAD=1,2000"),
    LINE("AT+MIPCLOSE=1"),
};

static const struct move udp_socket[] = {
    LINE("AT+MIPOPEN=1,,\"localhost\",4000,1"),
    DATAGRAM(4000, "hello"),
    LINE("AT+MIPSEND=1,4"),
    DATAGRAM(4000, "in the prompt"),
    BYTES("data"),
    LINE("AT+MIPCLOSE=1"),
};

static const struct move two_sockets[] = {
    LINE("AT+MIPOPEN=1,,\"localhost\",80,0"),
    LINE("AT+MIPOPEN=2,,\"localhost\",443,2"),
    SAYS(80, "early"), /* the result of the other comes first */
    SHAKES(443),
    SAYS(443, "hello"),
    SAYS(80, "late"),
    LINE("AT+MIPCLOSE=1"),
    LINE("AT+MIPCLOSE=2"),
};

static const struct move transparent_tcp[] = {
    LINE("AT+MIPODM=1,,\"localhost\",80,0"),
    SAYS(80, "hello"),
    BYTES("data"),
    SAYS(80, "again"),
    ESCAPE,
    SAYS(80, "meanwhile"),
    LINE("AT+MIPODM=0"),
};

static const struct move transparent_tls[] = {
    LINE("AT+MIPODM=1,,\"localhost\",443,2"),
    SHAKES(443),
    SAYS(443, "hello"),
    BYTES("data"),
    SAYS(443, "again"),
    ESCAPE,
    LINE("AT+MIPODM=0"),
};

/* ---- MQTT ---- */

#define CONNACK PACKET(80, "\x20\x02\0\0")

static const struct move mqtt[] = {
    LINE("AT+MQTTCONF=0"),
    LINE("AT+MQTTOPEN=1,\"localhost\",80,1,60"),
    CONNACK,
    LINE("AT+MQTTSUB=1,\"a\",2"),
    PACKET(80, "\x90\x03\0\x01\x02"),
    LINE("AT+MQTTPUB=1,\"t\",1,0,2"),
    BYTES("hi"),
    PACKET(80, "\x40\x02\0\x02"),
    PACKET(80, "\x30\x04\0\x01tx"),
    PACKET(80, "\x32\x06\0\x01t\0\x07y"),
    LINE("AT+MQTTUNSUB=1,\"a\""),
    PACKET(80, "\xB0\x02\0\x03"),
    LINE("AT+MQTTCLOSE=1"),
};

static const struct move mqtt_read[] = {
    LINE("AT+MQTTCONF=1"),
    LINE("AT+MQTTOPEN=1,\"localhost\",80,1,60"),
    CONNACK,
    PACKET(80, "\x30\x04\0\x01tx"),
    LINE("AT+MQTTREAD=1"),
    PACKET(80, "\x30\x04\0\x01ty"),
    LINE("AT+MQTTREAD=1"),
    LINE("AT+MQTTCLOSE=1"),
};

static const struct move mqtt_refused[] = {
    LINE("AT+MQTTOPEN=1,\"localhost\",80,1,60"),
    PACKET(80, "\x20\x02\0\x05"),
    LINE("AT+MQTTOPEN=1,\"localhost\",80,1,60"),
    CONNACK,
    LINE("AT+MQTTCLOSE=1"),
};

/* ---- names, echoes, time ---- */

static const struct move names[] = {
    LINE("AT+MIPDNS=\"localhost\";+MIPDNS=\"localhost\""),
    LINE("AT+MIPDNS=\"none\""),
};

static const struct move echoes[] = { LINE("AT+MPING=1,\"127.0.0.1\",3"), PAUSE(500), PAUSE(5000) };

static const struct move time_server[] = { LINE("AT+MIPNTP=\"localhost\",123"), ANSWERS };

static const struct move data_call[] = {
    LINE("ATD*99#"), SAYS(80, "hello"), BYTES("data"), SAYS(80, "again"),
    ESCAPE,          SAYS(80, "later"), LINE("ATO"),   SAYS(80, "and now"),
    ESCAPE,          LINE("ATH"),
};

static const struct conversation conversations[] = {
    CONVERSATION(data_call, "again\r\nOK\r\n\r\nCONNECT\r\nlaterand now\r\nOK\r\n"),
    CONVERSATION(ftp_commands, "\r\n+FTPREN: 1\r\n\r\n+FTPCLOSE: 1\r\n\r\nOK\r\n"),
    CONVERSATION(ftp_reopened, "\r\n+FTPPWD: 1,\"/\"\r\n\r\n+FTPCLOSE: 1\r\n\r\nOK\r\n"),
    CONVERSATION(ftp_list, "\r\n+FTPLIST: 2\r\na.txt\r\nb.txt\r\n\r\n+FTPLIST: 1\r\n"
                           "\r\n+FTPCLOSE: 1\r\n\r\nOK\r\n"),
    CONVERSATION(ftp_get, "\r\n+FTPRECV: 3\r\nabc\r\n\r\nOK\r\n\r\n+FTPRECV: 0\r\n\r\nOK\r\n"
                          "\r\n+FTPCLOSE: 1\r\n\r\nOK\r\n"),
    CONVERSATION(ftp_put, "\r\n+FTPPUT: 1\r\n\r\n+FTPCLOSE: 1\r\n\r\nOK\r\n"),
    CONVERSATION(ftp_active, "\r\n+FTPLIST: 2\r\na.txt\r\n\r\n+FTPLIST: 1\r\n"),
    CONVERSATION(http_get, "\r\nContent-Length: 5\r\n\r\nhello\r\nOK\r\n"),
    CONVERSATION(http_chunks, "\r\nTransfer-Encoding: chunked\r\n\r\nabcde\r\nOK\r\n"),
    CONVERSATION(http_to_the_end, "\r\n\r\nhello\r\nOK\r\n"),
    CONVERSATION(http_redirect, "\r\nContent-Length: 5\r\n\r\nhello\r\nOK\r\n"),
    CONVERSATION(http_stream, "\r\n+HTTPREAD: 3\r\nhel\r\n+HTTPREAD: 2\r\nlo\r\nOK\r\n"),
    CONVERSATION(https_get, "\r\nContent-Length: 5\r\n\r\nhello\r\nOK\r\n"),
    CONVERSATION(tcp_socket, "\r\n+MIPRTCP: 1,13,in the prompt\r\n"),
    CONVERSATION(tls_socket, "\r\n+MIPRTCP: 1,13,in the prompt\r\n"),
    CONVERSATION(sent_in_a_line, "\r\n+MIPOPEN: 1,1\r\n\r\n+MIPRTCP: 1,5,hello\r\n"),
    CONVERSATION(read_socket, "\r\n+MIPDATA: 1,7\r\nllomore\r\n"),
    CONVERSATION(udp_socket, "\r\n+MIPRUDP: 127.0.0.1,4000,1,13,in the prompt\r\n"),
    CONVERSATION(two_sockets, "\r\n+MIPRTCP: 1,5,early\r\n\r\n+MIPRTCP: 2,5,hello\r\n"),
    CONVERSATION(transparent_tcp, "\r\n+MIPRTCP: 1,9,meanwhile\r\n"),
    CONVERSATION(transparent_tls, "helloagain\r\nOK\r\n"),
    CONVERSATION(mqtt, "\r\n+MQTTMSG: 1,1,\"t\",\"y\"\r\n"),
    CONVERSATION(mqtt_read, "\r\n+MQTTREAD: 1,0,1,1,\"t\",\"y\"\r\n\r\nOK\r\n"),
    CONVERSATION(mqtt_refused, "\r\n+MQTTOPEN: 1,0\r\n\r\nOK\r\n\r\n+MQTTOPEN: 1,1\r\n"),
    CONVERSATION(names, "\r\n+MIPDNS: \"localhost\",127.0.0.1\r\n\r\nOK\r\n"),
    CONVERSATION(echoes, "\r\n+MPINGSTAT: 0,\"127.0.0.1\",3,3,400\r\n"),
    CONVERSATION(time_server, "\r\n+MIPNTP: 1\r\n"),
};

int main(void)
{
    const struct endings_module module = { models, setup, closing, "AT+MIPCALL=0" };

    return endings_run(&module, conversations, COUNT(conversations));
}
