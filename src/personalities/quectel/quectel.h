/* quectel.h: what the files of this maker share.
 *
 * A feature with state of its own (sockets, files, HTTP, mail) is a `struct quectel_part` in its
 * own file; its state is a member of `struct quectel`, declared in its own header when it is more
 * than a few lines; its rows are a list of their own.  quectel.c names both in its two tables and
 * knows no more of it.
 */
#ifndef QUECTEL_H
#define QUECTEL_H

#include "module/module.h"
#include "personalities/quectel/quectel_errors.h"
#include "personalities/quectel/quectel_facts.h"

/* Limits of a model, as rows refer to them (1 + index). */
enum quectel_limit { LIMIT_END = LIMIT_OF_MAKER };

enum { QUECTEL_PROMPT_MAX = 1500 };

/* What a part of the module does when; NULL members are nothing. */
struct quectel_part {
    enum err (*start)(struct tlsmodem *modem); /* power on, before stored settings are there */
    void (*ready)(struct tlsmodem *modem);     /* and after */
    void (*stop)(struct tlsmodem *modem);      /* power off */
    int64_t (*deadline)(struct tlsmodem *modem);
    void (*tick)(struct tlsmodem *modem);
    void (*on_quiet)(struct module_terminal *terminal); /* may speak while at_may_speak() */
    void (*on_dtr_drop)(struct module_terminal *terminal);
    void (*on_context_down)(struct tlsmodem *modem, size_t cid);
};

/* Settings that bound rows keep for the whole module. */
struct quectel_settings {
    int32_t start_up; /* +QIURC */
};

/* The lines that a module says when it starts. */
struct quectel_start_up {
    size_t next;
    int64_t at_ms; /* of the next one; CLOCK_NEVER: all are said */
};

struct quectel {
    struct quectel_settings settings;
    struct quectel_start_up start_up;
};

struct quectel *quectel_of(const struct at_session *at);

extern const struct personality quectel_personality;
extern const struct quectel_part quectel_start_up;
extern const struct at_commands quectel_general, quectel_answered, quectel_refused;

/* A row's record of module-wide settings. */
void *quectel_settings_record(struct at_session *at, size_t index);

#endif
