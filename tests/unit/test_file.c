/* test_file.c: files of modems, and what becomes of them. */
#include "file/plans.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SAID_CAP = 32 * 1024 };

/* Every line of a report, each with an LF behind it. */
struct said {
    char text[SAID_CAP];
};

static void say(void *ctx, const char *line)
{
    struct said *said = ctx;
    size_t len = strlen(said->text);

    snprintf(said->text + len, SAID_CAP - len, "%s\n", line);
}

static bool try_door(const struct port_tls *files, const char **ret_member, struct text *why,
                     struct doubts *doubts)
{
    (void)doubts;
    *ret_member = strcmp(files->cert, "bad.pem") == 0 ? "cert" : "ca";
    text_add(why, "it is tried; allowed: another");
    return strcmp(files->cert, "bad.pem") != 0 &&
           (files->ca == NULL || strcmp(files->ca, "bad.pem") != 0);
}

static bool read_bytes(struct span bytes, struct said *ret_said, struct modem_plans *ret_plans)
{
    static const struct file_settings settings = { .shard = 2, .door_trial = try_door };
    struct file_report report = { .say = say, .ctx = ret_said };
    struct file_documents documents;
    bool good;

    ret_said->text[0] = '\0';
    good = file_documents_of(bytes, "f", &report, &documents);
    if (good) {
        good = file_plans_of(&documents, &settings, &report, ret_plans);
        file_documents_free(&documents);
    }
    assert_int_equal(good, report.count == 0);
    file_report_end(&report);
    return good;
}

static struct modem_plans good(const char *text)
{
    static struct said said;
    struct modem_plans plans;

    if (!read_bytes(span_of(text), &said, &plans))
        fail_msg("%s", said.text);
    return plans;
}

/* The file is refused with these lines, or lines that begin so where they end in "..." */
static void bad(const char *text, const char *lines)
{
    static struct said said;
    struct modem_plans plans;
    const char *got = said.text;

    if (read_bytes(span_of(text), &said, &plans))
        fail_msg("%s is good", text);
    while (*lines != '\0') {
        size_t len = strcspn(lines, "\n");
        bool begins = len > 3 && memcmp(lines + len - 3, "...", 3) == 0;
        size_t counts = begins ? len - 3 : len + 1;

        if (strncmp(got, lines, counts) != 0)
            fail_msg("in\n%s\nnot\n%s\nbut\n%s", text, lines, got);
        got += strcspn(got, "\n") + 1;
        lines += len + 1;
    }
    assert_string_equal(got, "");
}

#define ONE "modems:\n - module: m95\n   ports: [{pty: p}]\n"

static void a_port_by_tls_has_its_files(void **state)
{
    struct modem_plans plans = good("modems:\n - module: m95\n   count: 2\n   name: m${n}\n"
                                    "   ports: [{tcp-tls: '127.0.0.1:9+', key: '/k${n}', cert: c, "
                                    "ca: a}]\n");

    (void)state;
    assert_int_equal(plans.list[1].ports[0].kind, PORT_TCP_TLS);
    assert_int_equal(plans.list[1].ports[0].tcp_port, 10);
    assert_string_equal(plans.list[1].ports[0].tls.cert, "c");
    assert_string_equal(plans.list[1].ports[0].tls.key, "/k1");
    assert_string_equal(plans.list[1].ports[0].tls.ca, "a");
    assert_false(modem_plan_same_port(&plans.list[0].ports[0], &plans.list[1].ports[0]));
    modem_plans_free(&plans);
    bad("modems:\n - module: m95\n   ports:\n   - {tcp-tls: '1', key: k, cert: bad.pem}\n"
        "   - {tcp-tls: '1', key: k, cert: c, ca: bad.pem}\n   - {tcp-tls: '1', key: k}\n"
        "   - {tcp: '1', key: k}\n   - {cert: c}\n   - {tcp-tls: '0.0.0.0:1', key: k, cert: c}\n",
        "f:4:35: cert: \"bad.pem\" is wrong because it is tried; allowed: another\n"
        "f:5:42: ca: \"bad.pem\" is wrong because it is tried; allowed: another\n"
        "f:6:16: tcp-tls: \"1\" is wrong because TLS needs a certificate of ours; ...\n"
        "f:7:22: key: \"k\" is wrong because tcp has no such file; allowed: beside tcp-tls\n"
        "f:8:6: ports: this is wrong because an entry of ports has 0 kinds of port; ...\n"
        "f:9:16: tcp-tls: \"0.0.0.0:1\" is wrong because other machines can reach 0.0.0.0; ...\n");
}

