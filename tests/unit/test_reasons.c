/* test_reasons.c: the line in the log of a command that is refused: the command as it was typed,
 * without its secrets, and why. */
#include "check.h"
#include "talk.h"

#include <stdio.h>
#include <strings.h>

struct reason {
    const char *line;   /* that the host types */
    const char *reason; /* behind the modem's name and the port's number; NULL: no line */
};

static void expect_line(struct world *world, size_t port, const struct reason *reason)
{
    char expected[WORLD_LOG_LINE];
    unsigned before = world->log_lines;

    talk_on(world, port, reason->line);
    check_int(reason->line, world->log_lines - before, reason->reason != NULL);
    if (reason->reason == NULL)
        return;
    snprintf(expected, sizeof(expected), "m port %zu: %s", port + 1, reason->reason);
    check_text(reason->line, world->log_line, expected);
}

static void expect_lines(const char *model, enum log_level level, const struct reason *reasons,
                         size_t count)
{
    struct world world;

    world_init(&world);
    world.log.name = "m";
    world.log.level = level;
    check_int(model, world_switch_on(&world, model, false, 2), ERR_OK);
    for (size_t i = 0; i < count; i++)
        expect_line(&world, 0, &reasons[i]);
    world_deinit(&world);
}

/* ---- what is wrong, and what is allowed; or the step before it ---- */

static const struct reason telit[] = {
    { "AT#SSLD=1,443,\"localhost\",0,1",
      "AT#SSLD=1,443,\"localhost\",0,1: secure socket 1 is not enabled; AT#SSLEN=1,1 first" },
    { "AT#SSLEN=1,1", NULL },
    { "AT#SSLD=1,443,\"localhost\",0,1",
      "AT#SSLD=1,443,\"localhost\",0,1: context 1 is not active; AT#SGACT=1,1 first" },
    { "AT#SGACT=1,1", "AT#SGACT=1,1: context 1 is not defined; AT+CGDCONT first" },
    { "AT+CGDCONT=1,\"IP\",\"internet\"", NULL },
    { "AT#SGACT=1,1", NULL },
    { "AT#SSLSECCFG=1,0,2", NULL },
    { "AT#SSLD=1,443,\"localhost\",0,1",
      "AT#SSLD=1,443,\"localhost\",0,1: <auth_mode> 1 and 2 need a CA certificate, DataType 1 of "
      "#SSLSECDATA: none is stored" },
    { "AT#SSLD=1,99999,\"localhost\",0,1",
      "AT#SSLD=1,99999,\"localhost\",0,1: <rPort> is 99999; allowed: 1 to 65535" },
    { "AT#SSLD=1", "AT#SSLD=1: <rPort>, parameter 2, is missing; allowed: 1 to 65535" },
    { "AT#SSLS=x", "AT#SSLS=x: <SSId> is x, not a number; allowed: 1" },
    { "AT#SSLS=\"1\"", "AT#SSLS=\"1\": <SSId> is \"1\", a number in quotes; allowed: 1" },
    { "AT#SSLS=1,2", "AT#SSLS=1,2: parameter 2 is one too many; it takes =<SSId>" },
    { "AT#FTPGET=\"a,b", "AT#FTPGET=…: the quotes of <filename>, parameter 1, do not match" },
    { "AT#FTPGET=\"\"", "AT#FTPGET=\"\": <filename> has 0 bytes; allowed: 1 to 200 bytes" },
    { "AT+CGDCONT=2,\"X25\"",
      "AT+CGDCONT=2,\"X25\": <PDP_type> is \"X25\"; allowed: IP, IPV6, IPV4V6, PPP" },
    { "AT#SSLH", "AT#SSLH: it has no such form; it has AT#SSLH=<SSId>[,<ClosureType>]" },
    { "AT+NOSUCH=5", "AT+NOSUCH=…: this module has no such command" },
    { "ATS12=300", "ATS12=300: <time> is 300; allowed: 20 to 255" },
    { "AT+CREG=1;+CREG=7;+CREG=2", "AT+CREG=7: <mode> is 7; allowed: 0 to 2" },
    { "AT%", "AT…: no command can be read at character 3 of the line" },
};

