/* schema.h: the shape of a file: which keys there are, of what kind, and the structs that libcyaml
 * makes of them.
 *
 * A member that is NULL was not given.  `credentials`, `facts`, `map`, `values` and `certificates`
 * have keys of the user's own, which libcyaml leaves alone: those are read from the tree
 * (file/tree.h).
 */
#ifndef DAEMON_FILE_SCHEMA_H
#define DAEMON_FILE_SCHEMA_H

#include <cyaml/cyaml.h>
#include <stdbool.h>
#include <stdint.h>

/* One of a modem's ports: exactly one of the first eight is there. */
struct file_port {
    char *pty, *unix_path, *tcp, *tcp_each, *uart, *rfc2217, *tcp_tls;
    bool *stdio;
    char *cert, *key, *ca; /* of tcp_tls */
};

struct file_operator {
    char *name, *code;
};

struct file_sms {
    char *send;
};

/* The uplink that is its radio. */
struct file_network {
    char *follow, *signal;
};

struct file_tls {
    char *preset, *min, *max, *suites, *verify, *ca, *cert, *key, *sni, *minimum;
};

struct file_policy_keys {
    struct file_tls *tls;
};

/* Hosts inside. */
struct file_host {
    char *name, *transcript, *ramp, *on_error, *patience;
    uint32_t *seed;
};

/* A row of the user's own. */
struct file_answer {
    char *command;
    char **lines;
    uint32_t lines_count;
    char *result;
    uint32_t *delay_ms;
};

struct file_modem {
    char *name;
    uint32_t *count, *first;
    uint32_t *module; /* index of tlsmodem_model_at() */
    char *imei, *imei_file, *imsi, *iccid;
    struct file_operator *network_operator;
    uint32_t *signal;
    struct file_port *ports;
    uint32_t ports_count;
    char *host;
    char *state, *clock;
    char **at_start;
    uint32_t at_start_count;
    struct file_answer *answers;
    uint32_t answers_count;
    char **allow, **deny;
    uint32_t allow_count, deny_count;
    char *source, *link;
    char **faults;
    uint32_t faults_count;
    struct file_sms *sms;
    char *ppp;
    struct file_network *network;
    struct file_policy_keys *policy;
};

struct file_root {
    char **include;
    uint32_t include_count;
    struct file_modem *defaults;
    struct file_modem *modems;
    uint32_t modems_count;
    struct file_host *hosts;
    uint32_t hosts_count;
    char *control, *control_token_file, *metrics_file;
    char *metrics;
    char *summary, *start_at;
    char **fail_if;
    uint32_t fail_if_count;
    struct file_policy_keys *policy;
};

enum {
    FILE_MODEMS_MAX = 100 * 1000, /* entries of one file, and modems of all */
    FILE_INCLUDES_MAX = 100,
    FILE_ANSWERS_MAX = 100,
    FILE_HOSTS_MAX = 1000, /* of one file */
    FILE_LINES_MAX = 100,  /* of at-start, of faults, or of one answer */
    FILE_PLACES_MAX = 500  /* of allow, or of deny */
};

/* The shape of a whole file.  Static; made by the first call, which comes before there are threads.
 */
const cyaml_schema_value_t *file_schema(void);

#endif