static void one_modem_is_as_on_the_command_line(void **state)
{
    struct modem_plans plans = good(ONE);

    (void)state;
    assert_int_equal(plans.count, 1);
    assert_string_equal(plans.list[0].model, "m95");
    assert_null(plans.list[0].name);
    assert_null(plans.list[0].identity.imei);
    assert_int_equal(plans.list[0].port_count, 1);
    assert_string_equal(plans.list[0].ports[0].where, "p");
    assert_false(plans.list[0].in_memory);
    modem_plans_free(&plans);
}

static void every_modem_of_an_entry_has_its_own(void **state)
{
    struct modem_plans plans = good("defaults: {state: none, signal: 9, clock: manual}\n"
                                    "modems:\n"
                                    " - name: meter-${n:04}-${shard}\n"
                                    "   count: 3\n"
                                    "   first: 9\n"
                                    "   module: HE910\n"
                                    "   imei: '86123400'\n"
                                    "   imsi: 00101${n:010}\n"
                                    "   iccid: 8949${n:014}\n"
                                    "   operator: {name: 'Net ${n}', code: '26202'}\n"
                                    "   signal: 99\n"
                                    "   link: rtt=1${n}\n"
                                    "   deny: [local, '10.0.0.${n}:25']\n"
                                    "   allow: ['*']\n"
                                    "   ports:\n"
                                    "   - unix: run/${name}.sock\n"
                                    "   - tcp: '127.0.0.1:20000+'\n"
                                    "   - {pty: '/tmp/${imei}'}\n"
                                    " - module: l610\n"
                                    "   state: /var/${shard}/x\n"
                                    "   ports: [{stdio: true}]\n");
    const struct modem_plan *plan = &plans.list[2];

    (void)state;
    assert_int_equal(plans.count, 4);
    assert_true(plans.has_stdio);
    assert_string_equal(plan->model, "he910");
    assert_string_equal(plan->name, "meter-0011-2");
    assert_int_equal(plan->number, 11);
    assert_string_equal(plan->identity.imei, "861234000000110");
    assert_string_equal(plan->identity.imsi, "001010000000011");
    assert_int_equal(strlen(plan->identity.iccid), 19);
    assert_string_equal(plan->identity.operator_name, "Net 11");
    assert_int_equal(plan->identity.signal, 99);
    assert_string_equal(plan->clock, "manual");
    assert_string_equal(plan->in_front.words[0], "allow=*,deny=local,deny=10.0.0.11:25");
    assert_string_equal(plan->in_front.words[2], "rtt=111");
    assert_true(plan->in_memory);
    assert_int_equal(plan->port_count, 3);
    assert_string_equal(plan->ports[0].where, "run/meter-0011-2.sock");
    assert_int_equal(plan->ports[1].tcp_port, 20011);
    assert_string_equal(plan->ports[2].where, "/tmp/861234000000110");
    assert_string_equal(plans.list[3].state, "/var/2/x");
    assert_false(plans.list[3].in_memory);
    assert_int_equal(plans.list[3].identity.signal, 9);
    modem_plans_free(&plans);
}

static void a_pool_has_modems_without_ports(void **state)
{
    struct modem_plans plans =
        good("modems:\n"
             " - {module: m95, name: 'a${n}', count: 2, ports: [{tcp-each: '7001'}]}\n"
             " - {module: m95, name: 'b${n}', count: 2, ports: [{tcp-each: '7002'}]}\n");

    (void)state;
    assert_int_equal(plans.pool_count, 2);
    assert_int_equal(plans.pools[1].at.tcp_port, 7002);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(plans.list[i].pool, i / 2);
        assert_int_equal(plans.list[i].port_count, 0);
    }
    modem_plans_free(&plans);
    plans = good("modems:\n - {module: m95, at-start: ['AT+CGDCONT=1,IP,${n}'], ports: [{tcp-each: "
                 "'7000'}]}\n");
    assert_int_equal(plans.list[0].at_start_count, 1);
    assert_string_equal(plans.list[0].at_start[0], "AT+CGDCONT=1,IP,0");
    modem_plans_free(&plans);
    plans =
        good("modems:\n - {module: m95, faults: ['latency latency=1${n}', refused], ports: [{pty: "
             "p}]}\n");
    assert_int_equal(plans.list[0].fault_count, 2);
    assert_string_equal(plans.list[0].faults[0], "latency latency=10");
    modem_plans_free(&plans);
}

