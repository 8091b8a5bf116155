/* hmac.c: HMAC with SHA-256.  Source: RFC 2104, FIPS 180-4. */
#include "base/hmac.h"

#include "base/wipe.h"

enum { BLOCK_BYTES = 64, LENGTH_BYTES = 8, WORDS = 64, STATE_WORDS = 8 };

/* ---- SHA-256 ---- */

struct sha256 {
    uint32_t state[STATE_WORDS];
    uint8_t block[BLOCK_BYTES];
    size_t filled; /* of it */
    uint64_t bytes;
};

/* §4.2.2 */
static const uint32_t constants[WORDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotated(uint32_t word, unsigned by)
{
    return word >> by | word << (32 - by);
}

static uint32_t word_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* §6.2.2, step 1 */
static void expand(const uint8_t block[BLOCK_BYTES], uint32_t words[WORDS])
{
    for (size_t i = 0; i < WORDS; i++) {
        if (i < 16) {
            words[i] = word_at(block + 4 * i);
        } else {
            uint32_t early = words[i - 15], late = words[i - 2];
            uint32_t first = rotated(early, 7) ^ rotated(early, 18) ^ early >> 3;
            uint32_t second = rotated(late, 17) ^ rotated(late, 19) ^ late >> 10;

            words[i] = words[i - 16] + first + words[i - 7] + second;
        }
    }
}

/* §6.2.2, steps 2 to 4; a to h are v[0] to v[7]. */
static void take_block(uint32_t state[STATE_WORDS], const uint8_t block[BLOCK_BYTES])
{
    uint32_t words[WORDS], v[STATE_WORDS];

    expand(block, words);
    memcpy(v, state, sizeof(v));
    for (size_t i = 0; i < WORDS; i++) {
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        uint32_t first = v[7] + (rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25)) +
                         choice + constants[i] + words[i];
        uint32_t second = (rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22)) + majority;

        memmove(v + 1, v, sizeof(v) - sizeof(v[0]));
        v[4] += first;
        v[0] = first + second;
    }
    for (size_t i = 0; i < STATE_WORDS; i++)
        state[i] += v[i];
    wipe(words, sizeof(words));
    wipe(v, sizeof(v));
}

static void begin(struct sha256 *hash)
{
    /* §5.3.3 */
    static const uint32_t initial[STATE_WORDS] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

    memcpy(hash->state, initial, sizeof(initial));
    hash->filled = 0;
    hash->bytes = 0;
}

static void add(struct sha256 *hash, struct span bytes)
{
    hash->bytes += bytes.len;
    while (bytes.len > 0) {
        size_t room = BLOCK_BYTES - hash->filled;
        size_t part = bytes.len < room ? bytes.len : room;

        memcpy(hash->block + hash->filled, bytes.data, part);
        hash->filled += part;
        bytes = span_skip(bytes, part);
        if (hash->filled < BLOCK_BYTES)
            return;
        take_block(hash->state, hash->block);
        hash->filled = 0;
    }
}

/* §5.1.1 */
static void end(struct sha256 *hash, uint8_t ret_digest[HMAC_SHA256_BYTES])
{
    static const uint8_t padding[BLOCK_BYTES] = { 0x80 };
    uint64_t bits = 8 * hash->bytes;
    size_t used = (hash->filled + LENGTH_BYTES) % BLOCK_BYTES;
    uint8_t length[LENGTH_BYTES];

    for (size_t i = 0; i < LENGTH_BYTES; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    add(hash, span_at(padding, BLOCK_BYTES - used));
    add(hash, span_at(length, sizeof(length)));
    for (size_t i = 0; i < HMAC_SHA256_BYTES; i++)
        ret_digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
    wipe(hash, sizeof(*hash));
}

/* ---- HMAC ---- */

static void begin_with(struct sha256 *hash, const uint8_t key[BLOCK_BYTES], uint8_t pad)
{
    uint8_t block[BLOCK_BYTES];

    for (size_t i = 0; i < BLOCK_BYTES; i++)
        block[i] = key[i] ^ pad;
    begin(hash);
    add(hash, span_at(block, sizeof(block)));
    wipe(block, sizeof(block));
}

void hmac_sha256(struct span key, const struct span *pieces, size_t count,
                 uint8_t ret_code[HMAC_SHA256_BYTES])
{
    uint8_t block[BLOCK_BYTES] = { 0 };
    struct sha256 hash;

    if (key.len > BLOCK_BYTES) {
        begin(&hash);
        add(&hash, key);
        end(&hash, block);
    } else if (key.len > 0) {
        memcpy(block, key.data, key.len);
    }
    begin_with(&hash, block, 0x36);
    for (size_t i = 0; i < count; i++)
        add(&hash, pieces[i]);
    end(&hash, ret_code);
    begin_with(&hash, block, 0x5c);
    add(&hash, span_at(ret_code, HMAC_SHA256_BYTES));
    end(&hash, ret_code);
    wipe(block, sizeof(block));
}

void hmac_sha256_hex(struct span key, const struct span *pieces, size_t count,
                     char ret_text[HMAC_SHA256_HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t code[HMAC_SHA256_BYTES];

    hmac_sha256(key, pieces, count, code);
    for (size_t i = 0; i < HMAC_SHA256_BYTES; i++) {
        ret_text[2 * i] = digits[code[i] >> 4];
        ret_text[2 * i + 1] = digits[code[i] & 15];
    }
    ret_text[2 * HMAC_SHA256_BYTES] = '\0';
    wipe(code, sizeof(code));
}
