/* The steps that write noise. */
#include "steps.h"

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

void do_write(char **words)
{
    write_noise("write", number(words[0]), number(words[1]), number(words[1]));
}

void do_stream(char **words)
{
    write_noise("stream", number(words[0]), number(words[1]), number(words[2]));
}

void do_messages(char **words)
{
    write_messages(number(words[0]), number(words[1]), number(words[2]));
}

static HANDLE meanwhile;

static DWORD WINAPI in_background(void *words)
{
    do_messages(words);
    return 0;
}

void do_meanwhile(char **words)
{
    meanwhile = CreateThread(NULL, 0, in_background, words, 0, NULL);
}

void do_settle(char **words)
{
    (void)words;
    WaitForSingleObject(meanwhile, INFINITE);
    CloseHandle(meanwhile);
}