#define CROWD                                                                                      \
    "hosts:\n"                                                                                     \
    " - {name: a, transcript: sub/a.at, values: {x: 'm${n}', y: z}, ramp: 100/s, seed: 9,\n"       \
    "    on-error: retry 2s, patience: 5s}\n"                                                      \
    " - {name: b, transcript: /b.at}\n"

static void modems_have_hosts_or_ports(void **state)
{
    static const char text[] = CROWD "defaults: {host: a, imei: '86123400'}\n"
                                     "modems:\n"
                                     " - {module: m95, name: 'm${n}', count: 3}\n"
                                     " - {module: l610, first: 3, host: b}\n"
                                     " - {module: he910, first: 4, ports: [{pty: p}]}\n";
    struct modem_plans plans = good(text), same = good(text);
    const struct host_plan *host = plans.list[0].host;

    (void)state;
    assert_string_equal(host->path, "sub/a.at");
    assert_string_equal(host_plan_value(host, span_of("x")), "m${n}");
    assert_null(host_plan_value(host, span_of("z")));
    assert_true(host_plan_uses(host, "n"));
    assert_false(host_plan_uses(host, "imei"));
    assert_int_equal(host->seed, 9);
    assert_int_equal(host->crowd.patience_ms, 5000);
    assert_int_equal(host->crowd.on_error.first_ms, 2000);
    for (uint32_t i = 0; i < 3; i++) {
        assert_ptr_equal(plans.list[i].host, host);
        assert_int_equal(plans.list[i].host_order, i);
        assert_int_equal(plans.list[i].port_count, 0);
        assert_true(modem_plan_equal(&plans.list[i], &same.list[i]));
    }
    assert_string_equal(plans.list[3].host->path, "/b.at");
    assert_int_equal(plans.list[3].host->crowd.patience_ms, 60000);
    assert_int_equal(plans.list[3].host->crowd.on_error.kind, ON_ERROR_GIVE_UP);
    assert_null(plans.list[4].host);
    assert_int_equal(plans.list[4].port_count, 1);
    modem_plans_free(&plans);
    plans = good(CROWD "modems: [{module: m95, name: m0, imei: '86123400', host: b}]\n");
    assert_false(host_plan_equal(plans.list[0].host, same.list[0].host));
    assert_false(modem_plan_equal(&plans.list[0], &same.list[0]));
    modem_plans_free(&plans);
    modem_plans_free(&same);
}

static void wrong_hosts_are_told(void **state)
{
    (void)state;
    bad("hosts: [{name: a, transcript: t, values: {x: '${imei}'}}]\nmodems: [{module: m95, host: "
        "a}]\n",
        "f:2:30: host: \"a\" is wrong because its hosts use ${imei}, and the modem was given none; "
        "allowed: an imei for it\n");
    bad("modems: [{module: m95, host: a}]\n", "f:1:30: host: \"a\" is wrong because there are no "
                                              "such hosts; allowed: a name of an entry of "
                                              "hosts, of which there is none\n");
    bad(CROWD "modems: [{module: m95, host: a, ports: [{pty: p}]}]\n",
        "f:5:30: host: \"a\" is wrong because there are ports, too; allowed: a host or ports\n");
    bad("hosts: [{name: a, transcript: t, seed: -1}]\n" ONE, "f:1:40: seed: \"-1\" is wrong...\n");
    bad("hosts: [{name: a, transcript: t, more: 1}]\n" ONE,
        "f:1:34: more: \"more\" is wrong because there is no such key; allowed: name, transcript, "
        "values, certificates, ramp, on-error, patience, seed\n");
}

