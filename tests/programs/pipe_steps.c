/* A Windows program that does with a named pipe what its arguments say, one
 * step after the other, and prints a line about each: the step, and either
 * what came of it or "error" and the number that GetLastError gives.
 *
 * It goes on after an error; who reads the lines judges them. Bytes are noise
 * from a seed, and are told by count and FNV-1a, so that another program can
 * make the same ones; of several messages the hash takes in each one's length,
 * four bytes, least first, before the message.
 *
 *   listen NAME byte|message IN OUT   makes an instance (at most 8)
 *   accept                            waits for a client
 *   flush, disconnect
 *   wait NAME MS                      WaitNamedPipe; MS may be -1: for ever
 *   open NAME rw|r|w                  opens the client's end; with an "o" in
 *                                     it for overlapped work
 *   mode byte|message                 the read mode of the handle
 *   write SEED COUNT                  one WriteFile
 *   stream SEED COUNT CHUNK           as many as it takes
 *   messages SEED COUNT MOST          COUNT writes of 0 to MOST bytes each
 *   meanwhile SEED COUNT MOST         the same while the next steps are done
 *   settle                            waits for that
 *   read COUNT                        until so many bytes are there
 *   message                           one message, whole
 *   rest                              until an error ends it
 *   slowly CHUNK MS                   the same, with a pause before each read
 *   hear COUNT                        so many messages, whole
 *   echo                              gives messages back until an error
 *   peek                              what lies there unread
 *   info, state, sddl, server         what the handle knows of its pipe
 *   await FILE                        until a file is there
 *   say TEXT                          prints it
 *   pid                               the number of this process
 *   clock                             milliseconds since it was last asked
 *   close
 *   exit                              at once, with whatever is open
 *   times COUNT                       the steps after this one, so often
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <aclapi.h>
#include <sddl.h>

typedef unsigned long long u64;

static HANDLE pipe = INVALID_HANDLE_VALUE;
static int asynchronous;

/* The noise of tests/acceptance/harness/payload.rs. */
struct noise {
    u64 state;
    unsigned left;
    u64 word;
};

static struct noise noise_of(u64 seed)
{
    struct noise noise = {(seed * 0x9e3779b97f4a7c15ULL) | 1, 0, 0};
    return noise;
}

static void fill(struct noise *noise, unsigned char *to, size_t count)
{
    for (; count > 0; count--) {
        if (noise->left == 0) {
            noise->state ^= noise->state << 13;
            noise->state ^= noise->state >> 7;
            noise->state ^= noise->state << 17;
            noise->word = noise->state;
            noise->left = 8;
        }
        *to++ = (unsigned char)noise->word;
        noise->word >>= 8;
        noise->left--;
    }
}

struct tally {
    u64 count;
    u64 hash;
};

static struct tally nothing(void)
{
    struct tally tally = {0, 0xcbf29ce484222325ULL};
    return tally;
}

static void add(struct tally *tally, const unsigned char *bytes, size_t count)
{
    tally->count += count;
    for (; count > 0; count--)
        tally->hash = (tally->hash ^ *bytes++) * 0x100000001b3ULL;
}

static void add_message(struct tally *tally, const unsigned char *bytes, DWORD size)
{
    unsigned char head[4] = {size & 0xff, size >> 8 & 0xff, size >> 16 & 0xff, size >> 24};
    add(tally, head, 4);
    add(tally, bytes, size);
    tally->count -= 4;
}

static void told(const char *step, BOOL good)
{
    DWORD error = GetLastError();
    if (good)
        printf("%s ok\n", step);
    else
        printf("%s error %lu\n", step, error);
    fflush(stdout);
}

static void told_bytes(const char *step, struct tally tally, DWORD error)
{
    printf("%s %llu %016llx", step, tally.count, tally.hash);
    if (error)
        printf(" error %lu", error);
    printf("\n");
    fflush(stdout);
}

static void told_messages(const char *step, u64 count, struct tally tally, DWORD error)
{
    char text[64];
    sprintf(text, "%s %llu of bytes", step, count);
    told_bytes(text, tally, error);
}

static void *memory(size_t size)
{
    void *bytes = malloc(size ? size : 1);
    if (!bytes) {
        printf("no memory\n");
        exit(1);
    }
    return bytes;
}

/* Servers work overlapped, clients plainly unless they are told to: as most
 * programs do. */
