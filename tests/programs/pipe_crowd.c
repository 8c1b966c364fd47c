/* Many clients of one pipe, some at a time.
 *
 *   pipe_crowd NAME TOTAL AT_ONCE impatient|patient
 *
 * An impatient one calls CreateFile and waits for nothing; a patient one that
 * finds all instances taken waits with WaitNamedPipe, as the manual says.
 * Each client sends a line of its own and reads it back from an echo. Prints
 * one line for each kind of failure, and how many clients were served.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static const char *name;
static int patient;
static volatile LONG next, total, served, opened;
static volatile LONG failed[65536];

static void fail(const char *what, DWORD error)
{
    if (InterlockedIncrement(&failed[error & 0xffff]) == 1) {
        printf("%s error %lu\n", what, error);
        fflush(stdout);
    }
}

static int echoed(HANDLE pipe, LONG number)
{
    char sent[32], back[32];
    DWORD size = (DWORD)sprintf(sent, "client %ld\n", number), got, have = 0;
    if (!WriteFile(pipe, sent, size, &got, NULL)) {
        fail("write", GetLastError());
        return 0;
    }
    while (have < size) {
        if (!ReadFile(pipe, back + have, size - have, &got, NULL)) {
            fail("read", GetLastError());
            return 0;
        }
        have += got;
    }
    if (memcmp(sent, back, size) != 0) {
        printf("client %ld got what another one sent\n", number);
        return 0;
    }
    return 1;
}

static HANDLE open_it(void)
{
    for (;;) {
        HANDLE pipe =
            CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
        if (pipe != INVALID_HANDLE_VALUE || !patient || GetLastError() != ERROR_PIPE_BUSY)
            return pipe;
        if (!WaitNamedPipeA(name, 60000))
            return INVALID_HANDLE_VALUE;
    }
}

static DWORD WINAPI clients(void *nothing)
{
    LONG number;
    (void)nothing;
    while ((number = InterlockedIncrement(&next)) <= total) {
        HANDLE pipe = open_it();
        if (pipe == INVALID_HANDLE_VALUE) {
            fail("open", GetLastError());
            continue;
        }
        InterlockedIncrement(&opened);
        if (echoed(pipe, number))
            InterlockedIncrement(&served);
        CloseHandle(pipe);
    }
    return 0;
}

int main(int count, char **words)
{
    HANDLE threads[64];
    int at, at_once;
    if (count != 5 || (at_once = atoi(words[3])) < 1 || at_once > 64)
        return 2;
    name = words[1];
    patient = strcmp(words[4], "patient") == 0;
    total = atoi(words[2]);
    for (at = 0; at < at_once; at++)
        threads[at] = CreateThread(NULL, 0, clients, NULL, 0, NULL);
    WaitForMultipleObjects((DWORD)at_once, threads, TRUE, INFINITE);
    for (at = 1; at < 65536; at++)
        if (failed[at])
            printf("error %d: %ld times\n", at, failed[at]);
    printf("%ld opened, %ld served\n", opened, served);
    return served == total ? 0 : 1;
}