static void a_policy_is_the_modem_s_or_its_file_s(void **state)
{
    struct modem_plans plans = good("policy: {tls: {preset: modern, verify: host}}\n"
                                    "modems:\n"
                                    " - {module: m95, name: a, ports: [{pty: a}]}\n"
                                    " - {module: m95, name: b, ports: [{pty: b}]}\n"
                                    " - {module: m95, name: c, ports: [{pty: c}],\n"
                                    "    policy: {tls: {min: '1.2'}}}\n"
                                    " - {module: m95, name: d, ports: [{pty: d}], policy: {}}\n");

    (void)state;
    assert_true(plans.list[0].policy->tls.is_modern);
    assert_ptr_equal(plans.list[0].policy, plans.list[1].policy);
    assert_false(plans.list[2].policy->tls.is_modern);
    assert_int_equal(plans.list[2].policy->tls.min, TLS_1_2);
    assert_null(plans.list[3].policy);
    modem_plans_free(&plans);
}

static void what_is_no_yaml_of_ours_is_refused(void **state)
{
    (void)state;
    bad("", "f: modems: there are none; allowed: a list of one or more\n");
    bad("---\n", "f: modems: there are none; ...\n");
    bad("x", "f:1:1: the file is no map; ...\n");
    bad("- 1", "f:1:1: the file is no map; ...\n");
    bad("modems: [", "f:2:1: not YAML: did not find expected node content; ...\n");
    bad("modems: [}\n", "f:1:10: not YAML: did not find expected node content; ...\n");
    bad("a: b: c\n", "f:1:5: not YAML: mapping values are not allowed in this context; ...\n");
    bad("\tmodems: []\n", "f:1:1: not YAML: found character that cannot start any token; ...\n");
    bad("modems: &a []\n", "f:1:9: an anchor; ...\n");
    bad("modems: *a\n", "f:1:9: an alias; ...\n");
    bad("modems: !!seq []\n", "f:1:9: a tag; ...\n");
    bad("modems:\n - <<: {module: m95}\n", "f:2:4: a merge key; ...\n");
    bad("modems:\n - [1]: 2\n", "f:2:4: a key that is no text; ...\n");
    bad("modems: []\nmodems: []\n",
        "f:2:1: modems: this is wrong because line 1 has this key already; ...\n");
    bad("modems: []\n---\nmodems: []\n", "f:2:1: a second document; ...\n");
    bad("a: {b: {c: {d: {e: {f: {g: {h: {i: 1}}}}}}}}\n", "f:1:32: it is too deep; ...\n");
    bad("\x80", "f: not YAML: invalid leading UTF-8 octet (byte 0); allowed: UTF-8\n");
    bad("modems: \"\\0\"\n", "f:1:9: a text with a NUL in it; ...\n");
}

static void a_radio_is_an_interface(void **state)
{
    struct modem_plans plans = good("modems:\n - module: m95\n   name: m${n}\n   count: 2\n"
                                    "   network: {follow: 'ppp${n}', signal: 'echo ${name}'}\n"
                                    "   ports: [{pty: auto}]\n");

    (void)state;
    assert_string_equal(plans.list[1].follows, "ppp1");
    assert_string_equal(plans.list[1].signal_command, "echo ${TLSMODEM_NAME}");
    assert_false(modem_plan_equal(&plans.list[0], &plans.list[1]));
    modem_plans_free(&plans);
}

static void no_name_is_text_of_the_shell(void **state)
{
    struct modem_plans plans =
        good("defaults: {sms: {send: 'a ${name}'}, ppp: 'c ${name} ${n:03}'}\n"
             "modems:\n - module: m95\n   name: 'x;$(id)'\n   first: 7\n"
             "   imei: '86123400000007'\n"
             "   network: {signal: 'b \"${name}\" ${imei} ${shard}'}\n"
             "   ports: [{pty: auto}]\n");
    const char *texts[] = { "a ${TLSMODEM_NAME}", "b \"${TLSMODEM_NAME}\" ",
                            "c ${TLSMODEM_NAME} 007" };

    (void)state;
    assert_int_equal(MODEM_PLAN_COMMANDS, sizeof(texts) / sizeof(texts[0]));
    assert_true(modem_plan_starts_programs(&plans.list[0]));
    for (size_t i = 0; i < MODEM_PLAN_COMMANDS; i++) {
        const char **command = modem_plan_command(&plans.list[0], &modem_plan_commands[i]);

        assert_memory_equal(*command, texts[i], strlen(texts[i]));
        assert_null(strchr(*command, ';'));
        *command = NULL;
    }
    assert_false(modem_plan_starts_programs(&plans.list[0]));
    modem_plans_free(&plans);
}

