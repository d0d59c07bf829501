"""The state machine of `make soak` through HTTP, in its short form: one life of a server.

Its long form, and what each step does, is in tests/soak/machine.py; tests/server/runs has one
without a process, which is quick and therefore longer.
"""

from __future__ import annotations

from tests.soak.machine import steps


def test_one_life_of_thirty_steps() -> None:
    steps(lives=1, a_life=30, at_random=False)
