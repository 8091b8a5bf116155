/* online.c: what sending costs a modem that is online: online PORT CA COUNT
 * [laboratory].
 *
 * Sends COUNT times 1,000 bytes through a secure socket in online mode to peer.c, which reads them.
 * Prints nothing: it is for valgrind, which counts.  `bare send` is what it is compared with.
 * With `laboratory` its modem has one, in which nothing happens.
 */
#include "request.h"
#include "rig.h"
#include "tool.h"

#include <stdio.h>
#include <string.h>

enum { PIECE_BYTES = 1000 };

static const struct rig_step go_online[] = {
    { "AT#SSLCFG=1,1,0,0,100,50\r", "\r\nOK\r\n" },
    { "AT#SSLD=1,%T,\"127.0.0.1\",0,0\r", "\r\nCONNECT\r\n" },
    { NULL, NULL },
};

static void type(struct rig_modem *modem, const char *text)
{
    if (!memory_host_type(&modem->host, text))
        fail("online: what was typed was not taken: the server is too slow");
    uv_run(&modem->rig->world.loop.uv, UV_RUN_NOWAIT);
}

static void send_pieces(struct rig_modem *modem, uint64_t count)
{
    char request[REQUEST_BYTES + 1] = "", piece[PIECE_BYTES + 1];

    request_print(&(struct request){ REQUEST_SINK, count * PIECE_BYTES }, request);
    type(modem, request);
    memset(piece, 'x', PIECE_BYTES);
    piece[PIECE_BYTES] = '\0';
    for (uint64_t i = 0; i < count; i++)
        type(modem, piece);
}

int main(int argc, char **argv)
{
    static struct rig rig;
    static struct rig_modem modem;
    struct rig_servers servers = { 0 };

    rig.laboratory = argc == 5 && strcmp(argv[4], "laboratory") == 0;
    if (argc != 4 && !rig.laboratory)
        fail("usage: online PORT CA COUNT [laboratory]");
    servers.tls = port_of(argv[1]);
    servers.ca = text_of_file(argv[2]);
    rig_open(&rig);
    rig_modem_open(&rig, rig_model_of("he910"), &modem);
    rig_take(&modem, 1, modem.model->prepare, &servers);
    rig_take(&modem, 1, go_online, &servers);
    send_pieces(&modem, count_of(argv[3]));
    rig_modem_close(&modem);
    rig_close(&rig);
    return 0;
}
