/* dates_trial.c: whether certificates of a policy, or of a port, are valid today. */
#include "dates_trial.h"

#include "tls_gnutls/dates.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

static void doubt(struct doubts *doubts, const char *member, const char *what,
                  const struct tls_failure *outdated)
{
    assert(doubts->count < DOUBTS_MAX);
    doubts->list[doubts->count].member = member;
    snprintf(doubts->list[doubts->count].words, DOUBT_CAP, "%s: %s", what, outdated->detail);
    doubts->count++;
}

bool dates_trial_ca(struct span certificates, struct text *why, struct doubts *doubts)
{
    struct tls_failure outdated;
    enum tls_dates dates = tls_gnutls_dates(certificates, (int64_t)time(NULL), &outdated);

    if (dates == TLS_DATES_NONE_YET)
        doubt(doubts, "ca", "of the CA certificates none is valid yet", &outdated);
    if (dates != TLS_DATES_NONE_MORE)
        return true;
    text_add(why,
             "of the CA certificates none is valid any more: %s; allowed: certificates of CAs, one "
             "of them valid",
             outdated.detail);
    return false;
}

void dates_trial_own(struct span certificates, struct doubts *doubts)
{
    struct tls_failure outdated;
    enum tls_dates dates = tls_gnutls_dates(certificates, (int64_t)time(NULL), &outdated);

    if (dates != TLS_DATES_ALL)
        doubt(doubts, "cert",
              outdated.reason == TLS_EXPIRED ? "the certificate has expired"
                                             : "the certificate is not valid yet",
              &outdated);
}
