/* Keeps a Windows machine up: prints "up" and then waits to be ended. */
#include <stdio.h>
#include <windows.h>

int main(void)
{
    printf("up\n");
    fflush(stdout);
    Sleep(INFINITE);
    return 0;
}