static const struct reason quectel[] = {
    { "AT+QSSLOPEN=0,0,\"localhost\",443,0",
      "AT+QSSLOPEN=0,0,\"localhost\",443,0: context 0 is IP INITIAL; AT+QIREGAPP and AT+QIACT "
      "first" },
    { "AT+CGATT=0", NULL },
    { "AT+CFUN=4", NULL },
    { "AT+QPING=\"localhost\"", "AT+QPING=\"localhost\": there is no network: +CREG: 0" },
    { "AT+CFUN=1", NULL },
    { "AT+QSSLOPEN=0,0,\"localhost\",443",
      "AT+QSSLOPEN=0,0,\"localhost\",443: <connectmode>, parameter 5, is missing; allowed: 0 to "
      "1" },
    { "AT+QSSLCFG=\"sslversion\",0,7",
      "AT+QSSLCFG=\"sslversion\",0,7: the value of \"sslversion\" is a number of 0 to 4" },
    { "AT+QIOPEN=\"TCP\",\"localhost\",\"80\"",
      "AT+QIOPEN=\"TCP\",\"localhost\",\"80\": that is a name; AT+QIDNSIP=1 first, or give an "
      "address" },
    { "AT+QISEND", "AT+QISEND: socket 0 is not open; AT+QIOPEN first" },
    { "AT+QHTTPGET", "AT+QHTTPGET: there is no address; AT+QHTTPURL first" },
};

static const struct reason fibocom[] = {
    { "AT+MIPOPEN=1,,\"localhost\",8883,2",
      "AT+MIPOPEN=1,,\"localhost\",8883,2: there is no connection; AT+MIPCALL=1 first" },
    { "AT+MIPSEND=1,5", "AT+MIPSEND=1,5: socket 1 is not open; AT+MIPOPEN first" },
    { "AT+GTSSLFILE=\"TRUSTFILE\",9000",
      "AT+GTSSLFILE=\"TRUSTFILE\",9000: <file_len> is 9000; allowed: 4 to 8192" },
};

static void test_reasons(void **state)
{
    (void)state;
    expect_lines("he910", LOG_INFO, telit, COUNT(telit));
    expect_lines("m95", LOG_INFO, quectel, COUNT(quectel));
    expect_lines("l610", LOG_INFO, fibocom, COUNT(fibocom));
}

