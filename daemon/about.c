/* about.c: what --list-modules and --version print. */
#include "about.h"

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
        fprintf(out, "%-12s %-10s %-14s platform %-4s %s\n", model->name, model->maker,
                model->product, model->platform, model->generation);
}

static void print_provider(FILE *out, const struct tls *tls)
{
    const char *mark = ":";

    fprintf(out, "%s %s (TLS provider", tls->ops->name, tls->ops->library_version());
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        if (tls->ops->supports(versions[i].version)) {
            fprintf(out, "%s %s", mark, versions[i].name);
            mark = ",";
        }
    }
    fprintf(out, ")\n");
}

void about_print_versions(FILE *out)
{
    struct tls tls;

    fprintf(out, "tlsmodem %s\n", TLSMODEM_VERSION);
    fprintf(out, "libuv %s\n", posix_loop_library_version());
    fprintf(out, "SQLite %s\n", TLSMODEM_SQLITE_VERSION); /* of the build; CMake says it */
    if (tls_gnutls_open(NULL, &tls) == ERR_OK) {
        print_provider(out, &tls);
        tls_gnutls_close(&tls);
    }
}
