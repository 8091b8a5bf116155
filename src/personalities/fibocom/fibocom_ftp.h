/* fibocom_ftp.h: the one FTP session of a module. */
#ifndef FIBOCOM_FTP_H
#define FIBOCOM_FTP_H

#include "at/session.h"
#include "personalities/fibocom/fibocom_http.h"
#include "services/ftp.h"

/* What the session is about; its end is told by a line of its own. */
enum fibocom_ftp_task {
    FTP_TASK_NONE,
    FTP_TASK_OPEN,
    FTP_TASK_CWD,
    FTP_TASK_LIST,
    FTP_TASK_GET,
    FTP_TASK_CLOSE
};

enum { FIBOCOM_FTP_BYTES = 2048 };

struct fibocom_ftp {
    struct tlsmodem *modem;
    struct module_terminal *owner; /* who opened it */
    struct ftp client;
    enum fibocom_ftp_task task;
    struct fibocom_bytes list; /* what LIST has brought */
    size_t told;               /* bytes of it that the host has got */
    bool telling;
    bool has_file;      /* +FTPGET has begun: +FTPRECV reads */
    size_t receive_max; /* of a +FTPRECV that waits; 0: none does */
    int64_t receive_until_ms;
    uint8_t received[FIBOCOM_FTP_BYTES];
};

void fibocom_ftp_start(struct fibocom_ftp *ftp, struct tlsmodem *modem);
/* Ends it without a word. */
void fibocom_ftp_clear(struct fibocom_ftp *ftp);
/* The network has gone. */
void fibocom_ftp_drop(struct fibocom_ftp *ftp);
/* Goes on with a list that the host is being told; its port is quiet. */
void fibocom_ftp_on_quiet(struct fibocom_ftp *ftp);
/* +FTPRECV: answers, or does so later. */
enum at_status fibocom_ftp_receive(struct fibocom_ftp *ftp, struct at_session *at, size_t max);
int64_t fibocom_ftp_deadline(const struct fibocom_ftp *ftp);
void fibocom_ftp_tick(struct fibocom_ftp *ftp);

#endif
