/* fuzz_telit.c: a Telit's hosts, secure sockets and FTP; the steps are in drive.h. */
#include "input.h"
#include "makers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_drive(&fuzz_telit, data, size);
    return 0;
}
