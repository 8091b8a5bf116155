/* controlling.c: see controlling.h.  Everything happens in the master's thread. */
#include "controlling.h"

#include "file/bytes.h"
#include "run_plans.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TOKEN_FILE_MAX = 4096, OTHERS = 077 };

/* ---- the token ---- */

static bool read_token(const char *path, struct gate *gate, struct port_failure *ret_failure)
{
    const char *why = "others can read it; allowed: a file of mode 0600 or 0400";
    uint8_t *bytes = NULL;
    struct stat about;
    bool good = false;
    size_t len;

    if (stat(path, &about) != 0 || (about.st_mode & OTHERS) == 0)
        bytes = file_bytes_read(path, TOKEN_FILE_MAX, &len, &why);
    if (bytes != NULL)
        good = gate_set_token(gate, (const char *)bytes, len, &why);
    if (bytes != NULL)
        explicit_bzero(bytes, len);
    free(bytes);
    if (!good)
        port_fail(ret_failure, ERR_INVALID, "--control-token-file: \"%s\": %s", path, why);
    return good;
}

/* ---- the modems, as control asks for them ---- */

static size_t count(void *ctx)
{
    return ((struct controlling *)ctx)->roster->count;
}

static struct house_modem at(void *ctx, size_t number)
{
    const struct controlling *controlling = ctx;
    const struct roster_modem *modem = controlling->roster->list[number];

    return (struct house_modem){ .name = modem_plan_name(&modem->plan),
                                 .model = modem->plan.model,
                                 .index = modem->index,
                                 .ports = modem->pool != NULL ? 1 : modem->plan.port_count,
                                 .hand = modem->hand,
                                 .watch = modem->seat.recording != NULL
                                              ? recording_watch(modem->seat.recording)
                                              : NULL };
}

/* Who hears of an entry: who has asked of what is wrong, the operator of what may be. */
struct listener {
    struct text *why;
    const struct log *log;
};

static void say_why(void *ctx, const char *line)
{
    struct text *why = ((struct listener *)ctx)->why;

    text_add(why, "%s%s", why->len > 0 ? "; " : "", line);
}

static void warn(void *ctx, const char *line)
{
    log_say(((struct listener *)ctx)->log, LOG_WARNING, "%s", line);
}

static bool is_taken(const struct controlling *controlling, const char *name)
{
    const struct roster *roster = controlling->roster;

    for (size_t i = 0; i < roster->count; i++) {
        if (strcmp(modem_plan_name(&roster->list[i]->plan), name) == 0)
            return true;
    }
    return false;
}

/* ERR_OK, or what is wrong with these plans here. */
static enum err judge(const struct controlling *controlling, const struct modem_plans *plans,
                      struct text *why)
{
    const char *name = modem_plan_name(&plans->list[0]);

    if (plans->count != 1) {
        text_add(why, "count: a call opens one modem; allowed: 1");
        return ERR_INVALID;
    }
    if (plans->has_stdio) {
        text_add(why, "ports: stdio comes by a start alone; allowed: other ports");
        return ERR_INVALID;
    }
    if (!confinement_allows(controlling->confinement, plans)) {
        text_add(why, "defaults: this run began without a command, and starts none; allowed: a "
                      "restart with that file");
        return ERR_INVALID;
    }
    if (!is_taken(controlling, name))
        return ERR_OK;
    text_add(why, "name: there is a modem \"%s\"; allowed: another name", name);
    return ERR_BUSY;
}

static enum err add(void *ctx, struct span entry, struct text *why)
{
    struct controlling *controlling = ctx;
    struct port_failure failure;
    struct modem_plans plans;
    struct listener listener = { why, controlling->roster->log };
    const struct plans_voice voice = { say_why, warn, &listener };
    enum err err;

    if (!run_plans_of_entry(controlling->options, entry, &voice, &plans))
        return ERR_INVALID;
    err = judge(controlling, &plans, why);
    if (err != ERR_OK) {
        modem_plans_free(&plans);
        return err;
    }
    if (roster_add(controlling->roster, &plans, &failure))
        return ERR_OK;
    text_add(why, "%s", failure.text);
    return ERR_IO;
}

static void remove_one(void *ctx, size_t number)
{
    roster_remove(((struct controlling *)ctx)->roster, number);
}

static const struct house_ops house_ops = {
    .count = count, .at = at, .add = add, .remove = remove_one
};

/* ---- hands ---- */

static struct hand *new_hand(void *ctx, const char *name)
{
    struct controlling *controlling = ctx;
    const struct journal_config config = { .name = name,
                                           .number = ++controlling->journals,
                                           .log = controlling->roster->log,
                                           .all = controlling->all,
                                           .is_heard = control_is_heard,
                                           .tell = control_tell,
                                           .ctx = controlling->control };
    struct hand *hand;

    return hand_new(&config, &hand) == ERR_OK ? hand : NULL;
}

bool controlling_open(struct controlling *controlling, const struct options *options,
                      const struct confinement *confinement, const struct modem_plans *plans,
                      struct roster *roster, struct port_failure *ret_failure)
{
    struct control_config config = { .at = &controlling->at,
                                     .gate = { .is_tcp = plans->control.kind == PORT_TCP,
                                               .port = plans->control.tcp_port },
                                     .house = { &house_ops, controlling, roster->fleet } };

    if (!plans->has_control)
        return true;
    *controlling = (struct controlling){ .options = options,
                                         .confinement = confinement,
                                         .roster = roster,
                                         .at = plans->control,
                                         .all = journals_new() };
    if (controlling->all == NULL) {
        port_fail(ret_failure, ERR_NO_MEMORY, "%s", err_text(ERR_NO_MEMORY));
        return false;
    }
    if ((plans->control_token_file != NULL &&
         !read_token(plans->control_token_file, &config.gate, ret_failure)) ||
        control_open(&config, ret_failure, &controlling->control) != ERR_OK)
        return false;
    explicit_bzero(&config.gate, sizeof(config.gate));
    if (plans->control_token_file != NULL)
        controlling->token_file = strdup(plans->control_token_file);
    roster->new_hand = new_hand;
    roster->hand_ctx = controlling;
    return true;
}

bool controlling_is_at(const struct controlling *controlling, const struct modem_plans *plans)
{
    if (controlling->control == NULL || !plans->has_control)
        return controlling->control == NULL && !plans->has_control;
    return modem_plan_same_port(&plans->control, &controlling->at);
}

void controlling_set_ready(struct controlling *controlling)
{
    if (controlling->control != NULL)
        control_set_ready(controlling->control);
}

void controlling_stop(struct controlling *controlling)
{
    if (controlling->control != NULL)
        control_stop(controlling->control);
}

void controlling_close(struct controlling *controlling)
{
    control_close(controlling->control);
    free(controlling->token_file);
    journals_free(controlling->all);
    controlling->all = NULL;
    controlling->control = NULL;
}
