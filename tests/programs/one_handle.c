/* Starts a program (the second argument is its command line) whose standard
 * output and standard error are one and the same handle, of a file (the first),
 * and whose standard input is at its end. Prints "code" and the program's exit
 * code. */
#include <stdio.h>
#include <windows.h>

static HANDLE opened(const char *name, DWORD access, DWORD how)
{
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    HANDLE file = CreateFileA(name, access, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited, how,
                              FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        printf("%s: error %lu\n", name, GetLastError());
        ExitProcess(3);
    }
    return file;
}

int main(int count, char **arguments)
{
    STARTUPINFOA startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;
    DWORD code;

    if (count != 3)
        return 2;
    startup.hStdInput = opened("NUL", GENERIC_READ, OPEN_EXISTING);
    startup.hStdOutput = opened(arguments[1], GENERIC_WRITE, CREATE_ALWAYS);
    startup.hStdError = startup.hStdOutput;
    if (!CreateProcessA(NULL, arguments[2], NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process)) {
        printf("error %lu\n", GetLastError());
        return 4;
    }
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
    printf("code %lu\n", code);
    return 0;
}
