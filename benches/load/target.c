/* The service at the far end of every relay: a TCP server on a port it picks.
 *
 *   target discard        reads and drops all bytes, without copying them
 *   target echo           sends everything back
 *   target frames SIZE    counts u32be frames, each of which must be SIZE long
 *
 * Prints its port. A line on standard input asks for the count so far (bytes,
 * or frames), which is printed once no connection is open, and then set to 0.
 * Standard input's end ends the program. */
#define _GNU_SOURCE
#include "sockets.h"

enum { BUFFER = 1 << 20, EVENTS = 256 };

struct conn {
    int fd;
    uint32_t length;   /* of the frame that is being read; bytes of its head so far in `head` */
    uint32_t head;
    uint32_t left;     /* of that frame's body */
};

static char buffer[BUFFER];
static uint64_t count;
static uint32_t frame_size;
static int open_conns;
static int asked;

static ssize_t discard(struct conn *c)
{
    /* TCP takes MSG_TRUNC as "throw it away": see tcp(7). */
    ssize_t n = recv(c->fd, NULL, BUFFER, MSG_TRUNC);
    if (n > 0)
        count += (uint64_t)n;
    return n;
}

static ssize_t echo(struct conn *c)
{
    ssize_t n = recv(c->fd, buffer, BUFFER, 0);
    if (n <= 0)
        return n;
    count += (uint64_t)n;
    if (send(c->fd, buffer, (size_t)n, MSG_NOSIGNAL) != n && errno != EPIPE && errno != ECONNRESET)
        fail("echo target: send");
    return n;
}

static void walk_frames(struct conn *c, const char *at, size_t n)
{
    while (n > 0) {
        if (c->head < 4) {
            c->length = c->length << 8 | (uint8_t)*at++;
            n--;
            if (++c->head == 4) {
                if (c->length != frame_size) {
                    fprintf(stderr, "frame of %u bytes where %u were sent\n", c->length, frame_size);
                    exit(1);
                }
                c->left = c->length;
            }
        } else {
            size_t step = n < c->left ? n : c->left;
            at += step;
            n -= step;
            c->left -= (uint32_t)step;
        }
        if (c->head == 4 && c->left == 0) {
            count++;
            c->head = c->length = 0;
        }
    }
}

static ssize_t frames(struct conn *c)
{
    ssize_t n = recv(c->fd, buffer, BUFFER, 0);
    if (n > 0)
        walk_frames(c, buffer, (size_t)n);
    return n;
}

static void accept_all(int epoll, int listener)
{
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct conn *c = calloc(1, sizeof *c);
        c->fd = fd;
        set_nodelay(fd);
        open_conns++;
        watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, c);
    }
    if (errno != EAGAIN && errno != ECONNABORTED)
        fail("target: accept");
}

static void answer(void)
{
    if (!asked || open_conns)
        return;
    printf("count %llu\n", (unsigned long long)count);
    fflush(stdout);
    asked = 0;
    count = 0;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "discard";
    ssize_t (*serve)(struct conn *) = strcmp(mode, "echo") == 0 ? echo
                                    : strcmp(mode, "frames") == 0 ? frames : discard;
    if (argc > 2)
        frame_size = (uint32_t)atoi(argv[2]);
    int epoll = checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    int listener = listen_at("tcp:0");
    set_nonblocking(listener);
    struct conn on_listener = { .fd = listener }, on_stdin = { .fd = 0 };
    watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, &on_listener);
    watch(epoll, EPOLL_CTL_ADD, 0, EPOLLIN, &on_stdin);
    printf("port %d\n", bound_port(listener));
    fflush(stdout);
    for (;;) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            struct conn *c = events[i].data.ptr;
            char line[64];
            if (c == &on_listener) {
                accept_all(epoll, listener);
            } else if (c == &on_stdin) {
                if (read(0, line, sizeof line) <= 0)
                    return 0;
                asked = 1;
            } else {
                ssize_t got = serve(c);
                if (got > 0 || (got < 0 && errno == EAGAIN))
                    continue;
                if (c->head || c->left) {
                    fprintf(stderr, "the stream ended inside a frame\n");
                    return 1;
                }
                close(c->fd);
                free(c);
                open_conns--;
            }
        }
        answer();
    }
}
