/* serial_format.c: see serial_format.h. */
#include "posix/serial_format.h"

#include "posix/uart_rate.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

static const struct {
    uint8_t bits;
    tcflag_t flag;
} sizes[] = { { 5, CS5 }, { 6, CS6 }, { 7, CS7 }, { 8, CS8 } };

/* Mark and space are not everywhere. */
#ifndef CMSPAR
#define CMSPAR 0
#endif

static const struct {
    char parity;
    tcflag_t flags;
} parities[] = { { 'N', 0 },
                 { 'E', PARENB },
                 { 'O', PARENB | PARODD },
                 { 'S', PARENB | CMSPAR },
                 { 'M', PARENB | PARODD | CMSPAR } };

static const tcflag_t parity_flags = PARENB | PARODD | CMSPAR;

/* With what nobody has said as lines are everywhere. */
static struct serial_format whole(const struct serial_format *format)
{
    struct serial_format all = *format;

    all.data_bits = all.data_bits != 0 ? all.data_bits : 8;
    all.parity = all.parity != '\0' ? all.parity : 'N';
    all.stop_bits = all.stop_bits != 0 ? all.stop_bits : 1;
    return all;
}

bool serial_format_equal(const struct serial_format *a, const struct serial_format *b)
{
    struct serial_format left = whole(a), right = whole(b);

    return left.baud == right.baud && left.data_bits == right.data_bits &&
           left.parity == right.parity && left.stop_bits == right.stop_bits &&
           left.rtscts == right.rtscts && left.xon_out == right.xon_out &&
           left.xon_in == right.xon_in;
}

struct serial_format serial_format_merge(const struct serial_format *base,
                                         const struct serial_format *told)
{
    struct serial_format merged = *told;

    merged.baud = told->baud != 0 ? told->baud : base->baud;
    merged.data_bits = told->data_bits != 0 ? told->data_bits : base->data_bits;
    merged.parity = told->parity != '\0' ? told->parity : base->parity;
    merged.stop_bits = told->stop_bits != 0 ? told->stop_bits : base->stop_bits;
    return merged;
}

static bool put_frame(const struct serial_format *format, struct termios *settings)
{
    bool has_size = false, has_parity = false;

    settings->c_cflag &= ~((tcflag_t)CSIZE | parity_flags | CSTOPB);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (sizes[i].bits != format->data_bits)
            continue;
        settings->c_cflag |= sizes[i].flag;
        has_size = true;
    }
    for (size_t i = 0; i < sizeof(parities) / sizeof(parities[0]); i++) {
        if (parities[i].parity != format->parity)
            continue;
        settings->c_cflag |= parities[i].flags;
        has_parity = true;
    }
    if (format->stop_bits == 2)
        settings->c_cflag |= CSTOPB;
    return has_size && has_parity;
}

bool serial_format_put(const struct serial_format *format, struct termios *settings)
{
    struct serial_format all = whole(format);
    speed_t code;

    if (all.baud != 0) {
        if (!uart_rate_code(all.baud, &code))
            return false;
        cfsetispeed(settings, code);
        cfsetospeed(settings, code);
    }
    settings->c_cflag &= ~(tcflag_t)CRTSCTS;
    settings->c_iflag &= ~(tcflag_t)(IXON | IXOFF | IXANY);
    settings->c_cflag |= all.rtscts ? CRTSCTS : 0;
    settings->c_iflag |= (tcflag_t)(all.xon_out ? IXON : 0) | (tcflag_t)(all.xon_in ? IXOFF : 0);
    return put_frame(&all, settings);
}

static uint32_t baud_of(const struct termios *settings)
{
    speed_t code;

    for (size_t i = 0; uart_rate_at(i) != 0; i++) {
        if (uart_rate_code(uart_rate_at(i), &code) && code == cfgetospeed(settings))
            return uart_rate_at(i);
    }
    return 0;
}

struct serial_format serial_format_of(const struct termios *settings)
{
    struct serial_format format = { .baud = baud_of(settings) };

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if ((settings->c_cflag & CSIZE) == sizes[i].flag)
            format.data_bits = sizes[i].bits;
    }
    format.parity = 'N'; /* the others say nothing without PARENB */
    for (size_t i = 0; i < sizeof(parities) / sizeof(parities[0]); i++) {
        if ((settings->c_cflag & PARENB) != 0 &&
            (settings->c_cflag & parity_flags) == parities[i].flags)
            format.parity = parities[i].parity;
    }
    format.stop_bits = (settings->c_cflag & CSTOPB) != 0 ? 2 : 1;
    format.rtscts = (settings->c_cflag & CRTSCTS) != 0;
    format.xon_out = (settings->c_iflag & IXON) != 0;
    format.xon_in = (settings->c_iflag & IXOFF) != 0;
    return format;
}

void serial_format_write(const struct serial_format *format, char ret_text[SERIAL_FORMAT_CAP])
{
    struct serial_format all = whole(format);
    bool xon = all.xon_out || all.xon_in;

    (void)snprintf(ret_text, SERIAL_FORMAT_CAP, "%" PRIu32 " %u%c%u%s%s", all.baud,
                   (unsigned)all.data_bits, all.parity, (unsigned)all.stop_bits,
                   all.rtscts ? " rtscts" : "", xon ? " xonxoff" : "");
}
