"""Holds the alerts to what is promised of them.

promtool says whether the rules read and whether the tests hold. This asks what
it does not: whether every alert has a test in which it fires and one in which
it keeps silent, says what it must, and has its section in docs/alerts.md; and
whether it asks for metrics that there are.
"""

import re
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).parent
DOCS = HERE.parent.parent / "docs"
RUNBOOK = "https://github.com/pipeferry/pipeferry/blob/main/docs/alerts.md#"


def rules(file):
    groups = yaml.safe_load((HERE / file).read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def tested():
    """The alerts that fire in some test, and those that are silent in one."""
    fires, silent = set(), set()
    for file in sorted((HERE / "tests").glob("*.yml")):
        for test in yaml.safe_load(file.read_text())["tests"]:
            for case in test.get("alert_rule_test", []):
                (fires if case["exp_alerts"] else silent).add(case["alertname"])
    return fires, silent


def sections(document):
    """The anchors of a document's headings."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def faults_of_alert(alert, fires, silent, runbooks):
    name, notes = alert["alert"], alert.get("annotations", {})
    for note in ("summary", "description", "runbook_url"):
        if not notes.get(note):
            yield f"{name} has no {note}"
    anchor = notes.get("runbook_url", "").removeprefix(RUNBOOK)
    if anchor not in runbooks:
        yield f"{name}: docs/alerts.md has no section `{anchor}`"
    if alert.get("labels", {}).get("severity") not in ("critical", "warning"):
        yield f"{name} has no severity"
    if name not in fires:
        yield f"{name} fires in no test"
    if name not in silent:
        yield f"{name} is silent in no test"


def faults_of_names(rule, known):
    for name in re.findall(r"[\w:]*pipeferry_\w+(?::\w+)*", rule["expr"]):
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        if base not in known and name not in known:
            yield f"{rule.get('alert') or rule['record']} asks for `{name}`, which nothing makes"


def faults():
    recording, alerts = rules("rules.yml"), rules("alerts.yml")
    fires, silent = tested()
    runbooks = sections(DOCS / "alerts.md")
    for alert in alerts:
        yield from faults_of_alert(alert, fires, silent, runbooks)
    names = {alert["alert"] for alert in alerts}
    for unknown in sorted((fires | silent) - names):
        yield f"the tests ask for {unknown}, which is no alert"
    known = set(re.findall(r"`(pipeferry_\w+)`", (DOCS / "metrics.md").read_text()))
    known |= {rule["record"] for rule in recording}
    for rule in recording + alerts:
        yield from faults_of_names(rule, known)


if __name__ == "__main__":
    found = list(faults())
    for fault in found:
        print(f"deploy/prometheus: {fault}", file=sys.stderr)
    if found:
        sys.exit(1)
    print(f"prometheus: {len(rules('alerts.yml'))} alerts, each fires and is silent where it must")
