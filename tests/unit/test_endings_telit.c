/* test_endings_telit.c: servers of a Telit that end the connection together with what they say, in
 * each step. */
#include "check.h"
#include "endings.h"

static const char *const models[] = { "he910", NULL };
static const char *const models_2g[] = { "gl865-dual", NULL };
static const char *const setup[] = {
    "ATE0",         "AT+CMEE=1",    "AT+CGDCONT=1,\"IP\",\"internet\"",
    "AT#SGACT=1,1", "AT#SSLEN=1,1", "AT#FTPCFG=100,0,0",
    NULL,
};
static const char *const closing[] = {
    "AT#FTPCLOSE", "AT#SSLH=1", "AT#SSLCFG=1,1,300,90,100,50,0", "AT#SH=1", "AT#SKTRST", NULL,
};

/* ---- FTP ---- */

#define OPEN(mode) LINE("AT#FTPOPEN=localhost,u,p," mode)
#define LOGS_IN                                                                                    \
    SAYS(21, "220 a\r\n"), SAYS(21, "331 b\r\n"), SAYS(21, "230 c\r\n"), SAYS(21, "200 d\r\n")
#define LOGS_IN_SECURELY                                                                           \
    SAYS(21, "220 a\r\n"), SAYS(21, "234 go\r\n"), SHAKES(21), SAYS(21, "200 0\r\n"),              \
        SAYS(21, "200 P\r\n"), SAYS(21, "331 b\r\n"), SAYS(21, "230 c\r\n"), SAYS(21, "200 d\r\n")
#define PASSIVE SAYS(21, "227 ok (127,0,0,1,15,161)\r\n")
#define HERE    SAYS(21, "150 here\r\n")
#define DONE    SAYS(21, "226 done\r\n")
#define CLOSED  LINE("AT#FTPCLOSE"), SAYS(21, "221 bye\r\n")

static const struct move ftp_commands[] = {
    OPEN("1"),
    LOGS_IN,
    LINE("AT#FTPPWD"),
    SAYS(21, "257 \"/\" is it\r\n"),
    LINE("AT#FTPTYPE=1;#FTPFSIZE=\"f\""),
    SAYS(21, "200 text\r\n"),
    SAYS(21, "213 5\r\n"),
    LINE("AT#FTPMSG"),
    CLOSED,
};

static const struct move ftp_reopened[] = {
    OPEN("1"),
    LOGS_IN,
    LINE("AT#FTPCLOSE;#FTPOPEN=localhost,u,p,1"),
    SAYS(21, "221 bye\r\n"),
    LOGS_IN,
    LINE("AT#FTPDELE=\"f\";#FTPPWD"),
    SAYS(21, "250 gone\r\n"),
    SAYS(21, "257 \"/\" is it\r\n"),
    CLOSED,
};

static const struct move ftp_get[] = {
    OPEN("1"), LOGS_IN, LINE("AT#FTPGET=\"f\""), PASSIVE, HERE, SAYS(4001, "hello"), ENDS(4001),
    DONE,      CLOSED,
};

static const struct move ftp_get_escaped[] = {
    OPEN("1"),           LOGS_IN, LINE("AT#FTPGET=\"f\""), PASSIVE, HERE,
    SAYS(4001, "hello"), ESCAPE,  SAYS(21, "426 cut\r\n"), CLOSED,
};

static const struct move ftp_list_active[] = {
    OPEN("0"), LOGS_IN,   LINE("AT#FTPLIST"), SAYS(21, "200 port\r\n"),
    HERE,      CALLS(20), SAYS(20, "a.txt"),  ENDS(20),
    DONE,      CLOSED,
};

static const struct move ftp_put[] = {
    OPEN("1"), LOGS_IN, LINE("AT#FTPPUT=\"f\""), PASSIVE, HERE, BYTES("data"), ESCAPE, DONE, CLOSED,
};

