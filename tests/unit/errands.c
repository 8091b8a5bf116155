/* errands.c: conversations that use every service of each maker. */
#include "errands.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

#define ERRAND(model, ready, answer, steps)                                                        \
    {                                                                                              \
        model, ready, answer, steps, COUNT(steps), false                                           \
    }
#define ERRAND_OF_MODEL(model, ready, answer, steps)                                               \
    {                                                                                              \
        model, ready, answer, steps, COUNT(steps), true                                            \
    }

enum { UDP_PORT = 5353 };

static const struct errand_step telit_sockets[] = {
    { LISTEN, 443, NULL },
    { TYPE, 0, "AT#SSLEN=1,1\rAT#SSLSECCFG=1,0,1\rAT#SSLSECDATA=1,1,1,53\r" PEM "\x1A" },
    { TYPE, 0, "AT#SSLSECDATA=1,1,2\rAT#SSLD=1,443,\"localhost\",0,1\r" },
    { SEND, 443, "some bytes" },
    { TYPE, 0, "AT#SSLSEND=1\rhello\x1A" },
    { TYPE, 0, "AT#SSLRECV=1,5\rAT#SSLO=1\r" },
    { SEND, 443, "more" },
    { TYPE, 0, "online" },
    { WAIT, 3000, NULL },
    { TYPE, 0, "+++" },
    { WAIT, 3000, NULL },
    { ACCEPT, 443, NULL },
    { TYPE, 0, "AT#SSLH=1,1\rAT#SSLFASTD=1,443,\"localhost\",0,1\rAT#SSLS=1\r" },
    { CLOSE, 443, NULL },
    { TYPE, 0, "AT#SSLH=1\r" },
};

static const struct errand_step telit_plain[] = {
    { LISTEN, 80, NULL },
    { TYPE, 0, "AT#SCFG=1,1,300,90,600,5\rAT#SCFGEXT=1,1,0,1,0,0\r" },
    { TYPE, 0, "AT#SD=1,0,80,\"localhost\",0,0,1\r" },
    { SEND, 80, "some bytes" },
    { TYPE, 0, "AT#SSEND=1\rhello\x1A" },
    { TYPE, 0, "AT#SRECV=1,5\rAT#SO=1\r" },
    { SEND, 80, "more" },
    { TYPE, 0, "online" },
    { WAIT, 3000, NULL },
    { TYPE, 0, "+++" },
    { WAIT, 3000, NULL },
    { TYPE, 0, "AT#SD=2,1,5353,\"localhost\",0,0,1\rAT#SSENDEXT=2,2\rhi" },
    { TYPE, 0, "AT#FRWL=1,\"127.0.0.1\",\"255.0.0.0\"\rAT#SL=3,1,2020\rAT#SS\r" },
    { TYPE, 0, "AT#SH=1\rAT#SH=2\rAT#SH=3\rAT#FRWL=2\rAT#SKTRST\rAT#SI=1\r" },
};

