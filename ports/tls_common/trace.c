/* trace.c: see trace.h. */
#include "tls_common/trace.h"

#include "base/tls_suites.h"

#include <stdio.h>
#include <time.h>

enum { DAY_CAP = 16 };

void tls_trace_offer(const struct tls_config *config)
{
    char names[400] = "";
    size_t used = 0;

    if (!log_traces(config->log, TRACE_TLS))
        return;
    for (size_t i = 0; i < config->suite_count && used < sizeof(names); i++) {
        used += (size_t)snprintf(names + used, sizeof(names) - used, " %s",
                                 tls_suite_name(config->suites[i]));
    }
    log_trace(config->log, TRACE_TLS, "start with \"%s\", %s to %s, %s%s%s:%s", config->server_name,
              tls_version_name(config->min_version), tls_version_name(config->max_version),
              config->verify ? "verifying" : "not verifying",
              config->cert.len > 0 ? ", with a client certificate" : "",
              config->resume != NULL ? ", resuming" : "", names);
}

static void print_day(int64_t moment_s, char day[DAY_CAP])
{
    time_t moment = (time_t)moment_s;
    struct tm tm;

    if (gmtime_r(&moment, &tm) == NULL || strftime(day, DAY_CAP, "%Y-%m-%d", &tm) == 0)
        snprintf(day, DAY_CAP, "no date");
}

void tls_trace_certificate(const struct log *log, const struct tls_trace_certificate *certificate)
{
    char from[DAY_CAP], until[DAY_CAP];

    print_day(certificate->from_s, from);
    print_day(certificate->until_s, until);
    log_trace(log, TRACE_TLS, "certificate %zu of %zu: %s, issued by %s, %s to %s",
              certificate->index, certificate->count, certificate->subject, certificate->issuer,
              from, until);
}

void tls_trace_done(const struct log *log, const struct tls_info *info)
{
    log_trace(log, TRACE_TLS, "done: %s, %s%s", tls_version_name(info->version),
              tls_suite_name(info->suite), info->resumed ? ", resumed" : "");
}
