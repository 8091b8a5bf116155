/* maker_quectel.c: a Quectel's hosts, sockets, files, web and mail; the steps are in drive.h. */
#include "makers.h"

#include "module/module.h"
#include "personalities/quectel/quectel.h"

static const char *const models[] = { "m95", "m10", "m66", NULL };

static const char *const lines[] = {
    "ATE0\rAT+QIREGAPP\rAT+QIACT\rAT+QIDNSIP=1\r",
    "AT+QIMUX=1\r",
    "AT+QIMODE=1\r",
    "AT+QINDI=1\r",
    "AT+QINDI=2\r",
    "AT+QITCFG=3,1,4,0\r",
    "AT+QIHEAD=1;+QISHOWPT=1;+QISHOWRA=1;+QISHOWLA=1\r",
    "AT+QIDEACT\r",
    "AT+CFUN=4\r",
    "AT+CFUN=1\r",
    "AT+CFUN=1,1\r",
    "AT+CGATT=0\r",
    "AT+QSSLOPEN=0,0,\"localhost\",443,0\r",
    "AT+QSSLOPEN=1,0,\"localhost\",443,1\r",
    "AT+QSSLSEND=0,10\r",
    "AT+QSSLSEND=0\r",
    "AT+QSSLRECV=0,0,100\r",
    "AT+QSSLCLOSE=0\r",
    "AT+QIOPEN=\"TCP\",\"localhost\",443\r",
    "AT+QIOPEN=\"UDP\",\"localhost\",123\r",
    "AT+QIOPEN=2,\"UDP\",\"localhost\",443\r",
    "AT+QIOPEN=3,\"TCP\",\"localhost\",80\r",
    "AT+QISEND=10\r",
    "AT+QISEND\r",
    "AT+QICLOSE\r",
    "AT+QIRD=0,1,0,100\r",
    "AT+QISACK;+QISTAT;+QISTATE;+QSSLSTATE\r",
    "AT+QSECWRITE=\"RAM:a\",10,5\r",
    "AT+QSECWRITE=\"NVRAM:CA0\",10,5\r",
    "AT+QSECREAD=\"RAM:a\"\r",
    "AT+QSECDEL=\"RAM:a\"\r",
    "AT+QSSLCFG=\"seclevel\",0,1;+QSSLCFG=\"cacert\",0,\"RAM:a\"\r",
    "AT+QSSLCFG=\"https\",1;+QSSLCFG=\"httpsctxi\",0;+QSSLCFG=\"ignorertctime\",1\r",
    "AT+QSSLCFG=\"smtpstyle\",1;+QSSLCFG=\"smtpsctxi\",0\r",
    "AT+QSSLCFG=\"smtpstyle\",2\r",
    "AT+QHTTPURL=18,5\rhttp://localhost/x",
    "AT+QHTTPURL=19,5\rhttps://localhost/x",
    "AT+QHTTPGET=10\r",
    "AT+QHTTPPOST=10,5,10\r",
    "AT+QHTTPREAD=30\r",
    "AT+QHTTPDL=\"RAM:a\",50,9\r",
    "AT+QSMTPSRV=\"localhost\",25;+QSMTPADDR=\"a@x\";+QSMTPDST=1,1,\"b@x\";+QSMTPSUB=0,\"x\"\r",
    "AT+QSMTPUSER=\"u\";+QSMTPPWD=\"p\"\r",
    "AT+QSMTPBODY=1,5\r",
    "AT+QSMTPATT=\"a\",10,5\r",
    "AT+QSMTPATT=0\r",
    "AT+QSMTPPUT=20\r",
    "AT+QSMTPCLR\r",
    "AT+QMTCFG=\"SSL\",0,1,0\r",
    "AT+QMTCFG=\"SESSION\",0,0;+QMTCFG=\"TIMEOUT\",0,5,1,1\r",
    "AT+QMTOPEN=0,\"localhost\",80\r",
    "AT+QMTCONN=0,\"c\"\r",
    "AT+QMTSUB=0,1,\"a\",1\r",
    "AT+QMTUNS=0,1,\"a\"\r",
    "AT+QMTPUB=0,1,2,0,\"t\",10\r",
    "AT+QMTPUB=0,0,0,0,\"t\"\r",
    "AT+QMTDISC=0\r",
    "AT+QMTCLOSE=0\r",
    "AT+QNTP=\"localhost\",123\r",
    "AT+QPING=\"127.0.0.1\",1,2\r",
    "AT+QIDNSGIP=\"localhost\"\r",
    "ATO\r",
    "0123456789",
    "\x1A",
    "\x1B",
    "ATD*99#\r",
    "ATO\r",
    "ATH\r",
    "+++",
    NULL,
};

/* +QITCFG can switch it off. */
static bool ignores_escape(const struct world *world)
{
    const struct quectel *quectel = world->modem->maker;

    return world->modem->on && quectel->settings.transparent_escape == 0;
}

const struct fuzz_maker fuzz_quectel = { models, lines, NULL, ignores_escape };
