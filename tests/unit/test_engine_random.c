/* test_engine_random.c: random lines of each maker's own commands, noise, servers that do anything:
 * then a host comes and gets its OK.  The same lines for the same seed. */
#include "base/text.h"
#include "check.h"
#include "module/module.h"
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const models[] = { "he910", "gl865-dual", "le866",      "m95",
                                      "l610",  "nl668-eau",  "nl668-am-00" };

enum { SEEDS = 300, LINES = 40, SERVER = 7000, HANGS = 7001, DATA = 4001 };

/* Longer than any guard time, and than a restart. */
enum { SILENCE_MS = 12000 };

struct dice {
    uint64_t state;
};

/* xorshift64* */
static uint32_t roll(struct dice *dice, uint32_t sides)
{
    dice->state ^= dice->state >> 12;
    dice->state ^= dice->state << 25;
    dice->state ^= dice->state >> 27;
    return (uint32_t)((dice->state * 0x2545F4914F6CDD1DULL) >> 33) % sides;
}

#define PICK(dice, list) (list)[roll(dice, COUNT(list))]

struct game {
    struct world world;
    struct dice dice;
    const struct at_command *rows[600];
    size_t row_count;
    char history[LINES * 90]; /* for a failure */
    struct text said;
};

/* ---- a line ---- */

static void add_number(struct game *game, const struct at_param *param, struct text *line)
{
    static const int32_t ports[] = { SERVER, HANGS, DATA };
    const struct at_model *model = &game->world.modem->model->at;
    struct dice *dice = &game->dice;

    switch (roll(dice, 6)) {
    case 0:
        text_add(line, "%d", (int)at_param_max(param, model));
        break;
    case 1:
        text_add(line, "%d", (int)roll(dice, 256));
        break;
    case 2:
        text_add(line, "%d", (int)PICK(dice, ports));
        break;
    case 3:
        break; /* left out */
    default:
        text_add(line, "%d", (int)at_param_min(param, model) + (int)roll(dice, 3));
        break;
    }
}

static void add_string(struct game *game, struct text *line)
{
    static const char *const words[] = {
        "127.0.0.1",
        "hangs.test",
        "localhost",
        "IP",
        "TCP",
        "UDP",
        "x",
        "RAM:ca.pem",
        "URL",
        "MODE",
        "1",
        "http://127.0.0.1:7000/",
        "127.0.0.1:7000",
        "TRUSTFILE",
        "sslversion",
    };

    text_add(line, "\"%s\"", PICK(&game->dice, words));
}

static void add_command(struct game *game, struct text *line)
{
    const struct at_command *row = game->rows[roll(&game->dice, (uint32_t)game->row_count)];
    static const char *const forms[] = { "", "?", "=?" };

    text_add(line, "AT%s", row->name);
    if (roll(&game->dice, 4) == 0) {
        text_add(line, "%s", PICK(&game->dice, forms));
        return;
    }
    text_add(line, row->basic && !at_is_register(row) ? "" : "=");
    for (size_t i = 0; i < row->param_count; i++) {
        if (i > 0)
            text_add(line, ",");
        if (row->params[i].type == AT_STRING)
            add_string(game, line);
        else
            add_number(game, &row->params[i], line);
    }
}

