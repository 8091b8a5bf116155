/* ftp_internal.h: what the files of the FTP client share; each calls those above it only. */
#ifndef SERVICES_FTP_INTERNAL_H
#define SERVICES_FTP_INTERNAL_H

#include "base/time.h"
#include "base/wipe.h"
#include "services/ftp.h"

/* ---- ftp_state.c ---- */

/* The only writer of ftp->state. */
void ftp_enter(struct ftp *ftp, enum ftp_state next);

/* The time limit of what is waited for begins. */
void ftp_restart_timer(struct ftp *ftp);

/* An operation begins, and has its whole time from now on. */
void ftp_start_total(struct ftp *ftp);

/* Closes the data connection, and what it had is gone. */
void ftp_close_data(struct ftp *ftp);

/* Forgets name and password, and what is on its way to the server. */
void ftp_wipe_identity(struct ftp *ftp);

/* Closes the control connection and forgets what came on it. */
void ftp_close_control(struct ftp *ftp);

/* All of that: the session is closed. */
void ftp_close_all(struct ftp *ftp);

/* The operation has ended and the session goes on; on_done() is due. */
void ftp_conclude(struct ftp *ftp, enum ftp_error error);

/* The session is over; on_done() is due, or on_lost() when nothing was under way. */
void ftp_fail(struct ftp *ftp, enum ftp_error error);

/* Starts the control connection, FTP_CONNECTING; the errors of connection_open(). */
enum err ftp_connect(struct ftp *ftp, const char *host, uint16_t port);

/* Puts TLS on a connection that is open: its on_open() or on_failed() follows. */
enum ftp_error ftp_secure(struct ftp *ftp, struct connection *connection);

/* Raises what is due: last in everything that the event loop brings. */
void ftp_settle(struct ftp *ftp);

/* True while something is due. */
bool ftp_has_news(const struct ftp *ftp);

/* FTP_FINE when an operation may start. */
enum ftp_error ftp_obstacle(const struct ftp *ftp);

/* ---- ftp_command.c ---- */

/* FTP_INVALID when a command line cannot carry it. */
enum ftp_error ftp_check_argument(struct span argument, size_t max);

/* Sends a command, whose argument was checked; what the network does not take goes later. */
void ftp_send(struct ftp *ftp, const char *verb, struct span argument);

/* ---- ftp_data.c ---- */

/* The command of the transfer. */
void ftp_send_transfer(struct ftp *ftp);

/* The same, with REST before it when it has an offset. */
void ftp_send_restart_or_transfer(struct ftp *ftp);

/* The reply to PASV or EPSV. */
void ftp_passive_reply(struct ftp *ftp, int code);

/* TLS and the log call the data connection by the server's name.  ERR_NO_MEMORY. */
enum err ftp_name_data(struct ftp *ftp);

/* ---- ftp_transfer.c ---- */

extern const struct connection_events ftp_data_events;

/* A reply in one of the states of a transfer. */
void ftp_transfer_reply(struct ftp *ftp, int code);

/* The server has been silent for too long on the data connection. */
void ftp_transfer_tick(struct ftp *ftp);

/* ---- ftp_control.c ---- */

extern const struct connection_events ftp_control_events;

#endif
