/* engine_state.c: the engine's stage as it plays, and its time. */
#include "transcript/engine_state.h"

static struct engine_stage *of(struct stage *base)
{
    return (struct engine_stage *)base;
}

void engine_stage_settle(struct engine_stage *stage)
{
    if (!stage->is_held)
        world_settle(&stage->world);
    world_mark(&stage->world);
}

void engine_stage_take(struct engine_stage *stage)
{
    engine_stage_settle(stage);
    for (size_t i = 0; i < stage->world.port_count; i++) {
        byte_queue_put(&stage->pending[i], world_heard(&stage->world, i));
        world_forget(&stage->world, i);
    }
}

struct span engine_stage_pending(struct stage *base)
{
    struct engine_stage *stage = of(base);

    return byte_queue_peek(&stage->pending[stage->port]);
}

int64_t engine_stage_receive(struct stage *base, int64_t limit_ms)
{
    struct engine_stage *stage = of(base);
    size_t known = engine_stage_pending(base).len;
    int64_t passed_ms;

    engine_stage_take(stage);
    if (engine_stage_pending(base).len > known)
        return 0; /* it came before anybody waited */
    passed_ms = world_await(&stage->world, limit_ms);
    engine_stage_take(stage);
    return passed_ms;
}
