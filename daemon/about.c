/* about.c: what --list-modules and --version print. */
#include "about.h"

#include "common/providers.h"
#include "dns/dns.h"
#include "posix/loop.h"
#include "tls_gnutls/tls_gnutls.h"
#include "tlsmodem.h"

static const struct {
    enum tls_version version;
    const char *name;
} versions[] = {
    { TLS_SSL_3_0, "SSL 3.0" }, { TLS_1_0, "TLS 1.0" }, { TLS_1_1, "TLS 1.1" },
    { TLS_1_2, "TLS 1.2" },     { TLS_1_3, "TLS 1.3" },
};

void about_print_modules(FILE *out)
{
    const struct tlsmodem_model *model;

    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL; i++)
        fprintf(out, "%-26s %-10s %-26s platform %-4s %s\n", model->name, model->maker,
                model->product, model->platform, model->generation);
}

static void print_provider(FILE *out, const struct tls *tls)
{
    const char *mark = ":";

    fprintf(out, "%s %s (TLS provider", tls_name(tls), tls_library_version(tls));
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        if (tls_supports(tls, versions[i].version)) {
            fprintf(out, "%s %s", mark, versions[i].name);
            mark = ",";
        }
    }
    fprintf(out, ")\n");
}

/* What a host may select in vain. */
static void print_missing(FILE *out, const struct providers *providers)
{
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        bool found = false;

        for (size_t at = 0; at < providers->count; at++)
            found = found || tls_supports(providers->list[at], versions[i].version);
        if (!found)
            fprintf(out, "no provider for %s in this build\n", versions[i].name);
    }
}

void about_print_versions(FILE *out)
{
    char policy[TLS_GNUTLS_POLICY_MAX];
    struct providers providers;

    fprintf(out, "tlsmodem %s\n", TLSMODEM_VERSION);
    fprintf(out, "libuv %s\n", posix_loop_library_version());
    fprintf(out, "c-ares %s\n", dns_library_version());
    fprintf(out, "SQLite %s\n", TLSMODEM_SQLITE_VERSION); /* of the build; CMake says it */
    if (providers_open(NULL, &providers) != ERR_OK)
        return;
    for (size_t i = 0; i < providers.count; i++)
        print_provider(out, providers.list[i]);
    print_missing(out, &providers);
    if (tls_gnutls_policy(policy))
        fprintf(out, "%s\n", policy);
    providers_close(&providers);
}
