/* quectel_files.h: certificates and keys by name, in RAM or in the four slots of NVRAM.
 *
 * A file is stored with the checksum of its upload.  Its contents are looked at when a connection
 * uses it, and never given back to a host.
 */
#ifndef QUECTEL_FILES_H
#define QUECTEL_FILES_H

#include "base/bytes.h"
#include "personalities/quectel/quectel_facts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tlsmodem;

enum {
    QUECTEL_FILE_NAME_MAX = 64, /* with its "RAM:" */
    QUECTEL_RAM_FILE_MAX = 32768,
    QUECTEL_NVRAM_FILE_MAX = 2025
};

enum quectel_file_kind { FILE_CA, FILE_CERTIFICATE, FILE_KEY };

struct quectel_file {
    char name[QUECTEL_FILE_NAME_MAX + 1]; /* empty: none */
    struct bytes data;
    uint16_t checksum; /* of the upload */
};

/* There while a file is in RAM, or one is coming. */
struct quectel_files {
    struct quectel_file *ram[QUECTEL_RAM_FILES_MOST]; /* owned; NULL: none */
    struct quectel_file upload; /* the one whose data is coming; no name: none */
    const void *uploader;       /* its port */
};

/* 16 bits, the exclusive or of pairs of bytes, the first of a pair being the high one; an odd last
 * byte is a high one too. */
uint16_t quectel_checksum(struct span data);

/* True for "RAM:…" and the slots of NVRAM: CA0 and CA1 hold CA certificates, CC0 a client
 * certificate, CK0 its key. */
bool quectel_file_is_name(struct span name);

/* The same, and a slot is of this kind. */
bool quectel_file_fits(struct span name, enum quectel_file_kind kind);

/* The longest file of such a name. */
size_t quectel_file_limit(struct span name);

/* ERR_OK with the checksum that its data has now, and whether that is the one of its upload.
 * ERR_NOT_FOUND, ERR_IO. */
enum err quectel_file_check(struct tlsmodem *modem, const char *name, bool *ret_good,
                            uint16_t *ret_checksum);

/* True when there is a file of this name. */
bool quectel_file_exists(struct tlsmodem *modem, const char *name);

/* Keeps an upload; `file` is empty after it, whatever happens.  ERR_FULL, ERR_NO_MEMORY, ERR_IO. */
enum err quectel_file_keep(struct tlsmodem *modem, struct quectel_file *file);

/* ERR_NOT_FOUND, ERR_IO. */
enum err quectel_file_remove(struct tlsmodem *modem, const char *name);

/* The data: of a file in RAM where it lies, of one in NVRAM copied to `buf`, which holds
 * QUECTEL_NVRAM_FILE_MAX bytes and is wiped by the caller.  ERR_NOT_FOUND, ERR_CORRUPT, ERR_IO. */
enum err quectel_file_get(struct tlsmodem *modem, const char *name, uint8_t *buf,
                          struct span *ret_data);

/* Wipes and frees. */
void quectel_file_forget(struct quectel_file *file);

#endif