static DWORD finish(BOOL good, OVERLAPPED *work, DWORD *moved)
{
    DWORD error = good ? 0 : GetLastError();
    if (asynchronous && (error == 0 || error == ERROR_IO_PENDING || error == ERROR_MORE_DATA))
        error = GetOverlappedResult(pipe, work, moved, TRUE) ? 0 : GetLastError();
    if (work->hEvent)
        CloseHandle(work->hEvent);
    return error;
}

static OVERLAPPED overlapped(void)
{
    OVERLAPPED work;
    memset(&work, 0, sizeof work);
    if (asynchronous)
        work.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    return work;
}

static DWORD read_some(void *to, DWORD size, DWORD *got)
{
    OVERLAPPED work = overlapped();
    *got = 0;
    return finish(ReadFile(pipe, to, size, got, asynchronous ? &work : NULL), &work, got);
}

static DWORD write_some(const void *from, DWORD size, DWORD *put)
{
    OVERLAPPED work = overlapped();
    *put = 0;
    return finish(WriteFile(pipe, from, size, put, asynchronous ? &work : NULL), &work, put);
}

static void listen_at(char **words)
{
    int messages = strcmp(words[1], "message") == 0;
    DWORD type = messages ? PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE : PIPE_TYPE_BYTE;
    asynchronous = 1;
    pipe = CreateNamedPipeA(words[0], PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, type, 8,
                            strtoul(words[3], NULL, 10), strtoul(words[2], NULL, 10), 0, NULL);
    told("listen", pipe != INVALID_HANDLE_VALUE);
}

static void accept_one(void)
{
    OVERLAPPED work = overlapped();
    DWORD moved;
    BOOL good = ConnectNamedPipe(pipe, &work);
    DWORD error = good ? 0 : GetLastError();
    if (error == ERROR_IO_PENDING)
        error = GetOverlappedResult(pipe, &work, &moved, TRUE) ? 0 : GetLastError();
    CloseHandle(work.hEvent);
    SetLastError(error);
    told("accept", error == 0 || error == ERROR_PIPE_CONNECTED);
}

static void open_it(char **words)
{
    DWORD access = 0;
    asynchronous = strchr(words[1], 'o') != NULL;
    if (strchr(words[1], 'r'))
        access |= GENERIC_READ | FILE_WRITE_ATTRIBUTES;
    if (strchr(words[1], 'w'))
        access |= GENERIC_WRITE;
    pipe = CreateFileA(words[0], access, 0, NULL, OPEN_EXISTING,
                       asynchronous ? FILE_FLAG_OVERLAPPED : 0, NULL);
    told("open", pipe != INVALID_HANDLE_VALUE);
}

static void write_noise(const char *step, u64 seed, u64 count, u64 chunk)
{
    struct noise noise = noise_of(seed);
    struct tally tally = nothing();
    unsigned char *bytes = memory(chunk);
    DWORD put, error;
    do {
        DWORD part = (DWORD)(count - tally.count < chunk ? count - tally.count : chunk);
        fill(&noise, bytes, part);
        error = write_some(bytes, part, &put);
        if (!error)
            add(&tally, bytes, part);
    } while (!error && tally.count < count);
    free(bytes);
    told_bytes(step, tally, error);
}

/* Sizes and contents come from the same noise: two bytes of it say the size. */
static void write_messages(u64 seed, u64 count, u64 most)
{
    struct noise noise = noise_of(seed);
    struct tally tally = nothing();
    unsigned char *bytes = memory(most);
    DWORD put, error = 0;
    u64 sent = 0;
    while (!error && sent < count) {
        unsigned char head[2];
        DWORD size;
        fill(&noise, head, 2);
        size = (DWORD)((head[0] | head[1] << 8) % (most + 1));
        fill(&noise, bytes, size);
        error = write_some(bytes, size, &put);
        if (!error) {
            add_message(&tally, bytes, size);
            sent++;
        }
    }
    free(bytes);
    told_messages("messages", sent, tally, error);
}

static HANDLE meanwhile;
static u64 in_background[3];

static DWORD WINAPI write_in_background(void *nothing)
{
    (void)nothing;
    write_messages(in_background[0], in_background[1], in_background[2]);
    return 0;
}

/* Up to `count` bytes, `chunk` at a time; an empty message is no end. */
static void read_bytes(const char *step, u64 count, DWORD chunk, DWORD pause)
{
    struct tally tally = nothing();
    unsigned char *bytes = memory(chunk);
    DWORD got, error = 0;
    while (!error && tally.count < count) {
        DWORD part = count - tally.count < chunk ? (DWORD)(count - tally.count) : chunk;
        if (pause)
            Sleep(pause);
        error = read_some(bytes, part, &got);
        if (error == ERROR_MORE_DATA)
            error = 0;
        if (!error)
            add(&tally, bytes, got);
    }
    free(bytes);
    told_bytes(step, tally, error);
}

