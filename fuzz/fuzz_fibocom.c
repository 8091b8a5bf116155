/* fuzz_fibocom.c: a Fibocom's hosts, sockets, files, web and FTP; the steps are in drive.h. */
#include "input.h"
#include "makers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_drive(&fuzz_fibocom, data, size);
    return 0;
}
