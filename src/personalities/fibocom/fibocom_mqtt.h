/* fibocom_mqtt.h: the two MQTT clients of a module. */
#ifndef FIBOCOM_MQTT_H
#define FIBOCOM_MQTT_H

#include "base/bytes.h"
#include "module/module.h"
#include "personalities/fibocom/fibocom_facts.h"
#include "services/mqtt.h"

enum {
    FIBOCOM_MQTT_CLIENTS = 2,
    FIBOCOM_MQTT_NAME_MAX = 128, /* user, password */
    FIBOCOM_MQTT_ID_MAX = 256,   /* client id: hosts of a cloud send long ones */
    FIBOCOM_MQTT_TOPIC_MAX = 255,
    FIBOCOM_MQTT_PAYLOAD_MAX = 1024
};

/* What a prompt collects. */
enum fibocom_mqtt_prompt { MQTT_PROMPT_NONE, MQTT_PROMPT_MESSAGE, MQTT_PROMPT_WILL };

/* What the host has asked for last, until its end is told. */
enum fibocom_mqtt_task { MQTT_TASK_NONE, MQTT_TASK_OPEN, MQTT_TASK_CLOSE };

/* A client: there as long as it holds something. */
struct fibocom_mqtt {
    struct tlsmodem *modem;
    struct module_terminal *owner; /* the port that hears of it */
    int32_t id;                    /* 1, 2 */
    enum fibocom_mqtt_task task;
    enum fibocom_mqtt_prompt collects;
    bool named; /* +MQTTUSER was given */
    struct mqtt client;
    char *user, *password, *client_id; /* owned; of +MQTTUSER: at_text() reads them */
    char *will_topic;                  /* owned; of +MQTTWILL */
    struct bytes will_message;
    uint8_t will_qos;
    bool will_retain, clean;
    uint16_t keep_alive_s;
    struct mqtt_message sending; /* what the prompt is for; without its spans */
    char topic[FIBOCOM_MQTT_TOPIC_MAX + 1];
    struct bytes entered; /* what that prompt has collected */
    struct bytes
        heard; /* of a message that the host has not been told: its line from the topic on */
    size_t heard_topic, heard_payload; /* how long they are in it */
    uint8_t heard_qos;
    bool heard_told; /* +MQTTMSGI has told of it: it waits for +MQTTREAD */
    int late_break;  /* <cause> of +MQTTBREAK that is told behind that message; 0: none */
};

/* The client `id` from 1; NULL: no memory. */
struct fibocom_mqtt *fibocom_mqtt_of(const struct at_session *at, int32_t id);

/* The same, to look at; NULL: it holds nothing. */
const struct fibocom_mqtt *fibocom_mqtt_look(const struct at_session *at, int32_t id);

/* Answers +MQTTREAD with the message that is heard and told of; the next may come. */
void fibocom_mqtt_show(struct fibocom_mqtt *mqtt, struct at_session *at);

extern const struct module_part fibocom_mqtt_part;
extern const struct at_commands fibocom_mqtt_rows;

#endif
