/* capture_state.c: blocks on their way to the file. */
#include "capture/capture_state.h"

void capture_put(struct capture *capture, struct capture_interface *interface,
                 enum pcapng_link link, struct span name, enum pcapng_direction direction,
                 struct span head, struct span data, size_t missing)
{
    const struct capture_sink *sink = &capture->sink;
    size_t before = capture->held.len;

    if (!interface->is_known)
        interface->is_known = sink->add_interface(sink->ctx, link, name, &interface->number);
    if (!interface->is_known)
        return;
    if (pcapng_packet(&capture->held, interface->number, sink->now_us(sink->ctx), direction, head,
                      data, missing) != ERR_OK) {
        capture->held.len = (uint32_t)before;
        return;
    }
    if (capture->holding > 0)
        return;
    sink->put(sink->ctx, bytes_span(&capture->held));
    bytes_drop(&capture->held, capture->held.len);
}

void capture_hold(struct capture *capture)
{
    capture->holding++;
}

void capture_release(struct capture *capture)
{
    assert(capture->holding > 0);
    capture->holding--;
    if (capture->holding > 0 || capture->held.len == 0)
        return;
    capture->sink.put(capture->sink.ctx, bytes_span(&capture->held));
    bytes_drop(&capture->held, capture->held.len);
}