static void wrong_shapes_are_all_told(void **state)
{
    (void)state;
    bad("modem: 1\n", "f:1:1: modem: \"modem\" is wrong because there is no such key; did you mean "
                      "modems? allowed: include, defaults, modems, control, "
                      "control-token-file, metrics, metrics-file, summary, fail-if, "
                      "start-at, policy, hosts\n");
    bad("modems: 7\n", "f:1:9: modems: \"7\" is wrong because it is a text; allowed: a list\n");
    bad("modems: [7]\n", "f:1:10: modems: \"7\" is wrong because it is a text; allowed: a map\n");
    bad("modems:\n", "f:1:8: modems: this is wrong because it is nothing; allowed: a list\n");
    bad("metrics: []\nmodems: []\n", "f:1:10: metrics: this is wrong because it is a list; "
                                     "allowed: a text of 1 to 4096 bytes\n");
    bad("policy: {tls: {preset: []}, dtls: {}}\nmodems: []\n",
        "f:1:24: preset: this is wrong because it is a list; ...\n"
        "f:1:29: dtls: \"dtls\" is wrong because there is no such key; did you mean tls? ...\n");
    bad("modems:\n"
        " - modul: m95\n"
        "   count: 010\n"
        "   first: -1\n"
        "   signal: 4294967296\n"
        "   name: ~\n"
        "   imei: [1]\n"
        "   module: he911\n"
        "   ports: []\n"
        " - module: l610-drivers\n"
        "   ports: [{stdio: yes, ptx: 1}]\n"
        "   facts: [x]\n"
        "   network: {follows: wwan0}\n"
        "   allow: []\n",
        "f:2:4: modul: \"modul\" is wrong because there is no such key; did you mean module? ...\n"
        "f:3:11: count: \"010\" is wrong because it is no number; allowed: 1 to 100000, ...\n"
        "f:4:11: first: \"-1\" is wrong because it is no number; ...\n"
        "f:5:12: signal: \"4294967296\" is wrong because it is no number; ...\n"
        "f:6:10: name: this is wrong because it is nothing; allowed: a text of 1 to 4096 bytes\n"
        "f:7:10: imei: this is wrong because it is a list; ...\n"
        "f:8:12: module: \"he911\" is wrong because there is no such module; did you mean he910? "
        "...\n"
        "f:9:11: ports: this is wrong because it has 0 entries; allowed: 1 to 8\n"
        "f:10:12: module: \"l610-drivers\" is wrong because there is no such module; l610 has "
        "taken "
        "its place; ...\n"
        "f:11:20: stdio: \"yes\" is wrong because it is a text; allowed: true, false\n"
        "f:11:25: ptx: \"ptx\" is wrong because there is no such key; did you mean pty? ...\n"
        "f:12:11: facts: this is wrong because it is a list; allowed: a map of texts\n"
        "f:13:14: follows: \"follows\" is wrong because there is no such key; did you mean follow? "
        "...\n"
        "f:14:11: allow: this is wrong because it has 0 entries; allowed: 1 to 500\n");
}

/* A modem with one more key. */
static void bad_key(const char *key, const char *lines)
{
    char text[600];

    snprintf(text, sizeof(text), ONE "   %s\n", key);
    bad(text, lines);
}

