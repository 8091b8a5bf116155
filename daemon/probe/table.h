/* table.h: how each fact of a maker is found out of a real module, or why it is not.
 *
 * A file of probes has parts, each begun by a line at the left: `before`, command lines that put a
 * module back, whose answers do not count; `in the network`, steps that bring it there; `before a
 * restart`, steps that see that it will be there again; `part NAME`, steps that others `include`;
 * and `fact NAME…`, for one fact, or the same for several.  Behind that one stand `because REASON`:
 * it is not found out; or lines of a transcript (docs/transcripts.md), with these before them:
 *
 *   needs the network                 the steps want servers of this machine
 *   needs a name                      and the name of this machine, which is ${host}
 *   needs a second port               the module has another port, where `on port 2` is
 *   restarts                          the module will be off for a while, and must come back
 *   patience TIME                     what must come is waited for so long,
 *   servers wait TIME                 by servers of this machine so long
 *   time in steps of TIME             the value is how long it takes, in the unit of its name
 *   time below TIME is WORD, else WORD
 *   largest A to B, smallest A to B   ${value} is the number that is tried, of these; `or TEXT`
 *                                     behind them is the value where none is taken, `or more`: B
 *                                     is no bound, and says nothing where it is taken
 *
 * The steps may be several transcripts, each with its peers, between lines at the left: `and then`
 * goes on as long as nothing has come out, `or else` begins anew then, `when it is woken` goes on
 * in command mode, out of a prompt or a call, `when it answers again` when the module, which
 * restarts, listens to AT, and what stands behind `afterwards` is played last, by a module that was
 * put back, whatever came before: it undoes what outlives that.  What patterns have named in one is
 * a variable in those behind it.
 *
 * A pattern's groups say what came out: `value`; `length`, as long as what stands there is, and
 * `pairs`, half of it; `error`, the number of an error, where none is the plain one; `is_WORD`,
 * with _ for the dashes of WORD and __ for its dots; `counts`, each is one more, and `adds`, its
 * number is, where `over` is among them; `begins` (the last one counts) and `over` of a time, which
 * is over too when the module answers again, or else begins then; and of a search `taken`,
 * `refused`.
 *
 * Variables beside those of transcripts: ${apn}; ${address_pasv}, as FTP writes it; of a search
 * ${letters} and ${line_feeds}, as many as are tried, and ${at_line}, AT and blanks, as long.
 */
#ifndef DAEMON_PROBE_TABLE_H
#define DAEMON_PROBE_TABLE_H

#include "base/span.h"

enum probe_search { PROBE_ONCE, PROBE_LARGEST, PROBE_SMALLEST };

enum probe_turn {
    PROBE_BEGINS,
    PROBE_GOES_ON,       /* and then */
    PROBE_BEGINS_ANEW,   /* or else */
    PROBE_IS_WOKEN,      /* when it is woken */
    PROBE_ANSWERS_AGAIN, /* when it answers again */
    PROBE_ENDS           /* afterwards */
};

/* Static. */
struct probe {
    struct span reason; /* why it is not found out; empty: the steps do it */
    bool needs_network, needs_name, needs_second_port, restarts;
    uint32_t patience_ms, servers_wait_ms; /* 0: as usual */
    uint32_t time_step_ms;                 /* of a time; 0: it is none, */
    uint32_t time_limit_ms;                /* or one that says one of two words */
    struct span sooner, later;
    enum probe_search search;
    bool takes_more;     /* than the far end of the search, perhaps */
    int32_t from, to;    /* of a search */
    struct span or_else; /* the value where none of them is taken; empty: there is none */
    struct span steps;   /* lines, whole ones */
};

/* The probe of a fact of the maker; false: there is no part of that name, or it is wrong. */
bool probe_find(const char *maker, const char *fact, struct probe *ret_probe);

/* The lines of the maker's part that begins with this line; empty: there is none. */
struct span probe_part(const char *maker, const char *head);

/* The fact that stands at this place among those of the maker's parts, from 0; empty past the end.
 */
struct span probe_fact_at(const char *maker, size_t index);

/* The next transcript of a probe's steps, and when it is its turn; `steps` goes on behind it.
 * False: there are no more. */
bool probe_next_steps(struct span *steps, enum probe_turn *ret_turn, struct span *ret_steps);

#endif
