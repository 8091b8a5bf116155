/* test_facts_fibocom.c: what facts of these modules decide. */
#include "check.h"
#include "fact_cases.h"

#include "base/span.h"

#define OK         "\r\nOK\r\n"
#define ERROR      "\r\nERROR\r\n"
#define CME(code)  "\r\n+CME ERROR: " code "\r\n"
#define SAYS(text) "\r\n" text "\r\n" OK
#define URC(text)  "\r\n" text "\r\n"

static const char *const lines[] = { "ATE0", "AT+CMEE=1", NULL };

#define UP       "AT+MIPCALL=1"
#define OPEN     "AT+MIPOPEN=1,,\"127.0.0.1\",80,0"
#define REFUSED  "AT+MIPOPEN=1,,\"127.0.0.1\",82,0"
#define HANGS    "AT+MIPOPEN=2,,\"127.0.0.1\",81,0"
#define SECURELY "AT+MIPOPEN=1,,\"127.0.0.1\",80,2"
#define OPENED   UP, OPEN
#define SILENT   "AT+HTTPSET=\"URL\",\"http://127.0.0.1:81/\""
#define GONE     URC("+HTTP: 0") URC("+HTTPRES: 0,601,0")
#define URL      "AT+HTTPSET=\"URL\",\"http://127.0.0.1:80/\""