static const struct move ftp_get_packets[] = {
    OPEN("1"),
    LOGS_IN,
    LINE("AT#FTPREST=2"),
    LINE("AT#FTPGETPKT=\"f\""),
    PASSIVE,
    SAYS(21, "350 from there\r\n"),
    HERE,
    SAYS(4001, "0123456789"),
    LINE("AT#FTPRECV=4"),
    ENDS(4001),
    DONE,
    LINE("AT#FTPRECV=100"),
    LINE("AT#FTPGETPKT?"),
    CLOSED,
};

/* The server's last word is still due when the host has read all. */
static const struct move ftp_get_then[] = {
    OPEN("1"),
    LOGS_IN,
    LINE("AT#FTPGETPKT=\"f\""),
    PASSIVE,
    HERE,
    SAYS(4001, "0123456789"),
    ENDS(4001),
    LINE("AT#FTPRECV=100"),
    LINE("AT#FTPFSIZE=\"f\""),
    DONE,
    SAYS(21, "213 10\r\n"),
    CLOSED,
};

static const struct move ftp_get_then_close[] = {
    OPEN("1"),
    LOGS_IN,
    LINE("AT#FTPGETPKT=\"f\""),
    PASSIVE,
    HERE,
    SAYS(4001, "0123456789"),
    ENDS(4001),
    LINE("AT#FTPRECV=100"),
    LINE("AT#FTPCLOSE"),
    DONE,
    SAYS(21, "221 bye\r\n"),
    LINE("AT#FTPMSG"),
};

static const struct move ftp_put_packets[] = {
    OPEN("1"),
    LOGS_IN,
    LINE("AT#FTPPUT=\"f\",1"),
    PASSIVE,
    HERE,
    LINE("AT#FTPAPPEXT=4"),
    BYTES("data"),
    LINE("AT#FTPAPPEXT=4,1"),
    BYTES("more"),
    DONE,
    CLOSED,
};

static const struct move ftps_get[] = {
    LINE("AT#FTPCFG=100,0,1"),
    OPEN("1"),
    LOGS_IN_SECURELY,
    LINE("AT#FTPGET=\"f\""),
    PASSIVE,
    HERE,
    SHAKES(4001),
    SAYS(4001, "hello"),
    ENDS(4001),
    DONE,
    CLOSED,
};

static const struct move ftps_put[] = {
    LINE("AT#FTPCFG=100,0,1"),
    OPEN("1"),
    LOGS_IN_SECURELY,
    LINE("AT#FTPPUT=\"f\",1"),
    PASSIVE,
    HERE,
    SHAKES(4001),
    LINE("AT#FTPAPPEXT=4,1"),
    BYTES("data"),
    DONE,
    CLOSED,
};

/* ---- secure sockets ---- */

static const struct move online[] = {
    LINE("AT#SSLD=1,443,\"localhost\",0,0"),
    SHAKES(443),
    SAYS(443, "hello"),
    BYTES("data"),
    SAYS(443, "again"),
    ESCAPE,
    SAYS(443, "meanwhile"),
    LINE("AT#SSLO=1"),
    SAYS(443, "and now"),
    ESCAPE,
    LINE("AT#SSLH=1"),
};

static const struct move command_mode[] = {
    LINE("AT#SSLD=1,443,\"localhost\",0,1"),
    SHAKES(443),
    SAYS(443, "hello"),
    LINE("AT#SSLRECV=1,100"),
    LINE("AT#SSLSEND=1"),
    SAYS(443, "in the prompt"),
    BYTES("data\x1A"),
    LINE("AT#SSLRECV=1,100"),
    LINE("AT#SSLRECV=1,100"), /* waits */
    SAYS(443, "late"),
    LINE("AT#SSLS=1;#SSLH=1"),
};

static const struct move rings[] = {
    LINE("AT#SSLCFG=1,1,300,90,100,50,1"),
    LINE("AT#SSLD=1,443,\"localhost\",0,1"),
    SHAKES(443),
    SAYS(443, "hello"),
    LINE("AT#SSLSENDEXT=1,4"),
    SAYS(443, "again"),
    BYTES("data"),
    LINE("AT#SSLRECV=1,100"),
    LINE("AT#SSLH=1"),
};

