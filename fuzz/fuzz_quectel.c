/* fuzz_quectel.c: a Quectel's hosts, sockets, files, web and mail; the steps are in drive.h. */
#include "input.h"
#include "makers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_drive(&fuzz_quectel, data, size);
    return 0;
}
