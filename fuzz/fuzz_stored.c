/* fuzz_stored.c: what non-volatile memory holds when a modem is switched on.
 *
 * The input is lines: a key, a tab, the value.  `!` in front of the key: a secret; `?`: damaged.
 */
#include "conversation.h"
#include "input.h"

#include <stdio.h>
#include <stdlib.h>

enum { KEY_MAX = STORAGE_KEY_MAX };

static struct span take_until(struct span *rest, char end)
{
    const uint8_t *at = rest->len > 0 ? memchr(rest->data, end, rest->len) : NULL;
    size_t len = at != NULL ? (size_t)(at - rest->data) : rest->len;
    struct span taken = span_at(rest->data, len);

    *rest = span_skip(*rest, at != NULL ? len + 1 : len);
    return taken;
}

static void put(struct memory_storage *storage, struct span line)
{
    struct span key = take_until(&line, '\t');
    bool secret = false, corrupt = false;
    char name[KEY_MAX + 1];

    while (key.len > 0 && (key.data[0] == '!' || key.data[0] == '?')) {
        secret = secret || key.data[0] == '!';
        corrupt = corrupt || key.data[0] == '?';
        key = span_skip(key, 1);
    }
    if (key.len == 0 || key.len > KEY_MAX || line.len > STORAGE_VALUE_MAX)
        return;
    snprintf(name, sizeof(name), "%.*s", (int)key.len, (const char *)key.data);
    memory_storage_put(storage, name, secret, line);
    memory_storage_find(storage, name)->corrupt = corrupt;
}

static const char *const lines[] = {
    "ATE0\r",
    "AT&V\r",
    "AT+CGDCONT?\r",
    "AT#SGACT=1,1\r",
    "AT#SSLEN?\r",
    "AT#SSLCFG?\r",
    "AT#SSLSECCFG?\r",
    "AT#SSLSECCFG2?\r",
    "AT#SCFG?\r",
    "AT#SGACTCFG?\r",
    "AT#SSLSECDATA?\r",
    "AT#SSLSECDATA=1,2,0\r",
    "AT#SSLSECDATA=1,2,1\r",
    "AT#SSLSECDATA=1,2,2\r",
    "AT#SSLD=1,443,\"localhost\",0,1\r",
    "AT#SSLRECV=1,1000,1\r",
    "AT#SSLH=1\r",
    "AT#SSLCFG=1,1,300,90,100,50\r",
    "ATZ\r",
    "ATZ1\r",
    "AT&W1\r",
};

static void switch_on(struct world *world)
{
    if (world_switch_on(world, "he910", true, 2) != ERR_OK)
        abort(); /* no content keeps it from starting */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = span_at(data, size);
    struct world world;

    world_init(&world);
    while (rest.len > 0)
        put(&world.memory_storage, take_until(&rest, '\n'));
    scripted_net_listen(&world.scripted_net, FUZZ_PORT, PEER_ACCEPTS);
    switch_on(&world);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        world_type_text(&world, lines[i]);
        world_advance(&world, 100);
    }
    fuzz_check_it_answers(&world, true);
    switch_on(&world); /* with what it has stored itself by now */
    fuzz_check_it_answers(&world, true);
    world_deinit(&world);
    return 0;
}
