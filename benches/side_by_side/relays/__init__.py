"""The relays that can be compared."""

from .bare import Bare
from .haproxy import HAProxy
from .nginx import Nginx
from .pipeferry import Pipeferry


def all_relays(options):
    """Every relay, in the order of the table; the first is what others are compared with."""
    before = [Pipeferry(options.before, build=False, name="before")] if options.before else []
    return [Bare(), Pipeferry(options.pipeferry, options.build), *before, HAProxy(), Nginx()]
