/* modem_json.c: see modem_json.h.  Names are those that a change takes, where there is one. */
#include "control/modem_json.h"

#include "laboratory/setting.h"
#include "tlsmodem_control.h"

#include <string.h>
#include <time.h>

enum { TIME_CAP = 40, MINUTES_IN_QUARTER = 15, S_IN_QUARTER = 900, MINUTES_IN_HOUR = 60 };

/* The word of a setting's value. */
static json_t *word_of(const char *setting, int value)
{
    return json_string(lab_setting_find(span_of(setting))->words[value]);
}

/* Local time, with its distance from UTC. */
static json_t *time_of(int64_t utc_s, int zone_quarters)
{
    time_t local = (time_t)(utc_s + (int64_t)zone_quarters * S_IN_QUARTER);
    int minutes = (zone_quarters < 0 ? -zone_quarters : zone_quarters) * MINUTES_IN_QUARTER;
    char date[TIME_CAP];
    struct tm tm;

    if (gmtime_r(&local, &tm) == NULL)
        return json_null();
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    if (zone_quarters == 0)
        return json_sprintf("%sZ", date);
    return json_sprintf("%s%c%02d:%02d", date, zone_quarters < 0 ? '-' : '+',
                        minutes / MINUTES_IN_HOUR, minutes % MINUTES_IN_HOUR);
}

static json_t *contexts_of(unsigned contexts)
{
    json_t *list = json_array();

    for (int cid = 1; contexts != 0; cid++, contexts >>= 1) {
        if ((contexts & 1) != 0)
            json_array_append_new(list, json_integer(cid));
    }
    return list;
}

static json_t *call_of(const struct tlsmodem_status *status)
{
    static const char *const states[] = { [TLSMODEM_CALL_NONE] = "none",
                                          [TLSMODEM_CALL_RINGS] = "rings",
                                          [TLSMODEM_CALL_ANSWERED] = "answered" };
    json_t *json = json_object();

    json_object_set_new(json, "state", json_string(states[status->call]));
    if (status->caller != NULL)
        json_object_set_new(json, "caller", json_string(status->caller));
    return json;
}

static void add_status(json_t *json, const struct tlsmodem_status *status)
{
    json_object_set_new(json, "on", json_boolean(status->on));
    json_object_set_new(json, "registered", json_boolean(status->registered));
    json_object_set_new(json, "registration", word_of("registration", (int)status->registration));
    json_object_set_new(json, "signal", json_integer(status->signal));
    json_object_set_new(json, "operator", json_string(status->operator_name));
    json_object_set_new(json, "operator-code", json_string(status->operator_code));
    json_object_set_new(json, "area-code", json_integer(status->area_code));
    json_object_set_new(json, "cell", json_integer(status->cell));
    json_object_set_new(json, "sim", word_of("sim", (int)status->sim));
    json_object_set_new(json, "attached", json_boolean(status->attached));
    json_object_set_new(json, "contexts", contexts_of(status->contexts));
    json_object_set_new(json, "call", call_of(status));
    json_object_set_new(json, "messages", json_integer((json_int_t)status->messages));
    json_object_set_new(json, "unread", json_integer((json_int_t)status->unread));
    json_object_set_new(json, "clock", time_of(status->utc_s, status->zone_quarters));
}

struct look {
    json_t *json;
    const struct hand *hand;
    size_t ports;
};

/* In the modem's thread. */
static void look_at(void *ctx, size_t index, struct runtime_modem *modem)
{
    const struct look *look = ctx;
    struct tlsmodem *engine = runtime_modem_engine(modem);
    json_t *list = json_array();
    struct tlsmodem_status status;
    const char *link;

    (void)index;
    tlsmodem_get_status(engine, &status);
    add_status(look->json, &status);
    link = hand_link(look->hand, engine);
    json_object_set_new(look->json, "link", link != NULL ? json_string(link) : json_null());
    for (size_t port = 0; port < look->ports; port++) {
        unsigned lines = tlsmodem_circuits(engine, port);
        json_t *one = json_object();

        json_object_set_new(one, "dtr", json_boolean((lines & LINE_DTR) != 0));
        json_object_set_new(one, "dcd", json_boolean((lines & LINE_DCD) != 0));
        json_object_set_new(one, "dsr", json_boolean((lines & LINE_DSR) != 0));
        json_object_set_new(one, "ri", json_boolean((lines & LINE_RI) != 0));
        json_array_append_new(list, one);
    }
    json_object_set_new(look->json, "ports", list);
}

static const struct tlsmodem_model *model_named(const char *name)
{
    size_t index = 0;

    while (strcmp(tlsmodem_model_at(index)->name, name) != 0)
        index++;
    return tlsmodem_model_at(index);
}

json_t *modem_json(const struct house *house, const struct house_modem *modem)
{
    const struct tlsmodem_model *model = model_named(modem->model);
    struct look look = { json_object(), modem->hand, modem->ports };
    json_t *one;
    size_t port;

    json_object_set_new(look.json, "name", json_string(modem->name));
    json_object_set_new(look.json, "module", json_string(model->name));
    json_object_set_new(look.json, "maker", json_string(model->maker));
    json_object_set_new(look.json, "product", json_string(model->product));
    fleet_visit_one(house->fleet, modem->index, look_at, &look);
    json_array_foreach(json_object_get(look.json, "ports"), port, one)
    {
        json_object_set_new(one, "port", json_integer((json_int_t)port + 1));
        json_object_set_new(one, "place",
                            json_string(fleet_port_label(house->fleet, modem->index, port)));
    }
    return look.json;
}
