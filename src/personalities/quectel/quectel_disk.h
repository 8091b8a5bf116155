/* quectel_disk.h: the files of a host, in flash ("UFS:name", or no prefix) and in RAM ("RAM:name").
 *
 * Unlike those of quectel_files.h their bytes are given back.  Both kinds lie in memory; those in
 * flash are in the modem's storage too, and come back from there at power-on.
 */
#ifndef QUECTEL_DISK_H
#define QUECTEL_DISK_H

#include "at/handler.h"
#include "base/bytes.h"

struct tlsmodem;

enum {
    QUECTEL_DISK_NAME_MAX = 80,
    QUECTEL_DISK_HANDLES = 10,
    QUECTEL_DISK_FIRST_HANDLE = 134072,
    QUECTEL_DISK_FLASH_FILES = 8000 /* at most: their list is one entry of the storage */
};

/* A name without its prefix. */
struct quectel_disk_name {
    bool ram;
    struct span name;
};

struct quectel_disk_file {
    struct quectel_disk_file *next;
    bool ram;
    uint16_t place; /* in storage; 0: not there */
    unsigned users; /* handles, and whoever reads or writes it now: it cannot be deleted */
    struct bytes data;
    char name[QUECTEL_DISK_NAME_MAX + 1];
};

/* How a file is open. */
enum { QUECTEL_DISK_AS_IT_IS, QUECTEL_DISK_EMPTIED, QUECTEL_DISK_READ };

struct quectel_disk_handle {
    struct quectel_disk_file *file; /* NULL: not open */
    int32_t number, mode;
    size_t at; /* where the next byte is read or written, at most the file's length */
};

/* What a port has under way: bytes that go to its host, or come from it, or a list of files, of
 * which `file` is the next. */
struct quectel_disk_transfer {
    struct at_session *at; /* NULL: none */
    struct quectel_disk_file *file;
    struct quectel_disk_name name; /* of a new file; +QFLST: what the names begin with */
    char text[QUECTEL_DISK_NAME_MAX + 1];
    struct bytes incoming;
    int32_t handle;
    size_t from, left;
    bool download; /* +QFDWL, which says a sum */
};

struct quectel_disk {
    struct quectel_disk_file *files; /* owned, the oldest first */
    struct quectel_disk_handle handles[QUECTEL_DISK_HANDLES];
    int32_t opened; /* how often, since power-on */
    struct quectel_disk_transfer transfer;
};

extern const struct module_part quectel_disk_part;
extern const struct at_commands quectel_disk_rows, quectel_disk_data_rows, quectel_disk_change_rows;

/* ---- quectel_disk_store.c: nothing of a modem without storage, or of a file in RAM ---- */

/* Stores a file whose bytes from `from` on have changed, and which had `had` bytes when it was
 * stored before.  ERR_IO, ERR_NO_MEMORY: what is stored is as it was. */
enum err quectel_disk_store(const struct tlsmodem *modem, struct quectel_disk_file *file,
                            size_t from, size_t had);

/* The same, and takes `gone` (NULL: nothing), which has the same memory, out of the storage with
 * it: both or neither. */
enum err quectel_disk_store_over(const struct tlsmodem *modem, struct quectel_disk_file *file,
                                 size_t from, size_t had, struct quectel_disk_file *gone);

/* Takes it out of the storage.  ERR_IO, ERR_NO_MEMORY: it is still there. */
enum err quectel_disk_unstore(const struct tlsmodem *modem, struct quectel_disk_file *file);

/* True when files are stored; the log has a line where that cannot be known. */
bool quectel_disk_has_stored(const struct tlsmodem *modem);

/* At power-on, while there are none yet: fetches them.  What is damaged is left out, with a line in
 * the log. */
void quectel_disk_load(const struct tlsmodem *modem, struct quectel_disk *disk);

/* ---- quectel_disk_part.c ---- */

/* False: it is none, or on a card, which is not there. */
bool quectel_disk_read_name(struct span text, struct quectel_disk_name *ret);

/* The same, and "/UFS/name", "/RAM/name", as mail has them. */
bool quectel_disk_read_path(struct span text, struct quectel_disk_name *ret);

/* NULL: there is none. */
struct quectel_disk_file *quectel_disk_find(const struct tlsmodem *modem,
                                            const struct quectel_disk_name *name);

/* How many bytes the memory has for files. */
size_t quectel_disk_total(const struct tlsmodem *modem, bool ram);

/* How many of them no file has. */
size_t quectel_disk_free(const struct tlsmodem *modem, bool ram);

/* An empty new file, which is not stored yet; NULL: no memory, or there are as many files as there
 * may be. */
struct quectel_disk_file *quectel_disk_make(struct tlsmodem *modem,
                                            const struct quectel_disk_name *name);

/* Takes `data` over as the contents of this file, made or in place of those it had.  ERR_FULL: no
 * room, ERR_BUSY: it is open, ERR_NO_MEMORY, ERR_IO; `data` is empty after it, whatever happens. */
enum err quectel_disk_keep(struct tlsmodem *modem, const struct quectel_disk_name *name,
                           struct bytes *data);

/* Gives a file that nobody uses the name `to`, in the same memory; one that has it, and that
 * nobody uses, is deleted.  ERR_IO, ERR_NO_MEMORY: all is as it was. */
enum err quectel_disk_rename(struct tlsmodem *modem, struct quectel_disk_file *file,
                             const struct quectel_disk_name *to);

/* Deletes a file that nobody uses.  ERR_IO, ERR_NO_MEMORY: it is still there. */
enum err quectel_disk_remove(struct tlsmodem *modem, struct quectel_disk_file *file);

/* The open file of this handle; NULL: the error is noted. */
struct quectel_disk_handle *quectel_disk_handle(struct at_session *at, const struct at_arg *arg);

/* The disk, for a port that has something to transfer; NULL: the error is noted. */
struct quectel_disk *quectel_disk_begin(struct at_session *at);

/* The transfer has ended. */
void quectel_disk_end(struct quectel_disk *disk);

/* The error of a name that is none. */
enum at_status quectel_disk_refuse_name(struct at_session *at, struct span text);

/* The error of a file that is not there. */
enum at_status quectel_disk_refuse_missing(struct at_session *at);

#endif
