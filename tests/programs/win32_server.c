/* A pipe server as the Win32 manual writes it: one instance, overlapped, with
 * buffers of 1024 bytes. It speaks first, then listens.
 *
 *   win32_server NAME byte|message
 *
 * Serves one client. Prints "ready" when it can be reached, "served" when the
 * client has heard and said everything.
 */
#include "win32_pipe.h"

static HANDLE pipe;
static OVERLAPPED work;

static DWORD done(BOOL good, const char *what, DWORD *error)
{
    DWORD moved = 0;
    *error = good ? 0 : GetLastError();
    if (*error == ERROR_IO_PENDING || *error == ERROR_MORE_DATA || *error == 0)
        *error = GetOverlappedResult(pipe, &work, &moved, TRUE) ? 0 : GetLastError();
    if (*error && *error != ERROR_MORE_DATA)
        die(what, *error);
    return moved;
}

static void say(const unsigned char *bytes, DWORD size)
{
    DWORD error;
    if (done(WriteFile(pipe, bytes, size, NULL, &work), "WriteFile", &error) != size)
        die("WriteFile took a part", 0);
}

static DWORD hear(unsigned char *to, DWORD room, DWORD *error)
{
    return done(ReadFile(pipe, to, room, NULL, &work), "ReadFile", error);
}

static void serve_bytes(void)
{
    static unsigned char request[REQUEST];
    unsigned char *greeting = spoken('s', GREETING), *answer = spoken('a', ANSWER);
    DWORD have = 0, error;
    say(greeting, GREETING);
    while (have < REQUEST)
        have += hear(request + have, REQUEST - have, &error);
    same("request", request, have, 'c', REQUEST);
    say(answer, ANSWER);
    free(greeting);
    free(answer);
}

static void serve_messages(void)
{
    static unsigned char request[REQUEST * 2];
    int at;
    for (at = 0; at < MESSAGES; at++) {
        unsigned char *message = spoken('s', sizes[at]);
        say(message, sizes[at]);
        free(message);
    }
    for (at = 0; at < MESSAGES; at++) {
        DWORD have = 0, error;
        do
            have += hear(request + have, 1024, &error);
        while (error == ERROR_MORE_DATA);
        same("request", request, have, 'c', sizes[at]);
    }
    say((const unsigned char *)"", 0);
}

int main(int count, char **words)
{
    int messages = count == 3 && strcmp(words[2], "message") == 0;
    DWORD mode = messages ? PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT
                          : PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT;
    DWORD error;
    if (count != 3)
        return 2;
    pipe = CreateNamedPipeA(words[1], PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, mode, 1, 1024,
                            1024, 0, NULL);
    if (pipe == INVALID_HANDLE_VALUE)
        die("CreateNamedPipe", GetLastError());
    work.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    printf("ready\n");
    fflush(stdout);
    if (!ConnectNamedPipe(pipe, &work) && (error = GetLastError()) != ERROR_PIPE_CONNECTED) {
        if (error != ERROR_IO_PENDING)
            die("ConnectNamedPipe", error);
        if (WaitForSingleObject(work.hEvent, INFINITE) != WAIT_OBJECT_0)
            die("WaitForSingleObject", GetLastError());
    }
    if (messages)
        serve_messages();
    else
        serve_bytes();
    FlushFileBuffers(pipe);
    DisconnectNamedPipe(pipe);
    CloseHandle(pipe);
    printf("served\n");
    return 0;
}
