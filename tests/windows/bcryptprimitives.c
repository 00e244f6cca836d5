/*
 * A stand-in for a system library that wine 8 lacks and that every Windows since 8 has. Rust's standard library asks it
 * for random numbers. Used by the tests in their wine prefix; never shipped.
 */

#include <windows.h>
#include <ntsecapi.h>

/* Documented to return TRUE always, and compared with 1 by some callers. */
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size)
{
    while (size > 0) {
        ULONG part = size > 0x10000 ? 0x10000 : (ULONG)size;
        if (!RtlGenRandom(data, part))
            return FALSE;
        data += part;
        size -= part;
    }
    return TRUE;
}
