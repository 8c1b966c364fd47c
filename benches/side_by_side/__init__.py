"""Compares relays that do the same job, in one run on one machine.

A *relay* (pipeferry, the bare loop, HAProxy, nginx, ...) is started for a *job*
(plain bytes, messages, a pair with mutual TLS between), a *measure* puts load
on it and yields a *sample*: some figures. Rounds are interleaved, the medians
are compared. To add a relay or a measure, write one file and name it in the
list of its folder's `__init__.py`.
"""
