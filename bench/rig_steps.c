/* rig_steps.c: see rig_steps.h. */
#include "rig_steps.h"

#include "tool.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static int put_value(char *out, size_t cap, char name, const struct rig_servers *servers)
{
    switch (name) {
    case 'T':
        return snprintf(out, cap, "%u", (unsigned)servers->tls);
    case 'H':
        return snprintf(out, cap, "%u", (unsigned)servers->http);
    case 'F':
        return snprintf(out, cap, "%u", (unsigned)servers->ftp);
    case 'M':
        return snprintf(out, cap, "%u", (unsigned)servers->mail);
    case 'L':
        return snprintf(out, cap, "%zu", strlen(servers->ca));
    case 'C':
        return snprintf(out, cap, "%s", servers->ca);
    default:
        fail("no value %%%c", name);
    }
}

void rig_fill_in(char text[RIG_TEXT_MAX], const char *form, const struct rig_servers *servers)
{
    size_t len = 0;

    for (; *form != '\0' && len + 1 < RIG_TEXT_MAX; form++) {
        if (*form == '%')
            len += (size_t)put_value(text + len, RIG_TEXT_MAX - len, *++form, servers);
        else
            text[len++] = *form;
    }
    if (len >= RIG_TEXT_MAX)
        fail("%s is too long with its values", form);
    text[len] = '\0';
}
