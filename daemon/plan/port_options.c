/* port_options.c: ports, as the command line or a file gives them. */
#include "plan/port_options.h"

#include "base/letters.h"
#include "base/number.h"
#include "posix/tcp_address.h"
#include "posix/uart_rate.h"

#include <assert.h>
#include <string.h>

enum { TCP_PORT_MAX = 65535, BAUD_PRESET = 115200 };

/* Copies a path or an address; false when it is none or too long. */
static bool set_where(struct port_spec *spec, const char *name, struct span where,
                      struct text *error)
{
    if (where.len == 0 || where.len >= sizeof(spec->where)) {
        text_add(error,
                 "%s: \"%.*s\" is wrong because it has %zu bytes; allowed: a path of 1 to %d bytes",
                 name, (int)where.len, (const char *)where.data, where.len, PORT_WHERE_CAP - 1);
        return false;
    }
    memcpy(spec->where, where.data, where.len);
    spec->where[where.len] = '\0';
    return true;
}

bool port_option_pty(const char *name, const char *value, struct port_spec *ret_spec,
                     struct text *error)
{
    *ret_spec = (struct port_spec){ .kind = PORT_PTY };
    if (strcmp(value, "auto") == 0)
        return true;
    return set_where(ret_spec, name, span_of(value), error);
}

bool port_option_unix(const char *name, const char *value, struct port_spec *ret_spec,
                      struct text *error)
{
    *ret_spec = (struct port_spec){ .kind = PORT_UNIX };
    return set_where(ret_spec, name, span_of(value), error);
}

bool port_option_stdio(const char *name, const char *value, struct port_spec *ret_spec,
                       struct text *error)
{
    (void)name;
    (void)value;
    (void)error;
    *ret_spec = (struct port_spec){ .kind = PORT_STDIO };
    return true;
}

/* Parts "HOST:PORT" or "PORT" at the last colon outside brackets. */
static void split_tcp(const char *value, struct span *ret_host, struct span *ret_port)
{
    const char *colon = strrchr(value, ':');
    const char *port = colon != NULL ? colon + 1 : value;

    *ret_port = span_of(port);
    *ret_host = span_at(value, colon != NULL ? (size_t)(colon - value) : 0);
    if (colon == NULL)
        *ret_host = span_of("127.0.0.1");
}

/* An IPv6 address stands in brackets here, as its colons would be taken for the port's. */
static bool plain_host(struct span host, struct span *ret_plain)
{
    bool colons = host.len > 0 && memchr(host.data, ':', host.len) != NULL;
    bool brackets = host.len > 2 && host.data[0] == '[' && host.data[host.len - 1] == ']';

    if (span_equal(host, span_of("localhost")))
        host = span_of("127.0.0.1");
    else if (brackets)
        host = span_at(host.data + 1, host.len - 2);
    *ret_plain = host;
    return colons == brackets;
}

/* `min` is the first port that is allowed, `more` what is allowed besides, in words. */
static bool read_tcp(const char *name, const char *value, int min, const char *more,
                     struct port_spec *ret_spec, struct text *error)
{
    struct span host, port, plain;
    int32_t number;

    *ret_spec = (struct port_spec){ .kind = PORT_TCP };
    split_tcp(value, &host, &port);
    if (!number_parse(port, &number) || number > TCP_PORT_MAX) {
        text_add(error,
                 "%s: \"%s\" is wrong because it has no port; allowed: [HOST:]PORT with PORT from "
                 "%d to %d%s",
                 name, value, min, TCP_PORT_MAX, more);
        return false;
    }
    if (!plain_host(host, &plain) || plain.len >= sizeof(ret_spec->where))
        plain.len = 0;
    if (plain.len > 0)
        memcpy(ret_spec->where, plain.data, plain.len);
    if (!tcp_address_is_valid(ret_spec->where)) {
        text_add(error,
                 "%s: \"%s\" is wrong because \"%.*s\" is no address; allowed: an IPv4 address, an "
                 "IPv6 address in brackets, localhost%s",
                 name, value, (int)host.len, (const char *)host.data, more);
        return false;
    }
    if (number < min) {
        text_add(
            error,
            "%s: \"%s\" is wrong because nobody would know its port; allowed: [HOST:]PORT with "
            "PORT from %d to %d%s",
            name, value, min, TCP_PORT_MAX, more);
        return false;
    }
    ret_spec->tcp_port = (uint16_t)number;
    return true;
}

bool port_option_tcp(const char *name, const char *value, struct port_spec *ret_spec,
                     struct text *error)
{
    return read_tcp(name, value, 0, "", ret_spec, error);
}

bool port_option_rfc2217(const char *name, const char *value, struct port_spec *ret_spec,
                         struct text *error)
{
    bool good = port_option_tcp(name, value, ret_spec, error);

