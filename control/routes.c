/* routes.c: see routes.h. */
#include "control/routes.h"

#include "control/calls_fleet.h"
#include "control/calls_modem.h"
#include "control/calls_trouble.h"

#include <stdio.h>
#include <string.h>

#define PATH_OF_MODEM "/v1/modems/{name}"

/* Acts follow, from their own table. */
static const struct route fixed[] = {
    { "GET",
      "/v1/modems",
      "All modems, as they are.",
      ROUTE_NO_BODY,
      calls_fleet_list,
      NULL,
      NULL,
      NULL,
      { 200 } },
    { "POST",
      "/v1/modems",
      "Opens one more modem, as a file has it.",
      ROUTE_MODEM,
      calls_fleet_add,
      NULL,
      NULL,
      NULL,
      { 201, 400, 409 } },
    { "POST",
      "/v1/reset",
      "Gives each modem the network, the SIM, the power and the link that it had before the first "
      "call, and removes faults.",
      ROUTE_NO_BODY,
      calls_fleet_reset,
      NULL,
      NULL,
      NULL,
      { 200 } },
    { "GET",
      "/v1/events",
      "Entries of the journals as they are made: server-sent events of the type journal.",
      ROUTE_NO_BODY,
      calls_modem_events,
      NULL,
      "modem",
      "the one modem whose events are wanted",
      { 200, 404, 503 } },
    { "GET",
      PATH_OF_MODEM,
      "The modem, as it is.",
      ROUTE_NO_BODY,
      calls_modem_show,
      NULL,
      NULL,
      NULL,
      { 200, 404 } },
    { "PATCH",
      PATH_OF_MODEM,
      "Changes what the modem finds: network, SIM, clock, circuits; returns when its host has been "
      "told.",
      ROUTE_SETTINGS,
      calls_modem_change,
      NULL,
      NULL,
      NULL,
      { 200, 400, 404, 409 } },
    { "DELETE",
      PATH_OF_MODEM,
      "Closes the modem; what it stores stays.",
      ROUTE_NO_BODY,
      calls_fleet_remove,
      NULL,
      NULL,
      NULL,
      { 200, 404, 409 } },
    { "GET",
      PATH_OF_MODEM "/journal",
      "What happened, in order: commands, answers, sockets, TLS, messages, calls of this port.",
      ROUTE_NO_BODY,
      calls_modem_journal,
      NULL,
      "after",
      "a number: only entries behind that one",
      { 200, 400, 404 } },
    { "PUT",
      PATH_OF_MODEM "/link",
      "Puts the modem behind this radio from now on.",
      ROUTE_LINK,
      calls_trouble_set_link,
      NULL,
      NULL,
      NULL,
      { 200, 400, 404 } },
    { "DELETE",
      PATH_OF_MODEM "/link",
      "Puts it behind none.",
      ROUTE_NO_BODY,
      calls_trouble_clear_link,
      NULL,
      NULL,
      NULL,
      { 200, 404 } },
    { "GET",
      PATH_OF_MODEM "/faults",
      "The faults there are, and what they have struck.",
      ROUTE_NO_BODY,
      calls_trouble_list,
      NULL,
      NULL,
      NULL,
      { 200, 404 } },
    { "POST",
      PATH_OF_MODEM "/faults",
      "Adds a fault, which strikes from now on.",
      ROUTE_FAULT,
      calls_trouble_add,
      NULL,
      NULL,
      NULL,
      { 201, 400, 404, 409 } },
    { "DELETE",
      PATH_OF_MODEM "/faults",
      "Removes all faults, or one.",
      ROUTE_NO_BODY,
      calls_trouble_remove,
      NULL,
      "number",
      "of the one that is removed",
      { 200, 400, 404 } },
};

enum { FIXED = sizeof(fixed) / sizeof(fixed[0]) };

bool route_at(size_t index, struct route *ret_route)
{
    const struct lab_act *act;

    if (index < FIXED) {
        *ret_route = fixed[index];
        return true;
    }
    act = lab_act_at(index - FIXED);
    if (act == NULL)
        return false;
    *ret_route = (struct route){ .method = "POST",
                                 .summary = "Does this to the modem, once; returns when its host "
                                            "has been told.",
                                 .body = act->value_count > 0 ? ROUTE_ACT : ROUTE_NO_BODY,
                                 .answer = calls_modem_act,
                                 .act = act,
                                 .answers = { 200, 400, 404, 409 } };
    snprintf(ret_route->path, ROUTE_PATH_CAP, PATH_OF_MODEM "/%s", act->name);
    return true;
}

/* What stands for {name}; false: the path is another. */
static bool fits(const struct route *route, const char *path, char ret_name[CALL_NAME_CAP])
{
    static const char mark[] = "{name}";
    const char *at = strstr(route->path, mark);
    size_t before = at != NULL ? (size_t)(at - route->path) : 0, len = strlen(path), behind;

    ret_name[0] = '\0';
    if (at == NULL)
        return strcmp(route->path, path) == 0;
    behind = strlen(at + strlen(mark));
    if (len <= before + behind || len - before - behind >= CALL_NAME_CAP ||
        strncmp(path, route->path, before) != 0 ||
        strcmp(path + len - behind, at + strlen(mark)) != 0)
        return false;
    memcpy(ret_name, path + before, len - before - behind);
    ret_name[len - before - behind] = '\0';
    return true;
}

/* The name of a modem itself fits all that is behind it, so the longest path counts. */
static size_t longest(const char *path)
{
    char name[CALL_NAME_CAP];
    struct route route;
    size_t best = 0;

    for (size_t i = 0; route_at(i, &route); i++) {
        if (fits(&route, path, name) && strlen(route.path) > best)
            best = strlen(route.path);
    }
    return best;
}

bool route_find(const char *method, const char *path, struct route *ret_route,
                char ret_name[CALL_NAME_CAP], char *ret_allow, size_t cap)
{
    size_t len = longest(path);
    struct text allow;

    text_init(&allow, ret_allow, cap);
    for (size_t i = 0; len > 0 && route_at(i, ret_route); i++) {
        if (strlen(ret_route->path) != len || !fits(ret_route, path, ret_name))
            continue;
        if (strcmp(ret_route->method, method) == 0)
            return true;
        text_add(&allow, "%s%s%s", allow.len > 0 ? ", " : "", ret_route->method,
                 strcmp(ret_route->method, "GET") == 0 ? ", HEAD" : "");
    }
    return false;
}
