"""What the manifests and the gateway's configuration must agree on.

No schema knows that a probe must ask the port that the admin server listens on,
or that a pod must be given more time than the gateway drains. This does.
"""

import re

LAST_WORDS = 5  # seconds that the gateway may take after drain_timeout
UNITS = {"s": 1, "m": 60, "h": 3600}


def seconds(text):
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smh])", text))


def port(address):
    return int(address.rpartition(":")[2])


def of_kind(resources, *kinds):
    return [one for one in resources if one["kind"] in kinds]


def disagreements(resources, config, restricted):
    """Sentences on what does not fit together."""
    (workload,) = of_kind(resources, "Deployment", "DaemonSet")
    pod = workload["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    yield from ports_and_probes(container, config)
    yield from admin_is_guarded(resources, pod["spec"], config)
    yield from times(pod["spec"], container, config)
    yield from mounts(pod["spec"], container, config)
    yield from selectors(resources, pod["metadata"]["labels"])
    yield from named_ports(resources, container)
    yield from scaling(resources, workload, config)
    if restricted:
        yield from is_restricted(pod["spec"], container)


def listeners(config):
    for name, bridge in config["bridge"].items():
        listen = bridge["listen"]
        yield name, port(listen["address"] if isinstance(listen, dict) else listen)


def ports_and_probes(container, config):
    named = {one["name"]: one["containerPort"] for one in container["ports"]}
    for bridge, number in listeners(config):
        if named.get(bridge) != number:
            yield f"bridge `{bridge}` listens on {number}, the container's port is {named.get(bridge)}"
    admin = port(config["admin"]["listen"])
    paths = {"startupProbe": "/readyz", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
    for probe, path in paths.items():
        asked = container.get(probe, {}).get("httpGet", {})
        if (named.get(asked.get("port"), asked.get("port")), asked.get("path")) != (admin, path):
            yield f"{probe} must ask {path} on {admin}"


def admin_is_guarded(resources, pod, config):
    remote = config["admin"].get("remote", False)
    policies = of_kind(resources, "NetworkPolicy")
    if remote and (pod.get("hostNetwork") or not policies):
        yield "the admin listener is open to others and no NetworkPolicy guards it"
    for policy in policies:
        for rule in policy["spec"]["ingress"]:
            if any(one["port"] == "admin" for one in rule["ports"]) and not rule.get("from"):
                yield "the NetworkPolicy lets everybody reach the admin port"


def times(pod, container, config):
    before = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    needed = before + seconds(config.get("drain_timeout", "30s")) + LAST_WORDS
    if pod["terminationGracePeriodSeconds"] < needed:
        yield f"terminationGracePeriodSeconds must be at least {needed}"


def mounts(pod, container, config):
    mounted = [one["mountPath"] for one in container["volumeMounts"]]
    paths = [path for one in config["identity"].values() for path in one.values()]
    paths.append(container["args"][-1])
    for bridge in config["bridge"].values():
        connect = bridge["connect"]
        address = connect["address"] if isinstance(connect, dict) else connect
        paths += [address.removeprefix("unix:")] if address.startswith("unix:") else []
    for path in paths:
        if not any(path.startswith(f"{place}/") for place in mounted):
            yield f"{path} is in no volume"
    if {one["name"] for one in pod["volumes"]} != {one["name"] for one in container["volumeMounts"]}:
        yield "volumes and mounts differ"


def selectors(resources, labels):
    for one in of_kind(resources, "Service", "PodDisruptionBudget", "NetworkPolicy"):
        selector = one["spec"].get("selector") or one["spec"].get("podSelector")
        wanted = selector.get("matchLabels", selector)
        if not wanted or not wanted.items() <= labels.items():
            yield f"{one['kind']} {one['metadata']['name']} selects other pods: {wanted}"
    services = of_kind(resources, "Service")
    for monitor in of_kind(resources, "ServiceMonitor"):
        wanted = monitor["spec"]["selector"]["matchLabels"].items()
        found = [one for one in services if wanted <= one["metadata"]["labels"].items()]
        asked = {one["port"] for one in monitor["spec"]["endpoints"]}
        has = {one["name"] for service in found for one in service["spec"]["ports"]}
        if len(found) != 1 or not asked <= has:
            yield "the ServiceMonitor finds no service, or one without its port"


def named_ports(resources, container):
    named = {one["name"] for one in container["ports"]}
    for service in of_kind(resources, "Service"):
        for one in service["spec"]["ports"]:
            if one["targetPort"] not in named:
                yield f"Service {service['metadata']['name']}: no port `{one['targetPort']}`"


def scaling(resources, workload, config):
    most = min(config["max_connections"], *(one["max_connections"] for one in config["bridge"].values()))
    for scaler in of_kind(resources, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        if (target["kind"], target["name"]) != (workload["kind"], workload["metadata"]["name"]):
            yield "the HorizontalPodAutoscaler scales something else"
        for metric in scaler["spec"]["metrics"]:
            if metric["type"] == "Pods" and int(metric["pods"]["target"]["averageValue"]) >= most:
                yield f"the autoscaler waits for as many connections as a replica may have, {most}"
        if "replicas" in workload["spec"]:
            yield "`replicas` would undo at each apply what the autoscaler has set"


def is_restricted(pod, container):
    """What the namespace's pod security asks for."""
    of_pod, own = pod["securityContext"], container["securityContext"]
    if not of_pod.get("runAsNonRoot") or of_pod["seccompProfile"]["type"] != "RuntimeDefault":
        yield "the pod is not `restricted`"
    if own["allowPrivilegeEscalation"] or own["capabilities"]["drop"] != ["ALL"]:
        yield "the container is not `restricted`"
    for volume in pod["volumes"]:
        if not volume.keys() & {"configMap", "secret", "emptyDir", "projected"}:
            yield f"volume `{volume['name']}` is of a kind that `restricted` forbids"
