/* Sends as fast as it can for a while, over some connections, one way.
 *
 *   bulk_client ADDRESS CONNECTIONS SECONDS
 *
 * Then ends its direction on each and waits for the other party's end, so that
 * all that was sent has arrived when it exits. Prints bytes and seconds. */
#define _GNU_SOURCE
#include "sockets.h"

enum { BUFFER = 256 << 10, MOST = 1024 };

static char buffer[BUFFER];

static uint64_t send_until(int epoll, uint64_t deadline)
{
    uint64_t sent = 0;
    while (now_ns() < deadline) {
        struct epoll_event events[64];
        int n = epoll_wait(epoll, events, 64, 100);
        for (int i = 0; i < n; i++) {
            ssize_t wrote = send(events[i].data.fd, buffer, BUFFER, MSG_NOSIGNAL);
            if (wrote < 0 && errno != EAGAIN)
                fail("bulk client: send");
            if (wrote > 0)
                sent += (uint64_t)wrote;
        }
    }
    return sent;
}

static void end(int fd)
{
    char byte;
    fcntl(fd, F_SETFL, 0);
    ssize_t n = recv(fd, &byte, 1, 0);
    if (n != 0) {
        fprintf(stderr, "bulk client: wanted a clean end, got %s\n", n < 0 ? strerror(errno) : "data");
        exit(1);
    }
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    int conns = atoi(argv[2]), fds[MOST];
    int epoll = checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    for (int i = 0; i < conns && i < MOST; i++) {
        fds[i] = dial(argv[1]);
        set_nonblocking(fds[i]);
        struct epoll_event event = { .events = EPOLLOUT, .data = { .fd = fds[i] } };
        checked(epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event), "epoll_ctl");
    }
    uint64_t start = now_ns();
    uint64_t sent = send_until(epoll, seconds_from_now(argv[3]));
    for (int i = 0; i < conns; i++)
        checked(shutdown(fds[i], SHUT_WR), "shutdown");
    for (int i = 0; i < conns; i++)
        end(fds[i]);
    printf("bytes %llu\nseconds %.6f\n", (unsigned long long)sent, (double)(now_ns() - start) / 1e9);
    return 0;
}
