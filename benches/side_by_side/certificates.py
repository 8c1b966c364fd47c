"""Certificates for the pairs: one CA, one P-256 leaf a gateway, made by `openssl`."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

CONFIG = """\
[req]
distinguished_name = name
prompt = no
[name]
CN = compare
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
"""


@dataclass(frozen=True)
class Identity:
    """Paths of a chain, its key, both in one file, and the CA to trust."""

    cert: Path
    key: Path
    both: Path
    trust: Path


def make(folder):
    """Writes them to `folder`; the identities of the near and of the far gateway."""
    folder.mkdir()
    (folder / "openssl.cnf").write_text(CONFIG)
    request(folder, "ca", "ca", [])
    signer = ["-CA", folder / "ca.pem", "-CAkey", folder / "ca.key"]
    return tuple(leaf(folder, name, signer) for name in ("near", "far"))


def leaf(folder, name, signer):
    request(folder, name, "leaf", signer)
    cert, key, both = (folder / f"{name}{ending}" for ending in (".pem", ".key", ".both.pem"))
    both.write_text(cert.read_text() + key.read_text())
    return Identity(cert, key, both, folder / "ca.pem")


def request(folder, name, section, signer):
    command = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-config", folder / "openssl.cnf"]
    command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-extensions", section]
    command += ["-subj", f"/CN={name}.compare.test", "-out", folder / f"{name}.pem"]
    command += ["-keyout", folder / f"{name}.key", *signer]
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
