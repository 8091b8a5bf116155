/* fibocom_cipher.c: +GTSSLCIPHER, the cipher suites of the next connection.
 *
 * Source: L610 SSL V1.0.0 §1.5; SSL V1.1.4 §1.5.  The numbers of the two differ.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/text.h"

enum { ID_DEFAULTS = 0, ID_ALL = 255 };

/* The suites that a number stands for on this model; 0: none. */
static uint32_t mask_of(const struct tlsmodem *modem, int32_t id)
{
    const struct fibocom_group *group = fibocom_group_of(modem);

    if (fibocom_family_of(modem) == FAMILY_NL668 && id == ID_DEFAULTS)
        return group->defaults;
    if (fibocom_family_of(modem) == FAMILY_NL668 && id == ID_ALL)
        return group->supported;
    return group->supported & (UINT32_C(1) << id);
}

enum { CIPHER_ID, CIPHER_CMD };

static enum at_status set_cipher(struct at_session *at, const struct at_args *args)
{
    struct fibocom_ssl *ssl = &fibocom_of(at)->ssl;
    uint32_t mask = mask_of(module_of(at), args->list[CIPHER_ID].number);

    if (mask == 0)
        return at_refuse_plain(at, "this model has no suite %d", (int)args->list[CIPHER_ID].number);
    ssl->chosen |= mask;
    if (args->list[CIPHER_CMD].number == 1)
        ssl->loaded |= mask;
    else
        ssl->loaded &= ~mask;
    return AT_OK;
}

static enum at_status read_ciphers(struct at_session *at)
{
    uint32_t loaded = fibocom_suites_loaded(module_of(at));
    char list[100];
    struct text text;

    if (loaded == 0)
        return AT_OK; /* the defaults count */
    text_init(&text, list, sizeof(list));
    for (int id = 0; id < FIBOCOM_CIPHERS; id++) {
        if ((loaded & UINT32_C(1) << id) != 0)
            text_add(&text, "%s%d", text.len > 0 ? "," : "", id);
    }
    at_info(at, "+GTSSLCIPHER: %s", list);
    return AT_OK;
}

static const struct at_param l610_params[] = {
    { .name = "cipalgID", .min = 1, .max = 31 },
    { .name = "cmd", .max = 1 },
};
static const struct at_param nl668_params[] = {
    { .name = "cipalgID", .values = "0-31,255" },
    { .name = "cmd", .max = 1 },
};

static const struct at_command rows[] = {
    { .name = "+GTSSLCIPHER",
      .help = "Loads a cipher suite for the next connection, or does not; all 31 count until a "
              "host changes one, and when none is loaded.",
      .source = "L610 SSL V1.0.0 §1.5",
      AT_PARAMS(l610_params),
      .only_on = FIBOCOM_L610,
      .plain_error = true,
      .set = set_cipher,
      .read = read_ciphers },
    { .name = "+GTSSLCIPHER",
      .help = "Loads a cipher suite for the next connection, or does not; 0 is the product's "
              "defaults, which count when none is loaded, 255 all that it has.",
      .source = "SSL V1.1.4 §1.5",
      AT_PARAMS(nl668_params),
      .only_on = FIBOCOM_NL668,
      .plain_error = true,
      .set = set_cipher,
      .read = read_ciphers },
};
const struct at_commands fibocom_cipher = AT_COMMANDS(rows);
