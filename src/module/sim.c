/* sim.c: the SIM's states, and what commands it keeps from running.
 *
 * Sources: docs/facts/messages-calls-sim.md §4, §6; 27.007 8.3, 9.2; 27.005 3.2.5.
 */
#include "module/sim.h"

#include "at/handler.h"
#include "module/module.h"
#include "module/part.h"
#include "tlsmodem_control.h"

#include <assert.h>
#include <string.h>

void sim_init(struct tlsmodem *modem)
{
    modem->sim = (struct module_sim){ .state = TLSMODEM_SIM_READY,
                                      .pin_tries = SIM_PIN_TRIES,
                                      .puk_tries = SIM_PUK_TRIES,
                                      .pin = TLSMODEM_PIN };
}

bool sim_is_ready(const struct tlsmodem *modem)
{
    return modem->sim.state == TLSMODEM_SIM_READY;
}

void sim_start(struct tlsmodem *modem)
{
    if (sim_is_ready(modem) && modem->sim.is_locked)
        modem->sim.state = TLSMODEM_SIM_PIN;
}

static void enter(struct tlsmodem *modem, uint8_t state)
{
    bool is_news = modem->sim.state != state;

    modem->sim.before = is_news ? modem->sim.state : modem->sim.before;
    modem->sim.state = state;
    if (!modem->on || !is_news)
        return;
    modem->network.has_sim = sim_is_ready(modem);
    parts_on_sim(modem);
    network_update(modem);
}

void sim_set(struct tlsmodem *modem, uint8_t state)
{
    assert(state <= TLSMODEM_SIM_ABSENT);
    modem->sim.is_locked = state == TLSMODEM_SIM_PIN || state == TLSMODEM_SIM_PUK;
    modem->sim.pin_tries = state == TLSMODEM_SIM_PUK ? 0 : SIM_PIN_TRIES;
    modem->sim.puk_tries = SIM_PUK_TRIES;
    memcpy(modem->sim.pin, TLSMODEM_PIN, sizeof(TLSMODEM_PIN));
    enter(modem, state);
}

bool sim_is_pin(struct span pin)
{
    for (size_t i = 0; i < pin.len; i++) {
        if (pin.data[i] < '0' || pin.data[i] > '9')
            return false;
    }
    return pin.len >= SIM_PIN_MIN && pin.len <= SIM_PIN_MAX;
}

void sim_change_pin(struct tlsmodem *modem, struct span pin)
{
    assert(sim_is_pin(pin));
    memcpy(modem->sim.pin, pin.data, pin.len);
    modem->sim.pin[pin.len] = '\0';
}

bool sim_check_pin(struct tlsmodem *modem, struct span pin)
{
    if (span_equal(pin, span_of(modem->sim.pin))) {
        modem->sim.pin_tries = SIM_PIN_TRIES;
        return true;
    }
    if (modem->sim.pin_tries > 0 && --modem->sim.pin_tries == 0)
        enter(modem, TLSMODEM_SIM_PUK);
    return false;
}

bool sim_enter_pin(struct tlsmodem *modem, struct span pin)
{
    if (!sim_check_pin(modem, pin))
        return false;
    enter(modem, TLSMODEM_SIM_READY);
    return true;
}

bool sim_enter_puk(struct tlsmodem *modem, struct span puk, struct span pin)
{
    struct module_sim *sim = &modem->sim;

    if (sim->puk_tries == 0 || !span_equal(puk, span_of(TLSMODEM_PUK))) {
        sim->puk_tries = (uint8_t)(sim->puk_tries > 0 ? sim->puk_tries - 1 : 0);
        return false;
    }
    sim->puk_tries = SIM_PUK_TRIES;
    sim->pin_tries = SIM_PIN_TRIES;
    sim_change_pin(modem, pin);
    enter(modem, TLSMODEM_SIM_READY);
    return true;
}

/* ---- what it keeps from running ---- */

enum { CME_ABSENT = 10, CME_PIN = 11, CME_PUK = 12 };
enum { CMS_ABSENT = 310, CMS_PIN = 311, CMS_PUK = 316 };

/* What is read from it, or stored there; with all rows of messages. */
static const char *const of_sim[] = { "+CIMI",  "#CIMI", "+CCID", "#CCID", "+QCCID",
                                      "+ICCID", "+CLCK", "+CPWD", "+CSCA", "D" };

/* What is of use before the PIN was given; with all basic commands. */
static const char *const before_pin[] = {
    "+CMEE",   "+CPIN",  "+CFUN",  "+CGMI", "+CGMM",   "+CGMR",     "+CGSN",
    "+GMI",    "+GMM",   "+GMR",   "+GSN",  "#CGMI",   "#CGMM",     "#CGMR",
    "#CGSN",   "+CSQ",   "+CESQ",  "+IPR",  "+ICF",    "+IFC",      "+CCLK",
    "+CREG",   "+CGREG", "+CEREG", "#QSS",  "#SIMDET", "+QSIMSTAT", "+QINISTAT",
    "+QTRPIN", "#PCT",   "+CPAS",  "+GCAP", "+COPS",   "#REBOOT",   "#SHDN",
    "+QPOWD",  "+RESET", "+CPOF",  "#Z",    "+CBC",    "+QNSTATUS",
};

static bool is_among(const char *const *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], name) == 0)
            return true;
    }
    return false;
}

#define IS_AMONG(list, row) is_among(list, sizeof(list) / sizeof((list)[0]), (row)->name)

enum at_status sim_allows(struct at_session *at, const struct at_command *row)
{
    bool is_message = row->message_error != 0;

    switch ((enum tlsmodem_sim)module_of(at)->sim.state) {
    case TLSMODEM_SIM_READY:
        return AT_OK;
    case TLSMODEM_SIM_ABSENT:
        if (!is_message && !IS_AMONG(of_sim, row))
            return AT_OK;
        return at_refuse(at, is_message ? CMS_ABSENT : CME_ABSENT, "there is no SIM");
    case TLSMODEM_SIM_PIN:
        if (row->basic || IS_AMONG(before_pin, row))
            return AT_OK;
        return at_refuse(at, is_message ? CMS_PIN : CME_PIN, "the SIM wants its PIN: AT+CPIN=");
    case TLSMODEM_SIM_PUK:
        if (row->basic || IS_AMONG(before_pin, row))
            return AT_OK;
        return at_refuse(at, is_message ? CMS_PUK : CME_PUK,
                         "the SIM wants its PUK: AT+CPIN=<puk>,<new pin>");
    }
    return AT_OK;
}
