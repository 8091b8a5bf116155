/* engine_world.c: what the world around the engine's stage does to the module. */
#include "transcript/engine_world.h"

#include "transcript/control_words.h"
#include "transcript/engine_state.h"

#include <stdio.h>

enum { TEXT_CAP = 1000, WHY_CAP = 400 };

static struct engine_stage *of(struct stage *base)
{
    return (struct engine_stage *)base;
}

/* A C string of bytes; false: they are too many, or have a NUL. */
static bool read_text(struct span bytes, char ret_text[TEXT_CAP])
{
    if (bytes.len >= TEXT_CAP || (bytes.len > 0 && memchr(bytes.data, '\0', bytes.len) != NULL))
        return false;
    if (bytes.len > 0)
        memcpy(ret_text, bytes.data, bytes.len);
    ret_text[bytes.len] = '\0';
    return true;
}

static enum err set(struct engine_stage *stage, struct span words, struct text *why)
{
    size_t len = 0;

    while (len < words.len && words.data[len] != '=')
        len++;
    return control_words_set(stage->world.modem, stage->port, span_at(words.data, len),
                             span_skip(words, len < words.len ? len + 1 : len), why);
}

static enum err ring(struct engine_stage *stage, struct span number)
{
    char text[TEXT_CAP];

    if (!read_text(number, text))
        return ERR_INVALID;
    return tlsmodem_ring(stage->world.modem, text[0] != '\0' ? text : NULL);
}

static enum err receive(struct engine_stage *stage, struct span from, struct span message)
{
    char number[TEXT_CAP], text[TEXT_CAP];

    if (!read_text(from, number) || !read_text(message, text))
        return ERR_INVALID;
    return tlsmodem_receive_message(stage->world.modem,
                                    &(struct tlsmodem_message){ .from = number, .text = text });
}

static enum err run(struct engine_stage *stage, const struct script_step *step, struct span bytes,
                    struct span message, struct text *why)
{
    switch (step->kind) {
    case SCRIPT_SET:
        return set(stage, bytes, why);
    case SCRIPT_RING:
        return ring(stage, bytes);
    case SCRIPT_RING_END:
        return tlsmodem_ring_end(stage->world.modem);
    case SCRIPT_MESSAGE:
        return receive(stage, bytes, message);
    case SCRIPT_CONTEXT_LOST:
        return tlsmodem_lose_context(stage->world.modem, 0);
    default:
        text_add(why, "a transcript cannot do this yet; allowed: set, ring, message, context-lost, "
                      "power");
        return ERR_UNSUPPORTED;
    }
}

static bool conclude(struct engine_stage *stage, enum err err, const char *said, struct report *why)
{
    if (err != ERR_OK)
        report_add(why, "  %s\n", said[0] != '\0' ? said : err_text(err));
    engine_stage_take(stage);
    return err == ERR_OK;
}

bool engine_world_change(struct stage *base, const struct script_step *step, struct span bytes,
                         struct span message, struct report *why)
{
    struct engine_stage *stage = of(base);
    char memory[WHY_CAP];
    struct text said;

    text_init(&said, memory, sizeof(memory));
    return conclude(stage, run(stage, step, bytes, message, &said), memory, why);
}

bool engine_world_power(struct stage *base, enum script_power power, struct report *why)
{
    static const char *const words[] = { [SCRIPT_POWER_OFF] = "off",
                                         [SCRIPT_POWER_ON] = "on",
                                         [SCRIPT_POWER_RESET] = "reset",
                                         [SCRIPT_POWER_BROWN_OUT] = "brown-out" };
    struct engine_stage *stage = of(base);
    char memory[WHY_CAP];
    struct text said;

    assert(power != SCRIPT_POWER_CYCLE);
    text_init(&said, memory, sizeof(memory));
    return conclude(stage, control_words_power(stage->world.modem, span_of(words[power]), &said),
                    memory, why);
}
