/* schema.h: the tables of the database and how older ones become newer ones. */
#ifndef NVM_SQLITE_SCHEMA_H
#define NVM_SQLITE_SCHEMA_H

#include "nvm_sqlite/sqlite.h"

/* Brings the open database to this version's schema, or refuses it untouched: ERR_UNSUPPORTED for a
 * newer one. */
enum err nvm_schema_upgrade(const struct nvm_file *file, struct nvm_report report);

#endif