/* A long command is cut between two characters, however long its values are. */
static void test_long_commands(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    assert_int_equal(world_switch_on(&world, "m95", false, 1), ERR_OK);
    for (int len = 60; len < 64; len++) {
        char line[400], *end;

        snprintf(line, sizeof(line), "AT+QSSLCFG=\"none\",0");
        for (int i = 0; i < 5; i++) {
            size_t used = strlen(line);

            snprintf(line + used, sizeof(line) - used, ",%.*s", len - i,
                     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        }
        talk(&world, line);
        end = strstr(world.log_line, "…: ");
        assert_non_null(end);
        for (const char *at = world.log_line; *at != '\0'; at++)
            assert_true((*at & 0x80) == 0 || strncmp(at, "…", 3) == 0 ||
                        strncmp(at - 1, "…", 3) == 0 || strncmp(at - 2, "…", 3) == 0);
    }
    world_deinit(&world);
}

/* ---- secrets ---- */

static const struct reason telit_secrets[] = {
    { "AT#SGACT=1,1,\"user\",\"geheim\",7",
      "AT#SGACT=1,1,…,…,…: parameter 5 is one too many; it takes "
      "=<cid>,<stat>[,<userId>[,<pwd>]]" },
    { "AT#FTPOPEN=\"host\",\"geheim\"",
      "AT#FTPOPEN=…,…: <password>, parameter 3, is missing; allowed: 0 to 100 bytes" },
    { "AT#FTPOPEN=\"host\",\"user\",\"geheim\",9",
      "AT#FTPOPEN=…,…,…,…: <mode> is …; allowed: 0 to 1" },
    { "AT#FTPOPEN=\"host\",\"user\",\"geheim", "AT#FTPOPEN=…,…,…: the quotes of <password>, "
                                               "parameter 3, do not match" },
    { "AT+CPIN=\"1234\"", "AT+CPIN=…: the SIM wants no PIN: +CPIN: READY" },
    { "AT+CPWD=\"SC\",\"1234\",\"4321\"",
      "AT+CPWD=…,…,…: the SIM is not locked: AT+CLCK=\"SC\",1 first" },
    { "AT+XPWD=\"SC\",\"1234\",\"4321\"", "AT+XPWD=…: this module has no such command" },
};

static const struct reason quectel_secrets[] = {
    { "AT+QSMTPPWD=\"geheim\",1",
      "AT+QSMTPPWD=…,…: parameter 2 is one too many; it takes =<password>" },
};

static void test_secrets(void **state)
{
    (void)state;
    expect_lines("he910", LOG_INFO, telit_secrets, COUNT(telit_secrets));
    expect_lines("m95", LOG_INFO, quectel_secrets, COUNT(quectel_secrets));
}

/* Everything that is logged of these, with all that can be traced. */
static char logged[8000];

static void collect(void *ctx, const char *tag, const char *text)
{
    size_t used = strlen(logged);

    (void)ctx;
    snprintf(logged + used, sizeof(logged) - used, "%s: %s\n", tag, text);
}

struct secret_lines {
    const char *model, *lines[4];
};

static const struct secret_lines with_secret[] = {
    { "l610",
      { "AT+HTTPSET=\"URL\",\"http://user:geheim@host.test/\"",
        "AT+HTTPSET=\"URL\",\"user:geheim@host.test/\"", "AT+HTTPSET?" } },
    { "l610",
      { "AT+HTTPSET=\"URL\",\"http://user:"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaageheimaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@host.test/\"",
        "AT+HTTPSET=\"URL\",\"http://user:geheimaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@host.test/"
        "\",1" } },
    { "m95", { "AT+QSSLOPEN=0,0,\"http://user:geheim@host\",443,0" } },
    { "he910", { "AT#SSLD=1,443,\"https://user:geheim@host\",0,1" } },
    { "l610", { "AT+MQTTUSER=1,\"u\",\"geheim\",\"c\"" } },
    /* lines of PEM, where the prompt has not come */
    { "he910",
      { "ATgeheimMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7bq3", "AT+geheimMIIBIjANB",
        "AT/geheimMIIBIjANBgkqhkiG9w==", "ATDgeheimMIIBIjANBgkqhkiG9w0BAQ" } },
    { "m95", { "ATgeheimMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7bq3" } },
};

static bool has_in_any_case(const char *text, const char *word)
{
    for (; *text != '\0'; text++) {
        if (strncasecmp(text, word, strlen(word)) == 0)
            return true;
    }
    return false;
}

static void test_no_secret_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(with_secret); i++) {
        struct world world;

        world_init(&world);
        world.log.write = collect;
        world.log.level = LOG_DEBUG;
        world.log.traced = UINT32_MAX;
        check_int(with_secret[i].model, world_switch_on(&world, with_secret[i].model, false, 1),
                  ERR_OK);
        for (size_t line = 0; line < COUNT(with_secret[i].lines); line++) {
            logged[0] = '\0';
            if (with_secret[i].lines[line] == NULL)
                break;
            talk(&world, with_secret[i].lines[line]);
            assert_true(strstr(logged, "> AT") != NULL);
            if (has_in_any_case(logged, "geheim"))
                fail_msg("%s", logged);
        }
        world_deinit(&world);
    }
}

/* ---- who reads it ---- */

static const struct reason at_warning[] = {
    { "AT#SSLH=1", "AT#SSLH=1: secure socket 1 is not enabled; AT#SSLEN=1,1 first" },
    { "AT+NOSUCH", NULL },
    { "AT+CREG=7", NULL },
    { "AT%", NULL },
};