static const struct fact_case cases[] = {
    /* numbers */
    { "left",
      "201",
      { OPENED, "peer sends x" },
      URC("+MIPRTCP: 1,0,78"),
      URC("+MIPRTCP: 1,201,78"),
      USED },
    { "chunk",
      "2",
      { OPENED, "peer sends abc" },
      URC("+MIPRTCP: 1,0,616263"),
      URC("+MIPRTCP: 1,0,6162") URC("+MIPRTCP: 1,0,63"),
      UNUSED },
    { "close-type",
      "0",
      { OPENED, "AT+MIPCLOSE=1" },
      OK URC("+MIPCLOSE: 1,1"),
      OK URC("+MIPCLOSE: 1,0"),
      USED },
    { "call-twice",
      "error",
      { UP, "AT+MIPCALL=1" },
      OK URC("+MIPCALL: 10.250.64.139"),
      CME("3"),
      USED },
    { "call-twice",
      "error",
      { "AT+MIPCALL=1" },
      OK URC("+MIPCALL: 10.250.64.139"),
      OK URC("+MIPCALL: 10.250.64.139"),
      UNUSED },
    { "file-twice",
      "error",
      { "AT+GTSSLFILE=\"KEYFILE\",4", "type abcd", "AT+GTSSLFILE=\"KEYFILE\",4" },
      "\r\n>",
      ERROR,
      USED },
    { "send-max", "9", { OPENED, "AT+MIPSEND=1,10" }, "\r\n>", CME("50"), UNUSED },
    { "send-max",
      "9",
      { OPENED, "AT+MIPSEND?" },
      SAYS("+MIPSEND: 1,2048"),
      SAYS("+MIPSEND: 1,9"),
      USED },
    { "send-max", "4096", { OPENED, "AT+MIPSEND=1,2049" }, CME("50"), "\r\n>", USED },
    { "send-idle-ms",
      "3000",
      { OPENED, "AT+MIPSEND=1", "type abc", "wait 11000", "wait 1000" },
      OK URC("+MIPPUSH: 1,0") URC("+MIPSEND: 1,0,2048"),
      "",
      USED },
    { "send-idle-ms", "3000", { OPENED, "AT+MIPSEND=1,3", "wait 12000" }, ERROR, ERROR, UNUSED },
    { "prompt-idle-ms", "3000", { OPENED, "AT+MIPSEND=1,3", "wait 3000" }, "", ERROR, UNUSED },
    { "prompt-idle-ms",
      "3000",
      { "AT+GTSSLFILE=\"KEYFILE\",9", "wait 12000" },
      ERROR,
      ERROR,
      UNUSED },
    { "open-total-ms", "5000", { UP, HANGS, "wait 5000" }, "", URC("+MIPOPEN 2,0"), UNUSED },
    { "open-total-ms",
      "5000",
      { UP, HANGS, "wait 59000", "wait 1000" },
      URC("+MIPOPEN 2,0"),
      "",
      USED },
    { "open-step-ms", "5000", { UP, HANGS, "wait 5000" }, "", URC("+MIPOPEN 2,0"), UNUSED },
    { "keep-alive-max-s", "240", { "AT+MIPKEEPCONF=1,241,9,4" }, OK, CME("50"), UNUSED },
    { "keep-alive-max-s", "240", { "AT+MIPKEEPCONF=1,32768,9,4" }, CME("50"), CME("50"), USED },
    { "http-head-max", "4096", { "AT+HTTPHEAD=2049" }, CME("50"), "\r\n>", USED },
    { "http-head-idle-ms", "3000", { "AT+HTTPHEAD=9", "wait 3000" }, "", CME("3"), UNUSED },
    { "http-head-idle-ms", "3000", { "AT+HTTPHEAD=9", "wait 30000" }, CME("3"), CME("3"), USED },
    { "http-timer-s", "5", { UP, SILENT, "AT+HTTPACT=0", "wait 5000" }, "", GONE, UNUSED },
    { "http-timer-s", "5", { UP, SILENT, "AT+HTTPACT=0", "wait 60000" }, GONE, GONE, USED },
    { "http-timer-s", "5", { UP, SILENT, "AT+HTTPACT=0,20", "wait 20000" }, GONE, GONE, UNUSED },
    { "http-timer-s",
      "5",
      { UP, URL, "AT+HTTPACT=0", "wait 60000" },
      URC("+HTTPRES: 0,408,0"),
      URC("+HTTPRES: 0,408,0"),
      USED },
    { "http-timed-out",
      "504",
      { UP, URL, "AT+HTTPACT=0", "wait 60000" },
      URC("+HTTPRES: 0,408,0"),
      URC("+HTTPRES: 0,504,0"),
      USED },
    { "http-network-error",
      "600",
      { UP, "AT+HTTPSET=\"URL\",\"http://127.0.0.1:82/\"", "AT+HTTPACT=0" },
      OK URC("+HTTP: 0") URC("+HTTPRES: 0,601,0"),
      OK URC("+HTTP: 0") URC("+HTTPRES: 0,600,0"),
      USED },
    { "http-response-max",
      "1024",
      { "AT+HTTPREAD=?" },
      SAYS("+HTTPREAD: (0-1048576),(1-1048576)"),
      SAYS("+HTTPREAD: (0-1024),(1-1024)"),
      USED },
    { "ping-failed",
      "1",
      { UP, "AT+MPING=1,\"nowhere.example\"" },
      OK URC("+MPINGSTAT: 2,\"nowhere.example\",0,0,0"),
      OK URC("+MPINGSTAT: 1,\"nowhere.example\",0,0,0"),
      USED },
    { "ftp-name-max", "3", { "AT+FTPCWD=\"four\"" }, CME("3"), CME("50"), UNUSED },
    { "restart-off-ms", "9000", { "AT+RESET" }, OK, OK, USED },

    /* factory values */
    { "version-preset", "0", { "AT+GTSSLVER?" }, SAYS("+GTSSLVER: 2"), SAYS("+GTSSLVER: 0"), USED },
    { "version-preset",
      "0",
      { "AT+GTSSLVER=4", "AT+GTSSLVER?" },
      SAYS("+GTSSLVER: 4"),
      SAYS("+GTSSLVER: 4"),
      UNUSED },
    { "version-preset",
      "0",
      { UP, SECURELY },
      OK URC("+MIPOPEN: 1,1"),
      OK URC("+MIPOPEN: 1,1"),
      USED },
    { "version-preset",
      "0",
      { UP, "AT+GTSSLVER=4", SECURELY },
      OK URC("+MIPOPEN: 1,1"),
      OK URC("+MIPOPEN: 1,1"),
      UNUSED },
    { "ftp-passive", "0", { "AT+FTPMODE?" }, SAYS("+FTPMODE: 1"), SAYS("+FTPMODE: 0"), USED },

    /* words */
    { "format",
      "2",
      { OPENED, "peer sends x" },
      URC("+MIPRTCP: 1,0,78"),
      URC("+MIPRTCP: 1,1,x"),
      USED },
    { "format",
      "5",
      { "AT+GTSET=\"IPRFMT\"" },
      SAYS("+GTSET: \"IPRFMT\",0"),
      SAYS("+GTSET: \"IPRFMT\",5"),
      USED },
    { "format",
      "2",
      { OPENED, "AT+GTSET=\"IPRFMT\",0", "peer sends x" },
      URC("+MIPRTCP: 1,0,78"),
      URC("+MIPRTCP: 1,0,78"),
      UNUSED },
    { "open-failed-has-colon",
      "yes",
      { UP, REFUSED },
      OK URC("+MIPOPEN 1,0"),
      OK URC("+MIPOPEN: 1,0"),
      USED },
    { "open-failed-tells-state",
      "yes",
      { UP, REFUSED },
      OK URC("+MIPOPEN 1,0"),
      OK URC("+MIPOPEN 1,0") URC("+MIPSTAT: 1,1"),
      USED },
    { "opening-holds-ms",
      "0",
      { OPENED, HANGS, "peer sends x" },
      "",
      URC("+MIPRTCP: 1,0,78"),
      USED },
    { "opening-holds-ms", "0", { OPENED, HANGS }, OK, OK, UNUSED },
    { "opening-holds-ms",
      "3000",
      { OPENED, HANGS, "peer sends x", "wait 1999", "wait 1" },
      URC("+MIPRTCP: 1,0,78"),
      "",
      USED_BEFORE },
    { "starts-enabled", "1-6", { "AT+GTSSLCIPHER?" }, OK, SAYS("+GTSSLCIPHER: 1,2,3,4,5,6"), USED },
    { "starts-enabled",
      "none",
      { UP, SECURELY },
      OK URC("+MIPOPEN: 1,1"),
      OK URC("+MIPOPEN: 1,1"),
      USED },
    { "checks-name",
      "all",
      { UP, SECURELY },
      OK URC("+MIPOPEN: 1,1"),
      OK URC("+MIPOPEN: 1,1"),
      UNUSED },
    { "checks-name",
      "names",
      { UP, "AT+GTSSLMODE=1", SECURELY },
      OK URC("+MIPOPEN: 1,1"),
      OK URC("+MIPOPEN: 1,1"),
      USED },
    { "send-sni", "no", { UP, SECURELY }, OK URC("+MIPOPEN: 1,1"), OK URC("+MIPOPEN: 1,1"), USED },
    { "http-head-once",
      "no",
      { UP, URL, "AT+HTTPHEAD=6", "type A: b\r\n", "AT+HTTPACT=0", "peer closes" },
      URC("+HTTPRES: 0,601,0"),
      URC("+HTTPRES: 0,601,0"),
      USED },
    { "http-head-once",
      "no",
      { UP, URL, "AT+HTTPACT=0", "peer closes" },
      URC("+HTTPRES: 0,601,0"),
      URC("+HTTPRES: 0,601,0"),
      UNUSED },

    /* errors */
    { "error-syntax", "3", { "AT+CREG=x" }, CME("50"), CME("3"), USED },
    { "error-range", "plain", { "AT+CREG=9" }, CME("50"), ERROR, USED },
    { "error-range", "3", { "AT+GTSSLMODE=9" }, ERROR, ERROR, UNUSED },
    { "error-state", "unknown", { "AT+MIPCLOSE=1" }, CME("3"), CME("100"), USED },
    { "error-http-invalid",
      "plain",
      { UP, "AT+HTTPSET=\"URL\",\"ftp://a\"", "AT+HTTPACT=0" },
      CME("50"),
      ERROR,
      USED },

    /* texts */
    { "radio",
      "4G",
      { "AT+CGMM" },
      SAYS("+CGMM: \"LTE\",\"L610\""),
      SAYS("+CGMM: \"4G\",\"L610\""),
      USED },
};

