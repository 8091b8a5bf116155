/* fibocom_hm.h: the client of Huawei's cloud in an L610, the commands +HM….
 *
 * Source: docs/facts/mqtt-mux-ppp.md §1.1.  One session; once a host has connected it, it comes
 * back by itself, with its subscriptions, until the host ends it.
 */
#ifndef FIBOCOM_HM_H
#define FIBOCOM_HM_H

#include "base/bytes.h"
#include "module/module.h"
#include "personalities/fibocom/fibocom_facts.h"
#include "services/mqtt.h"

enum {
    FIBOCOM_HM_DEVICE_MAX = 256,
    FIBOCOM_HM_SECRET_MAX = 128,
    FIBOCOM_HM_TOPIC_MAX = 255,
    FIBOCOM_HM_PAYLOAD_MAX = 1024,
    FIBOCOM_HM_TOPICS_MAX = 16
};

/* <n> of ERR:<n>, as that cloud's device kit counts. */
enum fibocom_hm_error {
    HM_FINE,
    HM_PARAMETER = 1,
    HM_NETWORK,
    HM_VERSION, /* here up to HM_RIGHTS as CONNACK's codes from 1 */
    HM_CLIENT,
    HM_SERVER,
    HM_USER,
    HM_RIGHTS,
    HM_SUBSCRIBE,
    HM_UNSUBSCRIBE,
    HM_PUBLISH,
    HM_CONFIGURED,
    HM_NOT_CONFIGURED,
    HM_NOT_CONNECTED,
    HM_NO_MEMORY = 15
};

/* What the running command of a port waits for. */
enum fibocom_hm_wait { HM_WAITS_NOT, HM_WAITS_CONNECT, HM_WAITS_LEAVE, HM_WAITS_ANSWER };

struct fibocom_hm_topic;

/* There from +HMCON to +HMDIS. */
struct fibocom_hm {
    struct tlsmodem *modem;
    struct module_terminal *owner; /* the port that hears of it */
    struct at_session *asker;      /* whose command waits; NULL: none does */
    enum fibocom_hm_wait waits;
    enum mqtt_type request; /* HM_WAITS_ANSWER */
    uint16_t request_id;
    struct mqtt client;
    bool configured;  /* a host has connected it: it is to stay so */
    bool online;      /* as hosts were last told */
    bool lost_late;   /* that it is lost is told behind the message that is heard */
    bool secure, hex; /* TLS; payloads are digits */
    uint16_t port, keep_alive_s;
    char *host, *device, *secret;    /* owned */
    int64_t again_ms;                /* when it dials again; CLOCK_NEVER */
    struct fibocom_hm_topic *topics; /* owned; what is subscribed */
    struct fibocom_hm_topic *asked;  /* owned; of the +HMSUB or +HMUNS that waits */
    struct bytes
        heard; /* of a message that the host has not been told: its line from the topic on */
};

/* The session; NULL: no memory. */
struct fibocom_hm *fibocom_hm_of(const struct at_session *at);

/* The same, to look at; NULL: there is none. */
struct fibocom_hm *fibocom_hm_if(const struct at_session *at);

/* Opens the connection as it is configured: fibocom_hm_answer() or another attempt follows.  An
 * error: nothing was started. */
enum err fibocom_hm_dial(struct fibocom_hm *hm);

/* The command that waits is answered: OK, or with an error. */
void fibocom_hm_answer(struct fibocom_hm *hm, enum fibocom_hm_error error);

/* Forgets what a host has configured, and closes; nobody is told. */
void fibocom_hm_forget(struct fibocom_hm *hm);

/* ---- fibocom_hm_topics.c ---- */

/* A topic that is asked for, `qos` of a subscription; false: no memory. */
bool fibocom_hm_ask(struct fibocom_hm *hm, struct span topic, uint8_t qos);

/* What was asked for is subscribed, or not any more (`subscribed` false).  Past
 * FIBOCOM_HM_TOPICS_MAX the oldest is not subscribed again by itself. */
void fibocom_hm_settle(struct fibocom_hm *hm, bool subscribed);

/* Subscribes to all of them anew, on a client that is connected; false: no memory. */
bool fibocom_hm_resubscribe(struct fibocom_hm *hm);

/* Forgets all. */
void fibocom_hm_forget_topics(struct fibocom_hm *hm);

extern const struct module_part fibocom_hm_part;
extern const struct at_commands fibocom_hm_rows;

#endif
