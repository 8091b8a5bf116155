/* fuzz_fibocom.c: a Fibocom's hosts, sockets, files, web and FTP; the steps are in drive.h. */
#include "drive.h"
#include "input.h"

static const char *const models[] = { "l610", "nl668-cn-00", "m910", "nl668-cn-04", NULL };

static const char *const lines[] = {
    "ATE0\rAT+MIPCALL=1\r",
    "AT+MIPCALL=0\r",
    "AT+MIPOPEN=1,,\"localhost\",443,2\r",
    "AT+MIPOPEN=2,,\"localhost\",443,0\r",
    "AT+MIPOPEN=3,,\"localhost\",123,1\r",
    "AT+MIPSEND=1,10\r",
    "AT+MIPSEND=2\r",
    "AT+MIPSEND=3,10\r",
    "AT+MIPPUSH=1\r",
    "AT+MIPCLOSE=1\r",
    "AT+MIPREAD=1,100\r",
    "AT+MIPKEEPCONF=1,1,10,10,3\r",
    "AT+MIPODM=4,,\"localhost\",443,2\r",
    "AT+MIPODM=5,,\"localhost\",443,0\r",
    "AT+MIPODM=0\r",
    "AT+GTSET=\"IPRFMT\",0\r",
    "AT+GTSET=\"IPRFMT\",1\r",
    "AT+GTSET=\"IPRFMT\",2\r",
    "AT+GTSET=\"IPRFMT\",5\r",
    "AT+GTSSLMODE=0\r",
    "AT+GTSSLMODE=1\r",
    "AT+GTSSLFILE=\"TRUSTFILE\",10\r",
    "AT+GTSSLFILE=\"CERTFILE\",10\r",
    "AT+GTSSLFILE=\"KEYFILE\",10\r",
    "AT+GTSSLERR\r",
    "AT+HTTPSET=\"URL\",\"localhost/x\"\r",
    "AT+HTTPSET=\"URL\",\"https://localhost/x\"\r",
    "AT+HTTPSET=\"MODE\",\"1\"\r",
    "AT+HTTPSET=\"REDIR\",\"1\"\r",
    "AT+HTTPHEAD=10\r",
    "AT+HTTPDATA=10\r",
    "AT+HTTPACT=0,10\r",
    "AT+HTTPACT=1,10\r",
    "AT+HTTPACT=2,10\r",
    "AT+HTTPREAD\r",
    "AT+HTTPREAD=1,3\r",
    "AT+MPING=1,\"127.0.0.1\",1\r",
    "AT+MIPDNS=\"localhost\"\r",
    "AT+MIPNTP=\"localhost\",123\r",
    "AT+FTPOPEN=\"localhost\",\"u\",\"p\",,,21,0\r",
    "AT+FTPMODE=0\r",
    "AT+FTPGET=\"a\"\r",
    "AT+FTPREST=7\r",
    "AT+FTPRECV=3\r",
    "AT+FTPRECV=1000\r",
    "AT+FTPPUT=\"a\",10\r",
    "AT+FTPSTOR=\"a\",10,1\r",
    "AT+FTPLIST\r",
    "AT+FTPSTAT\r",
    "AT+FTPSIZE=\"a\"\r",
    "AT+FTPREN=\"a\",\"b\"\r",
    "AT+FTPCWD=\"a\"\r",
    "AT+FTPCLOSE\r",
    "AT+CFUN=4\r",
    "AT+CFUN=1\r",
    "AT+CFUN=15\r",
    "0123456789",
    "\x1A",
    "+++",
    NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fuzz_maker fibocom = { models, lines, "+MIPODM: ", NULL };

    fuzz_drive(&fibocom, data, size);
    return 0;
}
