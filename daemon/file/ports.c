/* ports.c: a modem's `ports:`. */
#include "file/ports.h"

#include "file/door.h"
#include "plan/port_options.h"

#include <inttypes.h>

enum { WHY_CAP = 500, PORT_MAX = 65535 };

typedef bool read_fn(const char *name, const char *value, struct port_spec *ret_spec,
                     struct text *error);

/* One entry of `ports:`, with the one key that it has. */
struct reading {
    const struct file_subject *subject;
    const struct file_node *entry;
    const struct file_node *node; /* of the key that says the kind */
    struct port_spec spec;
};

static bool take_value(struct reading *reading, const char *value, read_fn *read)
{
    char memory[WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (read(reading->node->key, value, &reading->spec, &why))
        return true;
    file_subject_line(reading->subject, reading->node, memory);
    return false;
}

static bool take_path(struct reading *reading, const char *value, read_fn *read)
{
    const char *path = file_subject_path(reading->subject, reading->node, value);

    return path != NULL && take_value(reading, path, read);
}

/* "127.0.0.1:20000+": the port's number and ${n}. */
static bool add_number(struct reading *reading, char *value, read_fn *read)
{
    size_t len = strlen(value);
    uint32_t n = file_subject_number(reading->subject);
    bool counts = len > 0 && value[len - 1] == '+';

    if (counts)
        value[len - 1] = '\0';
    if (!take_value(reading, value, read))
        return false;
    if (!counts)
        return true;
    if (reading->spec.tcp_port == 0 || n > (uint32_t)(PORT_MAX - reading->spec.tcp_port)) {
        file_subject_wrong(reading->subject, reading->node,
                           "port %u and modem %" PRIu32 " make no port; allowed: 1 to %d in all",
                           reading->spec.tcp_port, n, PORT_MAX);
        return false;
    }
    reading->spec.tcp_port = (uint16_t)(reading->spec.tcp_port + n);
    return true;
}

static bool take_tcp(struct reading *reading, const char *pattern, read_fn *read)
{
    const char *filled = file_subject_fill(reading->subject, reading->node, pattern);
    char value[FILE_TEXT_MAX + 1], memory[WHY_CAP];
    struct text why;

    if (filled == NULL)
        return false;
    strcpy(value, filled);
    if (!add_number(reading, value, read))
        return false;
    if (reading->spec.kind == PORT_TCP_TLS &&
        !file_door(reading->subject, reading->entry, reading->node, &reading->spec.tls))
        return false;
    text_init(&why, memory, sizeof(memory));
    if (port_option_check_reach(&reading->spec, reading->subject->settings->allow_remote, &why))
        return true;
    file_subject_wrong(reading->subject, reading->node, "%s", memory);
    return false;
}

/* One listener for all: there is no number to add. */
static bool take_tcp_each(struct reading *reading, const char *pattern)
{
    size_t len = strlen(pattern);

    if (len > 0 && pattern[len - 1] == '+') {
        file_subject_wrong(
            reading->subject, reading->node,
            "all modems of the entry share one port; allowed: [HOST:]PORT without +");
        return false;
    }
    return take_tcp(reading, pattern, port_option_tcp);
}

/* A file is a service's, which waits for its devices; who types the command line mistypes. */
static bool take_uart(struct reading *reading, const char *value)
{
    bool good = take_path(reading, value, port_option_uart);

    reading->spec.awaits = true;
    return good;
}

static bool take_stdio(struct reading *reading, bool is_asked)
{
    if (is_asked)
        return take_value(reading, "", port_option_stdio);
    file_subject_wrong(reading->subject, reading->node, "it is no port then; allowed: true");
    return false;
}

/* One key says what it is; those of files may stand beside tcp-tls. */
static bool find_kind(struct reading *reading)
{
    const struct file_node *wrong = reading->entry, *file = NULL;
    size_t count = 0;

    for (const struct file_node *node = reading->entry->first; node != NULL; node = node->next) {
        if (file_door_has_key(node->key)) {
            file = node;
            continue;
        }
        count++;
        if (count == 1)
            reading->node = node;
        else if (count == 2)
            wrong = node;
    }
    if (count != 1) {
        file_subject_wrong(reading->subject, wrong,
                           "an entry of ports has %zu kinds of port; allowed: one, of pty, unix, "
                           "tcp, tcp-each, uart, rfc2217, tcp-tls, stdio",
                           count);
        return false;
    }
    if (file == NULL || strcmp(reading->node->key, "tcp-tls") == 0)
        return true;
    file_subject_wrong(reading->subject, file, "%s has no such file; allowed: beside tcp-tls",
                       reading->node->key);
    return false;
}

static bool take_entry(struct reading *reading, const struct file_port *port)
{
    if (!find_kind(reading))
        return false;
    if (port->pty != NULL && strcmp(port->pty, "auto") == 0)
        return take_value(reading, port->pty, port_option_pty);
    if (port->pty != NULL)
        return take_path(reading, port->pty, port_option_pty);
    if (port->unix_path != NULL)
        return take_path(reading, port->unix_path, port_option_unix);
    if (port->uart != NULL)
        return take_uart(reading, port->uart);
    if (port->stdio != NULL)
        return take_stdio(reading, *port->stdio);
    if (port->rfc2217 != NULL)
        return take_tcp(reading, port->rfc2217, port_option_rfc2217);
    if (port->tcp_tls != NULL)
        return take_tcp(reading, port->tcp_tls, port_option_tls);
    return port->tcp != NULL ? take_tcp(reading, port->tcp, port_option_tcp)
                             : take_tcp_each(reading, port->tcp_each);
}

/* A pool's listener gives its modems their only port. */
static bool check_alone(const struct file_subject *subject, const struct file_modem *modem,
                        const struct file_node *list)
{
    const struct file_node *entry = list->first;

    for (uint32_t i = 0; i < modem->ports_count && modem->ports_count > 1; i++) {
        if (modem->ports[i].tcp_each != NULL) {
            file_subject_wrong(subject, entry->first,
                               "there are other ports; allowed: tcp-each alone");
            return false;
        }
        entry = entry->next;
    }
    return true;
}

static bool take_list(struct reading *reading, const struct file_modem *modem,
                      const struct file_node *list, struct file_port_places *ret_places)
{
    struct modem_plan *plan = reading->subject->plan;
    const struct file_node *entry = list->first;
    bool good = true;

    plan->ports =
        file_subject_memory(reading->subject, modem->ports_count * sizeof(plan->ports[0]));
    if (plan->ports == NULL)
        return false;
    for (uint32_t i = 0; i < modem->ports_count; i++, entry = entry->next) {
        reading->entry = entry;
        if (!take_entry(reading, &modem->ports[i])) {
            good = false;
            continue;
        }
        ret_places->list[plan->port_count] = reading->node;
        plan->ports[plan->port_count++] = reading->spec;
    }
    return good;
}

bool file_ports(const struct file_subject *subject, struct file_port_places *ret_places,
                struct port_spec *ret_pool)
{
    struct reading reading = { .subject = subject };
    const struct file_node *list;
    const struct file_layer *layer = file_layer_with(subject->layers, "ports", &list);

    *ret_pool = (struct port_spec){ .kind = PORT_STDIO };
    if (layer == NULL) {
        file_report_add(subject->report, &subject->layers->node->place,
                        "ports: a modem needs some, or a host; allowed: a list of pty, unix, tcp, "
                        "tcp-each, uart, rfc2217, tcp-tls, stdio; or host: NAME");
        return false;
    }
    if (!check_alone(subject, layer->modem, list) ||
        !take_list(&reading, layer->modem, list, ret_places))
        return false;
    if (layer->modem->ports[0].tcp_each != NULL) {
        *ret_pool = subject->plan->ports[0];
        subject->plan->port_count = 0;
    }
    return true;
}