static const struct move rings_with_data[] = {
    LINE("AT#SSLCFG=1,1,300,90,100,50,2,2"),
    LINE("AT#SSLD=1,443,\"localhost\",0,1"),
    SHAKES(443),
    SAYS(443, "hello"),
    SAYS(443, "again"),
    LINE("AT#SSLH=1"),
};

static const struct move dialled_in_a_line[] = {
    LINE("AT#SSLD=1,443,\"localhost\",0,1;#SSLS=1;#SSLH=1;#SSLD=1,443,\"localhost\",0,1"),
    SHAKES(443),
    SHAKES(443),
    LINE("AT#SSLH=1"),
};

static const struct move received_in_a_line[] = {
    LINE("AT#SSLD=1,443,\"localhost\",0,1"),
    SHAKES(443),
    LINE("AT#SSLRECV=1,3;#SSLRECV=1,100;#SSLRECV=1,100;#SSLH=1;#SSLD=1,443,\"localhost\",0,1"),
    SAYS(443, "hello"),
    SAYS(443, "again"),
    SHAKES(443),
    LINE("AT#SSLH=1"),
};

static const struct move fast_dial[] = {
    LINE("AT#SSLD=1,443,\"localhost\",1,1"),
    SHAKES(443),
    SAYS(443, "hello"),
    LINE("AT#SSLRECV=1,100"),
    LINE("AT#SSLH=1,1"),
    LINE("AT#SSLFASTD=1,1"),
    SHAKES(443),
    SAYS(443, "again"),
    LINE("AT#SSLRECV=1,100"),
    LINE("AT#SSLH=1"),
};

/* ---- plain sockets ---- */

#define SD(mode) LINE("AT#SD=1,0,80,\"localhost\",0,0," mode)

static const struct move plain_online[] = {
    SD("0"),           SAYS(80, "hello"), BYTES("data"),       SAYS(80, "again"), ESCAPE,
    SAYS(80, "later"), LINE("AT#SO=1"),   SAYS(80, "and now"), BYTES("more"),     ESCAPE,
    LINE("AT#SH=1"),
};

static const struct move plain_command_mode[] = {
    SD("1"),
    SAYS(80, "hello"),
    LINE("AT#SRECV=1,3"),
    LINE("AT#SRECV=1,100"),
    LINE("AT#SSEND=1"),
    SAYS(80, "in the prompt"),
    BYTES("data\x1A"),
    LINE("AT#SI=1;#SRECV=1,100"),
    LINE("AT#SRECV=1,100"),
    LINE("AT#SH=1"),
};

static const struct move plain_rings[] = {
    LINE("AT#SCFGEXT=1,1,0,0"),   SD("1"),           SAYS(80, "hello"),
    LINE("AT#SSENDEXT=1,4"),      SAYS(80, "again"), BYTES("data"),
    LINE("AT#SRECV=1,100;#SH=1"),
};

static const struct move plain_rings_with_data[] = {
    LINE("AT#SCFGEXT=1,2,1,0;#SCFGEXT2=1,0,0,0,1,2"),
    SD("1"),
    SAYS(80, "hello"),
    SAYS(80, "again"),
    PAUSE(500),
    LINE("AT#SH=1"),
};

static const struct move plain_in_a_line[] = {
    LINE("AT#SD=1,0,80,\"localhost\",0,0,1;#ST=1"),
    LINE("AT#SH=1;#SD=1,0,80,\"localhost\",0,0,1;#SI=1;#SH=1"),
};

static const struct move plain_keeps[] = {
    LINE("AT#SCFGEXT3=1,0,1"), LINE("AT#SD=1,0,80,\"localhost\",255,0,1"),
    SAYS(80, "hello"),         LINE("AT#SRECV=1,100"),
    LINE("AT#SSENDEXT=1,4"),   BYTES("data"),
    LINE("AT#SH=1"),
};

#define NO_CARRIER "\r\nNO CARRIER\r\n"
#define OK         "\r\nOK\r\n"

