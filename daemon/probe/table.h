/* table.h: how each fact of a maker is found out of a real module, or why it is not.
 *
 * A file of probes has parts, each begun by a line at the left: `before`, command lines that put a
 * module back, whose answers do not count; `in the network`, steps that bring it there; and `fact
 * NAME…`, for one fact, or the same for several.  Behind that one stand `because REASON`: it is not
 * found out; or lines of a transcript (docs/transcripts.md), with these before them:
 *
 *   needs the network                 the steps want servers of this machine
 *   largest A to B, smallest A to B   ${value} is the number that is tried, of these; `or TEXT`
 *                                     behind them is the value where none is taken
 *
 * A pattern's groups say what came out: `value`; `error`, the number of an error, where none is
 * the plain one; `is_WORD`, with _ for the dashes of WORD; and of a search `taken`, `refused`.
 */
#ifndef DAEMON_PROBE_TABLE_H
#define DAEMON_PROBE_TABLE_H

#include "base/span.h"

enum probe_search { PROBE_ONCE, PROBE_LARGEST, PROBE_SMALLEST };

/* Static. */
struct probe {
    struct span reason; /* why it is not found out; empty: the steps do it */
    bool needs_network;
    enum probe_search search;
    int32_t from, to;    /* of a search */
    struct span or_else; /* the value where none of them is taken; empty: there is none */
    struct span steps;   /* lines, whole ones */
};

/* The probe of a fact of the maker; false: there is no part of that name, or it is wrong. */
bool probe_find(const char *maker, const char *fact, struct probe *ret_probe);

/* The lines of the maker's part `before`, or `in the network`; empty: there is none. */
struct span probe_part(const char *maker, const char *head);

/* The fact that stands at this place among those of the maker's parts, from 0; empty past the end.
 */
struct span probe_fact_at(const char *maker, size_t index);

#endif
