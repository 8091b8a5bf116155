/* control.c: what a laboratory does in a step; fuzz/seeds/steps.py has the same numbers. */
#include "control.h"

#include "tlsmodem_control.h"

enum { REGISTRATIONS = 5, SIMS = 4, POWERS = 4, WEAK = 3, ZONE = 4 };

static const int64_t when_s = INT64_C(1777636800);

static void message(struct world *world, const char *text, const char *pdu)
{
    tlsmodem_receive_message(
        world->modem, &(struct tlsmodem_message){ .from = "+4912345", .text = text, .pdu = pdu });
}

static void other(struct world *world, uint8_t number)
{
    struct tlsmodem_status status;

    switch (number) {
    case 0:
        tlsmodem_set_attached(world->modem, false);
        break;
    case 1:
        tlsmodem_set_attached(world->modem, true);
        break;
    case 2:
        tlsmodem_lose_context(world->modem, 0);
        break;
    case 3:
        tlsmodem_ring(world->modem, "+4912345");
        break;
    case 4:
        tlsmodem_ring(world->modem, NULL);
        break;
    case 5:
        tlsmodem_ring_end(world->modem);
        break;
    case 6:
        message(world, "hello {\xE2\x82\xAC}", NULL);
        break;
    case 7:
        message(world, "\xD0\x9F\xD1\x80", NULL);
        break;
    case 8: /* of class 2 */
        message(world, NULL, "0004049121430012625010110000000004D4F29C0E");
        break;
    case 9:
        tlsmodem_give_time(world->modem, when_s, ZONE);
        break;
    case 10:
        tlsmodem_set_clock(world->modem, when_s, 0);
        break;
    case 11:
        tlsmodem_set_signal(world->modem, WEAK);
        break;
    case 12:
        tlsmodem_set_operator(world->modem, "Other", "26202");
        break;
    case 13:
        tlsmodem_set_cell(world->modem, 2, 3);
        break;
    case 14:
        tlsmodem_message_decided(world->modem, 1, true);
        break;
    default:
        tlsmodem_get_status(world->modem, &status);
        break;
    }
}

enum { OTHERS = 16 };

void fuzz_control(struct world *world, uint8_t number)
{
    uint8_t which = number % (REGISTRATIONS + SIMS + POWERS + OTHERS);

    if (which < REGISTRATIONS) {
        tlsmodem_set_registration(world->modem, (enum tlsmodem_registration)which);
    } else if (which < REGISTRATIONS + SIMS) {
        tlsmodem_set_sim(world->modem, (enum tlsmodem_sim)(which - REGISTRATIONS));
    } else if (which < REGISTRATIONS + SIMS + POWERS) {
        tlsmodem_set_power(world->modem, (enum tlsmodem_power)(which - REGISTRATIONS - SIMS));
    } else {
        other(world, (uint8_t)(which - REGISTRATIONS - SIMS - POWERS));
    }
}

enum tlsmodem_sent fuzz_control_take(void *ctx, const struct tlsmodem_sending *message)
{
    (void)ctx;
    return (enum tlsmodem_sent)(message->reference % (TLSMODEM_UNDECIDED + 1));
}

void fuzz_control_end(struct world *world)
{
    enum { RESTART_MS = 60000 };

    tlsmodem_ring_end(world->modem);
    tlsmodem_set_sim(world->modem, TLSMODEM_SIM_READY);
    world_advance(world, RESTART_MS); /* a reset that is under way ends */
    tlsmodem_set_power(world->modem, TLSMODEM_POWER_ON);
    world_settle(world);
}
