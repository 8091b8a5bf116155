/* connection_offer.c: what else a server may be offered, after it has not agreed.
 *
 * A module offers its list of suites, and a range of versions, in one hello.  A TLS library may
 * only be able to say the list with more suites in it, and may not have all of the versions: what
 * it said too much, or not at all, is made good by further hellos.
 */
#include "services/connection_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tls *provider_of(const struct connection_world *world, enum tls_version version)
{
    for (size_t i = 0; i < world->tls_count; i++) {
        if (tls_supports(world->tls[i], version))
            return world->tls[i];
    }
    return NULL;
}

struct tls *connection_provider(const struct connection_world *world, struct tls_config *tls)
{
    struct tls *provider;

    if (tls->offer.fallback)
        tls->max_version = tls->min_version;
    provider = provider_of(world, tls->max_version);
    while (provider != NULL && tls->min_version < tls->max_version &&
           !tls_supports(provider, tls->min_version))
        tls->min_version++;
    return provider;
}

/* The oldest version is another provider's, which no hello of the newest one's offers. */
static bool has_fallback(const struct connection_world *world, const struct tls_config *tls)
{
    struct tls *oldest = provider_of(world, tls->min_version);

    return !tls->offer.fallback && oldest != NULL && oldest != provider_of(world, tls->max_version);
}

/* The suites of the part behind the one of this config; 0: there is none. */
static size_t next_part_size(const struct connection_world *world, const struct tls_config *tls)
{
    struct tls_config config = *tls;
    struct tls *provider;

    config.offer.part++;
    provider = connection_provider(world, &config);
    return provider != NULL ? tls_part_size(provider, &config) : 0;
}

static struct span put(struct connection_offer *offer, size_t *at, struct span bytes)
{
    struct span copy = span_at(offer->memory + *at, bytes.len);

    if (bytes.len > 0)
        memcpy(offer->memory + *at, bytes.data, bytes.len);
    *at += bytes.len;
    return copy;
}

void connection_keep_offer(struct connection *connection, const struct tls_config *tls,
                           bool dials_again)
{
    size_t suites = tls->suite_count * sizeof(tls->suites[0]);
    size_t size = suites + (dials_again ? tls->ca.len + tls->cert.len + tls->key.len : 0);
    struct connection_offer *offer;
    size_t at = suites;

    if (next_part_size(connection->world, tls) == 0 && !has_fallback(connection->world, tls))
        return;
    offer = malloc(sizeof(*offer) + size);
    if (offer == NULL)
        return;
    *offer = (struct connection_offer){ .config = *tls, .dials_again = dials_again, .size = size };
    memcpy(offer->memory, tls->suites, suites);
    offer->config.suites = (const tls_suite *)(const void *)offer->memory;
    offer->config.resume = NULL;
    if (dials_again) {
        offer->config.ca = put(offer, &at, tls->ca);
        offer->config.cert = put(offer, &at, tls->cert);
        offer->config.key = put(offer, &at, tls->key);
    }
    connection->offer = offer;
}

static void say_next(const struct connection *connection, const struct tls_failure *failure,
                     const char *next)
{
    const struct connection_failure refusal = { .err = ERR_TLS, .tls = *failure };
    char text[240];

    if (!connection->offer->dials_again)
        return; /* its owner says what it does */
    connection_describe(&refusal, text, sizeof(text));
    connection_say(connection, LOG_WARNING, "%s port %u: %s; dialled again %s", connection->host,
                   (unsigned)connection->port, text, next);
}

/* It may like another part better than this one, or than all with what came along. */
static bool is_about_suites(const struct tls_config *tls, const struct tls_failure *failure)
{
    return failure->chose_beyond ||
           (tls->offer.part > 0 && failure->is_of_offer && failure->reason != TLS_NOT_TLS);
}

static const struct tls_config *next_part(struct connection *connection,
                                          struct tls_failure *failure)
{
    struct connection_offer *offer = connection->offer;
    size_t size = next_part_size(connection->world, &offer->config);
    char text[60];

    if (offer->config.offer.part == 0)
        offer->first = *failure;
    if (size == 0) {
        if (offer->first.reason != TLS_FINE)
            *failure = offer->first;
        return NULL;
    }
    snprintf(text, sizeof(text), "with %zu of the %zu suites, and no others", size,
             offer->config.suite_count);
    say_next(connection, failure, text);
    offer->config.offer.part++;
    return &offer->config;
}

const struct tls_config *connection_next_offer(struct connection *connection,
                                               struct tls_failure *failure)
{
    struct connection_offer *offer = connection->offer;

    if (offer == NULL)
        return NULL;
    if (is_about_suites(&offer->config, failure))
        return next_part(connection, failure);
    if (failure->reason != TLS_VERSION_REFUSED || offer->config.offer.part > 0 ||
        !has_fallback(connection->world, &offer->config))
        return NULL;
    offer->first = *failure;
    say_next(connection, failure, "with the oldest version alone");
    offer->config.offer.fallback = true;
    return &offer->config;
}

bool connection_dials_again(const struct connection *connection)
{
    return connection->offer != NULL && connection->offer->dials_again;
}
