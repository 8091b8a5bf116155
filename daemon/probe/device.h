/* device.h: the module that is asked for its facts. */
#ifndef DAEMON_PROBE_DEVICE_H
#define DAEMON_PROBE_DEVICE_H

#include "check/authority.h"
#include "posix/port.h"
#include "transcript/report.h"

/* All borrowed. */
struct probe_device {
    const struct port_spec *ports; /* of the module: the first is asked */
    size_t port_count;
    const char *module;  /* whose facts: a model's name, */
    const char *maker;   /* and who makes it */
    const char *address; /* where it reaches this machine; NULL: nowhere, and nothing is asked that
                          * needs that */
    const char *host;    /* by which name it finds it there; NULL: none is known */
    const char *apn;     /* ${apn} */
    struct test_authority *authority;
};

enum { PROBE_LINE_MAX = 200 };

/* Has the module listen to command lines, out of whatever it was in, and types the maker's lines
 * `before`.  False: it does not answer, or its port is gone; `why` says which. */
bool probe_device_reset(const struct probe_device *device, struct report *why);

/* Has it listen to command lines, out of whatever it is in, and leaves all else.  As above. */
bool probe_device_wake(const struct probe_device *device, struct report *why);

/* Waits until a module that restarts, or has gone astray, listens to command lines again: up to
 * `limit_ms`, of which its device may be gone for half a minute.  False: it does not; `why` says
 * so. */
bool probe_device_await(const struct probe_device *device, int64_t limit_ms, struct report *why);

/* The same of a module that has been told to restart: it is waited for, too, that it is off. */
bool probe_device_await_restart(const struct probe_device *device, struct report *why);

/* The first information line that it answers a command line with, at most PROBE_LINE_MAX bytes;
 * empty where there is none.  Like probe_device_reset(). */
bool probe_device_ask(const struct probe_device *device, const char *command,
                      char ret_line[PROBE_LINE_MAX + 1], struct report *why);

#endif
