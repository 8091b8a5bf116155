/* err.c: the words for each error. */
#include "base/err.h"

#include <stddef.h>

static const char *const texts[] = {
#define ERR_TEXT(name, text) [name] = text,
    ERR_LIST(ERR_TEXT)
#undef ERR_TEXT
};

const char *err_text(enum err err)
{
    size_t index = (size_t)err;

    return index < sizeof(texts) / sizeof(texts[0]) ? texts[index] : "unknown error";
}
