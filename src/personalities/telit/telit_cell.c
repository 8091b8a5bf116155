/* telit_cell.c: #RFSTS and #MONI: the one cell that is there, in the words of each generation.
 *
 * Source: docs/facts/telit.md §4.3.  Who and where the modem is comes from its identity, the
 * strength from its signal; what a cell has beside that are facts.
 */
#include "personalities/telit/telit.h"

#include "base/text.h"
#include "module/identity.h"
#include "personalities/common/phone.h"

#include <string.h>

enum { SIGNAL_UNKNOWN = 99, SIGNAL_0_DBM = -113, SIGNAL_STEP_DB = 2, TENTH = 10 };

enum { MCC_DIGITS = 3, CELL_2G_MASK = 0xFFFF };

/* <SD>: registered with neither domain, one of them, or both. */
enum { DOMAIN_NONE, DOMAIN_CIRCUIT, DOMAIN_PACKET, DOMAIN_BOTH };

enum { CELL_TEXT_CAP = 320 };

static const struct tlsmodem *modem_of(const struct at_session *at)
{
    return module_of(at);
}

static int32_t fact(const struct at_session *at, int32_t id)
{
    return module_fact(modem_of(at), id);
}

static bool is_registered(const struct at_session *at)
{
    return network_is_registered(&modem_of(at)->network);
}

/* False where the strength is not known. */
static bool signal_dbm(const struct at_session *at, int *ret_dbm)
{
    int signal = identity_signal(at);

    *ret_dbm = SIGNAL_0_DBM + SIGNAL_STEP_DB * signal;
    return is_registered(at) && signal != SIGNAL_UNKNOWN;
}

/* A field that is empty when nothing is known. */
static void add_dbm(const struct at_session *at, int more_db, struct text *out)
{
    int dbm;

    if (signal_dbm(at, &dbm))
        text_add(out, "%d", dbm + more_db);
    text_add(out, ",");
}

/* Ec/Io is what is left of the strength as RSCP (3GPP TS 25.215 5.1). */
static void add_tenths(int32_t tenths, struct text *out)
{
    text_add(out, "%s%d.%d", tenths < 0 ? "-" : "", (int)(tenths < 0 ? -tenths : tenths) / TENTH,
             (int)(tenths < 0 ? -tenths : tenths) % TENTH);
}

static void add_network(const struct at_session *at, struct text *out)
{
    const char *code = identity_operator_code(at);

    if (is_registered(at))
        text_add(out, "\"%.*s %s\"", MCC_DIGITS, code, code + MCC_DIGITS);
    text_add(out, ",");
}

static void add_channel(const struct at_session *at, struct text *out)
{
    if (is_registered(at))
        text_add(out, "%d", (int)fact(at, FACT_CELL_CHANNEL));
    text_add(out, ",");
}

/* <LAC> or <TAC>, and <RAC>. */
static void add_area(const struct at_session *at, struct text *out)
{
    if (is_registered(at))
        text_add(out, "%04X,%02X,", identity_area_code(at), (unsigned)fact(at, FACT_ROUTING_AREA));
    else
        text_add(out, ",,");
}

static unsigned long cell_number(const struct at_session *at)
{
    return modem_of(at)->model->access_technology == 0 ? identity_cell(at) & CELL_2G_MASK
                                                       : identity_cell(at);
}

/* <CID>,<IMSI>,<NetNameAsc>,<SD>,: the first as wide as its kind of cell has it. */
static void add_identity(const struct at_session *at, struct text *out)
{
    const struct module_network *network = &modem_of(at)->network;
    int domain = network->attached ? DOMAIN_BOTH : DOMAIN_CIRCUIT;

    if (is_registered(at))
        text_add(out, modem_of(at)->model->access_technology == 0 ? "%04lX" : "%07lX",
                 cell_number(at));
    text_add(out, ",\"%s\",\"%s\",%d,", identity_imsi(at),
             is_registered(at) ? identity_operator_name(at) : "",
             is_registered(at) ? domain : DOMAIN_NONE);
}

/* <MM> and <RR> or <RRC>. */
static void add_states(const struct at_session *at, struct text *out)
{
    text_add(out, "%d,%d,", (int)fact(at, FACT_MOBILITY_STATE), (int)fact(at, FACT_RADIO_STATE));
}

/* ---- #RFSTS ---- */

/* <PLMN>,<ARFCN>,<RSSI>,<LAC>,<RAC>,<TXPWR>,<MM>,<RR>,<NOM>,<CID>,<IMSI>,<NetNameAsc>,<SD>,<ABND>;
 * a module that does not send has no <TXPWR>, and <NOM> is often left out. */
static void describe_2g(const struct at_session *at, struct text *out)
{
    add_network(at, out);
    add_channel(at, out);
    add_dbm(at, 0, out);
    add_area(at, out);
    text_add(out, ",");
    add_states(at, out);
    text_add(out, ",");
    add_identity(at, out);
    text_add(out, "%d", (int)fact(at, FACT_CELL_BAND));
}

/* <PLMN>,<UARFCN>,<PSC>,<Ec/Io>,<RSCP>,<RSSI>,<LAC>,<RAC>,<TXPWR>,<DRX>,<MM>,<RRC>,<NOM>,<BLER>,
 * <CID>,<IMSI>,<NetNameAsc>,<SD>,<nAST>; nothing is active, so there is neither <BLER> nor a set.
 */
