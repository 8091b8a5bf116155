/* talk.c: a host that types lines and reads answers. */
#include "talk.h"

#include "check.h"

#include <stdio.h>

/* The last line: what stands after the last line end but one. */
static struct span last_line(struct span answer)
{
    size_t start;

    if (answer.len < 2)
        return answer;
    for (start = answer.len - 2; start > 0 && answer.data[start - 1] != '\n'; start--)
        continue;
    return span_skip(answer, start);
}

static bool starts_with(struct span bytes, const char *start)
{
    return bytes.len >= strlen(start) && memcmp(bytes.data, start, strlen(start)) == 0;
}

bool talk_is_error(struct span answer)
{
    struct span last = last_line(answer);

    return starts_with(last, "ERROR") || starts_with(last, "+CME ERROR: ") ||
           starts_with(last, "+CMS ERROR: ");
}

/* Each error has a line in the log. */
static void check_reason(const struct world *world, const char *line, unsigned lines_before)
{
    if (world_counts_lines(world) && log_says(&world->log, LOG_INFO) &&
        world->log_lines == lines_before)
        fail_msg("%s: an error, and nothing in the log", line);
}

struct span talk_on(struct world *world, size_t port, const char *line)
{
    struct byte_queue typed = { 0 };
    unsigned lines_before = world->log_lines;

    byte_queue_put(&typed, span_of(line));
    byte_queue_put(&typed, span_of("\r"));
    world_forget(world, port);
    world_type(world, port, byte_queue_peek(&typed));
    byte_queue_deinit(&typed);
    if (talk_is_error(world_heard(world, port)))
        check_reason(world, line, lines_before);
    return world_heard(world, port);
}

struct span talk(struct world *world, const char *line)
{
    return talk_on(world, 0, line);
}

/* An echo is the line and its CR. */
static struct span without_echo(struct span answer, const char *line)
{
    size_t len = strlen(line);

    if (answer.len > len && len > 0 && memcmp(answer.data, line, len) == 0)
        return span_skip(answer, len + 1);
    return answer;
}

void talk_expect(struct world *world, const char *line, const char *expected)
{
    check_bytes(line, without_echo(talk(world, line), line), span_of(expected));
}

bool talk_ends_with(struct span answer, const char *end)
{
    size_t len = strlen(end);

    return answer.len >= len + 4 && memcmp(answer.data + answer.len - len - 4, "\r\n", 2) == 0 &&
           memcmp(answer.data + answer.len - len - 2, end, len) == 0 &&
           memcmp(answer.data + answer.len - 2, "\r\n", 2) == 0;
}

void talk_ok(struct world *world, const char *line)
{
    struct span answer = talk(world, line);

    if (!talk_ends_with(answer, "OK"))
        fail_msg("%s: \"%s\" instead of OK", line, show(answer));
}

void talk_error(struct world *world, const char *line)
{
    struct span answer = talk(world, line);

    if (!talk_is_error(answer))
        fail_msg("%s: \"%s\" instead of an error", line, show(answer));
}

void talk_prepare(struct world *world)
{
    static const char *const lines[] = { "ATE0", "AT+CMEE=1", "AT+CGDCONT=1,\"IP\",\"internet\"",
                                         "AT#SGACT=1,1", "AT#SSLEN=1,1" };

    for (size_t i = 0; i < COUNT(lines); i++)
        talk_ok(world, lines[i]);
}

struct scripted_peer *talk_connect(struct world *world, bool online)
{
    struct scripted_peer *peer = scripted_net_peer(&world->scripted_net, TALK_PORT);
    struct span answer;

    talk_prepare(world);
    scripted_net_listen(&world->scripted_net, TALK_PORT, PEER_ACCEPTS);
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    answer =
        talk(world, online ? "AT#SSLD=1,443,\"localhost\",0,0" : "AT#SSLD=1,443,\"localhost\",0,1");
    if (!talk_ends_with(answer, online ? "CONNECT" : "OK"))
        fail_msg("no connection: \"%s\"", show(answer));
    world_forget(world, 0);
    return peer;
}