struct message {
    unsigned char *bytes;
    size_t size, room;
};

static DWORD read_message(struct message *message)
{
    DWORD got, error;
    message->size = 0;
    do {
        if (message->room < message->size + 65536) {
            message->room = message->room * 2 + 65536;
            message->bytes = realloc(message->bytes, message->room);
            if (!message->bytes)
                exit(1);
        }
        error = read_some(message->bytes + message->size, 65536, &got);
        if (error == 0 || error == ERROR_MORE_DATA)
            message->size += got;
    } while (error == ERROR_MORE_DATA);
    return error;
}

static void one_message(void)
{
    struct message message = {NULL, 0, 0};
    struct tally tally = nothing();
    DWORD error = read_message(&message);
    if (!error)
        add(&tally, message.bytes, message.size);
    free(message.bytes);
    told_bytes("message", tally, error);
}

static void hear_messages(const char *step, u64 most, int give_back)
{
    struct message message = {NULL, 0, 0};
    struct tally tally = nothing();
    DWORD put, error = 0;
    u64 count = 0;
    while (count < most && (error = read_message(&message)) == 0) {
        add_message(&tally, message.bytes, (DWORD)message.size);
        count++;
        if (give_back && (error = write_some(message.bytes, (DWORD)message.size, &put)) != 0)
            break;
    }
    free(message.bytes);
    told_messages(step, count, tally, error);
}

static void peek(void)
{
    DWORD there, left;
    BOOL good = PeekNamedPipe(pipe, NULL, 0, NULL, &there, &left);
    if (good)
        printf("peek %lu, %lu of this message\n", there, left);
    else
        printf("peek error %lu\n", GetLastError());
    fflush(stdout);
}

static void info(void)
{
    DWORD flags, out, in, instances;
    if (!GetNamedPipeInfo(pipe, &flags, &out, &in, &instances)) {
        told("info", FALSE);
        return;
    }
    printf("info %s %s out %lu in %lu instances %lu\n",
           flags & PIPE_SERVER_END ? "server" : "client",
           flags & PIPE_TYPE_MESSAGE ? "message" : "byte", out, in, instances);
    fflush(stdout);
}

static void state(void)
{
    DWORD flags, instances;
    if (!GetNamedPipeHandleStateA(pipe, &flags, &instances, NULL, NULL, NULL, 0)) {
        told("state", FALSE);
        return;
    }
    printf("state %s %s instances %lu\n", flags & PIPE_READMODE_MESSAGE ? "message" : "byte",
           flags & PIPE_NOWAIT ? "nowait" : "wait", instances);
    fflush(stdout);
}

static void sddl(void)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    LPSTR text = NULL;
    DWORD error = GetSecurityInfo(pipe, SE_KERNEL_OBJECT,
                                  OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, NULL,
                                  NULL, NULL, NULL, &descriptor);
    SetLastError(error);
    if (error ||
        !ConvertSecurityDescriptorToStringSecurityDescriptorA(
            descriptor, SDDL_REVISION_1, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
            &text, NULL)) {
        told("sddl", FALSE);
        return;
    }
    printf("sddl %s\n", text);
    fflush(stdout);
}

static void server(void)
{
    ULONG pid = 0;
    BOOL good = GetNamedPipeServerProcessId(pipe, &pid);
    if (good)
        printf("server %s\n", pid ? "known" : "unknown");
    else
        told("server", FALSE);
    fflush(stdout);
}

static void await_file(const char *path)
{
    while (GetFileAttributesA(path) == INVALID_FILE_ATTRIBUTES)
        Sleep(10);
    told("await", TRUE);
}

static void tell_clock(void)
{
    static ULONGLONG last;
    ULONGLONG now = GetTickCount64();
    printf("clock %llu\n", last ? now - last : 0);
    fflush(stdout);
    last = now;
}

static u64 number(const char *text)
{
    return strtoull(text, NULL, 10);
}

struct verb {
    const char *name;
    int words;
};

static const struct verb verbs[] = {
    {"listen", 4}, {"accept", 0}, {"flush", 0},   {"disconnect", 0}, {"wait", 2},   {"open", 2},
    {"mode", 1},   {"write", 2},  {"stream", 3},  {"messages", 3},   {"read", 1},   {"message", 0},
    {"rest", 0},   {"slowly", 2}, {"hear", 1},    {"echo", 0},       {"peek", 0},   {"info", 0},
    {"state", 0},  {"sddl", 0},   {"server", 0},  {"await", 1},      {"say", 1},    {"close", 0},
    {"exit", 0},   {"times", 1},  {"clock", 0},   {"settle", 0},     {"meanwhile", 3},
    {"pid", 0},
};

