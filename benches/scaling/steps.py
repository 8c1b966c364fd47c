"""How many connections, and how many of them the machine lets us have."""

import resource

STEPS = (10, 100, 500, 1000, 2000, 5000)

# Beside two descriptors a connection: listeners, files, the active connections.
SPARE = 256

# What the largest step takes, twice over.
WISH = 2 * (2 * STEPS[-1] + SPARE)


def raise_limit():
    """Raises the descriptor limit, beyond the hard one where that is allowed; what it is now."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(hard, WISH)
    for limit in (wanted, hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
            return limit
        except (ValueError, OSError):
            continue
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def most_connections(limit):
    """A gateway has a descriptor for each side of a connection."""
    return max(0, (limit - SPARE) // 2)


def allowed(steps, limit):
    """The steps that can be taken; one that is too high becomes the highest that isn't."""
    most = most_connections(limit)
    kept = [step for step in steps if step <= most]
    if len(kept) < len(steps) and most > (kept[-1] if kept else 0):
        kept.append(most)
    return kept
