/* fault_stray.c: messages of TLS that faults have a session send, or take for received. */
#include "wrap/fault_stray.h"

#include "base/tls_alerts.h"

#include <stdio.h>
#include <stdlib.h>

enum { ATTRIBUTE_DESCRIPTION, ATTRIBUTE_LEVEL };
enum { LEVEL_FATAL };

/* What a module has found that sends an alert by itself.  Of those that are not here it is that the
 * server broke the protocol. */
static const struct {
    enum tls_alert alert;
    enum tls_reason reason;
} own_rows[] = {
    { ALERT_BAD_RECORD_MAC, TLS_RECORD },
    { ALERT_DECRYPTION_FAILED, TLS_RECORD },
    { ALERT_RECORD_OVERFLOW, TLS_RECORD_SIZE },
    { ALERT_HANDSHAKE_FAILURE, TLS_NO_SHARED_SUITE },
    { ALERT_NO_CERTIFICATE, TLS_CERTIFICATE_WANTED },
    { ALERT_BAD_CERTIFICATE, TLS_BAD_CERTIFICATE },
    { ALERT_UNSUPPORTED_CERTIFICATE, TLS_CERTIFICATE_TYPE },
    { ALERT_CERTIFICATE_REVOKED, TLS_BAD_CERTIFICATE },
    { ALERT_CERTIFICATE_EXPIRED, TLS_EXPIRED },
    { ALERT_CERTIFICATE_UNKNOWN, TLS_BAD_CERTIFICATE },
    { ALERT_UNKNOWN_CA, TLS_UNKNOWN_CA },
    { ALERT_ACCESS_DENIED, TLS_BAD_CERTIFICATE },
    { ALERT_DECRYPT_ERROR, TLS_FINISHED },
    { ALERT_PROTOCOL_VERSION, TLS_VERSION_REFUSED },
    { ALERT_INSUFFICIENT_SECURITY, TLS_WEAK_GROUP },
    { ALERT_INTERNAL_ERROR, TLS_INTERNAL },
    { ALERT_USER_CANCELED, TLS_INTERNAL },
    { ALERT_NO_RENEGOTIATION, TLS_RENEGOTIATION },
    { ALERT_BAD_STATUS_RESPONSE, TLS_BAD_CERTIFICATE },
};

static struct tls_failure own_failure(uint8_t alert)
{
    struct tls_failure failure = { .reason = TLS_PROTOCOL, .alert = -1 };

    for (size_t i = 0; i < sizeof(own_rows) / sizeof(own_rows[0]); i++) {
        if (own_rows[i].alert == (enum tls_alert)alert)
            failure.reason = own_rows[i].reason;
    }
    snprintf(failure.detail, sizeof(failure.detail), "a fault of the laboratory, which sent %s",
             tls_alert_name(alert));
    return failure;
}

/* No implementation makes an error of close_notify, whatever its level. */
static struct tls_stray message_of(const struct fault *fault)
{
    struct tls_stray what = { .kind = TLS_STRAY_RENEGOTIATION,
                              .is_received = fault->stream == FAULT_DOWNSTREAM };

    if (fault->type == FAULT_RENEGOTIATION)
        return what;
    what.alert = (uint8_t)tls_alert_at((size_t)fault->attributes[ATTRIBUTE_DESCRIPTION]);
    what.kind =
        fault->attributes[ATTRIBUTE_LEVEL] == LEVEL_FATAL && what.alert != ALERT_CLOSE_NOTIFY
            ? TLS_STRAY_FATAL
            : TLS_STRAY_WARNING;
    return what;
}

/* A phase that is over does not come again. */
static bool is_met(const struct fault_entry *entry, const struct fault_scene *scene,
                   enum fault_phase phase, uint32_t considered)
{
    const struct fault *fault = &entry->fault;

    return entry->number > considered &&
           (fault->type == FAULT_ALERT || fault->type == FAULT_RENEGOTIATION) &&
           (fault->phase == FAULT_ANY_PHASE || fault->phase >= phase) && fault_fits(fault, scene);
}

