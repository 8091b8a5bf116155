/* fault_draw.c: which of what fits a fault strikes. */
#include "base/fault.h"

#include "base/wildcard.h"

/* SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014), whose
 * state is a counter: any number of the sequence can be had by itself. */
uint64_t fault_draw(uint32_t seed, uint64_t number)
{
    uint64_t z = ((uint64_t)seed << 32 ^ UINT64_C(0x243F6A8885A308D3)) +
                 (number + 1) * UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

bool fault_strikes(const struct fault *fault, uint64_t number, uint64_t struck)
{
    if (number < fault->after || (number - fault->after) % fault->every != 0)
        return false;
    if (fault->count > 0 && struck >= fault->count)
        return false;
    return fault->toxicity == FAULT_CERTAIN ||
           (fault_draw(fault->seed, number) >> 32) * FAULT_CERTAIN >> 32 < fault->toxicity;
}

bool fault_fits_line(const struct fault *fault, struct span line)
{
    if (fault->command[0] == '\0')
        return true;
    if (line.len > FAULT_LINE_MAX)
        line.len = FAULT_LINE_MAX;
    return wildcard_fits(span_of(fault->command), line);
}
