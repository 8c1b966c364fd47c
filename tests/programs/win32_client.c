/* A pipe client as the Win32 manual writes it: waits for an instance for ever,
 * opens it, listens first, then speaks.
 *
 *   win32_client NAME byte|message
 *
 * Prints "understood" when everything that it heard was what was said, and the
 * server has answered.
 */
#include "win32_pipe.h"

static HANDLE pipe;

static void say(const unsigned char *bytes, DWORD size)
{
    DWORD put;
    if (!WriteFile(pipe, bytes, size, &put, NULL))
        die("WriteFile", GetLastError());
    if (put != size)
        die("WriteFile took a part", 0);
}

static void hear_bytes(const char *what, char who, DWORD size)
{
    unsigned char *bytes = malloc(size);
    DWORD have = 0, got;
    for (; have < size; have += got)
        if (!ReadFile(pipe, bytes + have, size - have, &got, NULL))
            die(what, GetLastError());
    same(what, bytes, have, who, size);
    free(bytes);
}

static void hear_message(const char *what, char who, DWORD size)
{
    static unsigned char bytes[REQUEST * 2];
    DWORD have = 0, got = 0;
    while (!ReadFile(pipe, bytes + have, 512, &got, NULL)) {
        if (GetLastError() != ERROR_MORE_DATA)
            die(what, GetLastError());
        have += got;
    }
    same(what, bytes, have + got, who, size);
}

static void talk_bytes(void)
{
    unsigned char *request = spoken('c', REQUEST);
    hear_bytes("greeting", 's', GREETING);
    say(request, REQUEST);
    free(request);
    hear_bytes("answer", 'a', ANSWER);
}

static void talk_messages(void)
{
    DWORD mode = PIPE_READMODE_MESSAGE;
    int at;
    if (!SetNamedPipeHandleState(pipe, &mode, NULL, NULL))
        die("SetNamedPipeHandleState", GetLastError());
    for (at = 0; at < MESSAGES; at++)
        hear_message("greeting", 's', sizes[at]);
    for (at = 0; at < MESSAGES; at++) {
        unsigned char *message = spoken('c', sizes[at]);
        say(message, sizes[at]);
        free(message);
    }
    hear_message("answer", 'a', 0);
}

int main(int count, char **words)
{
    if (count != 3)
        return 2;
    if (!WaitNamedPipeA(words[1], NMPWAIT_WAIT_FOREVER))
        die("WaitNamedPipe", GetLastError());
    pipe = CreateFileA(words[1], GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (pipe == INVALID_HANDLE_VALUE)
        die("CreateFile", GetLastError());
    if (strcmp(words[2], "message") == 0)
        talk_messages();
    else
        talk_bytes();
    CloseHandle(pipe);
    printf("understood\n");
    return 0;
}
