"""Checks what would be applied to a cluster, without one.

Each folder is built by kustomize itself; every resource is held to its
published schema, none with a key that the schema does not know; the gateway's
own `pipeferry check` reads the configuration, with certificates at the places
where it looks for them; and what two files must agree on is compared: ports,
paths, times, limits. Whether a cluster takes it, only a cluster can tell.

    check.py PIPEFERRY KUSTOMIZE_LIBRARY NODE_MODULES
"""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import kubernetes_validate
import yaml
from agreement import disagreements
from crds import faults_of_crds
from kustomize import Kustomize

HERE = Path(__file__).parent
VERSION = "1.34"

# Each folder, and the system that its gateway runs on.
FOLDERS = {"base": "unix", "overlays/far-linux": "unix", "overlays/far-windows": "windows"}


def faults_of_schema(resources):
    """Built-in kinds by Kubernetes' own schemas, the strict ones."""
    for resource in resources:
        try:
            kubernetes_validate.validate(resource, VERSION, strict=True)
        except kubernetes_validate.ValidationError as error:
            path = ".".join(str(part) for part in error.path)
            yield f"{resource['kind']} {resource['metadata']['name']}: {path}: {error.message}"


def is_builtin(resource):
    group = resource["apiVersion"].rpartition("/")[0]
    return "." not in group or group.endswith(".k8s.io")


def configuration(resources):
    maps = [one for one in resources if one["kind"] == "ConfigMap"]
    return maps[0]["data"]["pipeferry.toml"]


def issue(pipeferry, folder):
    """What cert-manager would put into the secret, from our own authority."""
    run = [pipeferry, "certs"]
    authority = ["--dir", str(folder / "authority")]
    subprocess.run([*run, "init", *authority], check=True, capture_output=True)
    subprocess.run([*run, "issue", "gateway.example.com", *authority], check=True, capture_output=True)
    names = {"tls.crt": "gateway.example.com.pem", "tls.key": "gateway.example.com.key", "ca.crt": "ca.pem"}
    for name, made in names.items():
        (folder / name).write_bytes((folder / "authority" / made).read_bytes())
        # As the volume's defaultMode has it.
        (folder / name).chmod(0o440)


def faults_of_configuration(pipeferry, text, system):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        issue(pipeferry, folder)
        file = folder / "pipeferry.toml"
        file.write_text(text.replace("/etc/pipeferry/tls/", f"{place}/"))
        command = [pipeferry, "check", "--config", str(file)]
        if system == "windows":
            command += ["--for", "windows"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            yield f"pipeferry check: {done.stderr}"
        yield from (line for line in done.stdout.splitlines() if line.startswith("warning"))


def faults_of_adapter(resources):
    """Whether prometheus-adapter makes the metric that the autoscaler asks for."""
    rules = yaml.safe_load((HERE / "prometheus-adapter.yaml").read_text())["rules"]["custom"]
    made = {rule["name"]["as"]: rule["seriesQuery"].partition("{")[0] for rule in rules}
    known = (HERE.parent.parent / "docs" / "metrics.md").read_text()
    for scaler in (one for one in resources if one["kind"] == "HorizontalPodAutoscaler"):
        for metric in scaler["spec"]["metrics"]:
            name = metric.get("pods", {}).get("metric", {}).get("name")
            if name and f"`{made.get(name)}`" not in known:
                yield f"the autoscaler asks for {name}, which prometheus-adapter.yaml does not make"


def faults(pipeferry, kustomize, modules, folder, system):
    resources = kustomize.build(HERE / folder)
    yield from faults_of_schema([one for one in resources if is_builtin(one)])
    yield from faults_of_crds([one for one in resources if not is_builtin(one)], modules)
    text = configuration(resources)
    yield from faults_of_configuration(pipeferry, text, system)
    yield from faults_of_adapter(resources)
    yield from disagreements(resources, tomllib.loads(text), restricted=folder == "base")


def main(pipeferry, library, modules):
    kustomize, found = Kustomize(library), 0
    for folder, system in FOLDERS.items():
        for fault in faults(pipeferry, kustomize, modules, folder, system):
            print(f"deploy/kubernetes/{folder}: {fault}", file=sys.stderr)
            found += 1
    if found:
        sys.exit(1)
    print(f"kubernetes: {len(FOLDERS)} folders build, meet the schemas and agree with themselves")


if __name__ == "__main__":
    main(*sys.argv[1:])
