/* telit.h: what the files of this maker share. */
#ifndef TELIT_H
#define TELIT_H

#include "bridge/online.h"
#include "bridge/packets.h"
#include "module/facts.h"
#include "module/module.h"
#include "module/part.h"
#include "personalities/telit/telit_credentials.h"
#include "personalities/telit/telit_errors.h"
#include "personalities/telit/telit_facts.h"
#include "personalities/telit/telit_ftp.h"
#include "personalities/telit/telit_plain.h"

/* Features that rows are marked with. */
enum telit_feature {
    TELIT_2G = 1,    /* platforms 10, 13, 16 */
    TELIT_3G = 2,    /* 12 */
    TELIT_4G = 4,    /* 20, 23 */
    TELIT_R6 = 8,    /* only revision 6 of the guide lists it, */
    TELIT_R12 = 16,  /* or revision 12 does */
    TELIT_SLOW = 32, /* large certificates take long without #CPUMODE: 10, 16 */
    TELIT_FAST = 64  /* the others */
};

/* Limits of a model, as rows refer to them (1 + index). */
enum telit_limit {
    LIMIT_SECURE_SOCKETS = LIMIT_OF_MAKER,
    LIMIT_SECURE_CONTEXT, /* cid of #SSLCFG */
    LIMIT_CIPHER,
    LIMIT_VERSION,
    LIMIT_DATA_ACTION,
    LIMIT_DATA_SIZE,
    LIMIT_CLOSURE,
    LIMIT_PLAIN_SOCKETS,
    LIMIT_END
};

/* TELIT_DATA_MAX: the longest item of security data that any model takes, in bytes. */
enum { TELIT_RECEIVED_BYTES = 1500, TELIT_DATA_MAX = 4096 };

/* What differs between models beyond limits. */
struct telit_model {
    const tls_suite *suites;  /* by the number of #SSLSECCFG, 0 unused */
    const tls_suite *offered; /* for number 0, in order */
    size_t offered_count;
    size_t ring_chunk; /* longest piece of an SSLSRING with data, in bytes; 0: has no SSLSRING */
    size_t record_max; /* longest TLS record in bytes of plaintext; 0: as the protocol has it */
};

/* What #SSLEN, #SSLSECCFG, #SSLSECCFG2 and #SSLCFG set. */
struct telit_ssl_settings {
    int32_t enabled;
    int32_t cipher, auth_mode;
    int32_t der;          /* certificates are entered as DER */
    int32_t format_given; /* cert_format was set since power-on, so `?` shows it */
    int32_t version;
    int32_t sni; /* 3G and 4G only */
    int32_t cid, packet_size, idle_s, answer_ds, flush_ds, ring_mode, no_carrier_mode;
    int32_t reserved[4];
};

/* What the session of a secure socket waits for: beside the state of its connection, which may end
 * while the host enters what is to be sent. */
#define TELIT_WAITS(X) X(WAIT_NOTHING) X(WAIT_DIAL) X(WAIT_SEND) X(WAIT_RECEIVE)

enum telit_wait {
#define TELIT_WAIT_ENUM(name) name,
    TELIT_WAITS(TELIT_WAIT_ENUM)
#undef TELIT_WAIT_ENUM
};

/* A session that #SSLFASTD may take up again (telit_ssl_session.c says for how long). */
struct telit_session {
    bool wanted; /* by ClosureType: to be kept when the connection closes */
    bool kept;
    struct tls_ticket *ticket; /* NULL where the server remembers no sessions */
    int64_t until_ms;          /* of the session, whether kept or in use */
};

/* A secure socket as it is set: there from power-on. */
struct telit_ssl_slot {
    struct module_terminal *owner; /* the AT instance that enabled it; NULL: none */
    struct telit_ssl_settings settings;
};

/* What it has while it is connected, or something of a connection is kept or to be told. */
struct telit_ssl {
    struct online online; /* first member */
    int id;
    struct tlsmodem *modem;
    struct telit_ssl_slot *slot;
    struct connection socket;
    struct packets packets;
    struct telit_session session;
    enum telit_wait waiting; /* telit_ssl_expect() is its only writer */
    bool dial_online;        /* the dial under way ends online */
    int64_t dial_step_ms;    /* longest wait in one of its steps */
    int64_t wait_until_ms;   /* of WAIT_SEND and WAIT_RECEIVE; else CLOCK_NEVER */
    int64_t send_limit_ms;   /* of WAIT_SEND, from the end of its prompt */
    size_t receive_max;      /* of WAIT_RECEIVE */
    const char *receive_as;  /* the name by which #SSLRECV was typed, and answers */
    size_t rung;             /* bytes that the last SSLSRING counted and that are still there */
    bool no_carrier;         /* NO CARRIER is due as soon as the port is quiet */
    int64_t left_ms;         /* when it last left online mode, which ATO returns to; 0: never */
    enum telit_cause cause;
};

