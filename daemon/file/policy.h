/* policy.h: `policy` of a modem, or of its file. */
#ifndef DAEMON_FILE_POLICY_H
#define DAEMON_FILE_POLICY_H

#include "file/policy_read.h"
#include "file/subject.h"

#include <stdbool.h>

/* Policies that were read, for those modems that have the same; zeroed: none. */
struct file_policies {
    struct file_policy *first;
};

/* Takes the key into the plan; false: the report says why. */
bool file_policy(const struct file_subject *subject);

/* Forgets them; plans keep theirs. */
void file_policies_free(struct file_policies *policies);

#endif
