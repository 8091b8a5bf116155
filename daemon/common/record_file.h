/* record_file.h: a file that a transcript is written to while it happens: each line is in it as
 * soon as it is known, so that it is whole whenever the program ends. */
#ifndef DAEMON_COMMON_RECORD_FILE_H
#define DAEMON_COMMON_RECORD_FILE_H

#include "base/log.h"
#include "posix/port_failure.h"
#include "transcript/writer_config.h"

#include <sys/types.h>

struct writer;

struct record_file {
    int fd;
    char *path; /* owned */
    const struct log *log;
    off_t whole; /* bytes of whole lines that are in it */
    bool failed; /* and told */
};

/* Begins the file at `path`, for its owner alone; one that was there is replaced.  `log` is
 * borrowed until it is closed.  ERR_IO, ERR_NO_MEMORY: `ret_failure` has the reason, and there is
 * nothing to close. */
enum err record_file_open(struct record_file *file, const char *path, const struct log *log,
                          struct port_failure *ret_failure);

/* Where a writer's lines go, as long as `file` stays where it is. */
struct writer_sink record_file_sink(struct record_file *file);

/* Says, once, that the file ends here, for the reason in errno. */
void record_file_fail(struct record_file *file);

/* Says why the writer, if it has, has ended before what it records has; true when neither it nor
 * the file has: what has passed is in it. */
bool record_file_tell_end(struct record_file *file, const struct writer *writer);

/* Closes it; what could not be written is told. */
void record_file_close(struct record_file *file);

#endif
