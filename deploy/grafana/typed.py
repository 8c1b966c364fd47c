"""Holds the dashboard to Grafana's own types of a dashboard, `@grafana/schema`.

TypeScript finds what is missing, what is unknown and what has the wrong type;
how the panels look, only Grafana can show.

    typed.py NODE_MODULES
"""

import subprocess
import sys
import tempfile
from pathlib import Path

DASHBOARD = Path(__file__).parent / "pipeferry.json"

# An enum's members are written as their values in JSON.
PROGRAM = """import type { Dashboard } from "@grafana/schema";
type Plain<T> = T extends string ? `${T}`
  : T extends number | boolean | null | undefined ? T
  : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
export const dashboard: Plain<Dashboard> = """
COMPILER = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--pretty", "false"]


def main(modules):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "node_modules").symlink_to(Path(modules).resolve())
        (folder / "dashboard.ts").write_text(PROGRAM + DASHBOARD.read_text())
        command = ["node_modules/.bin/tsc", *COMPILER, "dashboard.ts"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"deploy/grafana/pipeferry.json:\n{done.stdout}{done.stderr}")
    print("grafana: the dashboard is one by Grafana's types")


if __name__ == "__main__":
    main(sys.argv[1])
