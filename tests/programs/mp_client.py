"""The client side of multiprocessing.connection: sends, compares, counts.

usage: mp_client.py unix PATH | inet PORT

Ends with the line "ok N", N the number of messages that came back as sent.
"""

import random
import sys
from multiprocessing.connection import Client

KEY = b"an agreed key"
SIZES = [0, 1, 4095, 4096, 4097, 65535, 65536, 65537, 1 << 20, 8 << 20]


def echoed(connection, kind, value):
    connection.send(kind)
    if kind == "object":
        connection.send(value)
        back = connection.recv()
    else:
        connection.send_bytes(value)
        back = connection.recv_bytes()
    if back != value:
        sys.exit(f"{kind} {value!r:.60} came back as {back!r:.60}")
    return 1


def main():
    family, where = sys.argv[1:]
    seed = random.randrange(1 << 32)
    print("seed", seed, flush=True)
    noise = random.Random(seed)
    address = where if family == "unix" else ("127.0.0.1", int(where))
    count = 0
    with Client(address, authkey=KEY) as connection:
        for size in SIZES:
            count += echoed(connection, "bytes", noise.randbytes(size))
            count += echoed(connection, "object", {"size": size, "list": list(range(size % 1000))})
        for index in range(5000):
            count += echoed(connection, "bytes", noise.randbytes(index % 64))
    print("ok", count)


main()
