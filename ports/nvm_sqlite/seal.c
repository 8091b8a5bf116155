/* seal.c: secret entries as they lie on the disk (layout in the header). */
#include "nvm_sqlite/seal.h"

#include "base/wipe.h"

#include <assert.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>

enum { VERSION = 1, NONCE_SIZE = 12, TAG_SIZE = 16, HEAD_SIZE = 1 + NONCE_SIZE };

/* Names hold no NUL, so two slots never have the same label. */
struct label {
    char at[sizeof("tlsmodem nvm entry 1") + NVM_MODEM_NAME_MAX + 1 + STORAGE_KEY_MAX + 1];
    size_t len;
};

static struct label label_of(const struct nvm_slot *slot)
{
    struct label label;
    int len = snprintf(label.at, sizeof(label.at), "tlsmodem nvm entry %d%c%s%c%s", VERSION, 0,
                       slot->modem, 0, slot->key);

    label.len = (size_t)len;
    return label;
}

enum err nvm_seal_init(struct nvm_seal *seal, const struct nvm_key *key, struct nvm_report report)
{
    gnutls_datum_t datum = { .data = (unsigned char *)key->bytes, .size = NVM_KEY_SIZE };
    int status = gnutls_aead_cipher_init(&seal->cipher, GNUTLS_CIPHER_AES_256_GCM, &datum);

    if (status < 0) {
        seal->cipher = NULL;
        return nvm_fail(report, ERR_NO_MEMORY, "cannot use key %s: %s; free some memory",
                        key->source.at, gnutls_strerror(status));
    }
    return ERR_OK;
}

void nvm_seal_deinit(struct nvm_seal *seal)
{
    if (seal->cipher != NULL)
        gnutls_aead_cipher_deinit(seal->cipher);
    seal->cipher = NULL;
}

enum err nvm_seal_close(const struct nvm_seal *seal, const struct nvm_slot *slot, struct span plain,
                        uint8_t *sealed, struct nvm_report report, size_t *ret_len)
{
    struct label label = label_of(slot);
    size_t len = plain.len + TAG_SIZE;
    int status = gnutls_rnd(GNUTLS_RND_NONCE, sealed + 1, NONCE_SIZE);

    assert(plain.len <= STORAGE_VALUE_MAX);
    sealed[0] = VERSION;
    if (status >= 0)
        status =
            gnutls_aead_cipher_encrypt(seal->cipher, sealed + 1, NONCE_SIZE, label.at, label.len,
                                       TAG_SIZE, plain.data, plain.len, sealed + HEAD_SIZE, &len);
    if (status < 0)
        return nvm_fail(report, ERR_IO, "cannot seal %s of modem %s: %s; nothing was changed",
                        slot->key, slot->modem, gnutls_strerror(status));
    *ret_len = HEAD_SIZE + len;
    return ERR_OK;
}

enum err nvm_seal_open(const struct nvm_seal *seal, const struct nvm_slot *slot, struct span sealed,
                       void *buf, size_t cap, struct nvm_report report, size_t *ret_len)
{
    struct label label = label_of(slot);
    bool is_long_enough = sealed.len >= NVM_SEAL_EXTRA;
    size_t len = is_long_enough ? sealed.len - NVM_SEAL_EXTRA : 0;
    size_t plain_len = len;
    int status = GNUTLS_E_DECRYPTION_FAILED;

    if (plain_len > cap)
        return ERR_FULL;
    if (is_long_enough && sealed.data[0] == VERSION)
        status = gnutls_aead_cipher_decrypt(seal->cipher, sealed.data + 1, NONCE_SIZE, label.at,
                                            label.len, TAG_SIZE, sealed.data + HEAD_SIZE,
                                            sealed.len - HEAD_SIZE, buf, &len);
    if (status < 0) {
        wipe(buf, plain_len);
        return nvm_fail(report, ERR_CORRUPT,
                        "secret %s of modem %s is damaged, moved or sealed with another key; store "
                        "it again or put the state folder back from a backup",
                        slot->key, slot->modem);
    }
    *ret_len = len;
    return ERR_OK;
}
