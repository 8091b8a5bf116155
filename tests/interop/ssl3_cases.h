/* ssl3_cases.h: what a session of SSL 3.0 is tested with. */
#ifndef INTEROP_SSL3_CASES_H
#define INTEROP_SSL3_CASES_H

#include "client.h"

/* For a client_wish. */
#define SSL3_ONLY .min_version = TLS_SSL_3_0, .max_version = TLS_SSL_3_0

/* ssl3_data_cases.c */
void tells_what_is_pending_in_ssl_3_0(void **state);
void finishes_a_record_of_ssl_3_0_put_off(void **state);
void keeps_records_of_ssl_3_0_short(void **state);
void has_no_ticket(void **state);
void ends_with_the_server(void **state);
void ends_when_it_shall_renegotiate(void **state);
void says_stray_messages_of_ssl_3_0(void **state);
void reports_a_corrupt_record_of_ssl_3_0(void **state);

#endif
