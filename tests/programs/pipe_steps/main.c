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
 *   reach NAME rw|r|w                 the same, and waits while it is busy
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
#include "steps.h"

static void do_await(char **words)
{
    while (GetFileAttributesA(words[0]) == INVALID_FILE_ATTRIBUTES)
        Sleep(10);
    told("await", TRUE);
}

static void do_say(char **words)
{
    say("%s", words[0]);
}

static void do_pid(char **words)
{
    (void)words;
    say("pid %lu", GetCurrentProcessId());
}

static void do_clock(char **words)
{
    static ULONGLONG last;
    ULONGLONG now = GetTickCount64();
    (void)words;
    say("clock %llu", last ? now - last : 0);
    last = now;
}

static void do_exit(char **words)
{
    (void)words;
    TerminateProcess(GetCurrentProcess(), 0);
}

u64 number(const char *text)
{
    return strtoull(text, NULL, 10);
}

struct verb {
    const char *name;
    int words;
    step *run;
};

static const struct verb verbs[] = {
    {"listen", 4, do_listen},     {"accept", 0, do_accept},
    {"flush", 0, do_flush},       {"disconnect", 0, do_disconnect},
    {"wait", 2, do_wait},         {"open", 2, do_open},
    {"mode", 1, do_mode},         {"close", 0, do_close},
    {"write", 2, do_write},       {"stream", 3, do_stream},
    {"messages", 3, do_messages}, {"meanwhile", 3, do_meanwhile},
    {"settle", 0, do_settle},     {"read", 1, do_read},
    {"message", 0, do_message},   {"rest", 0, do_rest},
    {"slowly", 2, do_slowly},     {"hear", 1, do_hear},
    {"echo", 0, do_echo},         {"peek", 0, do_peek},
    {"info", 0, do_info},         {"state", 0, do_state},
    {"sddl", 0, do_sddl},         {"server", 0, do_server},
    {"await", 1, do_await},       {"say", 1, do_say},
    {"pid", 0, do_pid},           {"clock", 0, do_clock},
    {"exit", 0, do_exit},         {"times", 1, NULL},
    {"reach", 2, do_reach},
};

static const struct verb *verb_of(const char *name)
{
    size_t at;
    for (at = 0; at < sizeof verbs / sizeof verbs[0]; at++)
        if (strcmp(verbs[at].name, name) == 0)
            return &verbs[at];
    say("no step is called %s", name);
    exit(2);
}

static void run(int count, char **steps)
{
    while (count > 0) {
        const struct verb *verb = verb_of(steps[0]);
        if (verb->words >= count) {
            say("%s takes %d words", verb->name, verb->words);
            exit(2);
        }
        if (!verb->run) {
            u64 times = number(steps[1]);
            while (times-- > 0)
                run(count - 2, steps + 2);
            return;
        }
        verb->run(steps + 1);
        steps += verb->words + 1;
        count -= verb->words + 1;
    }
}

int main(int count, char **words)
{
    run(count - 1, words + 1);
    return 0;
}
