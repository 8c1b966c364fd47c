/* The steps that read, and tell what came. */
#include "steps.h"

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

void do_read(char **words)
{
    read_bytes("read", number(words[0]), 65536, 0);
}

void do_rest(char **words)
{
    (void)words;
    read_bytes("rest", ~0ULL, 65536, 0);
}

void do_slowly(char **words)
{
    read_bytes("slowly", ~0ULL, (DWORD)number(words[0]), (DWORD)number(words[1]));
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

void do_message(char **words)
{
    struct message message = {NULL, 0, 0};
    struct tally tally = nothing();
    DWORD error = read_message(&message);
    (void)words;
    if (!error)
        add(&tally, message.bytes, message.size);
    free(message.bytes);
    told_bytes("message", tally, error);
}

static void hear(const char *step, u64 most, int give_back)
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

void do_hear(char **words)
{
    hear("hear", number(words[0]), 0);
}

void do_echo(char **words)
{
    (void)words;
    hear("echo", ~0ULL, 1);
}
