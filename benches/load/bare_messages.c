/* The least that a message relay can do: one thread takes many packets a
 * system call (recvmmsg) and writes them as u32be frames in one (sendmsg).
 * One connection at a time, one way, nothing checked, counted or logged.
 *
 *   bare_messages packet:PATH CONNECT_ADDRESS */
#define _GNU_SOURCE
#include "sockets.h"
#include <sys/uio.h>

/* A slot is a little over 64 KiB, so that not all of them fall on the same cache lines. */
enum { BATCH = 64, SLOT = (64 << 10) + 192 };

static char slots[BATCH][SLOT];
static uint32_t heads[BATCH];
static struct mmsghdr batch[BATCH];
static struct iovec slot[BATCH], out[2 * BATCH];

static void write_all(int fd, struct iovec *at, int count)
{
    while (count > 0) {
        ssize_t n = checked((int)writev(fd, at, count), "bare messages: writev");
        while (count > 0 && (size_t)n >= at->iov_len) {
            n -= (ssize_t)at->iov_len;
            at++;
            count--;
        }
        if (count > 0) {
            at->iov_base = (char *)at->iov_base + n;
            at->iov_len -= (size_t)n;
        }
    }
}

static void carry(int from, int to)
{
    for (;;) {
        int n = checked(recvmmsg(from, batch, BATCH, MSG_WAITFORONE, NULL), "recvmmsg"), used = 0;
        while (used < n && batch[used].msg_len > 0) {
            heads[used] = htonl(batch[used].msg_len);
            out[2 * used] = (struct iovec){ &heads[used], 4 };
            out[2 * used + 1] = (struct iovec){ slots[used], batch[used].msg_len };
            used++;
        }
        write_all(to, out, 2 * used);
        if (used < n)
            return;
    }
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    for (int i = 0; i < BATCH; i++) {
        slot[i] = (struct iovec){ slots[i], SLOT };
        batch[i].msg_hdr.msg_iov = &slot[i];
        batch[i].msg_hdr.msg_iovlen = 1;
    }
    int listener = listen_at(argv[1]);
    for (;;) {
        int from = checked(accept(listener, NULL, NULL), "accept"), to = dial(argv[2]);
        char byte;
        carry(from, to);
        shutdown(to, SHUT_WR);
        while (recv(to, &byte, 1, 0) > 0) {
        }
        close(to);
        close(from);
    }
}
