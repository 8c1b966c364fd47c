/* Plays ping-pong on some connections at once, against an echo target, for a
 * while: each sends SIZE bytes, waits until they are back, and sends again.
 *
 *   pingpong_client ADDRESS CONNECTIONS SIZE SECONDS
 *
 * Prints round trips, seconds, and the 50th and 99th percentile of a round
 * trip in microseconds. */
#define _GNU_SOURCE
#include "sockets.h"

enum { MOST_SAMPLES = 8 << 20 };

struct player {
    int fd;
    size_t got;
    uint64_t sent_at;
};

static uint32_t *trips; /* nanoseconds each */
static size_t trip_count;
static char buffer[64 << 10];

static int by_length(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void serve(struct player *p, size_t size)
{
    p->sent_at = now_ns();
    if (send(p->fd, buffer, size, MSG_NOSIGNAL) != (ssize_t)size)
        fail("ping-pong client: send");
}

static void receive(struct player *p, size_t size)
{
    ssize_t n = recv(p->fd, buffer, size - p->got, 0);
    if (n <= 0)
        fail("ping-pong client: recv");
    p->got += (size_t)n;
    if (p->got < size)
        return;
    uint64_t trip = now_ns() - p->sent_at;
    if (trip_count < MOST_SAMPLES)
        trips[trip_count++] = trip > UINT32_MAX ? UINT32_MAX : (uint32_t)trip;
    p->got = 0;
    serve(p, size);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    int conns = atoi(argv[2]);
    size_t size = (size_t)atoi(argv[3]);
    if (size == 0 || size > sizeof buffer)
        return 2;
    trips = malloc(MOST_SAMPLES * sizeof *trips);
    struct player *players = calloc((size_t)conns, sizeof *players);
    int epoll = checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    for (int i = 0; i < conns; i++) {
        players[i].fd = dial(argv[1]);
        watch(epoll, EPOLL_CTL_ADD, players[i].fd, EPOLLIN, &players[i]);
    }
    uint64_t start = now_ns(), deadline = seconds_from_now(argv[4]);
    for (int i = 0; i < conns; i++)
        serve(&players[i], size);
    while (now_ns() < deadline) {
        struct epoll_event events[64];
        int n = epoll_wait(epoll, events, 64, 1000);
        for (int i = 0; i < n; i++)
            receive(events[i].data.ptr, size);
    }
    double seconds = (double)(now_ns() - start) / 1e9;
    if (trip_count == 0)
        return 1;
    qsort(trips, trip_count, sizeof *trips, by_length);
    printf("operations %zu\nseconds %.6f\np50_us %.1f\np99_us %.1f\n", trip_count, seconds,
           trips[trip_count / 2] / 1e3, trips[trip_count * 99 / 100] / 1e3);
    return 0;
}
