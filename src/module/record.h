/* record.h: bound values that take memory only while one of them is not its factory value.
 *
 * A kind is what the rows with its `record` bind, a port's or the modem's.  They have `record`,
 * which gives module_record_if(), and `make_record`, which gives module_record().  Who goes by such
 * values reads a copy.
 */
#ifndef MODULE_RECORD_H
#define MODULE_RECORD_H

#include <stdbool.h>
#include <stddef.h>

struct at_session;
struct tlsmodem;

/* Constant. */
struct module_record_kind {
    size_t size;                                          /* of a record in bytes */
    bool of_port;                                         /* each port has its own */
    void *(*record)(struct at_session *at, size_t index); /* of all rows that bind it */
};

/* The record `index` (from 0) of the session's port or modem; NULL: all its values are factory
 * values.  Good until the outermost call into the modem ends. */
void *module_record_if(const struct at_session *at, const struct module_record_kind *kind,
                       size_t index);

/* The same, to change it: made with its factory values if it is not there.  NULL: no memory. Inside
 * the modem. */
void *module_record(struct at_session *at, const struct module_record_kind *kind, size_t index);

/* Copies it, or the factory values, to `ret_record` of kind->size bytes.  The strings that it owns
 * stay its own. */
void module_record_read(struct at_session *at, const struct module_record_kind *kind, size_t index,
                        void *ret_record);

/* ---- for module/ alone ---- */

/* Rows may have brought factory values back: records_give_back() is to look. */
void records_look(struct tlsmodem *modem);

/* Wipes and frees those that have factory values alone, of those that have changed since it was
 * called last; nobody may hold a pointer to one. */
void records_give_back(struct tlsmodem *modem);

/* Wipes and frees all; what they own must be gone. */
void records_free(struct tlsmodem *modem);

#endif
