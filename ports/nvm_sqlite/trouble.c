/* trouble.c: see trouble.h. */
#include "nvm_sqlite/trouble.h"

#include "iface/storage.h"

#include <ctype.h>
#include <string.h>

/* FNV-1a, 32 bits; never 0. */
static uint32_t digest_add(uint32_t digest, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        digest = (digest ^ (uint8_t)text[i]) * UINT32_C(16777619);
    return digest != 0 ? digest : 1;
}

static uint32_t digest_of(const char *what, const char *key, const char *why)
{
    uint32_t digest = digest_add(UINT32_C(2166136261), what, strlen(what));

    digest = digest_add(digest, key, strcspn(key, "/"));
    return digest_add(digest, why, strlen(why));
}

/* True the first time. */
static bool is_new(struct nvm_trouble *trouble, uint32_t digest)
{
    for (int i = 0; i < NVM_TROUBLE_KINDS; i++) {
        if (trouble->said[i] == digest)
            return false;
    }
    trouble->said[trouble->next] = digest;
    trouble->next = (trouble->next + 1) % NVM_TROUBLE_KINDS;
    return true;
}

/* A key may have what a host typed in it. */
static void say(struct nvm_trouble *trouble, const struct log *log, const char *what,
                const char *key, const char *why)
{
    char shown[STORAGE_KEY_MAX + 1];
    size_t len = strnlen(key, STORAGE_KEY_MAX);

    if (!is_new(trouble, digest_of(what, key, why)))
        return;
    for (size_t i = 0; i < len; i++)
        shown[i] = isprint((unsigned char)key[i]) ? key[i] : '?';
    shown[len] = '\0';
    log_say(log, LOG_ERROR, "\"%s\" is not %s: %s", shown, what, why);
}

void nvm_trouble_unstored(struct nvm_trouble *trouble, const struct log *log, const char *key,
                          const char *why)
{
    trouble->unstored++;
    say(trouble, log, "stored", key, why);
}

void nvm_trouble_stored(struct nvm_trouble *trouble, const struct log *log)
{
    if (trouble->unstored == 0)
        return;
    log_say(log, LOG_INFO, "the state folder takes changes again; failed before: %u",
            trouble->unstored);
    *trouble = (struct nvm_trouble){ .unstored = 0 };
}

void nvm_trouble_unread(struct nvm_trouble *trouble, const struct log *log, const char *key,
                        const char *why)
{
    say(trouble, log, "read", key, why);
}
