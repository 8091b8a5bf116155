/* ftp_internal.h: what the files of the FTP client share. */
#ifndef SERVICES_FTP_INTERNAL_H
#define SERVICES_FTP_INTERNAL_H

#include "base/time.h"
#include "base/wipe.h"
#include "services/ftp.h"

/* ftp.c: the only writer of ftp->state. */
void ftp_enter(struct ftp *ftp, enum ftp_state next);
/* ftp.c: the time limit of what is waited for begins. */
void ftp_restart_timer(struct ftp *ftp);
/* ftp.c: an operation begins, and has its whole time from now on. */
void ftp_start_total(struct ftp *ftp);
/* ftp.c: the operation has ended and the session goes on; on_done() is due. */
void ftp_conclude(struct ftp *ftp, enum ftp_error error);
/* ftp.c: the session is over; on_done() is due, or on_lost() when nothing was under way. */
void ftp_fail(struct ftp *ftp, enum ftp_error error);
/* ftp.c: raises what is due: last in everything that the event loop brings. */
void ftp_settle(struct ftp *ftp);
/* ftp.c: FTP_FINE when an operation may start. */
enum ftp_error ftp_obstacle(const struct ftp *ftp);
/* ftp.c: closes the control connection and forgets what came on it. */
void ftp_close_control(struct ftp *ftp);

/* ftp.c: puts TLS on a connection that is open: its on_open() or on_failed() follows. */
enum ftp_error ftp_secure(struct ftp *ftp, struct connection *connection);

extern const struct connection_events ftp_control_events, ftp_data_events;

/* ftp_control.c: sends a command; what the network does not take goes later. */
void ftp_send(struct ftp *ftp, const char *verb, struct span argument);
/* ftp_control.c: FTP_INVALID when a command line cannot carry it. */
enum ftp_error ftp_check_argument(struct span argument, size_t max);

/* ftp_data.c: the command of the transfer, with REST before it when it has an offset. */
void ftp_send_restart_or_transfer(struct ftp *ftp);
void ftp_send_transfer(struct ftp *ftp);
/* ftp_data.c: the reply to PASV or EPSV. */
void ftp_passive_reply(struct ftp *ftp, int code);
/* ftp_data.c: TLS and the log call the data connection by the server's name. */
void ftp_name_data(struct ftp *ftp);

/* ftp_transfer.c: a reply in one of the states of a transfer. */
void ftp_transfer_reply(struct ftp *ftp, int code);
/* ftp_transfer.c: the server has been silent for too long on the data connection. */
void ftp_transfer_tick(struct ftp *ftp, int64_t now_ms);
/* ftp_transfer.c: closes the data connection. */
void ftp_transfer_end(struct ftp *ftp);

#endif
