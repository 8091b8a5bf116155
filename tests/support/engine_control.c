/* engine_control.c: requests that do what a laboratory does (tlsmodem_control.h). */
#include "engine_host.h"

#include "transcript/control_words.h"

#include <stdio.h>

enum { WHY_CAP = 200, TEXT_CAP = 700 };

static char why[WHY_CAP];

/* The modem; NULL, and the answer says so, when there is none. */
static struct tlsmodem *modem_of(struct host *host)
{
    if (host->world.modem == NULL)
        host_fail(host, "no modem");
    return host->world.modem;
}

static void answer(struct host *host, enum err err)
{
    if (err != ERR_OK)
        host_fail(host, why[0] != '\0' ? why : err_text(err));
}

/* A word of hexadecimal digits as a text. */
static bool read_text(struct host *host, const struct request *request, int index,
                      char text[TEXT_CAP])
{
    struct span bytes;

    if (!request_hex(request, index, &bytes) || bytes.len >= TEXT_CAP) {
        host_fail(host, "not hexadecimal, or too long");
        return false;
    }
    if (bytes.len > 0)
        memcpy(text, bytes.data, bytes.len);
    text[bytes.len] = '\0';
    return true;
}

void host_do_set(struct host *host, const struct request *request)
{
    struct tlsmodem *modem = modem_of(host);
    struct text reason;
    struct span value;

    text_init(&reason, why, sizeof(why));
    if (modem == NULL)
        return;
    if (!request_hex(request, 2, &value))
        host_fail(host, "not hexadecimal");
    else
        answer(host, control_words_set(modem, host->port, span_of(request_word(request, 1)), value,
                                       &reason));
}

void host_do_power(struct host *host, const struct request *request)
{
    struct tlsmodem *modem = modem_of(host);
    struct text reason;

    text_init(&reason, why, sizeof(why));
    if (modem != NULL)
        answer(host, control_words_power(modem, span_of(request_word(request, 1)), &reason));
}

void host_do_ring(struct host *host, const struct request *request)
{
    struct tlsmodem *modem = modem_of(host);
    char number[TEXT_CAP];

    why[0] = '\0';
    if (modem == NULL)
        return;
    if (request_is(request, 1, "end"))
        answer(host, tlsmodem_ring_end(modem));
    else if (read_text(host, request, 1, number))
        answer(host, tlsmodem_ring(modem, number[0] != '\0' ? number : NULL));
}

void host_do_message(struct host *host, const struct request *request)
{
    struct tlsmodem *modem = modem_of(host);
    char from[TEXT_CAP], text[TEXT_CAP];

    why[0] = '\0';
    if (modem != NULL && read_text(host, request, 1, from) && read_text(host, request, 2, text))
        answer(host, tlsmodem_receive_message(
                         modem, &(struct tlsmodem_message){ .from = from, .text = text }));
}

void host_do_context_lost(struct host *host, const struct request *request)
{
    struct tlsmodem *modem = modem_of(host);

    (void)request;
    why[0] = '\0';
    if (modem != NULL)
        answer(host, tlsmodem_lose_context(modem, 0));
}
