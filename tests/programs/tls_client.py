"""A TLS client as Python programs have it, which reports how its stream ended.

usage: tls_client.py PORT CA CERT KEY goodbye|leave

Sends "hello", ends its half as told (close_notify, or not at all), prints the
number of bytes that came and "clean" or "truncated".
"""

import socket
import ssl
import sys

port, ca, cert, key, manner = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
context.load_cert_chain(cert, key)
plain = socket.create_connection(("127.0.0.1", int(port)), timeout=30)
stream = context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False)
stream.sendall(b"hello")
count = 0
try:
    while True:
        part = stream.recv(65536)
        if not part:
            break
        count += len(part)
    end = "clean"
    if manner == "goodbye":
        stream.unwrap()
except (ssl.SSLEOFError, ConnectionResetError):
    end = "truncated"
print(count, end)
