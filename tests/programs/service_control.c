/* Sends a control to a service, by its number: 4 interrogates, 6 tells that
 * parameters have changed. Prints the state that the service is in, or "error"
 * and the number that GetLastError gives. */
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

int main(int count, char **arguments)
{
    SC_HANDLE manager, service = NULL;
    SERVICE_STATUS status;

    if (count != 3)
        return 2;
    manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_CONNECT);
    if (manager)
        service = OpenServiceA(manager, arguments[1], SERVICE_ALL_ACCESS);
    if (!service || !ControlService(service, strtoul(arguments[2], NULL, 10), &status)) {
        printf("error %lu\n", GetLastError());
        return 1;
    }
    printf("state %lu\n", status.dwCurrentState);
    return 0;
}