/* What a port is held by; most of it is another maker's, and an ERROR. */
static void add_service(struct game *game, struct text *line)
{
    static const char *const lines[] = {
        "AT#SSLD=1,7000,\"127.0.0.1\",0,0",
        "AT#SSLD=1,7000,\"127.0.0.1\",0,1,5000",
        "AT#SSLD=1,7001,\"127.0.0.1\",0,0,5000",
        "AT#SSLD=1,7000,\"hangs.test\",0,1",
        "AT#SSLO=1",
        "AT#SSLSEND=1",
        "AT#SSLRECV=1,100,5000",
        "AT#FTPOPEN=\"127.0.0.1:7000\",\"u\",\"p\",1",
        "AT#FTPGET=\"x\"",
        "AT#FTPPUT=\"x\"",
        "AT+QIMODE=1",
        "AT+QITCFG=3,2,1024,0",
        "AT+QIOPEN=\"TCP\",\"127.0.0.1\",7000",
        "AT+QSSLOPEN=1,0,\"127.0.0.1\",7000,1",
        "AT+QISEND=9",
        "ATO",
        "AT+QHTTPURL=22",
        "http://127.0.0.1:7000/",
        "AT+QHTTPGET=3600",
        "AT+QHTTPREAD=3600",
        "AT+QSMTPBODY=1,3600",
        "AT+MIPODM=1,,\"127.0.0.1\",7000,0",
        "AT+MIPOPEN=1,,\"127.0.0.1\",7000,2",
        "AT+MIPSEND=1,20",
        "AT+MIPDNS=\"hangs.test\"",
        "AT+HTTPSET=\"URL\",\"http://127.0.0.1:7000/\"",
        "AT+HTTPSET=\"MODE\",\"1\"",
        "AT+HTTPACT=0,600",
        "AT+HTTPREAD",
        "AT+FTPOPEN=\"127.0.0.1\",\"u\",\"p\",\"\",,7000",
        "AT+FTPGET=\"x\"",
        "AT+FTPRECV=100",
        "AT+FTPCLOSE",
    };

    text_add(line, "%s", PICK(&game->dice, lines));
}

static void add_register(struct game *game, struct text *line)
{
    static const int numbers[] = { 0, 2, 3, 4, 5, 7, 12 };
    static const char *const tails[] = { "", "=", "um]", "?" };

    text_add(line, "ATS%d", PICK(&game->dice, numbers));
    if (roll(&game->dice, 2) == 0)
        text_add(line, "=%d", (int)roll(&game->dice, 256));
    else
        text_add(line, "%s", PICK(&game->dice, tails));
}

static void add_noise(struct game *game, struct text *line)
{
    static const char *const bits[] = { "\x1A", "\x1B", "+++",  "\n",   "A/", "\"", ";",  "AT",
                                        "&W",   "0",    "\x11", "\x80", "\b", "=",  "E0", "\r" };

    for (uint32_t i = roll(&game->dice, 8); i > 0; i--)
        text_add(line, "%s", PICK(&game->dice, bits));
}

static void type_line(struct game *game)
{
    char memory[700];
    struct text line;

    text_init(&line, memory, sizeof(memory));
    switch (roll(&game->dice, 8)) {
    case 0:
        add_noise(game, &line);
        break;
    case 1:
    case 2:
        add_register(game, &line);
        break;
    case 3:
    case 4:
    case 5:
        add_service(game, &line);
        break;
    default:
        add_command(game, &line);
        break;
    }
    text_add(&game->said, "%.80s\n", show(text_span(&line)));
    world_type(&game->world, 0, text_span(&line));
    if (roll(&game->dice, 12) > 0)
        world_type_text(&game->world, "\r");
}

/* ---- what else happens ---- */

static void server_acts(struct game *game)
{
    static const uint16_t ports[] = { SERVER, HANGS, DATA };
    static const char *const replies[] = { "220 a\r\n",
                                           "331 b\r\n",
                                           "230 c\r\n",
                                           "200 d\r\n",
                                           "227 ok (127,0,0,1,15,161)\r\n",
                                           "150 go\r\n",
                                           "HTTP/1.1 200 OK\r\n\r\nbody",
                                           "x" };
    struct scripted_peer *peer =
        scripted_net_peer(&game->world.scripted_net, PICK(&game->dice, ports));

    switch (roll(&game->dice, 6)) {
    case 0:
        peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
        break;
    case 1:
        peer_close(peer);
        break;
    case 2:
        peer_reset(peer);
        break;
    default:
        peer_send(peer, span_of(PICK(&game->dice, replies)));
        break;
    }
    world_settle(&game->world);
}