static void describe_3g(const struct at_session *at, struct text *out)
{
    int32_t quality = fact(at, FACT_CELL_EC_IO_TENTHS);

    add_network(at, out);
    add_channel(at, out);
    if (is_registered(at)) {
        text_add(out, "%d,", (int)fact(at, FACT_CELL_CODE));
        add_tenths(quality, out);
        text_add(out, ",");
    } else {
        text_add(out, ",,");
    }
    add_dbm(at, (int)quality / TENTH, out);
    add_dbm(at, 0, out);
    add_area(at, out);
    text_add(out, ",%d,", (int)fact(at, FACT_CELL_DRX));
    add_states(at, out);
    text_add(out, ",,");
    add_identity(at, out);
    text_add(out, "0");
}

/* <PLMN>,<EARFCN>,<RSRP>,<RSSI>,<RSRQ>,<TAC>,<RAC>,<TXPWR>,<DRX>,<MM>,<RRC>,<CID>,<IMSI>,
 * <NetNameAsc>,<SD>,<ABND>. */
static void describe_4g(const struct at_session *at, struct text *out)
{
    int dbm;

    add_network(at, out);
    add_channel(at, out);
    add_dbm(at, COMMON_LTE_POWER_DB, out);
    add_dbm(at, 0, out);
    if (signal_dbm(at, &dbm))
        text_add(out, "%d", COMMON_LTE_QUALITY_DB);
    text_add(out, ",");
    add_area(at, out);
    text_add(out, ",%d,", (int)fact(at, FACT_CELL_DRX));
    add_states(at, out);
    add_identity(at, out);
    text_add(out, "%d", (int)fact(at, FACT_CELL_BAND));
}

static void describe(const struct at_session *at, struct text *out)
{
    uint32_t features = at_model_of(at)->features;

    if ((features & TELIT_2G) != 0)
        describe_2g(at, out);
    else if ((features & TELIT_3G) != 0)
        describe_3g(at, out);
    else
        describe_4g(at, out);
}

static enum at_status run_status(struct at_session *at)
{
    char memory[CELL_TEXT_CAP];
    struct text out;

    text_init(&out, memory, sizeof(memory));
    describe(at, &out);
    at_info(at, "#RFSTS: %s", memory);
    return AT_OK;
}

/* ---- #MONI ---- */

static void monitor_2g(const struct at_session *at, int dbm, struct text *out)
{
    text_add(out, "BSIC:%02o RxQual:0 LAC:%04X Id:%04lX ARFCN:%d PWR:%ddbm TA:0",
             (unsigned)fact(at, FACT_CELL_CODE), identity_area_code(at), cell_number(at),
             (int)fact(at, FACT_CELL_CHANNEL), dbm);
}

static void monitor_3g(const struct at_session *at, int dbm, struct text *out)
{
    int32_t quality = fact(at, FACT_CELL_EC_IO_TENTHS);

    text_add(out, "PSC:%d RSCP:%d LAC:%04X Id:%07lX EcIo:", (int)fact(at, FACT_CELL_CODE),
             dbm + (int)quality / TENTH, identity_area_code(at), cell_number(at));
    add_tenths(quality, out);
    text_add(out, " UARFCN:%d PWR:%ddbm DRX:%d", (int)fact(at, FACT_CELL_CHANNEL), dbm,
             (int)fact(at, FACT_CELL_DRX));
}

static void monitor_4g(const struct at_session *at, int dbm, struct text *out)
{
    text_add(out, "RSRP:%d RSRQ:%d TAC:%04X Id:%07lX EARFCN:%d PWR:%ddbm DRX:%d",
             dbm + COMMON_LTE_POWER_DB, COMMON_LTE_QUALITY_DB, identity_area_code(at),
             cell_number(at), (int)fact(at, FACT_CELL_CHANNEL), dbm, (int)fact(at, FACT_CELL_DRX));
}

static enum at_status run_monitor(struct at_session *at)
{
    uint32_t features = at_model_of(at)->features;
    char memory[CELL_TEXT_CAP];
    struct text out;
    int dbm;

    if (!signal_dbm(at, &dbm))
        return at_refuse(at, TELIT_NO_NETWORK, "there is no cell: +CREG: %d, +CSQ: 99",
                         network_stat(&module_of(at)->network));
    text_init(&out, memory, sizeof(memory));
    if ((features & TELIT_2G) != 0)
        monitor_2g(at, dbm, &out);
    else if ((features & TELIT_3G) != 0)
        monitor_3g(at, dbm, &out);
    else
        monitor_4g(at, dbm, &out);
    at_info(at, "#MONI: %s %s", identity_operator_name(at), memory);
    return AT_OK;
}

/* Which cell AT#MONI is to show: the serving one, there is no other. */
static enum at_status set_monitor(struct at_session *at, const struct at_args *args)
{
    (void)at;
    (void)args;
    return AT_OK;
}

static const struct at_param monitor_params[] = { { .name = "number", .max = 0 } };

static const struct at_command rows[] = {
    { .name = "#RFSTS",
      .help = "The cell: network, channel, strength, area, state, identity.",
      .source = "docs/facts/telit.md §4.3",
      .run = run_status },
    { .name = "#MONI",
      .help = "The cell in words; it has no neighbours.",
      .source = "docs/facts/telit.md §4.3",
      AT_PARAMS(monitor_params),
      .test_text = "(0,0)",
      .set = set_monitor,
      .run = run_monitor },
};
const struct at_commands telit_cell = AT_GENERAL_COMMANDS(rows);
