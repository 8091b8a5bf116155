/* quectel.h: what the files of this maker share.
 *
 * A feature with state of its own (sockets, files, HTTP, mail) is a part (module/part.h) in its
 * own file; its state is declared there, or in a header of its own when other files need it; its
 * rows are a list of their own.  quectel_personality.c names both in its two tables and knows no
 * more of it.
 */
#ifndef QUECTEL_H
#define QUECTEL_H

#include "module/facts.h"
#include "module/module.h"
#include "module/part.h"
#include "personalities/quectel/quectel_bearer.h"
#include "personalities/quectel/quectel_disk.h"
#include "personalities/quectel/quectel_errors.h"
#include "personalities/quectel/quectel_facts.h"
#include "personalities/quectel/quectel_files.h"
#include "personalities/quectel/quectel_http.h"
#include "personalities/quectel/quectel_mqtt.h"
#include "personalities/quectel/quectel_server.h"
#include "personalities/quectel/quectel_smtp.h"
#include "personalities/quectel/quectel_socket.h"
#include "personalities/quectel/quectel_ssl.h"

/* Limits of a model, as rows refer to them (1 + index). */
enum quectel_limit { LIMIT_END = LIMIT_OF_MAKER };

enum { QUECTEL_PROMPT_MAX = 1500 };

/* Settings that bound rows keep for the whole module. */
struct quectel_settings {
    int32_t start_up;                                      /* +QIURC */
    int32_t sim_report;                                    /* +QSIMSTAT */
    int32_t network_time, clock_update;                    /* +QNITZ, +CTZU */
    int32_t foreground;                                    /* +QIFGCNT */
    int32_t several;                                       /* +QIMUX */
    int32_t transparent;                                   /* +QIMODE */
    int32_t indication;                                    /* +QINDI */
    int32_t send_echo, prompt;                             /* +QISDE, +QIPROMPT */
    int32_t show_head, show_protocol;                      /* +QIHEAD, +QISHOWPT */
    int32_t show_sender, show_local;                       /* +QISHOWRA, +QISHOWLA */
    int32_t by_name;                                       /* +QIDNSIP */
    int32_t role;                                          /* +QISRVC */
    int32_t server_port;                                   /* +QILPORT; 0: none */
    int32_t sleep, audio_channel;                          /* +QSCLK, +QAUDCH */
    int32_t sim_detection, sim_level;                      /* +QSIMDET */
    int32_t refuse_messages, refuse_calls, ring_indicator; /* +QREFUSECS, +QINDRI */
    int32_t transparent_retry, transparent_wait, transparent_size, transparent_escape; /* +QITCFG */
    char name_server[2][ADDRESS_TEXT_MAX]; /* +QIDNSCFG */
};

/* What is there from power-on to power-off: what rows bind, and small things. */
struct quectel {
    struct quectel_settings settings;
    struct quectel_bearer bearers[QUECTEL_BEARERS];
    struct quectel_ssl ssl;
    struct quectel_smtp_account account;
    uint64_t mails; /* begun since power-on */
};

/* What the modem behind a session has of this maker. */
struct quectel *quectel_of(const struct at_session *at);

extern const struct personality quectel_personality;
extern const struct module_part quectel_start_up, quectel_bearer_part, quectel_server_part,
    quectel_sockets, quectel_links, quectel_lookup_part, quectel_ping_part, quectel_ntp_part,
    quectel_files_part, quectel_ssl_contexts, quectel_time_part, quectel_first_time_part;
extern const struct at_commands quectel_general, quectel_multiplex, quectel_kept, quectel_refused,
    quectel_bearer_rows, quectel_tcp_config, quectel_server_rows, quectel_tcp, quectel_transfer,
    quectel_online_rows, quectel_state, quectel_lookup_rows, quectel_ping_rows, quectel_ntp_rows,
    quectel_upload, quectel_ssl_config, quectel_ssl_socket, quectel_time, quectel_phone;

/* quectel_start_up.c: true where a port hears what the module says on its own when it starts. */
bool quectel_start_up_hears(const struct module_terminal *terminal);

/* quectel_start_up.c: true after a restart by command: a port's rate was found, the clock ran. */
bool quectel_is_restart(const struct tlsmodem *modem);

/* quectel_start_up.c: after how long from power-on all start-up lines are said. */
int64_t quectel_start_up_ms(const struct tlsmodem *modem);

/* quectel_tcp.c: the plain socket that a command is about: of `index` with +QIMUX=1, of none with
 * +QIMUX=0.  NULL: the error is noted. */
struct quectel_socket *quectel_tcp_socket(struct at_session *at, const struct at_arg *index);

/* quectel_tcp.c: the error of a command for plain sockets, or for secure ones, whose socket of
 * `index` was never opened (NULL) or is of the other kind. */
enum at_status quectel_refuse_kind(struct at_session *at, const struct quectel_socket *socket,
                                   int32_t index, bool secure);
extern const struct quectel_manner quectel_plain, quectel_accepted;

/* quectel_tcp.c: closes and answers as +QICLOSE and +QSSLCLOSE do. */
enum at_status quectel_answer_closed(struct at_session *at, struct quectel_socket *socket);

/* quectel_transfer.c: a prompt, then SEND OK; of `length` bytes, or ended by Ctrl-Z. */
enum at_status quectel_send(struct at_session *at, struct quectel_socket *socket,
                            const struct at_arg *length);

/* quectel_transfer.c: up to `max` received bytes under the running row's name. */
enum at_status quectel_receive(struct at_session *at, struct quectel_socket *socket, size_t max);

/* quectel_transfer.c: true when a read finds data or nothing, false when there is no such socket or
 * it is transparent.
 */
bool quectel_can_receive(const struct quectel_socket *socket);

/* quectel_transfer.c: the error of a read that quectel_can_receive() forbids. */
enum at_status quectel_refuse_receive(struct at_session *at, const struct quectel_socket *socket);

/* quectel_transfer.c: what +QINDI says of received data. */
void quectel_tcp_received(struct quectel_socket *socket);

/* A row's record of module-wide settings. */
void *quectel_settings_record(struct at_session *at, size_t index);

#endif
