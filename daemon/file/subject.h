/* subject.h: the modem that is being planned, and the patterns of its keys. */
#ifndef DAEMON_FILE_SUBJECT_H
#define DAEMON_FILE_SUBJECT_H

#include "file/layer.h"
#include "file/policy_read.h"
#include "plan/doubts.h"
#include "plan/modem_plan.h"
#include "plan/port_options.h"
#include "plan/verdict_options.h"

#include <stdbool.h>
#include <stdint.h>

struct file_settings {
    uint32_t shard;    /* ${shard} */
    size_t modems_max; /* of a file; 0: FILE_MODEMS_MAX */
    bool allow_remote; /* --allow-remote */
    /* The name, that very text, of a document which is not the operator's own and so may not say
     * what program is run (modem_plan_commands); NULL: there is none. */
    const char *stranger;
    struct port_tls tls; /* of a tcp-tls that has no files; outlives the plans */
    /* Of a modem without `state`, as in its plan; the text is copied. */
    const char *state;
    bool in_memory;
    bool asks_own_servers;                      /* --dns module */
    const struct tlsmodem_listening *listening; /* --listen; NULL: not given */
    policy_trial_fn *policy_trial;              /* of each policy; NULL: nobody tries */
    fail_if_trial_fn *fail_if_trial;            /* of each of `fail-if`; the same */
    host_script_fn *host_script;                /* of each host; NULL: nobody reads them */
    host_certificate_fn *host_certificate;      /* of what hosts name; the same */
    door_trial_fn *door_trial;                  /* of the files of each tcp-tls; the same */
};

struct file_policies;
struct file_hosts;

struct file_subject {
    const struct file_settings *settings;
    struct file_report *report;
    const struct file_layer *layers;
    uint32_t count, first, index;   /* `index` of `count`; ${n} is first + index */
    char imei[TLSMODEM_IMEI_CAP];   /* ${imei}; "": none is given */
    const char *name;               /* ${name}; NULL: not known yet */
    const struct file_node *policy; /* of its file, where it has none; NULL: none either */
    struct file_policies *policies; /* that were read before */
    struct file_hosts *hosts;       /* of all files */
    struct port_tls *door;          /* files of a tcp-tls that were tried last */
    struct modem_plan *plan;        /* that is filled; owns what it points to */
};

/* ${n}. */
uint32_t file_subject_number(const struct file_subject *subject);

/* "FILE:LINE:COLUMN: KEY: "VALUE" is wrong because ..." at a value's place, or a key's where it is
 * no text; printf style. */
void file_subject_wrong(const struct file_subject *subject, const struct file_node *node,
                        const char *why, ...) __attribute__((format(printf, 3, 4)));

/* The same of what is no mistake: "FILE:LINE:COLUMN: KEY: "VALUE": WORDS", at the member of `node`
 * that a doubt names, or at `node` where it has none such. */
void file_subject_doubt(const struct file_subject *subject, const struct file_node *node,
                        const struct doubts *doubts);

/* A mistake with a line of its own behind the place. */
void file_subject_line(const struct file_subject *subject, const struct file_node *node,
                       const char *line);

/* A text with the values of its variables, the plan's from now on.  NULL: the report says why. */
const char *file_subject_fill(const struct file_subject *subject, const struct file_node *node,
                              const char *pattern);

/* The same for a command of the shell (modem_plan_commands), of which no value becomes a part that
 * the shell reads (command_pattern.h). */
const char *file_subject_command(const struct file_subject *subject, const struct file_node *node,
                                 const char *pattern);

/* The same for a path, which begins in the folder of the node's file unless it is absolute. */
const char *file_subject_path(const struct file_subject *subject, const struct file_node *node,
                              const char *pattern);

/* The same for a path of security data, which may be a credential of systemd (secret_path.h). */
const char *file_subject_secret(const struct file_subject *subject, const struct file_node *node,
                                const char *pattern);

/* Memory of the plan, zeroed; NULL: the report says so. */
void *file_subject_memory(const struct file_subject *subject, size_t bytes);

#endif
