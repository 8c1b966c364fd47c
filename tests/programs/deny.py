"""Holds the dependencies against deny.toml: licences, bans, sources.

The rules are cargo-deny's; this reads the part of them that needs no network,
over `cargo metadata`, since cargo-deny itself takes minutes to compile. Says
every breach and ends with 1 if there is one.
"""

import json
import re
import subprocess
import sys
import tomllib


def allowed(expression, licences):
    """Whether an SPDX expression can be met with these licences."""
    words = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))
    if not words:
        return False
    python = []
    for at, word in enumerate(words):
        if word in "()":
            python.append(word)
        elif word in ("AND", "OR"):
            python.append(word.lower())
        elif word == "WITH":
            python.append("and")
        elif at and words[at - 1] == "WITH":
            # An exception only ever permits more.
            python.append("True")
        else:
            python.append(str(word in licences))
    return eval(" ".join(python), {"__builtins__": {}})  # only True, False, and, or, ()


def breaches(package, rules, members):
    where = f"{package['name']} {package['version']}"
    if package["id"] in members:
        for dependency in package["dependencies"]:
            if dependency["req"] == "*" and dependency.get("path") is None:
                yield f"{where}: any version of {dependency['name']} will do it; name one"
        return
    licence = package["license"]
    if licence is None or not allowed(licence, set(rules["licenses"]["allow"])):
        yield f"{where}: licence {licence or 'not said'} is not on the list"
    for ban in rules["bans"]["deny"]:
        if package["name"] == ban["crate"]:
            yield f"{where}: banned ({ban['reason']})"
    source = (package["source"] or "a path").removeprefix("registry+")
    if source not in rules["sources"]["allow-registry"]:
        yield f"{where}: comes from {source}"


def main():
    with open("deny.toml", "rb") as file:
        rules = tomllib.load(file)
    command = ["cargo", "metadata", "--format-version=1", "--locked"]
    if rules["graph"].get("all-features"):
        command.append("--all-features")
    metadata = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    members = set(metadata["workspace_members"])
    found = [line for package in metadata["packages"] for line in breaches(package, rules, members)]
    for line in found:
        print("deny:", line, file=sys.stderr)
    print(f"deny: {len(metadata['packages'])} packages, {len(found)} breaches")
    sys.exit(1 if found else 0)


main()
