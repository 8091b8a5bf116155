/* rig_models.c: what hosts type to a module of each maker. */
#include "rig_models.h"

#include <stddef.h>
#include <string.h>

#define OK "\r\nOK\r\n"

#define LINE(line, answer)                                                                         \
    {                                                                                              \
        .text = line "\r", .heard = (answer)                                                       \
    }
#define TYPED(bytes, answer)                                                                       \
    {                                                                                              \
        .text = (bytes), .heard = (answer)                                                         \
    }
#define LAST                                                                                       \
    {                                                                                              \
        .text = NULL                                                                               \
    }

/* ---- Telit ---- */

#define TELIT_PREPARE                                                                              \
    LINE("ATE0+CMEE=2", OK), LINE("AT+CGDCONT=1,\"IP\",\"internet\"", OK),                         \
        LINE("AT#SGACT=1,1", OK), LINE("AT#SSLEN=1,1", OK), LINE("AT#SSLSECDATA=1,1,1,%L", "> "),  \
        TYPED("%C\x1a", OK), LINE("AT#SSLSECCFG=1,3,1", OK)

static const struct rig_step telit_prepare_12[] = { TELIT_PREPARE, LINE("AT#SSLSECCFG2=1,2", OK),
                                                    LAST };
static const struct rig_step telit_prepare_13[] = { TELIT_PREPARE, LAST }; /* TLS 1.0 only */
static const struct rig_step telit_prepare_23[] = { TELIT_PREPARE, LINE("AT#SSLSECCFG2=1,3", OK),
                                                    LAST };
static const struct rig_step telit_dial[] = { LINE("AT#SSLD=1,%T,\"127.0.0.1\",0,1", OK), LAST };
static const struct rig_step telit_hang_up[] = { LINE("AT#SSLH=1", OK), LAST };

static const struct rig_step telit_use[] = {
    LINE("AT#FTPOPEN=\"127.0.0.1:%F\",u,p,1", OK),
    LINE("AT#FTPGET=f", "\r\nNO CARRIER\r\n"),
    LINE("AT#FTPCLOSE", OK),
    LINE("AT#SSLSECDATA=1,0,1", OK),
    LAST,
};

#define TELIT(model, its_prepare)                                                                  \
    {                                                                                              \
        .name = (model), .prepare = its_prepare, .dial = telit_dial, .hang_up = telit_hang_up,     \
        .use = telit_use                                                                           \
    }

/* ---- Quectel ---- */

static const struct rig_step quectel_prepare[] = {
    LINE("ATE0+CMEE=2", OK),
    LINE("AT+QIREGAPP", OK),
    LINE("AT+QIACT", OK),
    LINE("AT+QIMUX=1", OK),
    LINE("AT+QSECWRITE=\"RAM:ca\",%L", "\r\nCONNECT\r\n"),
    TYPED("%C", OK),
    LINE("AT+QSSLCFG=\"seclevel\",0,1;+QSSLCFG=\"cacert\",0,\"RAM:ca\"", OK),
    LINE("AT+QSSLCFG=\"sslversion\",0,3;+QSSLCFG=\"ignorertctime\",1", OK),
    LAST,
};
static const struct rig_step quectel_dial[] = {
    LINE("AT+QSSLOPEN=0,0,\"127.0.0.1\",%T,0", "\r\n+QSSLOPEN: 0,0\r\n"),
    LAST,
};
static const struct rig_step quectel_hang_up[] = { LINE("AT+QSSLCLOSE=0", "CLOSE OK\r\n"), LAST };

static const struct rig_step quectel_use[] = {
    LINE("AT+QHTTPURL=24,30", "\r\nCONNECT\r\n"),
    TYPED("http://127.0.0.1:%H/x", OK),
    LINE("AT+QHTTPGET=60", OK),
    LINE("AT+QHTTPREAD=30", OK),
    LINE("AT+QSMTPSRV=\"127.0.0.1\",%M", OK),
    LINE("AT+QSMTPADDR=\"a@x.test\"", OK),
    LINE("AT+QSMTPDST=1,1,\"b@y.test\"", OK),
    LINE("AT+QSMTPSUB=0,\"Hello\"", OK),
    LINE("AT+QSMTPATT=1,1,\"a.txt\",5", "\r\nCONNECT\r\n"),
    TYPED("hello", OK),
    LINE("AT+QSMTPPUT=60", "\r\n+QSMTPPUT: 0\r\n"),
    LINE("AT+QSMTPCLR", OK),
    LINE("AT+QSECDEL=\"RAM:ca\"", OK),
    LAST,
};

/* ---- Fibocom ---- */

/* +MIPCALL's line comes right behind OK. */
static const struct rig_step fibocom_prepare[] = {
    LINE("ATE0+CMEE=2", OK),
    LINE("AT+MIPCALL=1", "\r\n+MIPCALL: "),
    LINE("AT+GTSSLMODE=1;+GTSSLVER=4", OK),
    LINE("AT+GTSSLFILE=\"TRUSTFILE\",%L", ">"),
    TYPED("%C", OK),
    LAST,
};
static const struct rig_step fibocom_again[] = {
    LINE("ATE0+CMEE=2", OK),
    LINE("AT+MIPCALL=1", "\r\n+MIPCALL: "),
    LINE("AT+GTSSLMODE=0;+GTSSLVER=4", OK),
    LAST,
};
static const struct rig_step fibocom_dial[] = {
    LINE("AT+MIPOPEN=1,,\"127.0.0.1\",%T,2", "\r\n+MIPOPEN: 1,1\r\n"),
    LAST,
};
static const struct rig_step fibocom_hang_up[] = {
    LINE("AT+MIPCLOSE=1", "\r\n+MIPCLOSE: 1,"),
    LAST,
};

static const struct rig_step fibocom_use[] = {
    LINE("AT+HTTPSET=\"URL\",\"http://127.0.0.1:%H/x\"", OK),
    LINE("AT+HTTPACT=0,60", "\r\n+HTTPRES: 0,200,"),
    LINE("AT+HTTPREAD", OK),
    LINE("AT+FTPOPEN=\"127.0.0.1\",\"u\",\"p\",,,%F", "\r\n+FTPOPEN: 1\r\n"),
    LINE("AT+FTPGET=\"f\",1,0", "\r\n+FTPGET: 1\r\n"),
    LINE("AT+FTPRECV=1024", OK),
    LINE("AT+FTPCLOSE", OK),
    LAST,
};

#define FIBOCOM(model)                                                                             \
    {                                                                                              \
        .name = (model), .prepare = fibocom_prepare, .dial = fibocom_dial,                         \
        .hang_up = fibocom_hang_up, .again = fibocom_again, .use = fibocom_use                     \
    }

static const struct rig_model models[] = {
    TELIT("he910", telit_prepare_12),
    TELIT("gl865-dual", telit_prepare_13),
    TELIT("le866", telit_prepare_23),
    { .name = "m95",
      .prepare = quectel_prepare,
      .dial = quectel_dial,
      .hang_up = quectel_hang_up,
      .use = quectel_use },
    FIBOCOM("l610"),
    FIBOCOM("nl668-eau"),
};

const struct rig_model *rig_model_of(const char *name)
{
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
        if (strcmp(models[i].name, name) == 0)
            return &models[i];
    }
    return NULL;
}
