/* link_profile.c: the words of a link. */
#include "wrap/link_profile.h"

#include "base/number.h"

enum { KBIT_S_MAX = 1000000, RTT_MS_MAX = 60000, PER_CENT = 10000, DECIMALS = 4 };

enum { KEY_DOWN, KEY_UP, KEY_RTT, KEY_JITTER, KEY_LOSS, KEYS };

static const struct {
    const char *name;
    int32_t min, max;
    const char *allowed;
} keys[KEYS] = {
    [KEY_DOWN] = { "down", 1, KBIT_S_MAX, "down=1 to 1000000 (kbit/s)" },
    [KEY_UP] = { "up", 1, KBIT_S_MAX, "up=1 to 1000000 (kbit/s)" },
    [KEY_RTT] = { "rtt", 0, RTT_MS_MAX, "rtt=0 to 60000 (ms)" },
    [KEY_JITTER] = { "jitter", 0, RTT_MS_MAX, "jitter=0 to 60000 (ms)" },
    [KEY_LOSS] = { "loss", 0, 100 * PER_CENT, "loss=0 to 100 (per cent)" },
};

#define WEBPAGETEST "WebPageTest, connectivity profiles"
#define FIREFOX     "Firefox, developer tools, throttling"
#define ANDROID     "Android emulator, -netspeed and -netdelay"
#define CELLULAR    "mbedded.ninja, Cellular Communication Protocols (LTE Cat M1, Cat NB1)"

static const struct link_known known[] = {
    { "gsm", "down=14,up=14,rtt=150,jitter=400", ANDROID },
    { "gprs", "down=50,up=20,rtt=500", FIREFOX },
    { "edge", "down=240,up=200,rtt=840", WEBPAGETEST },
    { "2g", "down=280,up=256,rtt=800", WEBPAGETEST },
    { "umts", "down=384,up=384,rtt=35,jitter=165", ANDROID },
    { "3g", "down=1600,up=768,rtt=300", WEBPAGETEST },
    { "hsdpa", "down=13980,up=5760", ANDROID },
    { "4g", "down=9000,up=9000,rtt=170", WEBPAGETEST },
    { "lte", "down=12000,up=12000,rtt=70", WEBPAGETEST },
    { "lte-m", "down=1000,up=1000,rtt=10,jitter=5", CELLULAR },
    { "nb-iot", "down=26,up=62,rtt=1600,jitter=8400", CELLULAR },
};

enum { KNOWN = sizeof(known) / sizeof(known[0]) };

const struct link_known *link_known_at(size_t index)
{
    return index < KNOWN ? &known[index] : NULL;
}

static size_t length_until(struct span bytes, char end)
{
    size_t len = 0;

    while (len < bytes.len && bytes.data[len] != (uint8_t)end)
        len++;
    return len;
}

/* A number of per cent with up to four decimals, in millionths. */
static bool read_per_cent(struct span text, int32_t *ret_ppm)
{
    size_t len = length_until(text, '.');
    struct span decimals = span_skip(text, len < text.len ? len + 1 : len);
    int32_t whole, part = 0;

    if (!number_parse(span_at(text.data, len), &whole) || whole > 100 || decimals.len > DECIMALS ||
        (len < text.len && !number_parse(decimals, &part)))
        return false;
    for (size_t i = decimals.len; i < DECIMALS; i++)
        part *= 10;
    *ret_ppm = whole * PER_CENT + part;
    return true;
}

/* Which key it is, and its value; false for anything that is not allowed. */
static bool read_word(struct span word, int *ret_key, int32_t *ret_value)
{
    size_t len = length_until(word, '=');
    struct span value = span_skip(word, len < word.len ? len + 1 : len);
    int key = 0;

    while (key < KEYS && !span_equal(span_at(word.data, len), span_of(keys[key].name)))
        key++;
    *ret_key = key;
    if (key == KEYS || len == word.len)
        return false;
    return (key == KEY_LOSS ? read_per_cent(value, ret_value) : number_parse(value, ret_value)) &&
           *ret_value >= keys[key].min && *ret_value <= keys[key].max;
}

static bool refuse(struct span word, const char *why, struct text *error)
{
    text_add(error, "\"%.*s\" %s; allowed:", (int)word.len, (const char *)word.data, why);
    for (int key = 0; key < KEYS; key++)
        text_add(error, "%s %s", key == 0 ? "" : ",", keys[key].allowed);
    text_add(error, "; or");
    for (size_t i = 0; i < KNOWN; i++)
        text_add(error, "%s %s", i == 0 ? "" : ",", known[i].name);
    return false;
}

/* Reads words with KEY=VALUE, with commas between them; `values` are replaced. */
static bool read_words(struct span words, int32_t values[KEYS], struct text *error)
{
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
    return true;
}

static const struct link_known *find_known(struct span name)
{
    for (size_t i = 0; i < KNOWN; i++) {
        if (span_equal(name, span_of(known[i].name)))
            return &known[i];
    }
    return NULL;
}

/* Each way gets half of it, and what is left over goes down. */
static void halve(int32_t value, uint32_t *ret_up, uint32_t *ret_down)
{
    *ret_up = (uint32_t)value / 2;
    *ret_down = (uint32_t)value - *ret_up;
}

bool link_profile_read(struct span words, struct link_profile *ret_profile, struct text *error)
{
    size_t len = length_until(words, ',');
    const struct link_known *named = find_known(span_at(words.data, len));
    int32_t values[KEYS] = { 0 };

    if (named != NULL && !read_words(span_of(named->words), values, error))
        return false;
    if (named != NULL)
        words = span_skip(words, len);
    if (named != NULL && words.len > 0)
        words = span_skip(words, 1);
    else if (named != NULL)
        words = span_of(named->words);
    if (!read_words(words, values, error))
        return false;
    ret_profile->up.kbit_s = (uint32_t)values[KEY_UP];
    ret_profile->down.kbit_s = (uint32_t)values[KEY_DOWN];
    halve(values[KEY_RTT], &ret_profile->up.delay_ms, &ret_profile->down.delay_ms);
    halve(values[KEY_JITTER], &ret_profile->up.jitter_ms, &ret_profile->down.jitter_ms);
    ret_profile->up.loss_ppm = ret_profile->down.loss_ppm = (uint32_t)values[KEY_LOSS];
    return true;
}
