/* test_facts_quectel.c: what facts of these modules decide. */
#include "check.h"
#include "fact_cases.h"

#include "base/span.h"

#define OK         "\r\nOK\r\n"
#define ERROR      "\r\nERROR\r\n"
#define CME(code)  "\r\n+CME ERROR: " code "\r\n"
#define SAYS(text) "\r\n" text "\r\n" OK

#define OPENED "AT+QIREGAPP", "AT+QIOPEN=\"TCP\",\"127.0.0.1\",80", "wait 1000"
#define MAIL   "AT+QSMTPDST=1,1,\"a@example.com\""

static const char *const lines[] = { "ATE0", "AT+QIURC=0", NULL };

static const struct fact_case cases[] = {
    /* numbers */
    { "pdp-contexts",
      "2",
      { "AT+CGDCONT=?" },
      SAYS("+CGDCONT: (1-3),\"IP\",,,(0,1),(0,1)"),
      SAYS("+CGDCONT: (1,2),\"IP\",,,(0,1),(0,1)"),
      USED },
    { "line-max",
      "64",
      { "AT+QSMTPADDR=\"somebody.with.a.name.of.some.considerable.length@example.com\"" },
      OK,
      ERROR,
      UNUSED },
    { "http-url-max", "800", { "AT+QHTTPURL=701" }, CME("3"), "\r\nCONNECT\r\n", USED },
    { "http-time-max-s", "5000", { "AT+QHTTPURL=10,3601" }, CME("3"), "\r\nCONNECT\r\n", USED },
    { "http-time-preset-s", "5", { "AT+QHTTPURL=10", "wait 5000" }, "", CME("3825"), UNUSED },
    { "http-time-preset-s",
      "5",
      { "AT+QHTTPURL=10", "wait 59000", "wait 1000" },
      CME("3825"),
      "",
      USED },
    { "http-redirects-max", "6", { "AT+QIREGAPP" }, OK, OK, UNUSED },
    { "ram-files",
      "1",
      { "AT+QSECWRITE=\"RAM:a\",1", "type a", "AT+QSECWRITE=\"RAM:b\",1", "type b" },
      "\r\n+QSECWRITE: 1,6200\r\n" OK,
      CME("4008"),
      UNUSED },
    { "ram-total",
      "1",
      { "AT+QSECWRITE=\"RAM:a\",2", "type ab" },
      "\r\n+QSECWRITE: 2,6162\r\n" OK,
      CME("4008"),
      UNUSED },
    { "state-has-blank",
      "no",
      { "AT+QISTAT" },
      OK "\r\nSTATE: IP INITIAL\r\n",
      OK "\r\nSTATE:IP INITIAL\r\n",
      USED },
    { "disk-flash",
      "2000",
      { "AT+QFLDS=\"UFS\"" },
      SAYS("+QFLDS: 1048576,1048576"),
      SAYS("+QFLDS: 2000,2000"),
      USED },
    { "disk-ram",
      "2000",
      { "AT+QFLDS=\"RAM\"" },
      SAYS("+QFLDS: 1048576,1048576"),
      SAYS("+QFLDS: 2000,2000"),
      USED },
    { "disk-ram-files",
      "1",
      { "AT+QFUPL=\"RAM:a\",1", "type a", "AT+QFOPEN=\"RAM:b\"" },
      SAYS("+QFOPEN: 134072"),
      CME("4008"),
      UNUSED },
    { "open-limit-ms",
      "10000",
      { "AT+QIREGAPP", "AT+QIOPEN=\"TCP\",\"127.0.0.1\",81", "wait 10100" },
      "",
      "\r\nCONNECT FAIL\r\n",
      UNUSED },
    { "start-up-first-ms",
      "500",
      { "AT+QIURC=1;+IPR=9600", "AT+CFUN=1,1", "wait 2600" },
      "",
      "\r\nRDY\r\n",
      UNUSED },
    { "start-up-first-ms",
      "500",
      { "AT+QIURC=1;+IPR=9600", "AT+CFUN=1,1", "wait 3500" },
      "\r\nRDY\r\n",
      "\r\nRDY\r\n\r\n+CFUN: 1\r\n",
      USED },
    { "restart-off-ms", "30000", { "AT+QPOWD=2" }, OK, OK, USED },
    { "smtp-recipients-max", "1", { MAIL, MAIL }, OK, CME("3"), UNUSED },
    { "smtp-subject-max", "3", { "AT+QSMTPSUB=0,\"four\"" }, OK, CME("3"), UNUSED },
    { "smtp-body-max",
      "3",
      { "AT+QSMTPBODY=1,60", "type four", "wait 1100", "type +++", "wait 1100" },
      "\r\n+QSMTPBODY: 4\r\n" OK,
      CME("4000"),
      UNUSED },
    { "smtp-attachment-max",
      "3",
      { "AT+QSMTPATT=\"a\",4" },
      "\r\nCONNECT\r\n",
      CME("4013"),
      UNUSED },
    { "smtp-attachments-max",
      "1",
      { "AT+QSMTPATT=\"a\",1", "type a", "AT+QSMTPATT=\"b\",1" },
      "\r\nCONNECT\r\n",
      CME("4008"),
      UNUSED },
    { "smtp-port",
      "587",
      { "AT+QSMTPSRV?" },
      SAYS("+QSMTPSRV: \"\",25"),
      SAYS("+QSMTPSRV: \"\",587"),
      USED },

    /* factory values */
    { "extended-connect-preset", "1", { "AT+CMEE=1" }, OK, OK, UNUSED },
    { "send-echo-preset",
      "0",
      { OPENED, "ATE1", "type AT+QISEND=1\rx" },
      "AT+QISEND=1\r\r\n> x\r\nSEND OK\r\n",
      "AT+QISEND=1\r\r\n> \r\nSEND OK\r\n",
      USED },
    { "transparent-size-preset",
      "512",
      { "AT+QITCFG?" },
      SAYS("+QITCFG: 3,2,1024,1"),
      SAYS("+QITCFG: 3,2,512,1"),
      USED },
    { "ssl-version-preset",
      "1",
      { "AT+QSSLCFG=\"sslversion\",0" },
      SAYS("+QSSLCFG: \"sslversion\",4"),
      SAYS("+QSSLCFG: \"sslversion\",1"),
      USED },
    { "ssl-version-preset",
      "1",
      { "AT+QSSLCFG=\"sslversion\",0,3", "AT+QSSLCFG=\"sslversion\",0" },
      SAYS("+QSSLCFG: \"sslversion\",3"),
      SAYS("+QSSLCFG: \"sslversion\",3"),
      UNUSED },
    { "ssl-ignore-dates-preset",
      "1",
      { "AT+QSSLCFG=\"ignorertctime\"" },
      SAYS("+QSSLCFG: \"ignorertctime\",0"),
      SAYS("+QSSLCFG: \"ignorertctime\",1"),
      USED },

    /* words */
    { "register-twice", "ok", { "AT+QIREGAPP", "AT+QIREGAPP" }, ERROR, OK, USED },
    { "register-twice", "ok", { "AT+QIREGAPP=\"a\"", "AT+QIREGAPP=\"b\"" }, ERROR, OK, USED },
    { "flow-is-coded",
      "no",
      { "AT+QICSGP=1,\"w\"", "AT+IFC=1,1", "AT+QIREGAPP?" },
      SAYS("+QIREGAPP: \"w\x88\",\"\",\"\""),
      SAYS("+QIREGAPP: \"w\",\"\",\"\""),
      USED },
    { "flow-is-coded",
      "no",
      { "AT+IFC=1,1", "AT+IFC?" },
      SAYS("+IFC: 1,1"),
      SAYS("+IFC: 1,1"),
      UNUSED },
    { "deactivate-twice", "error", { "AT+QIDEACT" }, "\r\nDEACT OK\r\n", ERROR, USED },
    { "activate-twice", "ok", { "AT+QIREGAPP", "AT+QIACT", "AT+QIACT" }, ERROR, OK, USED },
    { "switch-is-refused", "while-up", { "AT+QIREGAPP", "AT+QIMUX=1" }, OK, ERROR, USED },
    { "switch-is-refused", "never", { OPENED, "AT+QIMUX=1" }, ERROR, OK, USED },
    { "switch-is-refused", "never", { "AT+QIMUX=1" }, OK, OK, UNUSED },
    { "name-needs-switch",
      "no",
      { "AT+QIREGAPP", "AT+QIOPEN=\"TCP\",\"localhost\",80" },
      ERROR,
      OK,
      USED },
    { "escaped-prompt-is-ok", "no", { OPENED, "AT+QISEND", "type \033" }, OK, ERROR, USED },
    { "send-echo-needs-echo",
      "no",
      { OPENED, "type AT+QISEND=1\rx" },
      "\r\n> \r\nSEND OK\r\n",
      "\r\n> x\r\nSEND OK\r\n",
      USED },
    { "data-outlives-the-peer",
      "no",
      { OPENED, "AT+QINDI=1", "peer sends x", "peer closes", "wait 1000", "AT+QIRD=0,1,0,9" },
      "\r\n+QIRD: 127.0.0.1:80,TCP,1\r\nx\r\nOK\r\n",
      ERROR,
      USED_BEFORE },
    { "told-again-after",
      "0",
      { OPENED, "AT+QINDI=1", "peer sends xy", "wait 1000", "AT+QIRD=0,1,0,1" },
      "\r\n+QIRD: 127.0.0.1:80,TCP,1\r\nx\r\nOK\r\n",
      "\r\n+QIRD: 127.0.0.1:80,TCP,1\r\nx\r\nOK\r\n",
      UNUSED },
    { "ssl-state-has-blanks",
      "no",
      { "AT+QSSLSTATE" },
      "\r\n+QSSLSTATE: IP INITIAL\r\n"
      "+QSSLSTATE: 0, \"\", \"\", , \"INITIAL\", 0\r\n"
      "+QSSLSTATE: 1, \"\", \"\", , \"INITIAL\", 0\r\n"
      "+QSSLSTATE: 2, \"\", \"\", , \"INITIAL\", 0\r\n"
      "+QSSLSTATE: 3, \"\", \"\", , \"INITIAL\", 0\r\n"
      "+QSSLSTATE: 4, \"\", \"\", , \"INITIAL\", 0\r\n"
      "+QSSLSTATE: 5, \"\", \"\", , \"INITIAL\", 0\r\n" OK,
      "\r\n+QSSLSTATE: IP INITIAL\r\n"
      "+QSSLSTATE: 0,\"\",\"\",,\"INITIAL\",0\r\n"
      "+QSSLSTATE: 1,\"\",\"\",,\"INITIAL\",0\r\n"
      "+QSSLSTATE: 2,\"\",\"\",,\"INITIAL\",0\r\n"
      "+QSSLSTATE: 3,\"\",\"\",,\"INITIAL\",0\r\n"
      "+QSSLSTATE: 4,\"\",\"\",,\"INITIAL\",0\r\n"
      "+QSSLSTATE: 5,\"\",\"\",,\"INITIAL\",0\r\n" OK,
      USED },
    { "ssl-config-is-quoted",
      "no",
      { "AT+QSSLCFG=\"ctxindex\",0" },
      SAYS("+QSSLCFG: 0,4,0,\"0XFFFF\",\"\",\"\",\"\""),
      SAYS("+QSSLCFG: 0,4,0,0XFFFF,,,"),
      USED },
    { "ssl-needs-registration", "no", { "AT+QSSLOPEN=0,0,\"127.0.0.1\",80,0" }, ERROR, OK, USED },
    { "smtp-lists-are-read",
      "no",
      { MAIL, "AT+QSMTPDST?" },
      SAYS("+QSMTPDST: 1,\"a@example.com\""),
      OK,
      USED },
    { "start-up-says-sms-ready",
      "yes",
      { "AT+QIURC=1;+IPR=9600", "AT+CFUN=1,1", "wait 5900", "wait 2000" },
      "\r\nCall Ready\r\n",
      "\r\nCall Ready\r\n\r\nSMS Ready\r\n",
      USED },

    /* errors */
    { "error-syntax", "plain", { "AT+CREG=x" }, CME("3"), ERROR, USED },
    { "error-range", "4", { "AT+CREG=9" }, CME("3"), CME("4"), USED },
    { "error-range", "4", { "AT+CMEE=0", "AT+CREG=9" }, ERROR, ERROR, UNUSED },
    { "error-file-missing",
      "file too large",
      { "AT+QSECDEL=\"RAM:x\"" },
      CME("4010"),
      CME("4011"),
      USED },
    { "smtp-error", "plain", { "AT+QSMTPPUT" }, CME("3"), ERROR, USED },

    { "zone-report",
      "bare",
      { "AT+CTZR=1", "AT+CFUN=4", "AT+CFUN=1", "wait 1000" },
      "\r\n+CTZV: \"+00,0\"\r\n",
      "\r\n+CTZV: +00,0\r\n",
      USED_BEFORE },

    /* texts */
    { "imei",
      "861111111111111",
      { "AT+GSN" },
      SAYS("860000000000009"),
      SAYS("861111111111111"),
      USED },
    { "name-server",
      "192.0.2.1",
      { "AT+QIDNSCFG?" },
      "\r\nPrimaryDns: 0.0.0.0\r\nSecondaryDns: 0.0.0.0\r\n" OK,
      "\r\nPrimaryDns: 192.0.2.1\r\nSecondaryDns: 192.0.2.1\r\n" OK,
      USED },
    { "already-connected",
      "CONNECT FAIL",
      { OPENED, "AT+QIOPEN=\"TCP\",\"127.0.0.1\",80" },
      "\r\nALREADY CONNECT\r\n",
      "\r\nCONNECT FAIL\r\n",
      USED },
    { "sender-head",
      "FROM ",
      { OPENED, "AT+QISHOWRA=1", "peer sends x", "wait 1000" },
      "\r\nRECV FROM:127.0.0.1:80\r\nx",
      "\r\nFROM 127.0.0.1:80\r\nx",
      USED },
    { "transparent-end",
      "NO CARRIER",
      { "AT+QIMODE=1", OPENED, "peer closes" },
      "\r\nCLOSED\r\n",
      "\r\nNO CARRIER\r\n",
      USED },
    { "http-user-agent",
      "x",
      { "AT+QHTTPCFG=\"User-Agent\"" },
      SAYS("+QHTTPCFG: \"User-Agent\",\"QUECTEL_MODULE\""),
      SAYS("+QHTTPCFG: \"User-Agent\",\"x\""),
      USED },
};

static void test_cases(void **state)
{
    (void)state;
    fact_cases_play("m95", lines, cases, COUNT(cases));
}

/* The M95's firmware was seen; that of its brothers is by analogy. */
static void test_revision(void **state)
{
    static const struct fact_case of_m66[] = {
        { "revision",
          "M66FAR03A01",
          { "AT+CGMR" },
          SAYS("Revision: M66FAR01A08"),
          SAYS("Revision: M66FAR03A01"),
          USED },
    };
    static const struct fact_case of_m95[] = {
        { "revision",
          "M95FAR03A01",
          { "AT+CGMR" },
          SAYS("Revision: M95FAR02A08"),
          SAYS("Revision: M95FAR03A01"),
          UNUSED },
    };

    (void)state;
    fact_cases_play("m66", lines, of_m66, COUNT(of_m66));
    fact_cases_play("m95", lines, of_m95, COUNT(of_m95));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_revision),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
