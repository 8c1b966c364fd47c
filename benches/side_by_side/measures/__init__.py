"""What is measured, in the order of the report."""

from .bulk import Bulk
from .connects import Connects
from .idle import Idle
from .messages import Messages
from .pingpong import PingPong
from ..relays.base import MESSAGES, PAIR, PAIR_MESSAGES, PAIR_RESUMED, PAIR_RESUMED_13, PLAIN


def all_measures(idle):
    """Every measure; `idle` is how many idle connections are kept open."""
    return [
        Bulk("bulk-1", PLAIN, connections=1),
        Bulk("bulk-4", PLAIN, connections=4),
        Messages("messages-64", MESSAGES, size=64),
        Messages("messages-1k", MESSAGES, size=1024),
        Messages("messages-16k", MESSAGES, size=16384),
        PingPong("pingpong", PLAIN, connections=8),
        Connects("connects", PLAIN, at_a_time=8),
        Idle("idle", PLAIN, connections=idle),
        Bulk("pair-bulk-1", PAIR, connections=1),
        Bulk("pair-bulk-4", PAIR, connections=4),
        PingPong("pair-pingpong", PAIR, connections=8),
        Connects("pair-connects", PAIR, at_a_time=8),
        Connects("pair-resumed", PAIR_RESUMED, at_a_time=8),
        Connects("pair-resumed-tls13", PAIR_RESUMED_13, at_a_time=8),
        Idle("pair-idle", PAIR, connections=idle),
        Messages("pair-messages-64", PAIR_MESSAGES, size=64),
    ]
