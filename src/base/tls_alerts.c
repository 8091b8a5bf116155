/* tls_alerts.c: the one table of alerts of TLS. */
#include "base/tls_alerts.h"

static const struct {
    int number;
    const char *name;
} alerts[] = {
#define TLS_ALERT_ROW(name, number, word) { number, word },
    TLS_ALERTS(TLS_ALERT_ROW)
#undef TLS_ALERT_ROW
};

enum { ALERTS = sizeof(alerts) / sizeof(alerts[0]) };

const char *tls_alert_name(int number)
{
    for (size_t i = 0; i < ALERTS; i++) {
        if (alerts[i].number == number)
            return alerts[i].name;
    }
    return NULL;
}

int tls_alert_at(size_t place)
{
    return place < ALERTS ? alerts[place].number : -1;
}
