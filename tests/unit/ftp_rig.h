/* ftp_rig.h: the FTP client in a scripted world: a server that is told each reply. */
#ifndef FTP_RIG_H
#define FTP_RIG_H

#include "base/text.h"
#include "check.h"
#include "service_rig.h"
#include "services/ftp.h"

enum {
    FTP_RIG_PORT = 21,
    FTP_RIG_DATA_PORT = 4001,
    FTP_RIG_TIMEOUT_MS = 10000,
    FTP_RIG_TOTAL_MS = 35000
};

/* What "227" says for FTP_RIG_DATA_PORT on the server's address. */
#define FTP_RIG_PASSIVE "227 ok (10,0,0,7,15,161)\r\n"

enum { FTP_RIG_RECEIVED = 64 };

struct ftp_rig {
    struct service_rig rig;
    struct scripted_peer *server, *data;
    struct ftp ftp;
    char said_memory[400];
    struct text said; /* what happened: "started ", "done:0 ", "lost:11 " */
    int done_code;    /* of the server's reply that was the last when on_done() came */
    struct byte_queue got;
    bool reads; /* a download is read at once */
};

/* One line of the client, and what the server says to it. */
struct ftp_exchange {
    const char *gets, *says;
};

void ftp_rig_init(struct ftp_rig *rig);
void ftp_rig_deinit(struct ftp_rig *rig);

/* Starts to open a session of user "u", password "p". */
void ftp_rig_dial(struct ftp_rig *rig, bool secure, bool passive, bool ignore_private);
void ftp_rig_play(struct ftp_rig *rig, const struct ftp_exchange *exchanges, size_t count);
/* Both, plain, up to "done:0". */
void ftp_rig_open(struct ftp_rig *rig, bool passive);
/* The same under TLS, passive. */
void ftp_rig_open_secure(struct ftp_rig *rig);
/* Up to the 150 of a passive transfer. */
void ftp_rig_start(struct ftp_rig *rig, enum ftp_kind kind, const char *line);

/* Fails the test unless exactly this has happened since the last call. */
void ftp_rig_expect(struct ftp_rig *rig, const char *row, const char *said);

extern const struct ftp_exchange ftp_rig_login[];
enum { FTP_RIG_LOGIN = 4 };

#endif
