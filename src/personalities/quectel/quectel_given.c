/* quectel_given.c: security data that the operator gives, by the names that +QSECWRITE takes. */
#include "personalities/quectel/quectel_given.h"

#include "base/wipe.h"
#include "personalities/quectel/quectel_files.h"

size_t quectel_given_max(const struct module_model *model, const char *name)
{
    (void)model;
    return quectel_file_is_name(span_of(name)) ? quectel_file_limit(span_of(name)) : 0;
}

/* What is there already is not stored once more at each start. */
static bool is_there(struct tlsmodem *modem, const char *name, struct span data)
{
    uint8_t buf[QUECTEL_NVRAM_FILE_MAX];
    struct span old;
    bool same = quectel_file_exists(modem, name) &&
                quectel_file_get(modem, name, buf, &old) == ERR_OK && span_equal(old, data);

    wipe(buf, sizeof(buf));
    return same;
}

enum err quectel_given_put(struct tlsmodem *modem, const char *name, struct span data)
{
    struct quectel_file file = { .checksum = quectel_checksum(data) };

    if (is_there(modem, name, data))
        return ERR_OK;
    strcpy(file.name, name); /* quectel_given_max() has let it pass */
    if (bytes_copy(&file.data, data) != ERR_OK)
        return ERR_NO_MEMORY;
    return quectel_file_keep(modem, &file);
}
