/* What the files of pipe_steps share. */
#ifndef STEPS_H
#define STEPS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

typedef unsigned long long u64;

/* noise.c */
struct noise {
    u64 state;
    unsigned left;
    u64 word;
};

/* Of bytes, or of messages: how many bytes, and their FNV-1a. */
struct tally {
    u64 count;
    u64 hash;
};

struct noise noise_of(u64 seed);
void fill(struct noise *noise, unsigned char *to, size_t count);
struct tally nothing(void);
void add(struct tally *tally, const unsigned char *bytes, size_t count);
void add_message(struct tally *tally, const unsigned char *bytes, DWORD size);
void *memory(size_t size);

/* told.c: one line each, with the error if there was one. */
void say(const char *format, ...);
void told(const char *step, BOOL good);
void told_bytes(const char *step, struct tally tally, DWORD error);
void told_messages(const char *step, u64 count, struct tally tally, DWORD error);

/* handle.c: the one pipe. */
extern HANDLE pipe;
DWORD read_some(void *to, DWORD size, DWORD *got);
DWORD write_some(const void *from, DWORD size, DWORD *put);

/* Steps take their words. */
typedef void step(char **words);
u64 number(const char *text);
step do_listen, do_accept, do_open, do_reach, do_mode, do_flush, do_disconnect, do_wait, do_close;
step do_write, do_stream, do_messages, do_meanwhile, do_settle;
step do_read, do_message, do_rest, do_slowly, do_hear, do_echo;
step do_peek, do_info, do_state, do_sddl, do_server;

#endif
