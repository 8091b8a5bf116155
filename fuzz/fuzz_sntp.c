/* fuzz_sntp.c: what anybody may send to the time client; the request was stamped 1. */
#include "input.h"
#include "services/sntp_packet.h"

#include <stdio.h>
#include <stdlib.h>

static void claim(bool holds, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", text);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t first_ms = INT64_C(-61505152) * 1000; /* 1968-01-20 */
    static const int64_t last_ms = INT64_C(4233462144) * 1000; /* 2104-02-26 */
    struct sntp_answer answer;

    switch (sntp_read(span_at(data, size), 1, &answer)) {
    case SNTP_TIME:
        claim(answer.utc_ms >= first_ms && answer.utc_ms < last_ms, "a time out of range");
        claim(answer.working_ms >= 0 && answer.working_ms < 1000, "a server at work for long");
        claim(answer.stratum >= 1 && answer.stratum <= 15, "a stratum that is none");
        break;
    case SNTP_KISS:
        claim(strlen(answer.kiss) == 4, "a kiss without a code");
        break;
    case SNTP_IGNORE:
    case SNTP_UNSYNCHRONIZED:
        break;
    }
    return 0;
}
