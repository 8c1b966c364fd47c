/* Starts a program (the second argument is its command line) and lets it see a
 * console event (the first, by its number) as soon as a file is there (the
 * third): 1 is Ctrl-Break, 2 the console's end, 6 the system's. A console that
 * could be broken or closed is not to be had in a test, so the system's own
 * routine is called in the program as a console would. Prints "code" and the
 * program's exit code. */
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

int main(int count, char **arguments)
{
    STARTUPINFOA startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;
    FARPROC routine = GetProcAddress(GetModuleHandleA("kernel32"), "CtrlRoutine");
    DWORD code;

    if (count != 4)
        return 2;
    if (!routine)
        routine = GetProcAddress(GetModuleHandleA("kernelbase"), "CtrlRoutine");
    startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (!routine || !CreateProcessA(NULL, arguments[2], NULL, NULL, TRUE, 0, NULL, NULL, &startup,
                                    &process))
        return 3;
    while (GetFileAttributesA(arguments[3]) == INVALID_FILE_ATTRIBUTES) {
        if (WaitForSingleObject(process.hProcess, 10) == WAIT_OBJECT_0)
            return 4;
    }
    if (!CreateRemoteThread(process.hProcess, NULL, 0, (LPTHREAD_START_ROUTINE)(void *)routine,
                            (void *)(ULONG_PTR)strtoul(arguments[1], NULL, 10), 0, NULL))
        return 5;
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
    printf("code %lu\n", code);
    return 0;
}
