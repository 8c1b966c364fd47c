"""The client side of multiprocessing.connection: sends, compares, counts.

usage: mp_client.py unix PATH | inet PORT | pipe \\\\.\\pipe\\NAME  [SMALL]

SMALL is the number of small messages, 5000 unless given. Ends with the line "ok N", N the number of messages that came back as sent.
"""

import random
import sys
from multiprocessing.connection import Client

KEY = b"an agreed key"
SIZES = [0, 1, 4095, 4096, 4097, 65535, 65536, 65537, 1 << 20, 8 << 20]


def echoed(connection, kind, values):
    connection.send((kind, len(values)))
    send, receive = {
        "objects": (connection.send, connection.recv),
        "bytes": (connection.send_bytes, connection.recv_bytes),
    }[kind]
    for value in values:
        send(value)
        back = receive()
        if back != value:
            sys.exit(f"{kind}: {value!r:.60} came back as {back!r:.60}")
    return len(values)


def main():
    family, where, *small = sys.argv[1:]
    small = int(small[0]) if small else 5000
    seed = random.randrange(1 << 32)
    print("seed", seed, flush=True)
    noise = random.Random(seed)
    address = ("127.0.0.1", int(where)) if family == "inet" else where
    objects = [{"size": size, "data": noise.randbytes(size), 7: None} for size in SIZES]
    with Client(address, authkey=KEY) as connection:
        count = echoed(connection, "bytes", [noise.randbytes(size) for size in SIZES])
        count += echoed(connection, "objects", objects)
        count += echoed(connection, "bytes", [noise.randbytes(at % 64) for at in range(small)])
    print("ok", count)


main()