static void wrong_meanings_are_all_told(void **state)
{
    (void)state;
    bad_key("network: {follow: 'a b'}",
            "f:4:22: follow: \"a b\" is wrong because it is no interface; ...\n");
    bad_key("network: {follow: abcdefghijklmnop}",
            "f:4:22: follow: \"abcdefghijklmnop\" is wrong because it is no interface; ...\n");
    bad_key("network: {follow: wwan0}\n   source: 127.0.0.1",
            "f:4:22: follow: \"wwan0\" is wrong because the modem has a source; ...\n");
    bad("modems: [{}]\n", "f:1:10: module: a modem needs one; ...\n");
    bad("summary: 'a${n}'\nstart-at: noon\nmodems: [{module: m95, ports: [{pty: p}]}]\n",
        "f:1:10: summary: \"a${n}\" is wrong because there is no variable ${n}; allowed: a path, "
        "with ${shard} in it\n"
        "f:2:11: start-at: \"noon\" is wrong because it is no time; allowed: one of 2000 to 2099 "
        "like ...\n");
    bad("modems: [{module: m95}]\n", "f:1:10: ports: a modem needs some, or a host; ...\n");
    bad_key("count: 2",
            "f:4:11: count: \"2\" is wrong because that many modems have no names; ...\n");
    bad_key("count: 0",
            "f:4:11: count: \"0\" is wrong because the file would have 0 modems; ...\n");
    bad_key("count: 100001",
            "f:4:11: count: \"100001\" is wrong because the file would have ...\n");
    bad_key("first: 4294967295",
            "f:4:11: first: \"4294967295\" is wrong because the numbers go ...\n");
    bad_key("imei: '490154203237517'",
            "f:4:10: imei: \"490154203237517\" is wrong because its last "
            "digit, the check digit, would be 8; ...\n");
    bad_key("imei: 49015420x", "f:4:10: imei: \"49015420x\" is wrong because it is not 14 or 15 "
                               "digits; allowed: 14 digits, the check digit is added, or 15 with "
                               "it, or a TAC of 8 digits\n");
    bad_key("imei-file: /no/such", "f:4:15: imei-file: \"/no/such\" is wrong because it cannot be "
                                   "read: No such file or directory; ...\n");
    bad_key("imsi: '12345'",
            "f:4:10: imsi: \"12345\" is wrong because it is not a number of that ...\n");
    bad_key("iccid: '8949210076086148529'",
            "f:4:11: iccid: \"8949210076086148529\" is wrong because its last digit...\n");
    bad_key("signal: 32", "f:4:12: signal: \"32\" is wrong because +CSQ has no such strength; "
                          "allowed: 0 to 31, or 99: not known\n");
    bad_key("operator: {name: 'a\"b', code: '2620'}",
            "f:4:21: name: \"a\"b\" is wrong because it is no name; ...\n"
            "f:4:34: code: \"2620\" is wrong because it is no code; ...\n");
    bad_key("sms: {send: 'echo ${x}'}",
            "f:4:16: send: \"echo ${x}\" is wrong because there is no variable ${x}; ...\n");
    bad_key("ppp: 'slirp ${x}'",
            "f:4:9: ppp: \"slirp ${x}\" is wrong because there is no variable ${x}; ...\n");
    bad_key("state: ''", "f:4:11: state: \"\" is wrong because it is empty; ...\n");
    bad_key("signal: yes",
            "f:4:12: signal: \"yes\" is wrong because it is no number; allowed: 0 to "
            "31, or 99, digits ...\n");
    bad("modems:\n - {module: m95, name: '${x}', count: 2, ports: [{pty: p}]}\n",
        "f:2:24: name: \"${x}\" is wrong because there is no variable ${x}; ...\n");
    bad_key("operator: {code: '2620'}",
            "f:4:21: code: \"2620\" is wrong because it is no code; ...\n");
    bad_key("clock: noon", "f:4:11: clock: \"noon\" is wrong because it is no time; ...\n");
    bad_key("link: rtt=x",
            "f:4:10: link: \"rtt=x\" is wrong because \"rtt=x\" is no property of a link; ...\n");
    bad_key("name: a b", "f:4:10: name: \"a b\" is wrong because \"a b\" is no name; ...\n");
    bad_key("name: '${name}'",
            "f:4:10: name: \"${name}\" is wrong because there is no variable ${name}; ...\n");
    bad_key("state: '${m}'",
            "f:4:11: state: \"${m}\" is wrong because there is no variable ${m}; "
            "allowed: ${name}, ${n}, ${n:04}, ${shard}, and ${imei} where it has one\n");
    bad_key("state: '${n:4}'",
            "f:4:11: state: \"${n:4}\" is wrong because \"4\" is no number of ...\n");
    bad_key("answers: [{lines: [x]}]", "f:4:14: answers: this is wrong because an answer has no "
                                       "command; ...\n");
    bad_key("answers: [{command: '+X'}]", "f:4:24: command: \"+X\" is wrong because the command is "
                                          "none; allowed: AT and ...\n");
    bad_key("answers: [{command: ATX, delay: 600001}]",
            "f:4:24: command: \"ATX\" is wrong because the delay is too long; ...\n");
    bad_key("at-start: [\"AT\\rAT\"]", "f:4:15: at-start: \"AT?AT\" is wrong because it is no "
                                       "command line; ...\n");
    bad_key("at-start: [AT, 'A+CMEE=2']",
            "f:4:19: at-start: \"A+CMEE=2\" is wrong because it is no command line; ...\n");
    bad_key("faults: ['refused count=2', 'latency', 'frob x=1']",
            "f:4:32: faults: \"latency\" is wrong because latency needs latency\n"
            "f:4:43: faults: \"frob x=1\" is wrong because ...\n");
    bad_key("source: localhost", "f:4:12: source: \"localhost\" is wrong because \"localhost\" is "
                                 "no address; ...\n");
    bad_key("map: {a: 'b:0', c: d}", "f:4:13: a: \"b:0\" is wrong because \"a=b:0\" is no pair of "
                                     "places; ...\n");
    bad_key("deny: [local, 'a b', 10.0.0.0/33]",
            "f:4:18: deny: \"a b\" is wrong because it is no place; allowed: machine, link-local, "
            "...\n"
            "f:4:25: deny: \"10.0.0.0/33\" is wrong because it is no place; ...\n");
    bad_key("policy: {tls: {preset: newest}}",
            "f:4:27: preset: \"newest\" is wrong because it is no word for it; allowed: module, "
            "modern\n");
    bad_key(
        "policy: {tls: {preset: modern, ca: /nowhere/ca.pem}}",
        "f:4:39: ca: \"/nowhere/ca.pem\" is wrong because /nowhere/ca.pem cannot be read: ...\n");
    bad_key("policy: {tls: {min: '1.3'}}",
            "f:4:24: min: \"1.3\" is wrong because no module has a cipher suite of TLS 1.3; ...\n");
    bad_key("policy: {tls: {preset: modern, verify: host, max: '1.1'}}",
            "f:4:54: max: \"1.1\" is wrong because the oldest version, TLS 1.2, is newer ...\n");
    bad_key("allow: ['a,deny=b']", "f:4:12: allow: \"a,deny=b\" is wrong because it is no ...\n");
    bad_key("facts: {no-such: 1}", "f:4:21: no-such: \"1\" is wrong because ...\n");
    bad("modems:\n - {module: m95, name: x, count: 2, ports: [{pty: p}]}\n",
        "f:2:24: name: \"x\" is wrong because 2 modems would have it; allowed: a name with ${n} in "
        "it\n");
    bad("modems:\n - {module: m95, name: '${n}', count: 2, imei: '490154203237518', ports: [{pty: "
        "p}]}\n",
        "f:2:48: imei: \"490154203237518\" is wrong because 2 modems would have it; ...\n");
    bad("modems:\n - {module: m95, name: '${n}', first: 999999, count: 2, imei: '86123400', ports: "
        "[{pty: 'p${n}'}]}\n",
        "f:2:63: imei: \"86123400\" is wrong because first and count make 1000000, ...\n");
}

