/* The lines that are printed: each whole and at once, so that who reads them
 * while this runs, and a second thread, make no mess of them.
 */
#include <stdarg.h>

#include "steps.h"

void say(const char *format, ...)
{
    char line[2048];
    va_list values;
    va_start(values, format);
    vsnprintf(line, sizeof line, format, values);
    va_end(values);
    puts(line);
    fflush(stdout);
}

void told(const char *step, BOOL good)
{
    DWORD error = GetLastError();
    if (good)
        say("%s ok", step);
    else
        say("%s error %lu", step, error);
}

void told_bytes(const char *step, struct tally tally, DWORD error)
{
    if (error)
        say("%s %llu %016llx error %lu", step, tally.count, tally.hash, error);
    else
        say("%s %llu %016llx", step, tally.count, tally.hash);
}

void told_messages(const char *step, u64 count, struct tally tally, DWORD error)
{
    char text[64];
    sprintf(text, "%s %llu of bytes", step, count);
    told_bytes(text, tally, error);
}
