"""How much is kept and for how long, and how much may wait. All of it is the operator's to set."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits of the queue and of what is kept. 0 days or 0 bytes mean: no such limit.

    Ended runs go when they are older than `run_days`, and the oldest of them go first while the
    artifacts take more than `keep_bytes`. Events go by `event_days` and `max_events`; uploads that
    no kept run or saved graph names go `upload_days` after their last use.
    """

    max_queue: int = 1000
    max_deaths: int = 3
    run_days: float = 30
    keep_bytes: int = 20 << 30
    event_days: float = 7
    max_events: int = 500_000
    upload_days: float = 30
    key_hours: float = 48
    versions: int = 50
    sweep_seconds: float = 3600
