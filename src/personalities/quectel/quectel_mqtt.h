/* quectel_mqtt.h: the six MQTT clients of the commands QMT…. */
#ifndef QUECTEL_MQTT_H
#define QUECTEL_MQTT_H

#include "base/bytes.h"
#include "base/hmac.h"
#include "module/module.h"
#include "personalities/quectel/quectel_facts.h"
#include "services/mqtt.h"

enum {
    QUECTEL_MQTT_CLIENTS = 6,
    QUECTEL_MQTT_TOPIC_MAX = 255,
    QUECTEL_MQTT_TEXT_MAX = 256 /* client id, user, password, a will's message */
};

/* In the order of +QMTCFG's table. */
enum quectel_mqtt_setting {
    MQTT_SETTING_SSL,
    MQTT_SETTING_VERSION,
    MQTT_SETTING_KEEP_ALIVE,
    MQTT_SETTING_SESSION,
    MQTT_SETTING_TIMEOUT,
    MQTT_SETTING_SHOW_LENGTH,
    MQTT_SETTING_WILL,
    MQTT_SETTING_CLOUD
};

/* What +QMTCFG sets. */
struct quectel_mqtt_settings {
    int32_t secure, ssl_context;         /* "SSL" */
    int32_t version;                     /* 3 or 4 */
    int32_t keep_alive_s, clean;         /* "KEEPALIVE", "SESSION" */
    int32_t reply_s, retries, notice;    /* "TIMEOUT" */
    int32_t show_length;                 /* "SHOWRECVLEN" */
    int32_t will, will_qos, will_retain; /* "WILL" */
    char will_topic[QUECTEL_MQTT_TOPIC_MAX + 1];
    char will_message[QUECTEL_MQTT_TEXT_MAX + 1];
};

/* A client: there from its first command on, as long as it holds something. */
struct quectel_mqtt {
    struct tlsmodem *modem;
    struct module_terminal *owner; /* the port that hears of it */
    int32_t index;
    size_t cid; /* of the context that it runs on */
    struct quectel_mqtt_settings settings;
    char *cloud_product, *cloud_device, *cloud_secret; /* owned; of "ALIAUTH": all or none */
    uint8_t set;          /* a bit for each of enum quectel_mqtt_setting that a host has set */
    bool collects;        /* a prompt collects a message */
    struct bytes entered; /* what that prompt has collected */
    struct mqtt client;
    struct mqtt_message sending; /* what that prompt is for; without its spans */
    char topic[QUECTEL_MQTT_TOPIC_MAX + 1];
    struct bytes
        heard; /* of a message that the host has not been told: its line from the topic on */
    uint16_t heard_id;
    int late_stat; /* <err_code> of +QMTSTAT that is told behind that message; 0: none */
};

/* The client `index` from 0; NULL: no memory. */
struct quectel_mqtt *quectel_mqtt_of(const struct at_session *at, int32_t index);

/* The same, to look at; NULL: it has not been used. */
const struct quectel_mqtt *quectel_mqtt_look(const struct at_session *at, int32_t index);

/* What holds for `setting` decides something: noted where `fact` is it and no host has set it. */
void quectel_mqtt_note(const struct quectel_mqtt *mqtt, enum quectel_mqtt_setting setting,
                       enum quectel_fact fact);

/* ---- quectel_mqtt_cloud.c ---- */

/* Signed for a cloud. */
struct quectel_mqtt_cloud_login {
    char client_id[QUECTEL_MQTT_TEXT_MAX + 64];
    char user[2 * QUECTEL_MQTT_TEXT_MAX + 2];
    char password[HMAC_SHA256_HEX_BYTES];
};

/* True when "ALIAUTH" has given a device. */
bool quectel_mqtt_has_cloud(const struct quectel_mqtt *mqtt);

/* Of one that has: what it logs in with, for a host that names the client `id`. */
void quectel_mqtt_sign(const struct quectel_mqtt *mqtt, struct span id,
                       struct quectel_mqtt_cloud_login *ret_login);

extern const struct module_part quectel_mqtt_part;
extern const struct at_commands quectel_mqtt_config_rows, quectel_mqtt_rows;

#endif