    ret_spec->kind = PORT_RFC2217;
    return good;
}

bool port_option_tcp_or_unix(const char *name, const char *value, struct port_spec *ret_spec,
                             struct text *error)
{
    static const char unix_word[] = "unix:";

    if (strncmp(value, unix_word, strlen(unix_word)) == 0)
        return port_option_unix(name, value + strlen(unix_word), ret_spec, error);
    return read_tcp(name, value, 1, ", or unix:PATH", ret_spec, error);
}

bool port_option_tls(const char *name, const char *value, struct port_spec *ret_spec,
                     struct text *error)
{
    bool good = port_option_tcp(name, value, ret_spec, error);

    ret_spec->kind = PORT_TCP_TLS;
    return good;
}

bool port_option_is_remote(const struct port_spec *spec)
{
    assert(spec != NULL);
    return port_kind_is_tcp(spec->kind) && !tcp_address_is_loopback(spec->where);
}

bool port_option_check_reach(const struct port_spec *spec, bool allow_remote, struct text *error)
{
    bool is_remote = port_option_is_remote(spec);

    if (spec->kind == PORT_TCP_TLS && (spec->tls.cert == NULL || spec->tls.key == NULL))
        text_add(error, "TLS needs a certificate of ours; allowed: with --tcp-tls-cert FILE and "
                        "--tcp-tls-key FILE, in a file cert and key");
    else if (spec->kind == PORT_TCP_TLS && is_remote && spec->tls.ca == NULL)
        text_add(error,
                 "other machines can reach %s; allowed: 127.0.0.1, [::1], or any address with "
                 "--tcp-tls-ca FILE (in a file ca), by which hosts must have a certificate",
                 spec->where);
    else if (spec->kind != PORT_TCP_TLS && is_remote && !allow_remote)
        text_add(error,
                 "other machines can reach %s; allowed: 127.0.0.1, [::1], or any address with "
                 "--allow-remote",
                 spec->where);
    else
        return true;
    return false;
}

static bool set_baud(struct port_spec *spec, const char *name, struct span word, struct text *error)
{
    int32_t number;
    speed_t code;

    if (number_parse(word, &number) && uart_rate_code((uint32_t)number, &code)) {
        spec->line.baud = (uint32_t)number;
        return true;
    }
    text_add(error, "%s: \"%.*s\" is wrong because it is no rate; allowed:", name, (int)word.len,
             (const char *)word.data);
    for (size_t i = 0; uart_rate_at(i) != 0; i++)
        text_add(error, "%s %u", i == 0 ? "" : ",", (unsigned)uart_rate_at(i));
    return false;
}

/* "8N1": bits, parity, stop bits. */
static bool set_frame(struct serial_format *line, struct span word)
{
    if (word.len != 3 || word.data[0] < '5' || word.data[0] > '8' ||
        strchr("NEOMSneoms", word.data[1]) == NULL || word.data[1] == '\0' ||
        (word.data[2] != '1' && word.data[2] != '2'))
        return false;
    line->data_bits = (uint8_t)(word.data[0] - '0');
    line->parity = (char)letter_upper(word.data[1]);
    line->stop_bits = (uint8_t)(word.data[2] - '0');
    return true;
}

/* A word behind the rate. */
static bool set_line(struct port_spec *spec, const char *name, struct span word, struct text *error)
{
    if (span_equal(word, span_of("rtscts"))) {
        spec->line.rtscts = true;
    } else if (span_equal(word, span_of("xonxoff"))) {
        spec->line.xon_out = spec->line.xon_in = true;
    } else if (!set_frame(&spec->line, word)) {
        text_add(error,
                 "%s: \"%.*s\" is wrong because no line is set so; allowed: a frame (8N1, 7E1), "
                 "rtscts, xonxoff",
                 name, (int)word.len, (const char *)word.data);
        return false;
    }
    return true;
}

/* Up to the next comma; `left` is what stands behind it, NULL: nothing. */
static struct span next_word(const char **left)
{
    const char *at = *left;
    size_t len = strcspn(at, ",");

    *left = at[len] == ',' ? at + len + 1 : NULL;
    return span_at(at, len);
}

bool port_option_uart(const char *name, const char *value, struct port_spec *ret_spec,
                      struct text *error)
{
    const char *left = value;

    *ret_spec = (struct port_spec){ .kind = PORT_UART, .line = { .baud = BAUD_PRESET } };
    if (!set_where(ret_spec, name, next_word(&left), error))
        return false;
    if (left != NULL && !set_baud(ret_spec, name, next_word(&left), error))
        return false;
    while (left != NULL) {
        if (!set_line(ret_spec, name, next_word(&left), error))
            return false;
    }
    return true;
}
