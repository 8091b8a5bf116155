/* hosts.h: a file's `hosts:`, and the one that a modem has. */
#ifndef DAEMON_FILE_HOSTS_H
#define DAEMON_FILE_HOSTS_H

#include "file/document.h"
#include "file/subject.h"

#include <stdbool.h>

struct file_host_entry;

/* All zero is none. */
struct file_hosts {
    struct file_host_entry *first;
};

/* Reads all hosts of all documents, and of those that they hold under.  False: the report says why;
 * file_hosts_free() follows in any case. */
bool file_hosts_read(const struct file_documents *documents, const struct file_settings *settings,
                     struct file_report *report, struct file_hosts *hosts);

/* Whether the modem's uppermost layer that has `host` or `ports` says `host`; then the plan has
 * it.  False in *ret_good: the report says why. */
bool file_host(const struct file_subject *subject, bool *ret_good);

/* Frees them; plans keep what they use. */
void file_hosts_free(struct file_hosts *hosts);

#endif
