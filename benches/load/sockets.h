/* What every load program needs of sockets: addresses, a listener, a clock.
 *
 * An address is `tcp:PORT` (loopback), `unix:PATH` (a stream) or `packet:PATH`
 * (SOCK_SEQPACKET). Any failure ends the program with a sentence and status 1:
 * a measurement that met an error is no measurement. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static inline void fail(const char *doing)
{
    fprintf(stderr, "%s: %s\n", doing, strerror(errno));
    exit(1);
}

static inline int checked(int result, const char *doing)
{
    if (result < 0)
        fail(doing);
    return result;
}

static inline uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline uint64_t seconds_from_now(const char *seconds)
{
    return now_ns() + (uint64_t)(atof(seconds) * 1e9);
}

static inline void set_nonblocking(int fd)
{
    checked(fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
}

static inline void set_nodelay(int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* Fills in the socket address that `address` names; *type is its socket type. */
static inline socklen_t parse_address(const char *address, struct sockaddr_storage *out, int *type)
{
    memset(out, 0, sizeof *out);
    if (strncmp(address, "tcp:", 4) == 0) {
        struct sockaddr_in *in = (struct sockaddr_in *)out;
        in->sin_family = AF_INET;
        in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        in->sin_port = htons((uint16_t)atoi(address + 4));
        *type = SOCK_STREAM;
        return sizeof *in;
    }
    const char *path = strchr(address, ':');
    struct sockaddr_un *un = (struct sockaddr_un *)out;
    if (!path || strlen(path + 1) >= sizeof un->sun_path) {
        fprintf(stderr, "no usable address: %s\n", address);
        exit(1);
    }
    un->sun_family = AF_UNIX;
    strcpy(un->sun_path, path + 1);
    *type = strncmp(address, "packet:", 7) == 0 ? SOCK_SEQPACKET : SOCK_STREAM;
    return sizeof *un;
}

static inline int dial(const char *address)
{
    struct sockaddr_storage to;
    int type;
    socklen_t length = parse_address(address, &to, &type);
    int fd = checked(socket(to.ss_family, type | SOCK_CLOEXEC, 0), "socket");
    checked(connect(fd, (struct sockaddr *)&to, length), "connect");
    if (to.ss_family == AF_INET)
        set_nodelay(fd);
    return fd;
}

static inline int listen_at(const char *address)
{
    struct sockaddr_storage at;
    int type;
    socklen_t length = parse_address(address, &at, &type);
    int fd = checked(socket(at.ss_family, type | SOCK_CLOEXEC, 0), "socket");
    checked(bind(fd, (struct sockaddr *)&at, length), "bind");
    checked(listen(fd, 4096), "listen");
    return fd;
}

static inline int bound_port(int fd)
{
    struct sockaddr_in at;
    socklen_t length = sizeof at;
    checked(getsockname(fd, (struct sockaddr *)&at, &length), "getsockname");
    return ntohs(at.sin_port);
}

static inline void watch(int epoll, int op, int fd, uint32_t events, void *data)
{
    struct epoll_event event = { .events = events, .data = { .ptr = data } };
    checked(epoll_ctl(epoll, op, fd, &event), "epoll_ctl");
}

#endif
