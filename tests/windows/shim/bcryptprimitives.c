/* The one function of bcryptprimitives.dll that Rust's standard library calls.
 *
 * Windows has that library since version 8; Wine before version 9 has not. A
 * test helper for such a Wine alone: it lies in the tests' own system32 and is
 * never shipped. It asks the function that RtlGenRandom is known under, which
 * cannot be named by its own name in a program.
 */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{
    while (length > 0) {
        ULONG part = length < 0x10000000 ? (ULONG)length : 0x10000000;
        if (!SystemFunction036(buffer, part))
            return FALSE;
        buffer += part;
        length -= part;
    }
    return TRUE;
}
