/* message_command.h: a command of the operator's that takes the messages which hosts send.
 *
 * It is run by the shell once for each message: the text is its standard input, TLSMODEM_NUMBER and
 * TLSMODEM_PDU in its environment say to whom, and what it is as a whole in hexadecimal;
 * TLSMODEM_NAME is the modem.  Status 0 takes the message, any other refuses it.  What it prints
 * goes to standard error.
 */
#ifndef RUNTIME_MESSAGE_COMMAND_H
#define RUNTIME_MESSAGE_COMMAND_H

#include "posix/loop.h"
#include "tlsmodem.h"

struct message_run;

/* In memory of the caller's, where it stays; all of it is borrowed until it is closed. */
struct message_command {
    struct posix_loop *loop;
    const char *command;
    const char *name; /* of the modem */
    const struct log *log;
    /* From the loop: the command has ended. */
    void (*on_decided)(void *ctx, uint32_t ticket, bool accepted);
    void *ctx;
    struct message_run *first; /* owned; those under way */
};

/* Runs it; the decision comes later, or is TLSMODEM_REFUSED where it cannot be run, with a line in
 * the log.  `ctx` is a struct message_command: it is tlsmodem_config.send_message. */
enum tlsmodem_sent message_command_send(void *ctx, const struct tlsmodem_sending *message);

/* Nobody waits for those under way any more; they go on. */
void message_command_close(struct message_command *command);

#endif
