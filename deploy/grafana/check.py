"""Asks a real Prometheus every question of the dashboard and of the rules.

A query must be understood and give at least one series while the scene runs.
What cannot be provoked in a scene of seconds is listed, with the reason.

    check.py PIPEFERRY
"""

import json
import re
import sys
from pathlib import Path

from scene import Scene
from scene.processes import eventually, exactly

DASHBOARD = Path(__file__).parent / "pipeferry.json"

# Queries that are understood and stay empty here, and why.
MAY_BE_EMPTY = {
    "PipeferryAbsent": "fires without any gateway, and the scene has three; promtool has the case",
    "PipeferryRestarting": "three starts at one address; promtool has the case",
    "PipeferryBridgeGone": "looks back a quarter of an hour; promtool has the case",
    "PipeferryAcceptFailing": "needs accept to fail for minutes; promtool has the case",
    "PipeferryReloadFailed": "the scene reloads nothing; promtool has the case",
    "PipeferryLogLinesDropped": "needs a log that nobody reads; promtool has the case",
    "pipeferry_pipe_instances": "only where a bridge listens on a Windows pipe",
}

def dashboard():
    return json.loads(DASHBOARD.read_text())


def filled_in(query):
    """A query as Grafana sends it where everything is chosen."""
    query = query.replace("$__rate_interval", "1m")
    for variable in dashboard()["templating"]["list"]:
        # Without a value of its own "all" is each value that was found.
        query = query.replace("$" + variable["name"], variable.get("allValue", ".+"))
    return query


def questions_of_dashboard():
    """Each query of the dashboard, with where it stands."""
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", []):
            yield f"panel `{panel['title']}` {target['refId']}", filled_in(target["expr"])
    for variable in dashboard()["templating"]["list"]:
        if variable["type"] == "query":
            call = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"])
            query, label = filled_in(call[1]), call[2]
            yield f"variable `{variable['name']}`", f'{query.rstrip("}")}{"," if "{" in query else "{"}{label}!=""}}'


def questions_of_rules(running):
    """Each rule as Prometheus itself has read it."""
    for group in running.ask("rules")["groups"]:
        for rule in group["rules"]:
            yield f"rule {rule['name']}", rule["query"]


def reason_to_be_empty(place, query):
    for mark, reason in MAY_BE_EMPTY.items():
        if place == f"rule {mark}" or query.startswith(mark):
            return reason
    return None


def provoke(running):
    """Traffic, and one of everything that goes wrong."""
    for size in (0, 40, 900, 20_000):
        running.messages(20, size)
    running.file(1 << 20)
    running.oversize()
    running.unreachable()
    running.stranger()


def arrange(running):
    """What lasts: a full bridge with one more at its door, few descriptors."""
    running.hold("orders")
    full = running.hold("narrow")
    full.sendall(b"x")
    exactly(full, 1)
    running.hold("narrow")
    running.hold("small")
    running.few_descriptors()


def unanswered(running, questions):
    left = []
    for place, query in questions:
        try:
            found = running.ask("query", query=query)["result"]
        except ValueError as error:
            sys.exit(f"{place}: {query}\n{error}")
        if not found and not reason_to_be_empty(place, query):
            left.append((place, query))
    return left


def rules_are_healthy(running):
    for group in running.ask("rules")["groups"]:
        for rule in group["rules"]:
            if rule["health"] == "err":
                sys.exit(f"rule {rule['name']}: {rule['lastError']}")


def scraped(running):
    found = running.ask("query", query='sum(up{job="pipeferry"}) == 3')["result"]
    return True if found else None


def main(pipeferry):
    with Scene(pipeferry) as running:
        eventually("the first scrape", lambda: scraped(running))
        arrange(running)
        questions = list(questions_of_dashboard()) + list(questions_of_rules(running))
        left = questions

        def ask_again():
            nonlocal left
            provoke(running)
            left = unanswered(running, left)
            return None if left else True

        try:
            eventually("an answer to every question", ask_again)
        except TimeoutError:
            sys.exit("\n".join(f"{place}: no series for {query}" for place, query in left))
        rules_are_healthy(running)
    print(f"grafana: {len(questions)} questions, each understood and answered by Prometheus")


if __name__ == "__main__":
    main(sys.argv[1])
