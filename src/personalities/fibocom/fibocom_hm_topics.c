/* fibocom_hm_topics.c: what a session of +HMCON is subscribed to, which a broker forgets with it.
 */
#include "personalities/fibocom/fibocom.h"

#include <stdlib.h>

struct fibocom_hm_topic {
    struct fibocom_hm_topic *next;
    size_t len;
    uint8_t qos;
    uint8_t text[];
};

bool fibocom_hm_ask(struct fibocom_hm *hm, struct span topic, uint8_t qos)
{
    struct fibocom_hm_topic *asked = malloc(sizeof(*asked) + topic.len);

    if (asked == NULL)
        return false;
    asked->next = NULL;
    asked->qos = qos;
    asked->len = topic.len;
    memcpy(asked->text, topic.data, topic.len);
    free(hm->asked);
    hm->asked = asked;
    return true;
}

static struct span text_of(const struct fibocom_hm_topic *topic)
{
    return span_at(topic->text, topic->len);
}

static void remove_topic(struct fibocom_hm *hm, struct span text)
{
    struct fibocom_hm_topic **link = &hm->topics;

    while (*link != NULL && !span_equal(text_of(*link), text))
        link = &(*link)->next;
    if (*link != NULL) {
        struct fibocom_hm_topic *topic = *link;

        *link = topic->next;
        free(topic);
    }
}

static void add_topic(struct fibocom_hm *hm, struct fibocom_hm_topic *topic)
{
    struct fibocom_hm_topic **link = &hm->topics;
    size_t count = 0;

    for (; *link != NULL; link = &(*link)->next)
        count++;
    *link = topic;
    if (count == FIBOCOM_HM_TOPICS_MAX) {
        topic = hm->topics;
        hm->topics = topic->next;
        free(topic);
    }
}

void fibocom_hm_settle(struct fibocom_hm *hm, bool subscribed)
{
    struct fibocom_hm_topic *asked = hm->asked;

    hm->asked = NULL;
    if (asked == NULL)
        return;
    remove_topic(hm, text_of(asked));
    if (subscribed)
        add_topic(hm, asked);
    else
        free(asked);
}

/* Its answer is nobody's: it does not fit what a command waits for. */
bool fibocom_hm_resubscribe(struct fibocom_hm *hm)
{
    struct mqtt_filter filters[FIBOCOM_HM_TOPICS_MAX];
    size_t count = 0;

    for (const struct fibocom_hm_topic *topic = hm->topics; topic != NULL; topic = topic->next)
        filters[count++] = (struct mqtt_filter){ text_of(topic), topic->qos };
    return count == 0 ||
           mqtt_filter(&hm->client, MQTT_SUBSCRIBE, 0, filters, count, NULL) == ERR_OK;
}

void fibocom_hm_forget_topics(struct fibocom_hm *hm)
{
    while (hm->topics != NULL) {
        struct fibocom_hm_topic *topic = hm->topics;

        hm->topics = topic->next;
        free(topic);
    }
    free(hm->asked);
    hm->asked = NULL;
}