static const struct move data_call[] = {
    LINE("ATD*99#"), SAYS(80, "hello"), BYTES("data"), SAYS(80, "again"),
    ESCAPE,          SAYS(80, "later"), LINE("ATO"),   SAYS(80, "and now"),
    ESCAPE,          LINE("ATH"),
};

static const struct conversation conversations[] = {
    CONVERSATION(data_call, "again\r\nOK\r\n\r\nCONNECT\r\nlaterand now\r\nOK\r\n"),
    CONVERSATION(ftp_commands, "\r\n#FTPMSG: 213 5\r\n" OK),
    CONVERSATION(ftp_reopened, "\r\n#FTPPWD: 257 \"/\" is it\r\n" OK),
    CONVERSATION(ftp_get, "\r\nCONNECT\r\nhello" NO_CARRIER OK),
    CONVERSATION(ftp_get_escaped, "\r\nCONNECT\r\nhello" NO_CARRIER OK),
    CONVERSATION(ftp_list_active, "\r\nCONNECT\r\na.txt" NO_CARRIER OK),
    CONVERSATION(ftp_put, "\r\nCONNECT\r\n" NO_CARRIER OK),
    CONVERSATION(ftp_get_packets, "\r\n#FTPGETPKT: f,0,1\r\n" OK),
    CONVERSATION(ftp_get_then, "\r\n#FTPFSIZE: 10\r\n" OK),
    CONVERSATION(ftp_get_then_close, "\r\n#FTPMSG: 221 bye\r\n" OK),
    CONVERSATION(ftp_put_packets, "\r\n#FTPAPPEXT: 4\r\n" OK OK),
    CONVERSATION(ftps_get, "\r\nCONNECT\r\nhello" NO_CARRIER OK),
    CONVERSATION(ftps_put, "\r\n#FTPAPPEXT: 4\r\n" OK OK),
    CONVERSATION(online, "again" OK "\r\nCONNECT\r\nmeanwhileand now" OK),
    CONVERSATION(command_mode, "\r\n#SSLRECV: 4\r\nlate\r\n" OK "\r\n#SSLS: 1,2,"),
    CONVERSATION(rings, "\r\nSSLSRING: 1,10\r\n"),
    CONVERSATION(rings_with_data, "\r\nSSLSRING: 1,5,again\r\n"),
    CONVERSATION(received_in_a_line, "\r\n#SSLRECV: 5\r\nagain\r\n" OK OK),
    CONVERSATION(dialled_in_a_line, "\r\n#SSLS: 1,2,5\r\n" OK),
};

static const struct conversation conversations_2g[] = {
    CONVERSATION(fast_dial, "\r\n#SSLRECV: 5\r\nagain\r\n" OK OK),
};

/* #SGACT=1,0 is refused while such a socket is open. */
static const struct conversation conversations_plain[] = {
    CONVERSATION(plain_online, "again" OK "\r\nSRING: 1\r\n\r\nCONNECT\r\nlaterand now" OK),
    CONVERSATION(plain_command_mode, "\r\n#SRECV: 1,13\r\nin the prompt\r\n" OK),
    CONVERSATION(plain_rings, "\r\nSRING: 1,10\r\n"),
    CONVERSATION(plain_rings_with_data, "\r\nSRING: 1,5,616761696E\r\n"),
    CONVERSATION(plain_in_a_line, "\r\n#ST: 1,1,1\r\n" OK),
    CONVERSATION(plain_keeps, "\r\n#SRECV: 1,5\r\nhello\r\n" OK),
};

int main(void)
{
    const struct endings_module module = { models, setup, closing, "AT#SGACT=1,0" };
    const struct endings_module module_2g = { models_2g, setup, closing, "AT#SGACT=1,0" };
    const struct endings_module plain = { models, setup, closing, "AT+CGACT=0,1" };
    int failed = endings_run(&module, conversations, COUNT(conversations));

    failed += endings_run(&plain, conversations_plain, COUNT(conversations_plain));
    return endings_run(&module_2g, conversations_2g, COUNT(conversations_2g)) + failed;
}