bool fault_strays_wait(const struct fault_set *set, const struct fault_scene *scene,
                       enum fault_phase phase, uint32_t considered)
{
    const struct fault_entry *entry = set->first;

    while (entry != NULL && !is_met(entry, scene, phase, considered))
        entry = entry->next;
    return entry != NULL;
}

static void append(struct fault_stray **list, const struct fault_set *set,
                   const struct fault_entry *entry)
{
    struct fault_stray *stray = calloc(1, sizeof(*stray));

    if (stray == NULL) {
        log_say(set->log, LOG_ERROR, "fault %u: out of memory: it does nothing",
                (unsigned)entry->number);
        return;
    }
    stray->number = entry->number;
    stray->phase = entry->fault.phase;
    stray->what = message_of(&entry->fault);
    while (*list != NULL)
        list = &(*list)->next;
    *list = stray;
}

void fault_strays_meet(struct fault_stray **list, const struct fault_set *set,
                       const struct fault_scene *scene, enum fault_phase phase, uint32_t considered)
{
    for (struct fault_entry *entry = set->first; entry != NULL; entry = entry->next) {
        if (is_met(entry, scene, phase, considered) && fault_set_counts(set, entry, true))
            append(list, set, entry);
    }
}

/* Where a phase is not said, all else is well first; a handshake begins no other. */
static bool is_time(const struct fault_stray *stray, enum fault_strays_time time,
                    enum fault_phase phase)
{
    if (time == FAULT_STRAYS_DATA)
        return true;
    if (stray->phase == FAULT_ANY_PHASE)
        return time == FAULT_STRAYS_SHAKEN && stray->what.kind != TLS_STRAY_RENEGOTIATION;
    return stray->phase != FAULT_DATA && phase >= stray->phase;
}

static void say(const struct fault_set *set, const struct fault_stray *stray, enum err err)
{
    const char *who =
        stray->what.is_received ? "the module takes for the server's" : "the server gets";
    const char *level = stray->what.kind == TLS_STRAY_WARNING ? "warning" : "fatal";

    if (err != ERR_OK)
        log_say(set->log, LOG_WARNING, "fault %u: it can do nothing to this session: %s",
                (unsigned)stray->number, err_text(err));
    else if (stray->what.kind == TLS_STRAY_RENEGOTIATION)
        log_say(set->log, LOG_INFO, "fault %u: %s a renegotiation", (unsigned)stray->number, who);
    else
        log_say(set->log, LOG_INFO, "fault %u: %s the alert %s, %s", (unsigned)stray->number, who,
                tls_alert_name(stray->what.alert), level);
}

/* True: it has sent a fatal alert.  `ret_stays`: it must be tried again. */
static bool go(const struct fault_stray *stray, const struct fault_set *set,
               struct tls_session *inner, bool *ret_stays)
{
    enum err err = tls_session_stray(inner, &stray->what);

    *ret_stays = err == ERR_AGAIN;
    if (err != ERR_AGAIN)
        say(set, stray, err);
    return err == ERR_OK && stray->what.kind == TLS_STRAY_FATAL && !stray->what.is_received;
}

bool fault_strays_go(struct fault_stray **list, const struct fault_set *set,
                     struct tls_session *inner, enum fault_strays_time time, enum fault_phase phase,
                     struct tls_failure *ret_failure)
{
    bool has_failed = false;

    while (*list != NULL && !has_failed) {
        struct fault_stray *stray = *list;
        bool is_there = fault_set_find(set, stray->number) != NULL;
        bool stays = is_there && !is_time(stray, time, phase);

        if (is_there && !stays)
            has_failed = go(stray, set, inner, &stays);
        if (has_failed)
            *ret_failure = own_failure(stray->what.alert);
        if (stays) {
            list = &stray->next;
            continue;
        }
        *list = stray->next;
        free(stray);
    }
    return has_failed;
}

void fault_strays_free(struct fault_stray **list)
{
    while (*list != NULL) {
        struct fault_stray *stray = *list;

        *list = stray->next;
        free(stray);
    }
}
