/* Sends messages of one size as fast as it can for a while, on one
 * SOCK_SEQPACKET connection, many a system call (sendmmsg).
 *
 *   message_client packet:PATH SIZE SECONDS
 *
 * Then ends its direction and waits for the other party's end. Prints the
 * messages sent and the seconds it took. */
#define _GNU_SOURCE
#include "sockets.h"

enum { BATCH = 64 };

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    size_t size = (size_t)atoi(argv[2]);
    char *body = calloc(1, size);
    struct iovec one = { .iov_base = body, .iov_len = size };
    struct mmsghdr batch[BATCH];
    memset(batch, 0, sizeof batch);
    for (int i = 0; i < BATCH; i++) {
        batch[i].msg_hdr.msg_iov = &one;
        batch[i].msg_hdr.msg_iovlen = 1;
    }
    int fd = dial(argv[1]);
    uint64_t messages = 0, start = now_ns(), deadline = seconds_from_now(argv[3]);
    while (now_ns() < deadline)
        messages += (uint64_t)checked(sendmmsg(fd, batch, BATCH, MSG_NOSIGNAL), "message client: sendmmsg");
    checked(shutdown(fd, SHUT_WR), "shutdown");
    char byte;
    ssize_t n = recv(fd, &byte, 1, 0);
    if (n != 0)
        fail("message client: wanted a clean end");
    printf("messages %llu\nseconds %.6f\n", (unsigned long long)messages, (double)(now_ns() - start) / 1e9);
    return 0;
}
