/* authority.h: certificates for transcripts, good and bad ones, made when they are asked for.
 *
 * They are of this run, signed by authorities of this run, and good for nothing else.
 */
#ifndef DAEMON_CHECK_AUTHORITY_H
#define DAEMON_CHECK_AUTHORITY_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>

struct test_authority;

/* One that has made nothing yet.  ERR_NO_MEMORY. */
enum err test_authority_open(struct test_authority **ret_authority);

/* Servers' certificates, but those of another name, are also for this numeric address, and for this
 * name, where it is not NULL; before any is asked for.  Borrowed. */
void test_authority_is_at(struct test_authority *authority, const char *address, const char *host);

/* A variable of a certificate NAME of the table: NAME_pem, NAME_der, NAME_key_pem, NAME_key_der,
 * each also with _size, the number of its bytes; good until test_authority_close().  False: no such
 * name, or it could not be made.  From any thread. */
bool test_authority_find(struct test_authority *authority, struct span name,
                         struct span *ret_value);

/* Wipes and frees all of it; NULL is nothing. */
void test_authority_close(struct test_authority *authority);

#endif
