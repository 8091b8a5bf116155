/* fuzz_telit.c: a Telit's hosts, secure sockets and FTP; the steps are in drive.h. */
#include "drive.h"
#include "input.h"

static const char *const models[] = { "he910", "gl865-dual", "le866", "gc864-quad", NULL };

static const char *const lines[] = {
    "ATE0\rAT+CGDCONT=1,\"IP\",\"internet\"\rAT#SGACT=1,1\rAT#SSLEN=1,1\r",
    "AT#SSLD=1,443,\"localhost\",0,0\r",
    "AT#SSLD=1,443,\"localhost\",0,1\r",
    "AT#SSLD=1,443,\"localhost\",1,1,100\r",
    "AT#SSLFASTD=1,1\r",
    "AT#SSLCFG=1,1,300,90,100,50,1\r",
    "AT#SSLCFG=1,1,300,90,100,50,2,0,2\r",
    "AT#SSLCFG=1,1,0,0,10,0\r",
    "AT#SSLSEND=1\r",
    "AT#SSLSENDEXT=1,10\r",
    "AT#SSLRECV=1,100\r",
    "AT#SSLRECV=1,100,20\r",
    "AT#SSLO=1\r",
    "AT#SSLH=1\r",
    "AT#SSLH=1,1\r",
    "AT#SSLS=1\r",
    "AT#SSLEN=1,0\r",
    "AT#SSLSECDATA=1,1,1,10\r",
    "AT#SSLSECDATA=1,2,1\r",
    "AT#SSLSECCFG=1,0,1\r",
    "AT#SSLSECCFG=1,0,0,0\r",
    "AT#SGACT=1,0\r",
    "AT#SGACT=1,1\r",
    "AT+CFUN=4\r",
    "AT+CFUN=1\r",
    "AT#FTPOPEN=\"localhost:21\",u,p,1\r",
    "AT#FTPOPEN=\"localhost:21\",u,p\r",
    "AT#FTPCLOSE\r",
    "AT#FTPGET=f\r",
    "AT#FTPPUT=f\r",
    "AT#FTPPUT=f,1\r",
    "AT#FTPAPP=f\r",
    "AT#FTPLIST\r",
    "AT#FTPGETPKT=f\r",
    "AT#FTPGETPKT=f,1\r",
    "AT#FTPRECV=3000\r",
    "AT#FTPAPPEXT=5\rhello",
    "AT#FTPAPPEXT=5,1\rhello",
    "AT#FTPGETPKT?;#FTPMSG\r",
    "AT#FTPRECV?\r",
    "AT#FTPREST=7\r",
    "AT#FTPTYPE=1\r",
    "AT#FTPCWD=d\r",
    "AT#FTPPWD\r",
    "AT#FTPDELE=f\r",
    "AT#FTPFSIZE=f\r",
    "AT#FTPCFG=100,1,1\r",
    "AT#REBOOT\r",
    "AT+CCLK=\"26/01/02,03:04:05+00\"\r",
    "AT&W;&D1\r",
    "ATZ\r",
    "\x1A",
    "\x1B",
    "+++",
    NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fuzz_maker telit = { models, lines, NULL, NULL };

    fuzz_drive(&telit, data, size);
    return 0;
}
