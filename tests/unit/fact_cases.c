/* fact_cases.c: plays conversations with our choice of a fact, and with another. */
#include "fact_cases.h"

#include "check.h"
#include "talk.h"

#include "tlsmodem_control.h"

#include <stdlib.h>
#include <string.h>

static size_t index_of(const char *model, const char *name)
{
    struct tlsmodem_fact fact;
    size_t index;

    for (index = 0; tlsmodem_fact_at(model, index, &fact); index++) {
        if (strcmp(fact.name, name) == 0)
            return index;
    }
    fail_msg("%s: no such fact", name);
    return index;
}

bool fact_is_relied_on(const struct world *world, const char *model, const char *name)
{
    return tlsmodem_relied_on(world->modem, index_of(model, name));
}

static const char *after(const char *step, const char *word)
{
    size_t len = strlen(word);

    return strncmp(step, word, len) == 0 ? step + len : NULL;
}

static void send_digits(struct scripted_peer *peer, const char *digits)
{
    uint8_t bytes[64];
    size_t len = 0;

    for (; digits[0] != '\0' && len < sizeof(bytes); digits += 2)
        bytes[len++] = (uint8_t)strtoul((const char[]){ digits[0], digits[1], '\0' }, NULL, 16);
    peer_send(peer, span_at(bytes, len));
}

static void play_step(struct world *world, const char *step)
{
    struct scripted_peer *peer = scripted_net_peer(&world->scripted_net, FACT_CASE_PORT);
    const char *rest;

    world_forget(world, 0);
    if ((rest = after(step, "wait ")) != NULL) {
        world_advance(world, atol(rest));
    } else if ((rest = after(step, "type ")) != NULL) {
        world_type_text(world, rest);
    } else if ((rest = after(step, "peer sends hex ")) != NULL) {
        send_digits(peer, rest);
        world_settle(world);
    } else if ((rest = after(step, "peer sends ")) != NULL) {
        peer_send(peer, span_of(rest));
        world_settle(world);
    } else if (strcmp(step, "peer gets") == 0) {
        byte_queue_put(&world->ports[0].heard, byte_queue_peek(&peer->got));
    } else if ((rest = after(step, "peer calls ")) != NULL) {
        const struct net_address from = { .family = NET_IPV4, .bytes = { 127, 0, 0, 1 } };

        assert_true(scripted_net_call(peer, &from, (uint16_t)atoi(rest)));
        world_settle(world);
    } else if (strcmp(step, "peer closes") == 0) {
        peer_hang_up(peer);
        world_settle(world);
    } else if ((rest = after(step, "ring ")) != NULL) {
        assert_int_equal(tlsmodem_ring(world->modem, rest), ERR_OK);
        world_advance(world, 500);
    } else {
        talk(world, step);
    }
}

/* What is wrong in it, each a line; true when nothing is. */
static bool is_right(const struct world *world, const struct fact_case *one, size_t index,
                     bool given)
{
    const char *expected = given ? one->other : one->heard;
    bool used = !given && one->use != UNUSED;
    struct span heard = world_heard(world, 0);
    bool right = true;

    if (!span_equal(heard, span_of(expected))) {
        print_error("%s%s: \"%s\" instead of \"%s\"\n", one->fact, given ? ", given" : "",
                    show(heard), show(span_of(expected)));
        right = false;
    }
    if (tlsmodem_relied_on(world->modem, index) != used) {
        print_error("%s%s: %s\n", one->fact, given ? ", given" : "",
                    used ? "its use is not noted" : "it counts as used");
        right = false;
    }
    return right;
}

static bool play(struct world *world, const char *model, const char *const *lines,
                 const struct fact_case *one, bool given)
{
    size_t index = index_of(model, one->fact), last = 0;

    check_int(one->fact, world_switch_on(world, model, false, 1), ERR_OK);
    scripted_net_listen(&world->scripted_net, FACT_CASE_PORT, PEER_ACCEPTS);
    scripted_net_listen(&world->scripted_net, FACT_CASE_HANGS, PEER_HANGS);
    peer_decide(scripted_net_peer(&world->scripted_net, FACT_CASE_PORT),
                &(struct peer_handshake){ .verdict = VERDICT_YES });
    for (size_t i = 0; lines[i] != NULL; i++)
        talk_ok(world, lines[i]);
    while (last + 1 < FACT_STEPS_MAX && one->steps[last + 1] != NULL)
        play_step(world, one->steps[last++]);
    if (tlsmodem_relied_on(world->modem, index) && one->use != USED_BEFORE) {
        print_error("%s: used before \"%s\"\n", one->fact, one->steps[last]);
        return false;
    }
    play_step(world, one->steps[last]);
    return is_right(world, one, index, given);
}

void fact_cases_play(const char *model, const char *const *lines, const struct fact_case *cases,
                     size_t count)
{
    int wrong = 0;

    for (size_t i = 0; i < count; i++) {
        const struct tlsmodem_fact_value value = { cases[i].fact, cases[i].value };
        struct world world;

        world_init(&world);
        world.takes_calls = true;
        world.scripted_calls.port = FACT_CASE_PORT;
        wrong += !play(&world, model, lines, &cases[i], false);
        world.facts = &value;
        world.fact_count = 1;
        wrong += !play(&world, model, lines, &cases[i], true);
        world_deinit(&world);
    }
    assert_int_equal(wrong, 0);
}
