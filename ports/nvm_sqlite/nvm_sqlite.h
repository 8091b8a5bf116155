/* nvm_sqlite.h: the non-volatile memory of all modems of a process, in one folder.
 *
 *   nvm.sqlite  the entries (mode 0600; while open also nvm.sqlite-wal)
 *   nvm.key     the 32 bytes that secret entries are sealed with (mode 0600), made at first use
 *   nvm.lock    held while a process has the folder open
 *
 * A file `tlsmodem-nvm-key` in $CREDENTIALS_DIRECTORY takes the place of nvm.key: a service manager
 * may keep the key.  Nothing here ever deletes or replaces a database or a key.
 *
 * A backup of the folder is good only if it was made while no process had it open.
 */
#ifndef NVM_SQLITE_NVM_SQLITE_H
#define NVM_SQLITE_NVM_SQLITE_H

#include "base/err.h"
#include "base/log.h"
#include "iface/storage.h"
#include "nvm_sqlite/slot.h"
#include "nvm_sqlite/writer.h"

#include <stddef.h>

struct nvm;

/* Opens the folder `dir`, creating it (mode 0700, parents too) if it is missing.
 * On failure `ret_message` holds one line for the operator: what failed, which file, why, what to
 * do. ERR_BUSY: another process has it; ERR_CREDENTIALS: the key is missing, malformed or open to
 * others; ERR_CORRUPT: the database is damaged or was sealed with another key; ERR_UNSUPPORTED: a
 * newer version wrote it; ERR_DENIED; ERR_NO_MEMORY; ERR_INVALID: no usable folder name; ERR_IO. */
enum err nvm_open(const char *dir, char *ret_message, size_t message_cap, struct nvm **ret_nvm);

/* Releases everything, the handles of modems included; NULL is fine.  No handle may be in use. */
void nvm_close(struct nvm *nvm);

/* Makes the handle of one modem; `modem_name` (1 to 63 bytes, copied) names its entries for ever,
 * and is that of no other handle at the time. `log` (may be NULL, outlives the handle) gets a line
 * for the operator when an entry cannot be stored or read: once for each kind of trouble and each
 * place that stores, until it is over. Modems of one `nvm` may live in several threads, each handle
 * in one thread at a time. load() and apply() answer besides their contract: ERR_INVALID for a key
 * or value out of bounds, ERR_CORRUPT for a damaged database, ERR_NO_MEMORY.  ERR_INVALID;
 * ERR_NO_MEMORY. */
enum err nvm_modem(struct nvm *nvm, const char *modem_name, const struct log *log,
                   struct storage *ret_storage);

/* From now on the handle's changes are written by a thread of the store, together with those that
 * come from other modems meanwhile, and the operations unsafe() and watch() speak of them (see
 * storage.h).  `wake` is called in that thread, and must only see to it that nvm_modem_settle() is
 * called soon in the handle's own.  ERR_NO_MEMORY: nothing has changed. */
enum err nvm_modem_share_writes(struct storage *storage, void (*wake)(void *ctx), void *ctx);

/* Tells who watches the handle, and the operator, how it went, if nothing is under way any more; in
 * the handle's thread, from outside of its calls. */
void nvm_modem_settle(struct storage *storage);

/* What was written since nvm_open().  Any thread. */
struct nvm_counts nvm_counts(struct nvm *nvm);

/* An entry of a modem, in clear. */
struct nvm_entry {
    struct nvm_slot slot;
    struct span value;
};

/* Shows `visit` every entry of every modem, in the order of modems and keys, until it returns
 * false; what it sees is gone, and wiped, when it returns.  While no handle is open.
 * `ret_message` as in nvm_open().  ERR_CORRUPT: of a secret, too; ERR_IO; ERR_NO_MEMORY. */
enum err nvm_each_entry(struct nvm *nvm, bool (*visit)(void *ctx, const struct nvm_entry *entry),
                        void *ctx, char *ret_message, size_t message_cap);

/* Puts in entries of modems that have none yet, all of them or nothing, while no handle is open.
 * They are on the disk when it returns ERR_OK.  ERR_INVALID: a modem has entries, a name or a value
 * is out of bounds; ERR_IO. */
enum err nvm_add_entries(struct nvm *nvm, const struct nvm_entry *entries, size_t count,
                         char *ret_message, size_t message_cap);

/* Frees a handle before nvm_close() does, after what is under way is written; `wake` is not called
 * any more, and who watches is not told.  Its entries stay. */
void nvm_modem_release(struct storage *storage);

#endif
