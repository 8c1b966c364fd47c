"""Runs a command where the kernel seems to have no Landlock.

A filter of system calls answers Landlock's three calls with EPERM, as that of a
service manager or a container does.

    without_landlock.py COMMAND [ARGUMENT...]
"""

import ctypes
import os
import struct
import sys

PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
ALLOW = 0x7FFF0000
EPERM = 0x00050001
LANDLOCK = (444, 446)

LOAD_NUMBER = (0x20, 0, 0, 0)
BELOW = (0x35, 0, 2, LANDLOCK[0])
ABOVE = (0x25, 1, 0, LANDLOCK[1])

program = [LOAD_NUMBER, BELOW, ABOVE, (0x06, 0, 0, EPERM), (0x06, 0, 0, ALLOW)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in program))
header = ctypes.create_string_buffer(
    struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code))
)
libc = ctypes.CDLL(None, use_errno=True)
# Without CAP_SYS_ADMIN this takes no_new_privs (38) first.
if os.geteuid() != 0:
    libc.prctl(38, 1, 0, 0, 0)
if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0) != 0:
    sys.exit(f"no filter: {os.strerror(ctypes.get_errno())}")
os.execv(sys.argv[1], sys.argv[1:])
