/* test_facts_telit.c: what facts of these modules decide. */
#include "check.h"
#include "fact_cases.h"
#include "talk.h"

#include <stdio.h>

#define OK         "\r\nOK\r\n"
#define ERROR      "\r\nERROR\r\n"
#define CME(code)  "\r\n+CME ERROR: " code "\r\n"
#define SAYS(text) "\r\n" text "\r\n" OK
#define URC(text)  "\r\n" text "\r\n"

static const char *const lines[] = { "ATE0",         "AT+CMEE=1",    "AT+CGDCONT=1,\"IP\",\"a\"",
                                     "AT#SGACT=1,1", "AT#SSLEN=1,1", NULL };

#define DIALLED "AT#SSLD=1,80,\"127.0.0.1\",0,1"
#define PLAIN   "AT#SD=1,0,80,\"127.0.0.1\",0,0,1"
#define TEN     "jjjjjjjjjj"
#define DIGITS  "6A6A6A6A6A6A6A6A6A6A"
#define ENTRY   "AT#SSLSECDATA=1,1,1,3"

#define MOST_DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS
#define LONG_DIGITS MOST_DIGITS DIGITS
#define LONG_TEXT   TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct fact_case cases[] = {
    /* numbers */
    { "data-call-connect",
      "CONNECT 150000000",
      { "ATD*99#" },
      URC("CONNECT"),
      URC("CONNECT 150000000"),
      USED },
    { "data-call-undefined", "no-carrier", { "ATD*99***2#" }, ERROR, URC("NO CARRIER"), USED },
    { "data-call-ends-context",
      "no",
      { "AT#SGACT=1,0", "ATD*99#", "peer closes", "AT+CGACT?" },
      SAYS("+CGACT: 1,0"),
      SAYS("+CGACT: 1,1"),
      USED_BEFORE },
    { "contexts",
      "3",
      { "AT+CGDCONT=?" },
      SAYS("+CGDCONT: (1-5),\"IP\",,,(0,1),(0,1)"),
      SAYS("+CGDCONT: (1-3),\"IP\",,,(0,1),(0,1)"),
      USED },
    { "caller-line",
      "bare",
      { "AT+CLIP=1", "ring 12" },
      URC("RING") URC("+CLIP: \"12\",129,\"\",128,\"\",0"),
      URC("RING") URC("+CLIP: \"12\",129,,,,0"),
      USED },
    { "packet-max", "300", { "AT#SSLCFG=1,1,301,90,100,50" }, OK, CME("4"), UNUSED },
    { "idle-max-s", "90", { "AT#SSLCFG=1,1,300,91,100,50" }, OK, CME("4"), UNUSED },
    { "idle-max-s", "90", { "AT#SSLCFG=1,1,300,65536,100,50" }, CME("4"), CME("4"), USED },
    { "answer-min-ds", "5", { "AT#SSLCFG=1,1,300,90,9,50" }, CME("4"), OK, USED },
    { "answer-max-ds", "6000", { "AT#SSLCFG=1,1,300,90,5001,50" }, CME("4"), OK, USED },
    { "flush-max-ds", "256", { "AT#SSLCFG=1,1,300,90,100,256" }, CME("4"), OK, USED },
    { "send-max",
      "3",
      { DIALLED, "AT#SSLSEND=1", "type four\032", "peer gets" },
      "four",
      "fou",
      UNUSED },
    { "send-edits",
      "yes",
      { DIALLED, "AT#SSLSEND=1", "type fo\bur\032", "peer gets" },
      "fo\bur",
      "fur",
      UNUSED },
    { "send-ext-max", "3", { DIALLED, "AT#SSLSENDEXT=1,4" }, "\r\n> ", CME("4"), UNUSED },
    { "block-max-ds", "5001", { DIALLED, "AT#SSLRECV=1,10,5001" }, CME("4"), "", USED },
    { "dial-min-ds", "1", { "AT#SSLD=1,80,\"127.0.0.1\",0,1,9" }, CME("4"), OK, USED },
    { "prompt-idle-ms", "5000", { ENTRY, "wait 5000" }, "", ERROR, UNUSED },
    { "prompt-idle-ms", "5000", { ENTRY, "wait 299000", "wait 1000" }, ERROR, "", USED },
    { "pem-tolerance", "0", { ENTRY, "type AAAA\032" }, OK, CME("837"), USED },
    { "pem-tolerance", "0", { ENTRY, "type AAA\032" }, OK, OK, UNUSED },
    { "later-field-max", "-1", { "AT#SSLSECCFG2=1,1,0,0" }, OK, CME("4"), UNUSED },
    { "ftp-extension-max", "-1", { "AT#FTPCFG=100,0,0,1" }, OK, CME("4"), UNUSED },
    { "socket-1-context",
      "3",
      { "AT#SCFG?" },
      SAYS("#SCFG: 1,1,300,90,600,50\r\n#SCFG: 2,1,300,90,600,50\r\n#SCFG: 3,1,300,90,600,50\r\n"
           "#SCFG: 4,2,300,90,600,50\r\n#SCFG: 5,2,300,90,600,50\r\n#SCFG: 6,2,300,90,600,50"),
      SAYS("#SCFG: 1,3,300,90,600,50\r\n#SCFG: 2,1,300,90,600,50\r\n#SCFG: 3,1,300,90,600,50\r\n"
           "#SCFG: 4,2,300,90,600,50\r\n#SCFG: 5,2,300,90,600,50\r\n#SCFG: 6,2,300,90,600,50"),
      USED },

    /* plain sockets */
    { "plain-flush-max", "255", { "AT#SCFG=1,1,300,90,600,256" }, OK, CME("4"), UNUSED },
    { "plain-send-max",
      "3",
      { PLAIN, "AT#SSEND=1", "type four\032", "peer gets" },
      "four",
      "fou",
      UNUSED },
    { "plain-ring-payload",
      "100",
      { "AT#SCFGEXT=1,2,1,0;#SCFGEXT2=1,0,0,1", PLAIN, "peer sends " LONG_TEXT },
      URC("SRING: 1,110," LONG_DIGITS),
      URC("SRING: 1,100," MOST_DIGITS),
      USED },
    { "plain-digits-are-capital",
      "no",
      { "AT#SCFGEXT=1,2,1,0", PLAIN, "peer sends jkl" },
      URC("SRING: 1,3,6A6B6C"),
      URC("SRING: 1,3,6a6b6c"),
      USED },
    { "plain-idle-in-command-mode",
      "no",
      { PLAIN, "wait 89000", "wait 2000" },
      URC("NO CARRIER"),
      "",
      USED },
    { "plain-end-waits-for-reading",
      "yes",
      { PLAIN, "peer sends left", "peer closes" },
      URC("NO CARRIER"),
      "",
      USED },
    { "plain-failure-is-told",
      "no",
      { "AT#SCFGEXT3=1,1", "AT#SD=1,0,82,\"127.0.0.1\",0,0,1" },
      OK URC("NO CARRIER"),
      OK,
      USED },
    { "plain-no-carrier-head",
      "NO CARRIER: ",
      { "AT#SCFGEXT2=1,0,0,0,0,2", PLAIN, "peer closes" },
      URC("NO CARRIER:SD,1,1"),
      URC("NO CARRIER: 1,1"),
      USED },
    { "plain-hang-up-ends-listening",
      "no",
      { "AT#SL=1,1,2020;#SH=1", "AT#SL?" },
      OK,
      SAYS("#SL: 1,2020,0"),
      USED_BEFORE },
    { "firewall-rules",
      "1",
      { "AT#FRWL=1,\"10.0.0.1\",\"255.0.0.0\"", "AT#FRWL=1,\"11.0.0.1\",\"255.0.0.0\"" },
      OK,
      CME("4"),
      UNUSED },
    { "firewall-quotes",
      "no",
      { "AT#FRWL=1,\"10.0.0.1\",\"255.0.0.0\"", "AT#FRWL?" },
      SAYS("#FRWL: \"10.0.0.1\",\"255.0.0.0\""),
      SAYS("#FRWL: 10.0.0.1,255.0.0.0"),
      USED },
    { "error-deactivate-while-open", "551", { PLAIN, "AT#SGACT=1,0" }, CME("3"), CME("551"), USED },
    { "error-plain-in-use", "564", { PLAIN, PLAIN }, CME("557"), CME("564"), USED },
    { "error-plain-name",
      "550",
      { "AT#SD=1,0,80,\"nowhere\",0,0,1" },
      CME("558"),
      CME("550"),
      USED },
    { "error-plain-timeout",
      "562",
      { "AT#SD=1,0,81,\"127.0.0.1\",0,0,1", "wait 60000" },
      CME("559"),
      CME("562"),
      USED },
    { "error-plain-refused",
      "562",
      { "AT#SD=1,0,82,\"127.0.0.1\",0,0,1" },
      CME("560"),
      CME("562"),
      USED },
    { "error-plain-closed", "563", { "AT#SRECV=1,10" }, CME("561"), CME("563"), USED },
    { "error-plain-state", "plain", { "AT#SO=1" }, CME("551"), ERROR, USED },
    { "error-plain-listening",
      "557",
      { "AT#SL=1,1,2020", "AT#SL=1,1,2020" },
      CME("564"),
      CME("557"),
      USED },
    { "error-plain-digits",
      "4",
      { "AT#SCFGEXT=1,0,0,0,0,1", PLAIN, "AT#SSEND=1", "type x\032" },
      CME("25"),
      CME("4"),
      USED },
    { "error-plain-empty", "plain", { PLAIN, "AT#SRECV=1,10" }, CME("555"), ERROR, UNUSED },

    /* factory values */
    { "nitz-preset", "1", { "AT#NITZ?" }, SAYS("#NITZ: 7,0"), SAYS("#NITZ: 1,0"), USED },
    { "nitz-preset",
      "1",
      { "AT#NITZ=3", "AT#NITZ?" },
      SAYS("#NITZ: 3,0"),
      SAYS("#NITZ: 3,0"),
      UNUSED },
    { "registration-sets-clock",
      "no",
      { "AT+CCLK=\"20/01/01,00:00:00+00\"", "AT+CFUN=4;+CFUN=1", "AT#NITZ=7" },
      OK,
      OK,
      USED_BEFORE },

    /* what hosts set at start-up */
    { "auto-band-max", "3", { "AT#AUTOBND=3" }, CME("4"), OK, USED },
    { "band-max", "6", { "AT#BND=6" }, CME("4"), OK, USED },
    { "umts-band-max", "16", { "AT#BND=0,16" }, CME("4"), OK, USED },
    { "toolkit-min-min", "5", { "AT#STIA=2,1" }, OK, CME("4"), UNUSED },
    { "toolkit-max-min", "300", { "AT#STIA=2,256" }, CME("4"), OK, USED },
    { "toolkit-preset-min",
      "10",
      { "AT#STIA?" },
      SAYS("#STIA: 0,0,5"),
      SAYS("#STIA: 0,0,10"),
      USED },
    { "operators-mode-max", "3", { "AT#PLMNMODE=3" }, CME("4"), OK, USED },
    { "operators-mode-preset",
      "0",
      { "AT#PLMNMODE?" },
      SAYS("#PLMNMODE: 1"),
      SAYS("#PLMNMODE: 0"),
      USED },
    { "led-mode-max", "5", { "AT#SLED=5" }, CME("4"), OK, USED },
    { "led-mode-preset",
      "0",
      { "AT#SLED?" },
      SAYS("#SLED: 2,10,10"),
      SAYS("#SLED: 0,10,10"),
      USED },
    { "led-time-max-ds", "101", { "AT#SLED=2,101" }, CME("4"), OK, USED },
    { "led-time-preset-ds",
      "20",
      { "AT#SLED?" },
      SAYS("#SLED: 2,10,10"),
      SAYS("#SLED: 2,20,20"),
      USED },
    { "send-delay-max-ds", "256", { "AT#DSTO=256" }, CME("4"), OK, USED },
    { "send-delay-preset-ds", "0", { "AT#DSTO?" }, SAYS("#DSTO: 50"), SAYS("#DSTO: 0"), USED },
    { "sim-detection-preset",
      "1",
      { "AT#SIMDET?" },
      SAYS("#SIMDET: 2,1"),
      SAYS("#SIMDET: 1,1"),
      USED },
    { "monitor-action-max", "8", { "AT#TEMPMON=0,1,8" }, CME("4"), OK, USED },
    { "monitor-time-max-s", "256", { "AT#TEMPMON=0,1,7,256" }, CME("4"), OK, USED },
    { "temperature",
      "-5",
      { "AT#TEMPMON=1" },
      SAYS("#TEMPMEAS: 0,25"),
      SAYS("#TEMPMEAS: 0,-5"),
      USED },

    /* the cell */
    { "cell-channel",
      "10562",
      { "AT#RFSTS" },
      SAYS("#RFSTS: \"001 "
           "01\",10700,100,-5.0,-78,-73,0001,01,,64,19,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      SAYS("#RFSTS: \"001 "
           "01\",10562,100,-5.0,-78,-73,0001,01,,64,19,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      USED },
    { "cell-code",
      "7",
      { "AT#RFSTS" },
      SAYS("#RFSTS: \"001 "
           "01\",10700,100,-5.0,-78,-73,0001,01,,64,19,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      SAYS("#RFSTS: \"001 "
           "01\",10700,7,-5.0,-78,-73,0001,01,,64,19,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      USED },
    { "cell-ec-io-tenths",
      "-125",
      { "AT#RFSTS" },
      SAYS("#RFSTS: \"001 "
           "01\",10700,100,-5.0,-78,-73,0001,01,,64,19,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      SAYS("#RFSTS: \"001 "
           "01\",10700,100,-12.5,-85,-73,0001,01,,64,19,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      USED },
    { "routing-area",
      "255",
      { "AT#RFSTS" },
      SAYS("#RFSTS: \"001 "
           "01\",10700,100,-5.0,-78,-73,0001,01,,64,19,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      SAYS("#RFSTS: \"001 "
           "01\",10700,100,-5.0,-78,-73,0001,FF,,64,19,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      USED },
    { "cell-drx",
      "32",
      { "AT#RFSTS" },
      SAYS("#RFSTS: \"001 "
           "01\",10700,100,-5.0,-78,-73,0001,01,,64,19,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      SAYS("#RFSTS: \"001 "
           "01\",10700,100,-5.0,-78,-73,0001,01,,32,19,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      USED },
    { "mobility-state",
      "20",
      { "AT#RFSTS" },
      SAYS("#RFSTS: \"001 "
           "01\",10700,100,-5.0,-78,-73,0001,01,,64,19,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      SAYS("#RFSTS: \"001 "
           "01\",10700,100,-5.0,-78,-73,0001,01,,64,20,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      USED },
    { "radio-state",
      "3",
      { "AT#RFSTS" },
      SAYS("#RFSTS: \"001 "
           "01\",10700,100,-5.0,-78,-73,0001,01,,64,19,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      SAYS("#RFSTS: \"001 "
           "01\",10700,100,-5.0,-78,-73,0001,01,,64,19,3,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      USED },
    { "cell-band",
      "3",
      { "AT#RFSTS" },
      SAYS("#RFSTS: \"001 "
           "01\",10700,100,-5.0,-78,-73,0001,01,,64,19,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      SAYS("#RFSTS: \"001 "
           "01\",10700,100,-5.0,-78,-73,0001,01,,64,19,0,,,0000001,\"001010123456789\",\"Test "
           "Network\",3,0"),
      UNUSED },

    /* words */
    { "hang-up-twice", "error", { "AT#SSLH=1" }, OK, CME("833"), USED },
    { "ftp-close-twice", "error", { "AT#FTPCLOSE" }, OK, CME("607"), USED },

    /* errors */
    { "error-syntax", "3", { "AT+CREG=x" }, CME("4"), CME("3"), USED },
    { "error-range", "plain", { "AT+CREG=9" }, CME("4"), ERROR, USED },
    { "error-disable-disabled",
      "836",
      { "AT#SSLEN=1,0", "AT#SSLEN=1,0" },
      CME("836"),
      CME("836"),
      USED },
    { "error-disable-while-open",
      "830",
      { DIALLED, "AT#SSLEN=1,0" },
      CME("834"),
      CME("830"),
      USED },
    { "error-config-while-open",
      "SSL generic error",
      { DIALLED, "AT#SSLSECCFG=1,0,0" },
      CME("834"),
      CME("830"),
      USED },
    { "error-connect", "559", { "AT#SSLD=1,82,\"127.0.0.1\",0,1" }, CME("832"), CME("559"), USED },
    { "error-entry-empty", "20", { ENTRY, "type \032" }, CME("837"), CME("20"), USED },
    { "error-entry-too-long", "20", { ENTRY, "type AAAAAA\032" }, CME("837"), CME("20"), USED },
    { "error-ftp-no-session", "615", { "AT#FTPPWD" }, CME("607"), CME("615"), USED },
    { "error-ftp-no-data", "621", { "AT#FTPRECV=10" }, CME("614"), CME("621"), USED },

    /* texts */
    { "revision", "12.00.999", { "AT+CGMR" }, SAYS("12.00.026"), SAYS("12.00.999"), USED },
    { "ati-code", "333", { "ATI" }, SAYS("332"), SAYS("333"), USED },
    { "no-data-stored",
      "none",
      { "AT#SSLSECDATA=1,2,1" },
      SAYS("#SSLSECDATA: 1,1\r\nNo data stored"),
      SAYS("#SSLSECDATA: 1,1\r\nnone"),
      USED },
    { "no-carrier-head",
      "NO CARRIER: ",
      { "AT#SSLCFG=1,1,300,90,100,50,0,2", DIALLED, "peer closes" },
      "\r\nNO CARRIER:SSL,1,1\r\n",
      "\r\nNO CARRIER: 1,1\r\n",
      USED },
    { "no-carrier-head",
      "NO CARRIER: ",
      { DIALLED, "peer closes" },
      "\r\nNO CARRIER\r\n",
      "\r\nNO CARRIER\r\n",
      UNUSED },
    { "version-is-exact", "no", { DIALLED }, OK, OK, UNUSED },
    { "version-is-exact", "no", { "AT#SSLSECCFG2=1,2", DIALLED }, OK, OK, USED },
    { "send-sni", "yes", { DIALLED }, OK, OK, USED },
    { "send-sni", "yes", { "AT#SSLSECCFG2=1,1,1", DIALLED }, OK, OK, UNUSED },
    { "sni-field-max", "-1", { "AT#SSLSECCFG2=1,1,1" }, OK, CME("4"), UNUSED },
    { "sni-field-max", "0", { "AT#SSLSECCFG2=1,1,2" }, CME("4"), CME("4"), USED },
};

static void test_cases(void **state)
{
    (void)state;
    fact_cases_play("he910", lines, cases, COUNT(cases));
}

/* Platforms differ in what is confirmed. */
static void test_models(void **state)
{
    static const struct fact_case of_le866[] = {
        { "secure-sockets",
          "3",
          { "AT#SSLEN=?" },
          SAYS("#SSLEN: (1-6),(0,1)"),
          SAYS("#SSLEN: (1-3),(0,1)"),
          USED },
        { "data-size-4g", "2047", { "AT#SSLSECDATA=1,1,1,2048" }, "\r\n> ", CME("4"), UNUSED },
    };
    static const struct fact_case of_ge910[] = {
        { "secure-sockets",
          "2",
          { "AT#SSLEN=?" },
          SAYS("#SSLEN: (1),(0,1)"),
          SAYS("#SSLEN: (1,2),(0,1)"),
          UNUSED },
        { "data-actions", "3", { "AT#SSLSECDATA=1,3,1,3" }, CME("4"), "\r\n> ", UNUSED },
        { "single-packet-max", "1000", { "AT#PKTSZ=513" }, CME("4"), OK, USED },
    };
    static const struct fact_case of_gc864[] = {
        { "revision-6-shows-zeros",
          "no",
          { "AT#SSLCFG?" },
          SAYS("#SSLCFG: 1,1,300,90,100,50,0,0,0,0"),
          SAYS("#SSLCFG: 1,1,300,90,100,50"),
          USED },
    };

    (void)state;
    fact_cases_play("le866", lines, of_le866, COUNT(of_le866));
    fact_cases_play("ge910", lines, of_ge910, COUNT(of_ge910));
    fact_cases_play("gc864-quad", lines, of_gc864, COUNT(of_gc864));
}

/* A server sends a byte before each step's end, until the dial is given up. */
static void drip(struct world *world, int step_s)
{
    struct scripted_peer *peer = scripted_net_peer(&world->scripted_net, TALK_PORT);
    char line[80];

    assert_int_equal(world_switch_on(world, "he910", false, 1), ERR_OK);
    talk_prepare(world);
    scripted_net_listen(&world->scripted_net, TALK_PORT, PEER_ACCEPTS);
    snprintf(line, sizeof(line), "AT#SSLD=1,443,\"127.0.0.1\",0,1,%d", step_s * 10);
    talk(world, line);
    for (int i = 0; i < 100 && world_heard(world, 0).len == 0; i++) {
        peer_send(peer, span_of("\x16"));
        world_advance(world, (step_s - 1) * 1000);
    }
    assert_true(talk_ends_with(world_heard(world, 0), "+CME ERROR: 839"));
}

/* What ends a dial as a whole: two minutes, or four steps of a host that asks for long ones. */
static void test_total(void **state)
{
    static const char *const names[] = { "total-ms", "total-steps" };
    struct world world;

    (void)state;
    world_init(&world);
    for (int i = 0; i < 2; i++) {
        drip(&world, i == 0 ? 10 : 60);
        assert_true(fact_is_relied_on(&world, "he910", names[i]));
        assert_false(fact_is_relied_on(&world, "he910", names[1 - i]));
    }
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_models),
        cmocka_unit_test(test_total),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