static void test_cases(void **state)
{
    (void)state;
    fact_cases_play("l610", lines, cases, COUNT(cases));
}

#define LOAD(id) "AT+GTSSLCIPHER=" #id ",1"

/* What is confirmed of some models is a guess of others. */
static void test_models(void **state)
{
    static const struct fact_case of_cn_03[] = {
        { "group", "b", { LOAD(10) }, ERROR, OK, USED },
        { "group", "b", { "AT+GTSSLVER?" }, SAYS("+GTSSLVER: 2"), SAYS("+GTSSLVER: 2"), UNUSED },
        { "starts-enabled", "none", { "AT+GTSSLCIPHER?" }, SAYS("+GTSSLCIPHER: 2,3,4"), OK, USED },
        { "starts-enabled",
          "none",
          { "AT+GTSSLCIPHER=255,1", "AT+GTSSLCIPHER?" },
          SAYS("+GTSSLCIPHER: 2,3,4,5,7,8,9"),
          SAYS("+GTSSLCIPHER: 2,3,4,5,7,8,9"),
          UNUSED },
        { "starts-enabled",
          "none",
          { "AT+GTSSLCIPHER=0,0;+GTSSLCIPHER=5,1", "AT+GTSSLCIPHER?" },
          SAYS("+GTSSLCIPHER: 5"),
          SAYS("+GTSSLCIPHER: 5"),
          USED },
    };
    static const struct fact_case of_am_00[] = {
        { "group", "a", { LOAD(5) }, ERROR, OK, UNUSED },
        { "revision",
          "1",
          { "AT+CGMR" },
          SAYS("+CGMR: \"19011.1000.00.02.73.13\""),
          SAYS("+CGMR: \"1\""),
          USED },
    };
    static const struct fact_case of_eau[] = {
        { "revision",
          "1",
          { "AT+CGMR" },
          SAYS("+CGMR: \"19305.1000.00.02.73.04\""),
          SAYS("+CGMR: \"1\""),
          UNUSED },
        { "strict-files",
          "no",
          { UP, "AT+GTSSLFILE=\"CERTFILE\",52",
            "type -----BEGIN CERTIFICATE----------END CERTIFICATE-----",
            "AT+GTSSLFILE=\"KEYFILE\",27", "type -----BEGIN PRIVATE KEY-----", SECURELY },
          OK URC("+MIPOPEN 1,0"),
          OK URC("+MIPOPEN: 1,1"),
          USED },
    };
    static const struct fact_case of_drivers[] = {
        { "open-failed-has-colon",
          "no",
          { UP, REFUSED },
          OK URC("+MIPOPEN: 1,0") URC("+MIPSTAT: 1,1"),
          OK URC("+MIPOPEN 1,0") URC("+MIPSTAT: 1,1"),
          USED },
        { "close-type",
          "1",
          { OPENED, "AT+MIPCLOSE=1" },
          OK URC("+MIPCLOSE: 1,0"),
          OK URC("+MIPCLOSE: 1,1"),
          USED },
    };

    (void)state;
    fact_cases_play("nl668-cn-03", lines, of_cn_03, COUNT(of_cn_03));
    fact_cases_play("nl668-am-00", lines, of_am_00, COUNT(of_am_00));
    fact_cases_play("nl668-eau", lines, of_eau, COUNT(of_eau));
    fact_cases_play("l610-drivers", lines, of_drivers, COUNT(of_drivers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_models),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
