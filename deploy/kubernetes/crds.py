"""Custom resources against the models that their makers' Go types give.

`@kubernetes-models` has, for cert-manager and the Prometheus Operator, checks
of values (crds.mjs) and types, to which TypeScript adds that no key is unknown.
"""

import json
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = {
    "cert-manager.io": "@kubernetes-models/cert-manager",
    "monitoring.coreos.com": "@kubernetes-models/prometheus-operator",
}
COMPILER = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext"]


def typed(resources):
    """A program in which each resource is a literal of its type."""
    for number, resource in enumerate(resources):
        group, kind = resource["apiVersion"].partition("/")[0], resource["kind"]
        module = f"{PACKAGES[group]}/{resource['apiVersion']}/{kind}"
        yield f'import type {{ I{kind} as Type{number} }} from "{module}";'
        yield f"export const resource{number}: Type{number} = {json.dumps(resource)};"


def faults_of_crds(resources, modules):
    if not resources:
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "node_modules").symlink_to(Path(modules).resolve())
        (folder / "package.json").write_text('{"type": "module"}')
        (folder / "resources.ts").write_text("\n".join(typed(resources)))
        (folder / "resources.json").write_text(json.dumps(resources))
        (folder / "crds.mjs").write_text((HERE / "crds.mjs").read_text())
        yield from said(["node_modules/.bin/tsc", *COMPILER, "resources.ts"], folder)
        yield from said(["node", "crds.mjs"], folder)


def said(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        yield done.stdout + done.stderr
