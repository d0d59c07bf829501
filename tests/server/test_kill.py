"""kill -9 over HTTP, with a real worker: a few rounds of what `make soak` does 500 times.

Thirty more, without a worker process and therefore quick, are in tests/server/runs/test_kill.py.
"""

from __future__ import annotations

from pathlib import Path

from tests.attacks.serving import Serving
from tests.soak.lives import lives, look


def test_kills(tmp_path: Path) -> None:
    serving = Serving(tmp_path)
    try:
        accepted = lives(serving, rounds=10, seed=10)
        assert len(accepted) > 10
        look(serving, accepted)
    finally:
        serving.close()