/* As a port does it: what was typed ahead is taken first. */
static void host_goes(struct world *world)
{
    struct terminal *terminal = world->ports[0].terminal;
    size_t left, before;

    world_set_appetite(world, 0, 0);
    do {
        before = byte_queue_len(&world->ports[0].typed);
        terminal->ops->host_gone(terminal);
        world_settle(world);
        left = byte_queue_len(&world->ports[0].typed);
    } while (left > 0 && left < before);
    world_set_appetite(world, 0, SIZE_MAX);
    world_settle(world);
}

static void find_rows(struct game *game)
{
    const struct at_commands *const *lists = game->world.modem->personality->commands;

    game->row_count = 0;
    for (; *lists != NULL; lists++) {
        for (size_t i = 0; i < (*lists)->count; i++) {
            assert_true(game->row_count < COUNT(game->rows));
            game->rows[game->row_count++] = &(*lists)->rows[i];
        }
    }
}

static void prepare(struct game *game)
{
    static const char *const lines[] = {
        "AT+CGDCONT=1,\"IP\",\"a\"",
        "AT#SGACT=1,1",
        "AT#SSLEN=1,1", /* a Telit */
        "AT+QIREGAPP",
        "AT+QIACT",
        "AT+MIPCALL=1",
    };

    for (size_t i = 0; i < COUNT(lines); i++)
        talk(&game->world, lines[i]);
}

static void play(struct game *game, const char *model, uint64_t seed)
{
    struct world *world = &game->world;

    game->dice.state = seed;
    text_init(&game->said, game->history, sizeof(game->history));
    world_init(world);
    check_int(model, world_switch_on(world, model, true, 1), ERR_OK);
    scripted_net_name(&world->scripted_net, "hangs.test", NAME_HANGS, NULL, 0);
    scripted_net_listen(&world->scripted_net, SERVER, PEER_ACCEPTS);
    scripted_net_listen(&world->scripted_net, DATA, PEER_ACCEPTS);
    scripted_net_listen(&world->scripted_net, HANGS, PEER_HANGS);
    world_advance(world, SILENCE_MS);
    find_rows(game);
    prepare(game);
    for (int i = 0; i < LINES; i++) {
        type_line(game);
        if (roll(&game->dice, 2) == 0)
            server_acts(game);
        if (roll(&game->dice, 8) == 0)
            host_goes(world);
        world_advance(world, roll(&game->dice, 1500));
    }
}

/* ---- the host that comes then ---- */

static bool is_answered(struct world *world)
{
    struct span answer = talk(world, "AT");

    return answer.len >= 2 && (memmem(answer.data, answer.len, "OK", 2) != NULL ||
                               answer.data[answer.len - 2] == '0'); /* ATV0 */
}

/* What any host can do that finds a port silent: the escape sequence, and the line that makes an
 * end of what others have set; some of its letters may be S3 or S5. */
static bool recovers(struct world *world)
{
    static const char *const lines[] = { "AT&F", "at&f", "ATQ", "atq" };

    for (int tries = 0; tries < 2; tries++) {
        host_goes(world);
        world_advance(world, SILENCE_MS);
        world_type_text(world, "+++");
        world_advance(world, SILENCE_MS);
        world_type_text(world, "\r");
        for (size_t i = 0; i < COUNT(lines); i++) {
            talk(world, lines[i]);
            if (is_answered(world))
                return true;
        }
    }
    return false;
}

static void check_game(const char *model, uint64_t seed)
{
    static struct game game;

    play(&game, model, seed);
    if (!recovers(&game.world))
        fail_msg("%s, seed %d: AT is answered by \"%s\"; typed before:\n%s", model, (int)seed,
                 show(world_heard(&game.world, 0)), game.said.at);
    world_deinit(&game.world);
}

static void test_random_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(models); i++) {
        for (uint64_t seed = 1; seed <= SEEDS; seed++)
            check_game(models[i], seed * COUNT(models) + i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