static int words_of(const char *name)
{
    size_t at;
    for (at = 0; at < sizeof verbs / sizeof verbs[0]; at++)
        if (strcmp(verbs[at].name, name) == 0)
            return verbs[at].words;
    printf("no step is called %s\n", name);
    exit(2);
}

static void set_mode(const char *word)
{
    DWORD mode = strcmp(word, "message") == 0 ? PIPE_READMODE_MESSAGE : PIPE_READMODE_BYTE;
    told("mode", SetNamedPipeHandleState(pipe, &mode, NULL, NULL));
}

static int of_data(const char *name, char **words)
{
    if (!strcmp(name, "write"))
        write_noise("write", number(words[0]), number(words[1]), number(words[1]));
    else if (!strcmp(name, "stream"))
        write_noise("stream", number(words[0]), number(words[1]), number(words[2]));
    else if (!strcmp(name, "messages"))
        write_messages(number(words[0]), number(words[1]), number(words[2]));
    else if (!strcmp(name, "meanwhile")) {
        int at;
        for (at = 0; at < 3; at++)
            in_background[at] = number(words[at]);
        meanwhile = CreateThread(NULL, 0, write_in_background, NULL, 0, NULL);
    } else if (!strcmp(name, "read"))
        read_bytes("read", number(words[0]), 65536, 0);
    else if (!strcmp(name, "message"))
        one_message();
    else if (!strcmp(name, "rest"))
        read_bytes("rest", ~0ULL, 65536, 0);
    else if (!strcmp(name, "slowly"))
        read_bytes("slowly", ~0ULL, (DWORD)number(words[0]), (DWORD)number(words[1]));
    else if (!strcmp(name, "hear"))
        hear_messages("hear", number(words[0]), 0);
    else if (!strcmp(name, "echo"))
        hear_messages("echo", ~0ULL, 1);
    else
        return 0;
    return 1;
}

static int of_pipe(const char *name, char **words)
{
    if (!strcmp(name, "listen"))
        listen_at(words);
    else if (!strcmp(name, "accept"))
        accept_one();
    else if (!strcmp(name, "flush"))
        told("flush", FlushFileBuffers(pipe));
    else if (!strcmp(name, "disconnect"))
        told("disconnect", DisconnectNamedPipe(pipe));
    else if (!strcmp(name, "wait"))
        told("wait", WaitNamedPipeA(words[0], (DWORD)strtol(words[1], NULL, 10)));
    else if (!strcmp(name, "open"))
        open_it(words);
    else if (!strcmp(name, "mode"))
        set_mode(words[0]);
    else if (!strcmp(name, "close"))
        told("close", CloseHandle(pipe));
    else
        return 0;
    return 1;
}

static void other(const char *name, char **words)
{
    if (!strcmp(name, "peek"))
        peek();
    else if (!strcmp(name, "info"))
        info();
    else if (!strcmp(name, "state"))
        state();
    else if (!strcmp(name, "sddl"))
        sddl();
    else if (!strcmp(name, "server"))
        server();
    else if (!strcmp(name, "await"))
        await_file(words[0]);
    else if (!strcmp(name, "say")) {
        printf("%s\n", words[0]);
        fflush(stdout);
    } else if (!strcmp(name, "pid")) {
        printf("pid %lu\n", GetCurrentProcessId());
        fflush(stdout);
    } else if (!strcmp(name, "clock"))
        tell_clock();
    else if (!strcmp(name, "settle")) {
        WaitForSingleObject(meanwhile, INFINITE);
        CloseHandle(meanwhile);
    } else if (!strcmp(name, "exit"))
        TerminateProcess(GetCurrentProcess(), 0);
}

static void run(int count, char **steps)
{
    while (count > 0) {
        const char *name = steps[0];
        int words = words_of(name);
        if (words >= count) {
            printf("%s takes %d words\n", name, words);
            exit(2);
        }
        if (!strcmp(name, "times")) {
            u64 times = number(steps[1]);
            while (times-- > 0)
                run(count - 2, steps + 2);
            return;
        }
        if (!of_data(name, steps + 1) && !of_pipe(name, steps + 1))
            other(name, steps + 1);
        steps += words + 1;
        count -= words + 1;
    }
}

int main(int count, char **words)
{
    run(count - 1, words + 1);
    return 0;
}
