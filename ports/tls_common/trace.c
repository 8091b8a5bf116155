/* trace.c: see trace.h. */
#include "tls_common/trace.h"

#include "base/tls_suites.h"

#include <stdio.h>

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

void tls_trace_done(const struct log *log, const struct tls_info *info)
{
    log_trace(log, TRACE_TLS, "done: %s, %s%s", tls_version_name(info->version),
              tls_suite_name(info->suite), info->resumed ? ", resumed" : "");
}