static const struct errand_step telit_ftp[] = {
    { LISTEN, 21, NULL },
    { LISTEN, 4001, NULL },
    { TYPE, 0, "AT#FTPOPEN=\"localhost:21\",u,p,1\r" },
    { SEND, 21, "220 ready\r\n331 who\r\n230 in\r\n200 binary\r\n" },
    { TYPE, 0, "AT#FTPGETPKT=f\r" },
    { SEND, 21, "227 ok (127,0,0,1,15,161)\r\n150 go on\r\n" },
    { SEND, 4001, "the file" },
    { CLOSE, 4001, NULL },
    { SEND, 21, "226 done\r\n" },
    { TYPE, 0, "AT#FTPRECV=100\rAT#FTPPUT=f,1\r" },
    { SEND, 21, "227 ok (127,0,0,1,15,161)\r\n150 go on\r\n" },
    { TYPE, 0, "AT#FTPAPPEXT=5,1\rhello" },
    { SEND, 21, "226 done\r\n" },
    { TYPE, 0, "AT#FTPGETPKT=f\r" },
    { SEND, 21, "227 ok (127,0,0,1,15,161)\r\n150 go on\r\n" },
    { SEND, 4001, "another" },
    { CLOSE, 4001, NULL },
    { SEND, 21, "226 done\r\n" },
    { TYPE, 0, "AT#FTPRECV=100\r" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT#FTPCLOSE\r" },
    { SEND, 21, "221 bye\r\n" },
};

static const struct errand_step quectel_sockets[] = {
    { LISTEN, 443, NULL },
    { TYPE, 0, "AT+QSECWRITE=\"RAM:ca\",53\r" PEM },
    { TYPE, 0, "AT+QSECWRITE=\"NVRAM:CA0\",53\r" PEM },
    { TYPE, 0, "AT+QSSLCFG=\"seclevel\",0,1;+QSSLCFG=\"cacert\",0,\"RAM:ca\"\rAT+QIMUX=1\r" },
    { TYPE, 0, "AT+QSSLOPEN=0,0,\"localhost\",443,0\r" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+QSSLSEND=0,5\rhello" },
    { SEND, 443, "some bytes" },
    { TYPE, 0, "AT+QSSLRECV=1,0,100\r" },
    { TYPE, 0, "AT+QIOPEN=2,\"UDP\",\"localhost\",5353\r" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+QISEND=2,5\rhello" },
    { TYPE, 0, "AT+QIDNSGIP=\"localhost\"\r" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+QPING=\"127.0.0.1\",1,1\r" },
    { WAIT, 2000, NULL },
    { CLOSE, 443, NULL },
    { TYPE, 0, "AT+QICLOSE=2\rAT+QSSLCLOSE=0\rAT+QIMUX=0\r" },
    { TYPE, 0, "AT+QSECDEL=\"RAM:ca\"\rAT+QSECDEL=\"NVRAM:CA0\"\rAT+QISTATE\r" },
};

static const struct errand_step quectel_http[] = {
    { LISTEN, 80, NULL },
    { TYPE, 0, "AT+QHTTPURL=18,30\rhttp://localhost/x" },
    { TYPE, 0, "AT+QHTTPPOST=5,50,10\rhello" },
    { SEND, 80, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" },
    { TYPE, 0, "AT+QHTTPREAD\r" },
    { TYPE, 0, "AT+QHTTPGET=10\r" },
    { SEND, 80, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789" },
    { TYPE, 0, "AT+QHTTPDL=\"RAM:a\",100\r" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+QFDEL=\"RAM:a\"\r" },
};

static const struct errand_step quectel_mail[] = {
    { LISTEN, 25, NULL },
    { TYPE, 0, "AT+QSMTPSRV=\"localhost\",25\rAT+QSMTPADDR=\"a@x.test\"\r" },
    { TYPE, 0, "AT+QSMTPDST=1,1,\"b@y.test\"\rAT+QSMTPSUB=0,\"Hello\"\r" },
    { TYPE, 0, "AT+QSMTPBODY=1,3\rabc" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "+++" },
    { WAIT, 4000, NULL },
    { TYPE, 0, "AT+QSMTPATT=\"a.bin\",5,10\r12345" },
    { TYPE, 0, "AT+QSMTPATT=1,2,\"b.txt\",2\rxy" },
    { TYPE, 0, "AT+QSMTPPUT=60\r" },
    { SEND, 25, "220 mail.test\r\n" },
    { SEND, 25, "250 mail.test\r\n" },
    { SEND, 25, "250 ok\r\n" },
    { SEND, 25, "250 ok\r\n" },
    { SEND, 25, "354 go ahead\r\n" },
    { SEND, 25, "250 queued\r\n" },
    { SEND, 25, "221 bye\r\n" },
    { WAIT, 2000, NULL },
    { TYPE, 0, "AT+QSMTPCLR\r" },
};

static const struct errand_step quectel_mqtt[] = {
    { LISTEN, 80, NULL },
    { TYPE, 0, "AT+QMTOPEN=0,\"localhost\",80\r" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+QMTCONN=0,\"c\",\"u\",\"p\"\r" },
    { PACKET, 80, "20020000" },
    { TYPE, 0, "AT+QMTSUB=0,1,\"a\",1,\"b\",2\r" },
    { PACKET, 80, "900400010102" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+QMTPUB=0,2,1,0,\"t\",2\rhi" },
    { PACKET, 80, "40020002" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+QMTPUB=0,3,2,1,\"t\"\rhi\x1A" },
    { PACKET, 80, "50020003" },
    { PACKET, 80, "70020003" },
    { PACKET, 80, "3406000162000778" },
    { PACKET, 80, "62020007" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+QMTUNS=0,4,\"a\"\r" },
    { PACKET, 80, "B0020004" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+QMTDISC=0\r" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+QMTCLOSE=0\r" },
};

static const struct errand_step fibocom_sockets[] = {
    { LISTEN, 443, NULL },
    { TYPE, 0, "AT+GTSSLMODE=1\rAT+GTSSLFILE=\"TRUSTFILE\",53\r" PEM },
    { TYPE, 0, "AT+GTSSLFILE=\"TRUSTFILE\",53\r" PEM },
    { TYPE, 0, "AT+MIPOPEN=1,,\"localhost\",443,2\r" },
    { TYPE, 0, "AT+MIPSEND=1,5\rhello" },
    { SEND, 443, "some bytes" },
    { TYPE, 0, "AT+MIPCLOSE=1\r" },
    { ACCEPT, 443, NULL },
    { TYPE, 0, "AT+MIPODM=2,,\"localhost\",443,2\r" },
    { TYPE, 0, "online" },
    { SEND, 443, "some bytes" },
    { WAIT, 3000, NULL },
    { TYPE, 0, "+++" },
    { WAIT, 3000, NULL },
    { TYPE, 0, "AT+MIPODM=0\rAT+MIPOPEN=3,,\"localhost\",5353,1\rAT+MIPSEND=3,2\rhi" },
    { TYPE, 0, "AT+MIPCLOSE=3\rAT+MPING=1,\"127.0.0.1\",1\r" },
    { WAIT, 3000, NULL },
    { TYPE, 0, "AT+MIPDNS=\"localhost\"\r" },
    { WAIT, 3000, NULL },
    { TYPE, 0, "AT+GTSSLMODE=0\rAT+MIPCLOSE?\r" },
};

static const struct errand_step fibocom_http[] = {
    { LISTEN, 80, NULL },
    { TYPE, 0, "AT+HTTPSET=\"URL\",\"localhost/x\"\rAT+HTTPHEAD=9\rX-Own: 1\n" },
    { TYPE, 0, "AT+HTTPDATA=5\rhello" },
    { TYPE, 0, "AT+HTTPACT=1,30\r" },
    { SEND, 80, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+HTTPREAD\r" },
};

static const struct errand_step fibocom_stream[] = {
    { LISTEN, 80, NULL },
    { TYPE, 0, "AT+HTTPSET=\"URL\",\"localhost/x\"\rAT+HTTPSET=\"MODE\",\"1\"\r" },
    { TYPE, 0, "AT+HTTPACT=0\r" },
    { SEND, 80, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab" },
    { TYPE, 0, "AT+HTTPREAD\r" },
    { SEND, 80, "cde" },
};

static const struct errand_step fibocom_mqtt[] = {
    { LISTEN, 80, NULL },
    { TYPE, 0, "AT+MQTTCONF=1\rAT+MQTTOPEN=1,\"localhost\",80,1,60\r" },
    { WAIT, 1000, NULL },
    { PACKET, 80, "20020000" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+MQTTSUB=1,\"a\",1\r" },
    { PACKET, 80, "9003000101" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+MQTTPUB=1,\"t\",2,0,2\rhi" },
    { PACKET, 80, "50020002" },
    { PACKET, 80, "70020002" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+MQTTPUB=1,\"t\",0,0,\"hi\"\r" },
    { PACKET, 80, "300400016178" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+MQTTREAD=1\rAT+MQTTCONF=0\r" },
    { TYPE, 0, "AT+MQTTCLOSE=1\r" },
    { WAIT, 1000, NULL },
};

static const struct errand_step fibocom_cloud[] = {
    { LISTEN, 80, NULL },
    { TYPE, 0, "AT+HMCON=0,60,\"localhost\",\"80\",\"d\",\"s\",0\r" },
    { WAIT, 1000, NULL },
    { PACKET, 80, "20020000" },
    { TYPE, 0, "AT+HMSUB=1,\"a\"\r" },
    { PACKET, 80, "9003000101" },
    { TYPE, 0, "AT+HMPUB=1,\"t\",2,\"hi\"\r" },
    { PACKET, 80, "40020002" },
    { PACKET, 80, "300400016178" },
    { WAIT, 1000, NULL },
    { CLOSE, 80, NULL },
    { WAIT, 12000, NULL },
    { PACKET, 80, "20020000" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+HMDIS\r" },
    { WAIT, 1000, NULL },
};

static const struct errand_step fibocom_ftp[] = {
    { LISTEN, 21, NULL },
    { LISTEN, 4001, NULL },
    { TYPE, 0, "AT+FTPOPEN=\"localhost\",\"u\",\"p\",,,21,0\r" },
    { SEND, 21, "220 ready\r\n331 who\r\n230 in\r\n200 binary\r\n" },
    { TYPE, 0, "AT+FTPGET=\"f\",1,0\r" },
    { SEND, 21, "227 ok (127,0,0,1,15,161)\r\n150 go on\r\n" },
    { SEND, 4001, "the file" },
    { CLOSE, 4001, NULL },
    { SEND, 21, "226 done\r\n" },
    { TYPE, 0, "AT+FTPRECV=100\rAT+FTPLIST\r" },
    { SEND, 21, "227 ok (127,0,0,1,15,161)\r\n150 go on\r\n" },
    { SEND, 4001, "a file\r\n" },
    { CLOSE, 4001, NULL },
    { SEND, 21, "226 done\r\n" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+FTPPUT=\"f\",5\rhello" },
    { SEND, 21, "227 ok (127,0,0,1,15,161)\r\n150 go on\r\n" },
    { SEND, 21, "226 done\r\n" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+FTPGET=\"f\",1,0\r" },
    { SEND, 21, "227 ok (127,0,0,1,15,161)\r\n150 go on\r\n" },
    { SEND, 4001, "another" },
    { CLOSE, 4001, NULL },
    { SEND, 21, "226 done\r\n" },
    { TYPE, 0, "AT+FTPRECV=100\r" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+FTPCLOSE\r" },
    { SEND, 21, "221 bye\r\n" },
};

const struct errand errands[] = {
    ERRAND("he910", TELIT_READY, "\r\n#SSLS: 1,2", telit_sockets),
    ERRAND("le866", TELIT_READY, "\r\n#SSLS: 1,2", telit_sockets),
    ERRAND("he910", TELIT_READY, "\r\n#SI: 1,11,14,0,0", telit_plain),
    ERRAND("le866", TELIT_READY, "\r\n#SI: 1,11,14,0,0", telit_plain),
    ERRAND("he910", TELIT_READY, "\r\nanother", telit_ftp),
    ERRAND("m95", QUECTEL_READY, "\r\n+QPING: 2,", quectel_sockets),
    ERRAND("m95", QUECTEL_READY, "\r\n+QHTTPDL: 9,9,0\r\n", quectel_http),
    ERRAND("m95", QUECTEL_READY, "\r\n+QSMTPPUT: 0\r\n", quectel_mail),
    ERRAND("m95", QUECTEL_READY, "\r\n+QMTDISC: 0,0\r\n", quectel_mqtt),
    ERRAND("l610", FIBOCOM_READY, "\r\n+MIPCLOSE: 2,", fibocom_sockets),
    ERRAND("nl668-eau", FIBOCOM_READY, "\r\n+MIPCLOSE: 2,", fibocom_sockets),
    ERRAND("l610", FIBOCOM_READY, "\r\n\r\nabc\r\nOK\r\n", fibocom_http),
    ERRAND("l610", FIBOCOM_READY, "\r\n+HTTPREAD: 3\r\ncde\r\nOK\r\n", fibocom_stream),
    ERRAND("l610", FIBOCOM_READY, "\r\nanother\r\n\r\nOK\r\n\r\n+FTPCLOSE: 1\r\n", fibocom_ftp),
    ERRAND("l610", FIBOCOM_READY, "\r\n+MQTTREAD: 1,0,1,1,\"a\",\"x\"\r\n", fibocom_mqtt),
    ERRAND_OF_MODEL("l610", FIBOCOM_READY, "\r\n+HMSTS:0\r\n\r\n+HMDIS OK\r\n", fibocom_cloud),
};
const size_t errand_count = COUNT(errands);

static void send_packet(struct scripted_peer *peer, const char *digits)
{
    uint8_t bytes[64];
    size_t len = 0;

    for (; digits[0] != '\0' && len < sizeof(bytes); digits += 2)
        bytes[len++] = (uint8_t)strtoul((const char[]){ digits[0], digits[1], '\0' }, NULL, 16);
    peer_send(peer, span_at(bytes, len));
}

static void take_step(struct world *world, const struct errand_step *step)
{
    struct scripted_peer *peer = NULL;

    if (step->deed != TYPE && step->deed != WAIT)
        peer = scripted_net_peer(&world->scripted_net, (uint16_t)step->number);
    switch (step->deed) {
    case TYPE:
        world_type_text(world, step->text);
        break;
    case WAIT:
        world_advance(world, step->number);
        break;
    case LISTEN:
        scripted_net_listen(&world->scripted_net, (uint16_t)step->number, PEER_ACCEPTS);
        /* fall through */
    case ACCEPT:
        peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
        break;
    case SEND:
        peer_send(peer, span_of(step->text));
        break;
    case PACKET:
        send_packet(peer, step->text);
        break;
    case CLOSE:
        peer_close(peer);
        break;
    }
    world_settle(world);
}

void errand_prepare(struct world *world, const struct errand *errand)
{
    for (size_t i = 0; i < errand->count; i++) {
        if (errand->steps[i].deed == LISTEN)
            take_step(world, &errand->steps[i]);
    }
    scripted_net_udp_peer(&world->scripted_net, UDP_PORT);
    world_type_text(world, errand->ready);
}

void errand_run(struct world *world, const struct errand *errand)
{
    world_forget(world, 0);
    for (size_t i = 0; i < errand->count; i++)
        take_step(world, &errand->steps[i]);
}

bool errand_went_well(const struct world *world, const struct errand *errand)
{
    struct span heard = world_heard(world, 0);

    return memmem(heard.data, heard.len, errand->answer, strlen(errand->answer)) != NULL;
}
