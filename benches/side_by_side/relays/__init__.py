"""The relays that can be compared."""

from .bare import Bare
from .ghostunnel import Ghostunnel
from .haproxy import HAProxy
from .nginx import Nginx
from .pipeferry import Pipeferry
from .stunnel import Stunnel


def all_relays(options):
    """Every relay, in the order of the table; the first is what others are compared with."""
    before = [Pipeferry(options.before, build=False, name="before")] if options.before else []
    ours = [Bare(), Pipeferry(options.pipeferry, options.build), *before]
    return [*ours, HAProxy(), Nginx(), Stunnel(), Ghostunnel(options.ghostunnel)]
