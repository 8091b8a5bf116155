/* routes.h: the table of what the control port is asked; the server, the page for programs and
 * `tlsmodem ctl` have it from here. */
#ifndef CONTROL_ROUTES_H
#define CONTROL_ROUTES_H

#include "control/call.h"

enum { ROUTE_PATH_CAP = 80, ROUTE_ANSWERS_MAX = 6 };

/* What a call's body is. */
enum route_body {
    ROUTE_NO_BODY,
    ROUTE_SETTINGS, /* as calls_modem_change() has it */
    ROUTE_MODEM,    /* one of a file */
    ROUTE_ACT,      /* the values of the act */
    ROUTE_LINK,     /* as calls_trouble_set_link() has it */
    ROUTE_FAULT     /* as calls_trouble_add() has it */
};

struct route {
    const char *method;
    char path[ROUTE_PATH_CAP]; /* with {name} in it where it is for one modem */
    const char *summary;
    enum route_body body;
    void (*answer)(struct call *call);
    const struct lab_act *act; /* NULL: none */
    const char *argument;      /* behind the ?, may lack; NULL: none */
    const char *argument_means;
    unsigned answers[ROUTE_ANSWERS_MAX]; /* status codes of its own; 0 behind the last */
};

/* False past the last. */
bool route_at(size_t index, struct route *ret_route);

/* The route of an address, and the name that is in it.  False: there is none; then, where others
 * methods have one, `ret_allow` (of `cap` bytes) lists them, else it is empty. */
bool route_find(const char *method, const char *path, struct route *ret_route,
                char ret_name[CALL_NAME_CAP], char *ret_allow, size_t cap);

#endif