static void test_levels(void **state)
{
    (void)state;
    expect_lines("he910", LOG_WARNING, at_warning, COUNT(at_warning));
}

/* The second port has its number, and learns whose the socket is. */
static void test_ports(void **state)
{
    const struct reason taken = {
        "AT#SSLSECCFG=1,0,0",
        "AT#SSLSECCFG=1,0,0: secure socket 1 belongs to port 1, which has enabled it"
    };
    struct world world;

    (void)state;
    world_init(&world);
    world.log.name = "m";
    assert_int_equal(world_switch_on(&world, "he910", false, 2), ERR_OK);
    talk_ok(&world, "AT#SSLEN=1,1");
    expect_line(&world, 1, &taken);
    world_deinit(&world);
}

/* ---- connections: which it is, and in which phase its time was over ---- */

struct attempt {
    const char *model, *before, *line;
    enum peer_listens listens;
    const char *said;
};

enum { PORT = 8443 };

static const struct attempt attempts[] = {
    { "he910", "AT+CGDCONT=1,\"IP\",\"x\";#SSLEN=1,1;#SGACT=1,1",
      "AT#SSLD=1,8443,\"localhost\",0,1", PEER_REFUSES,
      "socket 1: cannot open localhost port 8443: connection refused" },
    { "he910", "AT+CGDCONT=1,\"IP\",\"x\";#SSLEN=1,1;#SGACT=1,1",
      "AT#SSLD=1,8443,\"localhost\",0,1", PEER_HANGS,
      "socket 1: cannot open localhost port 8443: timed out while connecting" },
    { "he910", "AT+CGDCONT=1,\"IP\",\"x\";#SSLEN=1,1;#SGACT=1,1",
      "AT#SSLD=1,8443,\"slow.test\",0,1", PEER_HANGS,
      "socket 1: cannot open slow.test port 8443: timed out while its name was looked up" },
    { "he910", "AT+CGDCONT=1,\"IP\",\"x\";#SSLEN=1,1;#SGACT=1,1",
      "AT#SSLD=1,8443,\"localhost\",0,1", PEER_ACCEPTS,
      "socket 1: cannot open localhost port 8443: timed out in the handshake" },
    { "he910", "AT+CGDCONT=1,\"IP\",\"x\";#SGACT=1,1",
      "AT#FTPOPEN=\"localhost:8443\",\"u\",\"p\",1", PEER_REFUSES,
      "ftp control: cannot open localhost port 8443: connection refused" },
    { "m95", "AT+QSMTPSRV=\"localhost\",8443;+QSMTPADDR=\"a@b.test\";+QSMTPDST=1,1,\"c@d.test\"",
      "AT+QSMTPPUT", PEER_REFUSES, "mail: cannot open localhost port 8443: connection refused" },
    { "l610", "AT+MIPCALL=1;+HTTPSET=\"URL\",\"http://localhost:8443/\"", "AT+HTTPACT=0",
      PEER_REFUSES, "http: cannot open localhost port 8443: connection refused" },
};

static void test_connections(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(attempts); i++) {
        const struct attempt *attempt = &attempts[i];
        struct world world;
        unsigned before;

        world_init(&world);
        world.log.level = LOG_WARNING;
        assert_int_equal(world_switch_on(&world, attempt->model, false, 1), ERR_OK);
        scripted_net_listen(&world.scripted_net, PORT, attempt->listens);
        scripted_net_name(&world.scripted_net, "slow.test", NAME_HANGS, NULL, 0);
        talk(&world, attempt->before);
        before = world.log_lines;
        talk(&world, attempt->line);
        world_advance(&world, 600000);
        check_text(attempt->said, world.log_line, attempt->said);
        check_int(attempt->said, world.log_lines - before, 1);
        world_deinit(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reasons),     cmocka_unit_test(test_long_commands),
        cmocka_unit_test(test_secrets),     cmocka_unit_test(test_no_secret_anywhere),
        cmocka_unit_test(test_levels),      cmocka_unit_test(test_ports),
        cmocka_unit_test(test_connections),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
