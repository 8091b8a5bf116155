/* phone_ops.c: calls and messages that come in, as a personality's `phone` has them. */
#include "module/phone_ops.h"

#include "personalities/common/call.h"
#include "personalities/common/message_arrival.h"
#include "personalities/common/message_write.h"
#include "personalities/common/phone.h"

const struct module_phone_ops common_phone_ops = {
    .ring = call_ring,
    .ring_end = call_ring_end,
    .call = call_now,
    .receive = message_receive,
    .decided = message_decided,
};