static void wrong_ports_are_told(void **state)
{
    (void)state;
    bad("modems:\n - module: m95\n   ports:\n   - tcp: x\n   - tcp: 0.0.0.0:1\n   - uart: "
        "/dev/x,1\n"
        "   - stdio: false\n   - {pty: a, tcp: '1'}\n   - {}\n",
        "f:4:11: tcp: \"x\" is wrong because it has no port; ...\n"
        "f:5:11: tcp: \"0.0.0.0:1\" is wrong because other machines can reach 0.0.0.0; ...\n"
        "f:6:12: uart: \"1\" is wrong because it is no rate; ...\n"
        "f:7:13: stdio: \"false\" is wrong because it is no port then; allowed: true\n"
        "f:8:20: tcp: \"1\" is wrong because an entry of ports has 2 kinds of port; ...\n"
        "f:9:6: ports: this is wrong because an entry of ports has 0 kinds of port; ...\n");
    bad("modems:\n - {module: m95, name: '${n}', first: 5, count: 9, ports: [{tcp: "
        "'127.0.0.1:65525+'}]}\n",
        "f:2:66: tcp: \"127.0.0.1:65525+\" is wrong because port 65525 and modem 11 make no port; "
        "allowed: 1 to 65535 in all\n");
    bad("modems:\n - {module: m95, name: '${n}', count: 2, ports: [{tcp-each: '7000+'}]}\n",
        "f:2:61: tcp-each: \"7000+\" is wrong because all modems of the entry share one port; "
        "...\n");
    bad("modems:\n - {module: m95, ports: [{pty: a}, {unix: a}]}\n",
        "f:2:43: unix: \"a\" is wrong because the port \"a\" is this modem's already, by f:2; "
        "...\n");
    bad("modems:\n - {module: m95, ports: [{pty: p}, {tcp-each: '7000'}]}\n",
        "f:2:47: tcp-each: \"7000\" is wrong because there are other ports; ...\n");
}