struct telit_settings {
    int32_t nitz, nitz_mode, zone_update, cpu_mode, at_interface, qss_mode;
    int32_t sgact_auth;
    char *user; /* #USERID, owned; the password of #PASSW is not kept */
    int32_t skip_escape;
    bool nitz_typed;        /* #NITZ, since power-on */
    int32_t clock_mode;     /* #CCLKMODE */
    int32_t daylight_typed; /* 1 + the hours of #CCLK; 0: the network's */
};

/* What hosts set at start-up and nothing follows from; there while one is not as it comes
 * (module/record.h). */
struct telit_start_up {
    int32_t auto_band, band, umts_band, lte_bands, toolkit_mode, toolkit_min, operators_mode;
    int32_t led_mode, led_on_ds, led_off_ds, send_delay_ds, sim_detection, management;
    int32_t ring_pulse_ms;                                   /* #E2SLRI */
    int32_t dial_mode;                                       /* #DIALMODE */
    int32_t cmux_mode;                                       /* #CMUXMODE */
    int32_t transmit_monitor;                                /* #TXMONMODE */
    int32_t monitor_reports, monitor_action, monitor_time_s; /* #TEMPMON */
};

/* #SGACTCFG, of each context; the same. */
struct telit_retry {
    int32_t retry, delay_s, urc;
};

/* What is there from power-on to power-off: what rows bind, and small things. */
struct telit {
    struct telit_settings settings;
    int64_t restart_ms; /* #ENHRST */
    struct telit_ftp ftp;
    struct telit_credentials credentials;
    size_t ssl_count;
    struct telit_ssl_slot ssl[]; /* as many as the model has */
};

/* What the modem behind a session has of this maker. */
struct telit *telit_of(const struct at_session *at);

/* What its model has. */
const struct telit_model *telit_model_of(const struct tlsmodem *modem);

/* The second has longer answers: security data of 4G modules. */
extern const struct module_part telit_secure_sockets, telit_entries, telit_ftp_part,
    telit_time_part, telit_lookup_part;
extern const struct personality telit_personality, telit_personality_4g;
extern const struct at_commands telit_general, telit_multiplex, telit_packet, telit_ssl_config,
    telit_ssl_data, telit_ssl_dial, telit_return, telit_ssl_socket, telit_ssl_transfer,
    telit_ftp_session, telit_ftp_files, telit_ftp_packet, telit_ftp_online, telit_refused,
    telit_time, telit_phone, telit_lookup, telit_cell;

/* The longest opening, or operation of FTP, whose single steps may take `step_ms`. */
int64_t telit_total_ms(const struct tlsmodem *modem, int64_t step_ms);

/* It was over: the fact that says so is noted. */
void telit_note_total(const struct tlsmodem *modem, int64_t step_ms);

/* telit_general.c: #DSTO. */
int32_t telit_send_delay_ds(struct at_session *at);

/* A row's record of module-wide settings. */
void *telit_settings_record(struct at_session *at, size_t index);

/* telit_ssl.c: how the secure socket `id` (from 1) is set. */
struct telit_ssl_slot *telit_ssl_slot(const struct at_session *at, int32_t id);

/* telit_ssl.c: the same, as this port may use it: enabled, and enabled here.  NULL: the error is
 * noted. */
struct telit_ssl_slot *telit_ssl_active(struct at_session *at, int32_t id);

/* The error of a socket that is not this port's to use, `code`, with the reason. */
enum at_status telit_ssl_refuse_inactive(struct at_session *at, int32_t id, int32_t code);

/* telit_ssl.c: FTP over TLS is SSL, too, which belongs to the port that has enabled it (r12 §4.1):
 * AT_OK unless that is another one, which is refused. */
enum at_status telit_ssl_guard_ftp(struct at_session *at);

/* telit_ssl.c: what a connection of it has left; NULL: nothing. */
struct telit_ssl *telit_ssl_if(const struct at_session *at, int32_t id);

