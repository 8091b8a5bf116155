/* recorder_state.c: what the module says, in its place among other events.
 *
 * A port takes it when its host does, which is later than the module's next dial.  So the terminal
 * is looked into; what was seen is known by a sum, since other bytes may be in front of it for a
 * while.
 */
#include "transcript/recorder_state.h"

#include "transcript/writer.h"

#include <assert.h>

static uint32_t sum_of(struct span bytes)
{
    uint32_t sum = 2166136261u; /* FNV-1a */

    for (size_t i = 0; i < bytes.len; i++)
        sum = (sum ^ bytes.data[i]) * 16777619u;
    return sum;
}

static bool has_seen(const struct recorder_port *port, struct span said)
{
    return port->seen == 0 ||
           (said.len >= port->seen && sum_of(span_at(said.data, port->seen)) == port->sum);
}

static void see(struct recorder_port *port, struct span said)
{
    port->seen = said.len;
    port->sum = sum_of(said);
}

static void look(struct recorder_port *port, int64_t now_ms)
{
    struct span said = port->inner->ops->peek(port->inner);

    if (!has_seen(port, said) || said.len == port->seen)
        return;
    writer_module(port->recorder->writer, now_ms, port->index, span_skip(said, port->seen));
    see(port, said);
}

int64_t recorder_event_ms(struct recorder *recorder)
{
    int64_t now_ms = clock_now_ms(recorder->clock);

    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++) {
        if (recorder->ports[i].inner != NULL)
            look(&recorder->ports[i], now_ms);
    }
    return now_ms;
}

void recorder_said(struct recorder_port *port, size_t count)
{
    struct span said = port->inner->ops->peek(port->inner);
    int64_t now_ms = clock_now_ms(port->recorder->clock);

    assert(count <= said.len);
    if (!has_seen(port, said)) {
        writer_module(port->recorder->writer, now_ms, port->index, span_at(said.data, count));
        return;
    }
    if (count > port->seen)
        writer_module(port->recorder->writer, now_ms, port->index,
                      span_at(said.data + port->seen, count - port->seen));
    see(port, span_at(said.data + count, port->seen > count ? port->seen - count : 0));
}
