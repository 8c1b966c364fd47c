/* The steps that ask what a handle knows of its pipe. */
#include "steps.h"

#include <aclapi.h>
#include <sddl.h>

void do_peek(char **words)
{
    DWORD there, left;
    (void)words;
    if (PeekNamedPipe(pipe, NULL, 0, NULL, &there, &left))
        say("peek %lu, %lu of this message", there, left);
    else
        told("peek", FALSE);
}

void do_info(char **words)
{
    DWORD flags, out, in, instances;
    (void)words;
    if (GetNamedPipeInfo(pipe, &flags, &out, &in, &instances))
        say("info %s %s out %lu in %lu instances %lu",
            flags & PIPE_SERVER_END ? "server" : "client",
            flags & PIPE_TYPE_MESSAGE ? "message" : "byte", out, in, instances);
    else
        told("info", FALSE);
}

void do_state(char **words)
{
    DWORD flags, instances;
    (void)words;
    if (GetNamedPipeHandleStateA(pipe, &flags, &instances, NULL, NULL, NULL, 0))
        say("state %s %s instances %lu", flags & PIPE_READMODE_MESSAGE ? "message" : "byte",
            flags & PIPE_NOWAIT ? "nowait" : "wait", instances);
    else
        told("state", FALSE);
}

void do_sddl(char **words)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    LPSTR text = NULL;
    SECURITY_INFORMATION parts = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    DWORD error = GetSecurityInfo(pipe, SE_KERNEL_OBJECT, parts, NULL, NULL, NULL, NULL,
                                  &descriptor);
    (void)words;
    SetLastError(error);
    if (error || !ConvertSecurityDescriptorToStringSecurityDescriptorA(
                     descriptor, SDDL_REVISION_1, parts, &text, NULL))
        told("sddl", FALSE);
    else
        say("sddl %s", text);
}

void do_server(char **words)
{
    ULONG pid = 0;
    (void)words;
    if (GetNamedPipeServerProcessId(pipe, &pid))
        say("server %s", pid ? "known" : "unknown");
    else
        told("server", FALSE);
}
