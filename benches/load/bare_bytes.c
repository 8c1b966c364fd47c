/* The least that a relay can do: one thread, epoll, read, write. Both ways,
 * half-close passed on, nothing checked, counted or logged. What it costs is
 * what the system calls cost.
 *
 *   bare_bytes LISTEN_ADDRESS CONNECT_ADDRESS */
#define _GNU_SOURCE
#include "sockets.h"

enum { BUFFER = 256 << 10, EVENTS = 64 };

/* One end of a connection, and what was read from it and not yet written to `other`. */
struct end {
    int fd;
    struct end *other;
    char *buffer;
    size_t from, to;
    int ended;
    uint32_t events;
    int closed;
};

static int epoll;
static struct end *spare; /* chained by `other` */

static void want(struct end *e, uint32_t events)
{
    if (e->events == events)
        return;
    /* Taken out where nothing is wanted: a hang-up would be told again and again. */
    int op = !events ? EPOLL_CTL_DEL : e->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    e->events = events;
    watch(epoll, op, e->fd, events, e);
}

static void settle(struct end *e)
{
    int full = e->to > e->from, owed = e->other->to > e->other->from;
    want(e, (full || e->ended ? 0 : EPOLLIN) | (owed ? EPOLLOUT : 0));
}

static void drop(struct end *e)
{
    close(e->fd);
    close(e->other->fd);
    e->closed = e->other->closed = 1;
}

/* Writes what `e` has read to the other end. False: the connection is over. */
static int pass_on(struct end *e)
{
    ssize_t n = send(e->other->fd, e->buffer + e->from, e->to - e->from, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN)
        return 0;
    if (n > 0)
        e->from += (size_t)n;
    return 1;
}

static int take(struct end *e)
{
    ssize_t n = recv(e->fd, e->buffer, BUFFER, 0);
    if (n < 0)
        return errno == EAGAIN;
    if (n == 0) {
        e->ended = 1;
        shutdown(e->other->fd, SHUT_WR);
        return !e->other->ended;
    }
    e->from = 0;
    e->to = (size_t)n;
    return pass_on(e);
}

/* Ends are kept for the next connection: fresh buffers would cost page faults. */
static struct end *new_end(int fd)
{
    struct end *e = spare;
    if (e) {
        spare = e->other;
        *e = (struct end){ .buffer = e->buffer };
    } else {
        e = calloc(1, sizeof *e);
        e->buffer = malloc(BUFFER);
    }
    e->fd = fd;
    e->events = EPOLLIN;
    set_nonblocking(fd);
    return e;
}

static void welcome(int listener, const char *target)
{
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct end *client = new_end(fd), *server = new_end(dial(target));
        client->other = server;
        server->other = client;
        watch(epoll, EPOLL_CTL_ADD, client->fd, EPOLLIN, client);
        watch(epoll, EPOLL_CTL_ADD, server->fd, EPOLLIN, server);
    }
}

static void act(struct end *e, uint32_t events)
{
    int alive = 1;
    if (events & EPOLLOUT)
        alive = pass_on(e->other);
    if (alive && !e->ended && e->to == e->from && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        alive = take(e);
    if (!alive) {
        drop(e);
        return;
    }
    settle(e);
    settle(e->other);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    epoll = checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    int listener = listen_at(argv[1]);
    set_nonblocking(listener);
    watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    for (;;) {
        struct epoll_event events[EVENTS];
        struct end *gone[EVENTS];
        int left = 0, n = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            struct end *e = events[i].data.ptr;
            if (!e) {
                welcome(listener, argv[2]);
                continue;
            }
            if (e->closed)
                continue;
            act(e, events[i].events);
            if (e->closed)
                gone[left++] = e;
        }
        /* Used again only now: a later event of the same batch may name the other end. */
        while (left-- > 0) {
            gone[left]->other->other = spare;
            spare = gone[left];
        }
    }
}
