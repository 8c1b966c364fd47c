"""Both sides of deploy/compose.yaml as they are configured, run without Docker.

What a container would have by its network and its volumes is put in the place
of it: a port of loopback for the name `far`, a folder for each volume. The
client's command is the one in the file.
"""

import os
import subprocess

from scene.processes import Process, echo_service, eventually, free_port, listening


def moved(text, folder, port):
    """A configuration with what is of the container replaced by what is here."""
    for there, here in {
        "tcp:0.0.0.0:9464": "tcp:127.0.0.1:0",
        "tls:0.0.0.0:7443": f"tls:127.0.0.1:{port}",
        "tls:far:7443": f"tls:127.0.0.1:{port}",
        "/run/service/": f"{folder}/",
    }.items():
        text = text.replace(there, here)
    return text


def says(pipeferry, command, folder, words):
    """What comes back when the client sends some words."""
    environment = {**os.environ, "RUNTIME_DIRECTORY": str(folder / "pipeferry")}
    done = subprocess.run(
        [pipeferry, *command], input=words, capture_output=True, text=True, env=environment, timeout=60
    )
    return done.stdout or done.stderr


def carry(pipeferry, texts, command, folder, words):
    """What `words` come back as, through both sides and the service."""
    port, running = free_port(), []
    service = echo_service(folder / "service.sock")
    (folder / "pipeferry").mkdir()
    os.environ["RUNTIME_DIRECTORY"] = str(folder / "pipeferry")
    try:
        for side in ("far", "near"):
            file = folder / f"{side}-moved.toml"
            file.write_text(moved(texts[side], folder, port))
            running.append(Process(folder, pipeferry, "run", "--config", str(file)))
            running[-1].await_line(side, listening("orders"))
        eventually("the pipe", lambda: (folder / "pipeferry/orders.sock").exists() or None)
        return says(pipeferry, command, folder, words)
    finally:
        service.close()
        for process in reversed(running):
            process.stop()
