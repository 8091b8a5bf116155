/* textfile.h: the numbers of a run in a file, as node_exporter's textfile collector reads them: for
 * machines that nobody can reach.
 */
#ifndef CONTROL_TEXTFILE_H
#define CONTROL_TEXTFILE_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/log.h"
#include "posix/port_failure.h"

enum { TEXTFILE_EVERY_MS = 15 * 1000 };

struct textfile;

/* Writes what `render` gives (in a thread of the file; false: nothing this time) to `path`
 * (borrowed), now and every TEXTFILE_EVERY_MS: under another name beside it first, so that it is
 * always whole; everybody may read it.  A file that cannot be written later is a line in the log
 * (borrowed; any thread), once until it can.  ERR_IO, with `ret_failure`; ERR_NO_MEMORY. */
enum err textfile_open(const char *path, bool (*render)(void *ctx, struct bytes *ret_text),
                       void *ctx, const struct log *log, struct port_failure *ret_failure,
                       struct textfile **ret_file);

/* Has it written now.  Any thread; does not wait. */
void textfile_renew(struct textfile *file);

/* Ends its thread and removes the file: old numbers would pass for those of today.  NULL is
 * nothing. */
void textfile_close(struct textfile *file);

#endif
