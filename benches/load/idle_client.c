/* Opens many connections, sends one byte over each and has it echoed, and then
 * keeps them all open and quiet.
 *
 *   idle_client ADDRESS CONNECTIONS
 *
 * Prints `ready` when all of them have had their byte back; standard input's
 * end closes them and ends the program. */
#define _GNU_SOURCE
#include "sockets.h"

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    for (int i = 0; i < atoi(argv[2]); i++) {
        char byte = 'x';
        int fd = dial(argv[1]);
        if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1 || recv(fd, &byte, 1, 0) != 1)
            fail("idle client: one byte there and back");
    }
    printf("ready 1\n");
    fflush(stdout);
    char line[64];
    while (read(0, line, sizeof line) > 0) {
    }
    return 0;
}
