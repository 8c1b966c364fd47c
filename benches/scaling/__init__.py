"""How one pipeferry holds up as the connections that it keeps open grow.

It uses the relays, the target and the clients of `side_by_side`. Idle
connections are added step by step; at each step the resident memory is read,
and some more connections play ping-pong.
"""
