/* What the Win32 server and client agree on: two conversations, one for each
 * pipe type. Neither program knows of anything between them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

/* The server speaks first: more than the pipe's buffers hold. The request is
 * longer than its answer. */
enum { GREETING = 5000, REQUEST = 70000, ANSWER = 3 };

/* Messages around the sizes that a buffer of 1024 and one of 4096 make
 * special; none is a message of no bytes. */
static const DWORD sizes[] = {1, 0, 1023, 1024, 1025, 4096, 4097, 0, 65536, 70000};
enum { MESSAGES = sizeof sizes / sizeof sizes[0] };

/* Byte number `at` of what `who` says. */
static unsigned char speech(char who, DWORD at)
{
    return (unsigned char)(who * 31 + at * 7 + at / 251);
}

static unsigned char *spoken(char who, DWORD size)
{
    unsigned char *bytes = malloc(size + 1);
    DWORD at;
    for (at = 0; at < size; at++)
        bytes[at] = speech(who, at);
    return bytes;
}

static void die(const char *what, DWORD error)
{
    printf("%s: error %lu\n", what, error);
    exit(1);
}

static void same(const char *what, const unsigned char *got, DWORD count, char who, DWORD size)
{
    unsigned char *wanted = spoken(who, size);
    if (count != size || memcmp(got, wanted, size) != 0) {
        printf("%s: %lu bytes, and %lu were said\n", what, count, size);
        exit(1);
    }
    free(wanted);
}
