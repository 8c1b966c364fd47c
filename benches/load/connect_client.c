/* Makes connections one after another, some at a time, against an echo target:
 * connect, send a byte, wait until it is back, close.
 *
 *   connect_client ADDRESS AT_A_TIME SECONDS
 *
 * Prints the connections that were served and the seconds it took. */
#define _GNU_SOURCE
#include "sockets.h"

static void begin(int epoll, const char *address)
{
    int fd = dial(address);
    struct epoll_event event = { .events = EPOLLIN, .data = { .fd = fd } };
    checked(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    if (send(fd, "x", 1, MSG_NOSIGNAL) != 1)
        fail("connect client: send");
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    int epoll = checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    uint64_t served = 0, start = now_ns(), deadline = seconds_from_now(argv[3]);
    for (int i = 0; i < atoi(argv[2]); i++)
        begin(epoll, argv[1]);
    while (now_ns() < deadline) {
        struct epoll_event events[64];
        int n = epoll_wait(epoll, events, 64, 1000);
        for (int i = 0; i < n; i++) {
            char byte;
            if (recv(events[i].data.fd, &byte, 1, 0) != 1)
                fail("connect client: recv");
            close(events[i].data.fd);
            served++;
            begin(epoll, argv[1]);
        }
    }
    printf("connections %llu\nseconds %.6f\n", (unsigned long long)served, (double)(now_ns() - start) / 1e9);
    return 0;
}
