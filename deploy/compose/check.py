"""Checks deploy/compose.yaml as Docker Compose itself reads it.

The gateways' own `pipeferry check` reads their configurations, with the
certificates that the file's head tells to make, at the places where the
containers have them; then both are run (pair.py), and the client's words must
come back. No container is started: that takes an engine.

    check.py PIPEFERRY DOCKER_COMPOSE
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from pair import carry

FILE = Path(__file__).parent.parent / "compose.yaml"
SIDES = {"near": "--client", "far": "--server"}


def as_read(compose):
    """The file with all that it leaves out, as JSON."""
    command = [compose, "--file", str(FILE), "--profile", "*", "config", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0 or "level=warning" in done.stderr:
        sys.exit(f"docker-compose: {done.stderr}")
    return json.loads(done.stdout)


def certificates(pipeferry, folder):
    run = lambda *words: subprocess.run(
        [pipeferry, "certs", *words, "--dir", str(folder / "certs")], check=True, capture_output=True
    )
    run("init")
    for side, use in SIDES.items():
        # `far` is an address of loopback in pair.py.
        run("issue", side, use, "--dns", side, "--ip", "127.0.0.1")


def inside(service, project, folder):
    """What a container has at which path, of files that Compose puts there."""
    for kind in ("configs", "secrets"):
        for one in service.get(kind, []):
            source = Path(project[kind][one["source"]]["file"])
            if kind == "secrets":
                source = folder / "certs" / source.name
            yield one["target"], source


def text_of_side(side, project, folder):
    """Its configuration, and the same with the files where they are here."""
    service = project["services"][side]
    files = dict(inside(service, project, folder))
    written = text = files[service["command"][-1]].read_text()
    for identity in tomllib.loads(written)["identity"].values():
        for path in identity.values():
            if path not in files:
                sys.exit(f"deploy/compose.yaml: {side}: {path} is no file of the container")
            text = text.replace(path, str(files[path]))
    return written, text


def faults_of_side(side, project, config, text, pipeferry, folder):
    service = project["services"][side]
    yield from faults_of_text(side, text, pipeferry, folder)
    if not service.get("read_only") or service.get("cap_drop") != ["ALL"]:
        yield f"{side}: it has more rights than it needs"
    if "watching" not in service["networks"]:
        yield f"{side}: Prometheus cannot reach it"
    yield from faults_of_scrape(side, config)


def faults_of_text(side, text, pipeferry, folder):
    file = folder / f"{side}.toml"
    file.write_text(text)
    done = subprocess.run([pipeferry, "check", "--config", str(file)], capture_output=True, text=True)
    if done.returncode != 0 or "warning:" in done.stdout:
        yield f"{side}: {done.stderr}{done.stdout}"


def faults_of_scrape(side, config):
    port = config["admin"]["listen"].rpartition(":")[2]
    scraped = (FILE.parent / "prometheus" / "prometheus.yml").read_text()
    if f'"{side}:{port}"' not in scraped or not config["admin"].get("remote"):
        yield f"{side}: prometheus.yml does not scrape {side}:{port}"
    dialled = {"near": "tls:far:7443", "far": "tls:0.0.0.0:7443"}[side]
    if dialled not in str(config["bridge"]):
        yield f"{side}: the two sides do not meet on port 7443"


def faults_of_images(project):
    for name, service in project["services"].items():
        if service["image"].rpartition(":")[2] in ("", "latest", service["image"]):
            yield f"{name}: the image has no version"


def main(pipeferry, compose):
    project = as_read(compose)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        certificates(pipeferry, folder)
        faults = list(faults_of_images(project))
        texts = {}
        for side in SIDES:
            written, texts[side] = text_of_side(side, project, folder)
            config = tomllib.loads(written)
            faults += faults_of_side(side, project, config, texts[side], pipeferry, folder)
        client = project["services"]["client"]["command"]
        if not faults and (said := carry(pipeferry, texts, client, folder, "hello\n")) != "hello\n":
            faults.append(f"the client gets {said!r} back")
    if faults:
        sys.exit("\n".join(f"deploy/compose.yaml: {fault}" for fault in faults))
    print(f"compose.yaml: Compose reads {len(project['services'])} services, pipeferry carries through both sides")


if __name__ == "__main__":
    main(*sys.argv[1:])
