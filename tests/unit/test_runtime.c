/* test_runtime.c: modems on a world: each with its ports, identity, store and name in the log. */
#include "runtime/modem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LIMIT_MS = 60000, ASK_AGAIN_MS = 100, HEARD_CAP = 4096, MODEMS = 2 };

struct host {
    int fd;
    char heard[HEARD_CAP];
    size_t len;
};

struct fixture {
    char folder[64];
    struct log log;
    char said[HEARD_CAP]; /* lines of the log */
    struct runtime_world world;
    struct nvm *nvm;
    struct runtime_modem *modems[MODEMS];
    struct host hosts[MODEMS];
};

static void say(void *ctx, const char *tag, const char *text)
{
    struct fixture *f = ctx;
    size_t len = strlen(f->said);

    snprintf(f->said + len, sizeof(f->said) - len, "%s: %s\n", tag, text);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    strcpy(f->folder, "/tmp/test_runtime_XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->log = (struct log){ .write = say, .ctx = f, .level = LOG_WARNING };
    assert_int_equal(runtime_world_open(&f->world, &f->log), ERR_OK);
    for (size_t i = 0; i < MODEMS; i++)
        f->hosts[i].fd = -1;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char command[100];

    for (size_t i = 0; i < MODEMS; i++) {
        runtime_modem_close(f->modems[i]);
        if (f->hosts[i].fd >= 0)
            close(f->hosts[i].fd);
    }
    nvm_close(f->nvm);
    assert_true(runtime_world_close(&f->world, LIMIT_MS));
    snprintf(command, sizeof(command), "rm -r %s", f->folder);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

static struct port_spec unix_port(const struct fixture *f, size_t index)
{
    struct port_spec spec = { .kind = PORT_UNIX };

    snprintf(spec.where, sizeof(spec.where), "%s/%zu.sock", f->folder, index);
    return spec;
}

/* Opens modem `index` with one port, and connects its host. */
static void start(struct fixture *f, size_t index, struct runtime_modem_config config)
{
    struct port_spec spec = unix_port(f, index);
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    struct port_failure failure;
    struct host *host = &f->hosts[index];

    config.model = "he910";
    config.log = &f->log;
    config.terminals = 1;
    config.ports = &spec;
    if (runtime_modem_open(&f->world, &config, &failure, &f->modems[index]) != ERR_OK)
        fail_msg("%s", failure.text);
    runtime_modem_start(f->modems[index], NULL, NULL);
    assert_true(strlen(spec.where) < sizeof(at.sun_path));
    strcpy(at.sun_path, spec.where);
    host->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(host->fd, (struct sockaddr *)&at, sizeof(at)), 0);
    fcntl(host->fd, F_SETFL, O_NONBLOCK);
    *host = (struct host){ .fd = host->fd };
}

static void set_flag(void *ctx)
{
    *(bool *)ctx = true;
}

/* Types a line and waits for `answer`; false when it has not come in `limit_ms`. */
static bool is_answered(struct fixture *f, size_t index, const char *line, const char *answer,
                        int64_t limit_ms)
{
    struct host *host = &f->hosts[index];
    struct clock_timer *timer;
    bool over = false;
    ssize_t count;

    *host = (struct host){ .fd = host->fd };
    assert_int_equal(write(host->fd, line, strlen(line)), (ssize_t)strlen(line));
    assert_int_equal(clock_new_timer(&f->world.clock.base, set_flag, &over, &timer), ERR_OK);
    clock_timer_start(timer, limit_ms);
    while (!over && strstr(host->heard, answer) == NULL) {
        uv_run(&f->world.loop.uv, UV_RUN_ONCE);
        count = read(host->fd, host->heard + host->len, sizeof(host->heard) - 1 - host->len);
        host->len += count > 0 ? (size_t)count : 0;
    }
    clock_timer_free(timer);
    return !over;
}

static void talk(struct fixture *f, size_t index, const char *line, const char *answer)
{
    if (!is_answered(f, index, line, answer, LIMIT_MS))
        fail_msg("%s: no \"%s\" in \"%s\"", line, answer, f->hosts[index].heard);
}

static void modems_of_a_world_are_apart(void **state)
{
    struct fixture *f = *state;

    start(f, 0, (struct runtime_modem_config){ .identity.imei = "490154203237518" });
    start(f, 1, (struct runtime_modem_config){ .identity.imei = "352099001761481" });
    talk(f, 0, "AT+CGSN\r", "\r\n490154203237518\r\n\r\nOK\r\n");
    talk(f, 1, "AT+CGSN\r", "\r\n352099001761481\r\n\r\nOK\r\n");
    talk(f, 0, "AT+CMEE=2\r", "OK\r\n");
    talk(f, 1, "AT+CMEE?\r", "+CMEE: 0\r\n");
    runtime_modem_close(f->modems[0]);
    f->modems[0] = NULL;
    talk(f, 1, "AT\r", "OK\r\n"); /* lives on */
}

/* Time comes to a modem by its timer: switched off, it hears nothing until it is on again. */
static void timer_wakes_a_modem(void **state)
{
    struct fixture *f = *state;
    int tries = 0;

    start(f, 0, (struct runtime_modem_config){ 0 });
    talk(f, 0, "ATE0+CMEE=2;#REBOOT\r", "OK\r\n");
    assert_false(is_answered(f, 0, "AT\r", "OK\r\n", ASK_AGAIN_MS));
    while (!is_answered(f, 0, "AT\r", "OK\r\n", ASK_AGAIN_MS))
        assert_true(++tries < LIMIT_MS / ASK_AGAIN_MS);
    talk(f, 0, "AT+CMEE?\r", "+CMEE: 0\r\n");
}

/* The name says whose entries are whose, also in the next run. */
static void names_part_what_is_stored(void **state)
{
    static const char *const names[MODEMS] = { "meter-1", "meter-2" };
    struct fixture *f = *state;
    char dir[100], message[512];

    snprintf(dir, sizeof(dir), "%s/state", f->folder);
    assert_int_equal(nvm_open(dir, message, sizeof(message), &f->nvm), ERR_OK);
    for (size_t i = 0; i < MODEMS; i++)
        start(f, i, (struct runtime_modem_config){ .name = names[i], .nvm = f->nvm });
    talk(f, 0, "AT#SSLEN=1,1\r", "OK\r\n");
    for (size_t i = 0; i < MODEMS; i++) {
        runtime_modem_close(f->modems[i]);
        close(f->hosts[i].fd);
        start(f, i, (struct runtime_modem_config){ .name = names[i], .nvm = f->nvm });
    }
    talk(f, 0, "AT#SSLEN?\r", "#SSLEN: 1,1\r\n");
    talk(f, 1, "AT#SSLEN?\r", "#SSLEN: 1,0\r\n");
}

static void a_store_in_memory_outlives_a_restart(void **state)
{
    struct fixture *f = *state;

    start(f, 0, (struct runtime_modem_config){ .name = NULL });
    talk(f, 0, "ATS7=77&W;S7=50\r", "OK");
    talk(f, 0, "AT#REBOOT\r", "OK");
    do { /* until it is back */
    } while (!is_answered(f, 0, "ATS7?\r", "077", ASK_AGAIN_MS));
}

static void log_lines_bear_the_name(void **state)
{
    struct fixture *f = *state;

    start(f, 0, (struct runtime_modem_config){ .name = "pump" });
    start(f, 1, (struct runtime_modem_config){ 0 });
    f->said[0] = '\0';
    talk(f, 0, "AT+CGDCONT=1,\"IP\",\"a\";#SGACT=1,1;#SSLEN=1,1\r", "OK\r\n");
    talk(f, 0, "AT#SSLD=1,1,\"127.0.0.1\",0,1\r", "ERROR\r\n");
    assert_non_null(strstr(f->said, "warning: pump: "));
    assert_null(strstr(f->said, "he910"));
}

/* The command takes a message by its status, and reads its text; one that is under way when the
 * modem goes holds nobody up. */
static void a_command_takes_messages(void **state)
{
    struct fixture *f = *state;
    char command[200], path[100], text[100] = "";
    FILE *file;

    snprintf(path, sizeof(path), "%s/message", f->folder);
    snprintf(command, sizeof(command),
             "[ $TLSMODEM_NUMBER = +12 ] && { cat; echo \"|$TLSMODEM_NAME\"; } >%s", path);
    start(f, 0, (struct runtime_modem_config){ .name = "pump", .message_command = command });
    talk(f, 0, "ATE0+CMGF=1;+CMEE=1\r", "OK\r\n");
    talk(f, 0, "AT+CMGS=\"+12\"\r", "> ");
    talk(f, 0, "hello @\x1a", "\r\n+CMGS: 0\r\n\r\nOK\r\n");
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof(text), file));
    fclose(file);
    assert_string_equal(text, "hello @|pump\n");
    talk(f, 0, "AT+CMGS=\"13\"\r", "> ");
    talk(f, 0, "hello\x1a", "\r\n+CMS ERROR: 21\r\n");
    start(f, 1, (struct runtime_modem_config){ .message_command = "exec sleep 20" });
    talk(f, 1, "ATE0+CMGF=1\r", "OK\r\n");
    talk(f, 1, "AT+CMGS=\"13\"\r", "> ");
    assert_false(is_answered(f, 1, "hello\x1a", "ERROR", ASK_AGAIN_MS));
}

static void what_cannot_be_opened_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct port_spec specs[2] = { unix_port(f, 0), { .kind = PORT_UART, .where = "/nowhere/tty" } };
    const struct {
        struct runtime_modem_config config;
        enum err err;
        const char *word;
    } rows[] = {
        { { .model = "he910", .ports = specs, .terminals = 2 }, ERR_NOT_FOUND, "/nowhere/tty" },
        { { .model = "sim800", .ports = specs, .terminals = 1 }, ERR_NOT_FOUND, "not found" },
        { { .model = "he910", .terminals = 1, .identity.imei = "1" }, ERR_INVALID, "not valid" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct port_failure failure;
        struct runtime_modem *modem = NULL;

        assert_int_equal(runtime_modem_open(&f->world, &rows[i].config, &failure, &modem),
                         rows[i].err);
        assert_null(modem);
        assert_non_null(strstr(failure.text, rows[i].word));
        assert_int_not_equal(access(specs[0].where, F_OK), 0); /* its socket is gone again */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(modems_of_a_world_are_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(timer_wakes_a_modem, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_part_what_is_stored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_in_memory_outlives_a_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(log_lines_bear_the_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_command_takes_messages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_opened_leaves_nothing, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
