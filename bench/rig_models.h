/* rig_models.h: what hosts type to a module of each maker, and what they wait for. */
#ifndef BENCH_RIG_MODELS_H
#define BENCH_RIG_MODELS_H

/* Typed as it stands but for %T, %H, %F, %M, ports of the TLS, HTTP, FTP and mail servers, %L, how
 * long the CA certificates are, and %C, they themselves.  Done when `heard` has come, somewhere
 * near the end of what is heard. */
struct rig_step {
    const char *text, *heard;
};

/* Lists end with a step without text. */
struct rig_model {
    const char *name;
    const struct rig_step *prepare; /* from power-up: its context, the CA certificates stored, its
                                     * secure socket with its highest version checks them */
    const struct rig_step *dial;    /* the secure socket, in command mode */
    const struct rig_step *hang_up;
    const struct rig_step *again; /* NULL, or for a module with no command that deletes the
                                   * certificates, a restart does: from power-up like `prepare`,
                                   * but nothing is stored and checked */
    const struct rig_step *use;   /* what services it has, each from start to close; then it deletes
                                   * the certificates, if a command does */
};

/* By the name that --module takes; NULL: none of them. */
const struct rig_model *rig_model_of(const char *name);

#endif
