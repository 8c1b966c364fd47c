#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets `frame`, `proxy` and `record` into corpus/.

An input of `frame` is three bytes (framing, limit, chunk size) and a stream;
src/frame/check.rs says what they choose. An input of `proxy` is a header. An
input of `record` is three bytes (layout, place, bit) and what came.
"""

import pathlib
import socket
import struct

CORPUS = pathlib.Path(__file__).parent / "corpus"


def put(target, name, data):
    (CORPUS / target / name).write_bytes(data)


# --- frame ---------------------------------------------------------------

def varint(number):
    groups = bytearray()
    while number > 127:
        groups.append(number & 127 | 128)
        number >>= 7
    return bytes(groups) + bytes([number])


FRAMINGS = [
    ("u32be", lambda n: struct.pack(">I", n), 2**32 - 1),
    ("u32le", lambda n: struct.pack("<I", n), 2**32 - 1),
    ("u16be", lambda n: struct.pack(">H", n), 2**16 - 1),
    ("u16le", lambda n: struct.pack("<H", n), 2**16 - 1),
    ("varint", varint, 2**32 - 1),
]
LIMIT_16, LIMIT_4096, UNLIMITED = 2, 4, 6


def frames():
    for number, (name, head, longest) in enumerate(FRAMINGS):
        def seed(what, stream, limit=LIMIT_4096, step=2):
            put("frame", f"{name}-{what}", bytes([number, limit, step]) + stream)

        def frame(message):
            return head(len(message)) + message

        several = frame(b"") + frame(b"a") + frame(b"hello") + frame(bytes(200))
        seed("several", several)
        seed("bytewise", several, step=0)
        seed("cut", several[:-1])
        seed("torn", frame(b"last") + b"\xff")
        seed("oversize", frame(b"one") + frame(bytes(17)), limit=LIMIT_16)
        seed("longest", head(longest) + b"abc", limit=UNLIMITED)
    put("frame", "varint-padded", bytes([4, 4, 1]) + b"\x85\x80\x80\x80\0hello\x80\0")
    put("frame", "varint-of-33-bits", bytes([4, 6, 1]) + b"\x01a\x80\x80\x80\x80\x10")
    put("frame", "python-eight-byte-length", bytes([0, 4, 3]) + struct.pack(">iQ", -1, 1 << 31))


# --- proxy ---------------------------------------------------------------

def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def tlv(kind, value):
    return struct.pack(">BH", kind, len(value)) + value


def header(family, addresses, *tlvs, command=0x21, checksum=False):
    payload = addresses + (tlv(3, bytes(4)) if checksum else b"") + b"".join(tlvs)
    head = b"\r\n\r\n\0\r\nQUIT\n" + struct.pack(">BBH", command, family, len(payload))
    whole = bytearray(head + payload)
    if checksum:
        at = len(head) + len(addresses) + 3
        whole[at:at + 4] = struct.pack(">I", crc32c(whole))
    return bytes(whole)


V4 = socket.inet_aton("192.0.2.1") + socket.inet_aton("192.0.2.2") + struct.pack(">HH", 4711, 443)
V6 = b"".join(
    socket.inet_pton(socket.AF_INET6, ip) for ip in ("2001:db8::1", "::ffff:192.0.2.2")
) + struct.pack(">HH", 4711, 443)
UNIX = bytes(108) + b"/run/orders.sock".ljust(108, b"\0")
SSL = tlv(0x20, b"\x07\0\0\0\0" + tlv(0x21, b"TLSv1.3") + tlv(0x22, b"till-7")
          + tlv(0x23, b"TLS_AES_256_GCM_SHA384") + tlv(0x28, b"\x30\x03\x02\x01\x07"))
UNIX_PROCESS = tlv(0xE5, struct.pack(">BBIII", 1, 1, 4711, 1000, 100))
WINDOWS_PROCESS = tlv(0xE5, b"\x01\x02\0\0\x12\x67\x08S-1-5-18\0\x13NT AUTHORITY\\SYSTEM")


def headers():
    seeds = {
        "v4": header(0x11, V4),
        "v6": header(0x21, V6),
        "v4-datagram": header(0x12, V4),
        "unix": header(0x31, UNIX),
        "unspec": header(0, b""),
        "local": header(0, b"", command=0x20),
        "local-with-rubbish": header(0x99, b"rubbish", command=0x20),
        "full-certificate": header(
            0x11, V4, tlv(5, b"01J9ZK"), SSL, tlv(2, b"win01.example.com"), tlv(1, b"h2"),
            checksum=True),
        "full-unix-process": header(0, b"", tlv(5, b"01J9ZK"), UNIX_PROCESS, checksum=True),
        "full-windows-process": header(0, b"", WINDOWS_PROCESS, checksum=True),
        "padding-and-unknown": header(0x21, V6, tlv(4, bytes(5)), tlv(0xEA, b"\x01vpce-1")),
        "ssl-unverified": header(0x11, V4, tlv(0x20, b"\x07\0\0\0\x13" + tlv(0x22, b"admin"))),
        "ssl-name-with-newline": header(0x11, V4, tlv(0x20, b"\x07\0\0\0\0" + tlv(0x22, b"a\nb"))),
        "ssl-broken-list": header(0x11, V4, tlv(0x20, b"\x07\0\0\0\0\x22\0\x09x")),
        "ssl-large": header(0x11, V4, tlv(0x20, b"\x07\0\0\0\0" + tlv(0x22, b"till-7")
                                          + tlv(0x28, bytes(4000)))),
        "tlv-overrun": header(0x11, V4, b"\x02\0\x09short"),
        "too-short-for-v6": header(0x21, V4),
        "unknown-family": header(0x44, V4),
        "version-1": b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 443\r\n",
        "no-header": b"GET / HTTP/1.1\r\n\r\n",
    }
    good = seeds["full-certificate"]
    seeds["cut"] = good[:-1]
    seeds["bad-checksum"] = good[:-1] + b"X"
    seeds["announces-64-KiB"] = good[:14] + b"\xff\xff" + good[16:]
    for name, data in seeds.items():
        put("proxy", name, data)


# --- record --------------------------------------------------------------

def records():
    def record(kind, content, length=None):
        return struct.pack(">BHH", kind, 0x303, length or len(content)) + content

    seeds = {
        "nothing": b"",
        "half-a-header": b"\x17\x03\x03",
        "data": record(23, bytes(40)),
        "shorter-than-its-tag": record(23, bytes(15)),
        "longest": record(23, bytes(64), 0x4100),
        "too-long": record(23, bytes(64), 0x4101),
        "alert-in-the-clear": record(21, b"\x01\0"),
        "change-cipher-spec": record(20, b"\x01"),
        "old-version": b"\x17\x02\0\0\x14" + bytes(20),
        "http": b"GET / HTTP/1.1\r\n\r\n",
        "key-updates": b"\x18\0\0\x01\0\x18\0\0\x01\x01\x18\0\0\x01\x02",
        "ticket": b"\x04\0\0\x0d" + struct.pack(">II", 7200, 1) + b"\x01\0\0\x02ab",
        "message-without-end": b"\x04\x01\0\0",
        "a-kilobyte": bytes(range(256)) * 4,
    }
    for layout, name in enumerate(["tls13", "tls12-gcm", "tls12-chacha"]):
        for place, (what, data) in enumerate(seeds.items()):
            put("record", f"{name}-{what}", bytes([layout, 3 * place, place % 8]) + data)


frames()
headers()
records()