static void what_only_one_may_have_is_told(void **state)
{
    (void)state;
    bad("modems:\n"
        " - {module: m95, ports: [{pty: p}]}\n"
        " - {module: m95, ports: [{unix: p}]}\n"
        " - {module: m66, name: a, imei: '490154203237518', ports: [{tcp: '7000'}]}\n"
        " - {module: m66, name: b, imei: '49015420323751', ports: [{tcp-each: '127.0.0.1:7000'}]}\n"
        " - {module: m66, name: c, ports: [{tcp: '0'}, {tcp: '0'}]}\n",
        "f:3:13: module: \"m95\" is wrong because the name \"m95\" is another modem's already, by "
        "f:2; ...\n"
        "f:3:33: unix: \"p\" is wrong because the port \"p\" is another modem's already, by f:2; "
        "...\n"
        "f:5:70: tcp-each: \"127.0.0.1:7000\" is wrong because the port \"127.0.0.1:7000\" is "
        "another ...\n");
    bad("modems:\n"
        " - {module: m66, name: a, imei: '490154203237518', ports: [{tcp: '7000'}]}\n"
        " - {module: m66, name: b, imei: '49015420323751', ports: [{tcp: '7001'}]}\n",
        "f:3:33: imei: \"49015420323751\" is wrong because the IMEI \"490154203237518\" is another "
        "...\n");
    bad("modems:\n - {module: m95, name: 'a${n}', count: 9, ports: [{pty: p}]}\n",
        "f:2:57: pty: \"p\" is wrong because the port \"p\" is another modem's already, by f:2; "
        "...\n");
}

static void a_report_has_an_end(void **state)
{
    static char text[4000];
    static struct said said;
    struct modem_plans plans;
    size_t lines = 0;

    (void)state;
    strcpy(text, "modems:\n");
    for (int i = 0; i < 50; i++)
        strcat(text, " - {modul: x}\n");
    assert_false(read_bytes(span_of(text), &said, &plans));
    for (const char *at = said.text; *at != '\0'; at++)
        lines += *at == '\n';
    assert_int_equal(lines, FILE_REPORT_LINES_MAX + 1);
    assert_non_null(strstr(said.text, "and 30 more mistakes\n"));
}

/* Whatever is there and whatever is missing: an answer, and no memory lost. */
static void a_file_that_is_cut_is_answered(void **state)
{
    static const char text[] =
        "defaults: {state: none}\nmodems:\n - module: m95\n   name: 'a${n}'\n"
        "   count: 2\n   ports: [{pty: '${name}'}]\n";
    static struct said said;

    (void)state;
    for (size_t len = 0; len < sizeof(text); len++) {
        struct modem_plans plans;

        if (read_bytes(span_at(text, len), &said, &plans))
            modem_plans_free(&plans);
        else
            assert_string_not_equal(said.text, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_modem_is_as_on_the_command_line),
        cmocka_unit_test(a_port_by_tls_has_its_files),
        cmocka_unit_test(a_radio_is_an_interface),
        cmocka_unit_test(every_modem_of_an_entry_has_its_own),
        cmocka_unit_test(a_pool_has_modems_without_ports),
        cmocka_unit_test(modems_have_hosts_or_ports),
        cmocka_unit_test(wrong_hosts_are_told),
        cmocka_unit_test(a_policy_is_the_modem_s_or_its_file_s),
        cmocka_unit_test(what_is_no_yaml_of_ours_is_refused),
        cmocka_unit_test(no_name_is_text_of_the_shell),
        cmocka_unit_test(wrong_shapes_are_all_told),
        cmocka_unit_test(wrong_meanings_are_all_told),
        cmocka_unit_test(wrong_ports_are_told),
        cmocka_unit_test(what_only_one_may_have_is_told),
        cmocka_unit_test(a_report_has_an_end),
        cmocka_unit_test(a_file_that_is_cut_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
