/* The pipe that the steps are about: made or opened, read and written once. */
#include "steps.h"

HANDLE pipe = INVALID_HANDLE_VALUE;

/* Servers work overlapped, clients plainly unless they are told to: as most
 * programs do. */
static int asynchronous;

static OVERLAPPED overlapped(void)
{
    OVERLAPPED work;
    memset(&work, 0, sizeof work);
    if (asynchronous)
        work.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    return work;
}

static DWORD finish(BOOL good, OVERLAPPED *work, DWORD *moved)
{
    DWORD error = good ? 0 : GetLastError();
    if (asynchronous && (error == 0 || error == ERROR_IO_PENDING || error == ERROR_MORE_DATA))
        error = GetOverlappedResult(pipe, work, moved, TRUE) ? 0 : GetLastError();
    if (work->hEvent)
        CloseHandle(work->hEvent);
    return error;
}

DWORD read_some(void *to, DWORD size, DWORD *got)
{
    OVERLAPPED work = overlapped();
    *got = 0;
    return finish(ReadFile(pipe, to, size, got, asynchronous ? &work : NULL), &work, got);
}

DWORD write_some(const void *from, DWORD size, DWORD *put)
{
    OVERLAPPED work = overlapped();
    *put = 0;
    return finish(WriteFile(pipe, from, size, put, asynchronous ? &work : NULL), &work, put);
}

void do_listen(char **words)
{
    int messages = strcmp(words[1], "message") == 0;
    DWORD type = messages ? PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE : PIPE_TYPE_BYTE;
    asynchronous = 1;
    pipe = CreateNamedPipeA(words[0], PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, type, 8,
                            (DWORD)number(words[3]), (DWORD)number(words[2]), 0, NULL);
    told("listen", pipe != INVALID_HANDLE_VALUE);
}

void do_accept(char **words)
{
    OVERLAPPED work = overlapped();
    DWORD moved, error;
    (void)words;
    error = finish(ConnectNamedPipe(pipe, &work), &work, &moved);
    SetLastError(error);
    told("accept", error == 0 || error == ERROR_PIPE_CONNECTED);
}

static int open_end(char **words)
{
    DWORD access = 0;
    asynchronous = strchr(words[1], 'o') != NULL;
    if (strchr(words[1], 'r'))
        access |= GENERIC_READ | FILE_WRITE_ATTRIBUTES;
    if (strchr(words[1], 'w'))
        access |= GENERIC_WRITE;
    pipe = CreateFileA(words[0], access, 0, NULL, OPEN_EXISTING,
                       asynchronous ? FILE_FLAG_OVERLAPPED : 0, NULL);
    return pipe != INVALID_HANDLE_VALUE;
}

void do_open(char **words)
{
    told("open", open_end(words));
}

/* An instance that was free may be another client's by now. */
void do_reach(char **words)
{
    int there, again;
    do {
        there = open_end(words);
        again = !there && GetLastError() == ERROR_PIPE_BUSY;
    } while (again && WaitNamedPipeA(words[0], NMPWAIT_WAIT_FOREVER));
    told("reach", there);
}

void do_mode(char **words)
{
    DWORD mode = strcmp(words[0], "message") == 0 ? PIPE_READMODE_MESSAGE : PIPE_READMODE_BYTE;
    told("mode", SetNamedPipeHandleState(pipe, &mode, NULL, NULL));
}

void do_wait(char **words)
{
    told("wait", WaitNamedPipeA(words[0], (DWORD)strtol(words[1], NULL, 10)));
}

void do_flush(char **words)
{
    (void)words;
    told("flush", FlushFileBuffers(pipe));
}

void do_disconnect(char **words)
{
    (void)words;
    told("disconnect", DisconnectNamedPipe(pipe));
}

void do_close(char **words)
{
    (void)words;
    told("close", CloseHandle(pipe));
}