/* telit_ssl.c: the same, connected, as this port may use it.  NULL: the error is noted. */
struct telit_ssl *telit_ssl_connected(struct at_session *at, int32_t id);

/* telit_ssl_socket.c: of those that this port has open the one that was online last; NULL: none. */
struct telit_ssl *telit_ssl_last_online(struct at_session *at);

/* telit_ssl.c: true when nothing of a connection is there or under way. */
bool telit_ssl_is_closed(const struct at_session *at, int32_t id);

/* guard_read of rows that need one enabled secure socket. */
enum at_status telit_ssl_guard_read(struct at_session *at);

/* guard_set of rows that configure a socket which is enabled and not connected. */
enum at_status telit_ssl_guard_config(struct at_session *at, const struct at_args *args);

/* telit_ssl_tls.c: lends what #SSLSECCFG and #SSLSECDATA say of a secure socket
 * (services/tls_source.h). */
enum err telit_ssl_lend(struct tlsmodem *modem, int32_t id,
                        enum err (*use)(void *use_ctx, const struct tls_config *tls),
                        void *use_ctx);

/* telit_ssl.c: ends the connection from our side, and says NO CARRIER for this cause. */
void telit_ssl_drop(struct telit_ssl *ssl, enum telit_cause cause);

/* telit_ssl.c: from now on the session waits for this, with no time limit yet; it waits for one
 * thing at a time, which is asserted. */
void telit_ssl_expect(struct telit_ssl *ssl, enum telit_wait next);

/* telit_ssl.c: closes without a word, as #SSLH does. */
void telit_ssl_close(struct telit_ssl *ssl);

/* telit_ssl.c: the error for a peer that is gone, noted. */
enum at_status telit_ssl_fail_ended(struct at_session *at, struct telit_ssl *ssl);

/* The security data of one dial; telit_secrets_wipe() it after. */
struct telit_secrets {
    uint8_t data[CREDENTIAL_KINDS][TELIT_DATA_MAX];
    size_t len[CREDENTIAL_KINDS];
};

/* telit_ssl_tls.c: what TLS is to do on this socket.  NULL, or what is wrong with the security data
 * that auth_mode needs.  The config borrows `secrets`. */
const char *telit_ssl_configure(const struct tlsmodem *modem, int32_t id,
                                struct telit_secrets *secrets, struct tls_config *ret_config);

/* telit_ssl_tls.c: once the config is not needed any more. */
void telit_secrets_wipe(struct telit_secrets *secrets);

/* ---- telit_ssl_session.c ---- */

/* A dial begins: what was kept goes; `wanted`: it is to be kept when the connection closes. */
void telit_session_begin(struct telit_ssl *ssl, bool wanted);

/* The handshake is done. */
void telit_session_on_open(struct telit_ssl *ssl);

/* Before the connection is closed. */
void telit_session_on_close(struct telit_ssl *ssl);

/* Nothing is kept any more.  NULL is nothing. */
void telit_session_forget(struct telit_ssl *ssl);

/* When what is kept may not be used any more; CLOCK_NEVER. */
int64_t telit_session_deadline(const struct telit_ssl *ssl);

/* Forgets it then. */
void telit_session_tick(struct telit_ssl *ssl, int64_t now_ms);

/* ---- telit_ssl_transfer.c ---- */

/* There is something to read, for a command that waits. */
void telit_ssl_transfer_data(struct telit_ssl *ssl);

/* The peer takes more of what a command sends. */
void telit_ssl_transfer_writable(struct telit_ssl *ssl);

/* The time of a command that waits is over. */
void telit_ssl_transfer_timeout(struct telit_ssl *ssl);

/* SSLSRING for what is new; while at_may_speak(). */
void telit_ssl_ring(struct telit_ssl *ssl);

/* ---- telit_ssl_online.c ---- */

/* The port is the socket's from the CONNECT on that follows. */
void telit_ssl_go_online(struct telit_ssl *ssl, struct at_session *at);

/* Sends a packet whose time has come, and ends a connection that was idle for too long. */
void telit_ssl_online_tick(struct telit_ssl *ssl, int64_t now_ms);

/* Sends what is collected; true when nothing is left. */
bool telit_ssl_flush(struct telit_ssl *ssl);

/* #QSS <status> of the SIM as it is. */
int telit_sim_status(const struct tlsmodem *modem);

/* Tells it to hosts that want it. */
void telit_tell_sim(struct tlsmodem *modem);

#endif
