/* Noise from a seed, and what tells one noise from another. */
#include "steps.h"

/* The noise of tests/acceptance/harness/payload.rs. */
struct noise noise_of(u64 seed)
{
    struct noise noise = {(seed * 0x9e3779b97f4a7c15ULL) | 1, 0, 0};
    return noise;
}

void fill(struct noise *noise, unsigned char *to, size_t count)
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

struct tally nothing(void)
{
    struct tally tally = {0, 0xcbf29ce484222325ULL};
    return tally;
}

void add(struct tally *tally, const unsigned char *bytes, size_t count)
{
    tally->count += count;
    for (; count > 0; count--)
        tally->hash = (tally->hash ^ *bytes++) * 0x100000001b3ULL;
}

void add_message(struct tally *tally, const unsigned char *bytes, DWORD size)
{
    unsigned char head[4] = {size & 0xff, size >> 8 & 0xff, size >> 16 & 0xff, size >> 24};
    add(tally, head, 4);
    add(tally, bytes, size);
    tally->count -= 4;
}

void *memory(size_t size)
{
    void *bytes = malloc(size ? size : 1);
    if (!bytes) {
        printf("no memory\n");
        exit(1);
    }
    return bytes;
}
