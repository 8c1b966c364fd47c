"""The service side of multiprocessing.connection: echoes until its clients end.

usage: mp_listener.py unix PATH | inet | pipe \\\\.\\pipe\\NAME

Prints the address first. Every connection is authenticated with a shared key
both ways; a client says what comes and how often, pickled objects come back
as objects, bytes as bytes.
"""

import sys
import threading
from multiprocessing.connection import Listener

KEY = b"an agreed key"


def serve(connection):
    with connection:
        try:
            while True:
                kind, count = connection.recv()
                for _ in range(count):
                    if kind == "objects":
                        connection.send(connection.recv())
                    else:
                        connection.send_bytes(connection.recv_bytes())
        except EOFError:
            pass


def main():
    family, *where = sys.argv[1:]
    address = ("127.0.0.1", 0) if family == "inet" else where[0]
    name = {"unix": "AF_UNIX", "inet": "AF_INET", "pipe": "AF_PIPE"}[family]
    with Listener(address, name, backlog=16, authkey=KEY) as listener:
        print(listener.address[1] if family == "inet" else listener.address, flush=True)
        while True:
            threading.Thread(target=serve, args=(listener.accept(),), daemon=True).start()


main()
