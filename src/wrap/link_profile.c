/* link_profile.c: the words of a link. */
#include "wrap/link_profile.h"

#include "base/number.h"

enum { KBIT_S_MAX = 1000000, RTT_MS_MAX = 60000 };

enum { KEY_DOWN, KEY_UP, KEY_RTT, KEYS };

static const struct {
    const char *name;
    int32_t min, max;
    const char *allowed;
} keys[KEYS] = {
    [KEY_DOWN] = { "down", 1, KBIT_S_MAX, "down=1 to 1000000 (kbit/s)" },
    [KEY_UP] = { "up", 1, KBIT_S_MAX, "up=1 to 1000000 (kbit/s)" },
    [KEY_RTT] = { "rtt", 0, RTT_MS_MAX, "rtt=0 to 60000 (ms)" },
};

static size_t length_until(struct span bytes, char end)
{
    size_t len = 0;

    while (len < bytes.len && bytes.data[len] != (uint8_t)end)
        len++;
    return len;
}

/* Which key it is, and its value; false for anything that is not allowed. */
static bool read_word(struct span word, int *ret_key, int32_t *ret_value)
{
    size_t len = length_until(word, '=');
    int key = 0;

    while (key < KEYS && !span_equal(span_at(word.data, len), span_of(keys[key].name)))
        key++;
    *ret_key = key;
    return key < KEYS && len < word.len && number_parse(span_skip(word, len + 1), ret_value) &&
           *ret_value >= keys[key].min && *ret_value <= keys[key].max;
}

static bool refuse(struct span word, const char *why, struct text *error)
{
    text_add(error, "\"%.*s\" %s; allowed:", (int)word.len, (const char *)word.data, why);
    for (int key = 0; key < KEYS; key++)
        text_add(error, "%s %s", key == 0 ? "" : ",", keys[key].allowed);
    return false;
}

bool link_profile_read(struct span words, struct link_profile *ret_profile, struct text *error)
{
    int32_t values[KEYS] = { 0 };
    unsigned seen = 0;
    bool more = true;

    while (more) {
        struct span word = span_at(words.data, length_until(words, ','));
        int key;
        int32_t value;

        if (!read_word(word, &key, &value))
            return refuse(word, "is no property of a link", error);
        if ((seen & 1U << key) != 0)
            return refuse(word, "is said twice", error);
        seen |= 1U << key;
        values[key] = value;
        more = word.len < words.len;
        words = span_skip(words, word.len + more);
    }
    ret_profile->up.kbit_s = (uint32_t)values[KEY_UP];
    ret_profile->down.kbit_s = (uint32_t)values[KEY_DOWN];
    ret_profile->up.delay_ms = (uint32_t)values[KEY_RTT] / 2;
    ret_profile->down.delay_ms = (uint32_t)values[KEY_RTT] - ret_profile->up.delay_ms;
    return true;
}
