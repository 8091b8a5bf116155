/* tls_cases.h: what every TLS provider is tested with; a test program per provider runs them. */
#ifndef INTEROP_TLS_CASES_H
#define INTEROP_TLS_CASES_H

#include "iface/tls.h"
#include "wire.h"

#include <stdbool.h>

struct interop;
struct server_process;

/* What a case wants of a server; names of files are in the folder of certificates. */
struct interop_server {
    const char *chain, *key;  /* its certificate with what it sends along; NULL: server.pem */
    const char *certificates; /* of clients: NULL, "asks" or "demands" */
    bool quiet;               /* its input goes to the client and the client's data to its output */
};

/* The state that each case is given. */
struct interop {
    struct tls *tls;                  /* the provider under test */
    char folder[64];                  /* of the certificates */
    enum tls_version lowest, highest; /* of the provider, up to TLS 1.2 */
    /* Starts a program that speaks these versions, with all suites. */
    void (*serve)(struct server_process *server, const struct interop *interop,
                  const struct interop_server *wish);
    const char *client_said; /* what that program says about client.pem */
};

/* The version nearest to `version` that the provider has. */
static inline enum tls_version interop_version(const struct interop *interop,
                                               enum tls_version version)
{
    return version < interop->lowest    ? interop->lowest
           : version > interop->highest ? interop->highest
                                        : version;
}

/* Serves with `openssl s_server`, TLS 1.0 to 1.2. */
void serve_openssl(struct server_process *server, const struct interop *interop,
                   const struct interop_server *wish);

/* What a peer says that a session gets no further with, and the failure that comes of it. */
struct bad_peer {
    struct span script;
    enum wire_end end;
    enum tls_reason reason;
    int alert;
};

/* For a table of them. */
#define SCRIPT(text)                                                                               \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }
#define RANDOM_32 "0123456789abcdef0123456789abcdef"

/* Meets each of these peers with the provider's highest version. */
void meet_bad_peers(const struct interop *interop, const struct bad_peer *peers, size_t count);

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* tls_handshake_cases.c */
void each_suite_in_each_version(void **state);
void offers_what_was_asked_for(void **state);
void names_the_host_as_told(void **state);
void refuses_a_suite_that_came_along(void **state);
void reports_what_bad_peers_say(void **state);
void refuses_what_it_does_not_have(void **state);
void shakes_hands_in_single_bytes(void **state);

/* tls_suite_cases.c */
void speaks_every_suite_with_gnutls(void **state);
void speaks_every_suite_with_openssl(void **state);
void offers_closed_lists_as_they_are(void **state);
void bears_small_dh_groups(void **state);

/* tls_certificate_cases.c */
void checks_the_server(void **state);
void overlooks_what_it_is_told_to(void **state);
void refuses_a_large_certificate(void **state);
void sends_its_certificate(void **state);
void says_when_its_certificate_is_wanted(void **state);
void refuses_bad_security_data(void **state);

/* tls_data_cases.c */
void moves_a_megabyte_both_ways(void **state);
void keeps_records_short(void **state);
void tells_what_is_pending(void **state);
void finishes_a_record_put_off(void **state);
void refuses_to_renegotiate(void **state);
void sends_stray_alerts(void **state);
void takes_stray_alerts(void **state);
void renegotiates_for_a_laboratory(void **state);
void ends_with_or_without_close_notify(void **state);
void reports_a_corrupt_record(void **state);
void reports_an_alert_after_the_handshake(void **state);

/* tls_resumption_cases.c */
void resumes_a_session(void **state);
void resumes_again_and_again(void **state);
void shakes_hands_when_the_server_forgot(void **state);
void has_no_ticket_before_its_time(void **state);

#endif
