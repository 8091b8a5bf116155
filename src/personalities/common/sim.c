/* sim.c: commands of the SIM: +CPIN, +CLCK, +CPWD.
 *
 * Source: docs/facts/messages-calls-sim.md §6; 27.007 7.4, 7.5, 8.3.
 */
#include "module/sim.h"

#include "personalities/common/common.h"
#include "tlsmodem_control.h"

#define SHEET "docs/facts/messages-calls-sim.md §6"

enum { CME_SIM_ABSENT = 10, CME_SIM_FAILURE = 13 };

const char *common_sim_words(const struct tlsmodem *modem)
{
    static const char *const words[] = { [TLSMODEM_SIM_READY] = "READY",
                                         [TLSMODEM_SIM_PIN] = "SIM PIN",
                                         [TLSMODEM_SIM_PUK] = "SIM PUK",
                                         [TLSMODEM_SIM_ABSENT] = "NOT INSERTED" };

    return words[modem->sim.state];
}

static enum at_status refuse_absent(struct at_session *at)
{
    return at_refuse(at, CME_SIM_ABSENT, "there is no SIM");
}

static enum at_status read_pin(struct at_session *at)
{
    if (module_of(at)->sim.state == TLSMODEM_SIM_ABSENT)
        return refuse_absent(at);
    at_info(at, "+CPIN: %s", common_sim_words(module_of(at)));
    return AT_OK;
}

static enum at_status refuse_password(struct at_session *at)
{
    const struct module_sim *sim = &module_of(at)->sim;

    return at_refuse(at, CME_INCORRECT_PASSWORD,
                     "it is not that; %d tries of the PIN, %d of the "
                     "PUK are left",
                     sim->pin_tries, sim->puk_tries);
}

static enum at_status enter_puk(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);

    if (modem->sim.puk_tries == 0)
        return at_refuse(at, CME_SIM_FAILURE, "the SIM is blocked for good");
    if (!args->list[1].given || !sim_is_pin(args->list[1].text))
        return at_refuse(at, CME_INCORRECT_PASSWORD,
                         "it wants the PUK, and a new PIN of 4 to 8 digits");
    return sim_enter_puk(modem, args->list[0].text, args->list[1].text) ? AT_OK
                                                                        : refuse_password(at);
}

static enum at_status set_pin(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);

    switch ((enum tlsmodem_sim)modem->sim.state) {
    case TLSMODEM_SIM_PIN:
        return sim_enter_pin(modem, args->list[0].text) ? AT_OK : refuse_password(at);
    case TLSMODEM_SIM_PUK:
        return enter_puk(at, args);
    case TLSMODEM_SIM_ABSENT:
        return refuse_absent(at);
    case TLSMODEM_SIM_READY:
        break;
    }
    return at_refuse(at, CME_NOT_ALLOWED, "the SIM wants no PIN: +CPIN: READY");
}

enum { LOCK_FACILITY, LOCK_MODE, LOCK_PASSWORD };
enum { LOCK_ASKED = 2 };

static enum at_status set_lock(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    const struct at_arg *password = &args->list[LOCK_PASSWORD];
    int32_t mode = args->list[LOCK_MODE].number;

    if (mode == LOCK_ASKED) {
        at_info(at, "+CLCK: %d", modem->sim.is_locked);
        return AT_OK;
    }
    if (!password->given || !sim_check_pin(modem, password->text))
        return refuse_password(at);
    modem->sim.is_locked = mode == 1;
    return AT_OK;
}

enum { CHANGE_FACILITY, CHANGE_OLD, CHANGE_NEW };

static enum at_status set_password(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);

    if (!modem->sim.is_locked)
        return at_refuse(at, CME_NOT_ALLOWED, "the SIM is not locked: AT+CLCK=\"SC\",1 first");
    if (!sim_is_pin(args->list[CHANGE_NEW].text))
        return at_refuse(at, CME_INCORRECT_PASSWORD, "a PIN has 4 to 8 digits");
    if (!sim_check_pin(modem, args->list[CHANGE_OLD].text))
        return refuse_password(at);
    sim_change_pin(modem, args->list[CHANGE_NEW].text);
    return AT_OK;
}

#define FACILITY                                                                                   \
    {                                                                                              \
        .name = "fac", .type = AT_STRING, .min = 2, .max = 2, .words = "SC", .values = "(\"SC\")"  \
    }
#define SECRET(text, left_out)                                                                     \
    {                                                                                              \
        .name = (text), .type = AT_STRING, .secret = true, .optional = (left_out),                 \
        .max = SIM_PIN_MAX                                                                         \
    }

static const struct at_param pin_params[] = { SECRET("pin", false), SECRET("newpin", true) };
static const struct at_param lock_params[] = {
    FACILITY,
    { .name = "mode", .max = 2 },
    SECRET("passwd", true),
    { .name = "class", .optional = true, .max = 255 },
};
static const struct at_param password_params[] = { FACILITY, SECRET("oldpwd", false),
                                                   SECRET("newpwd", false) };

static const struct at_command rows[] = {
    { .name = "+CPIN",
      .help = "PIN of the SIM, or its PUK with a new PIN.",
      .source = SHEET,
      AT_PARAMS(pin_params),
      .test_text = "",
      .set = set_pin,
      .read = read_pin },
    { .name = "+CLCK",
      .help = "Lock of the SIM: whether it wants its PIN at power-on.",
      .source = SHEET,
      AT_PARAMS(lock_params),
      .test_text = "(\"SC\")",
      .set = set_lock },
    { .name = "+CPWD",
      .help = "Changes the PIN of the SIM.",
      .source = SHEET,
      AT_PARAMS(password_params),
      .test_text = "(\"SC\",8)",
      .set = set_password },
};
const struct at_commands common_sim = AT_GENERAL_COMMANDS(rows);
