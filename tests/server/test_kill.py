"""kill -9 over HTTP, with a real worker: forty rounds of what `make soak` does 500 times."""

from __future__ import annotations

from pathlib import Path

from tests.soak.lives import lives, look, short_of_room


def test_kills(tmp_path: Path) -> None:
    serving = short_of_room(tmp_path)
    try:
        accepted = lives(serving, rounds=40, seed=10)
        assert len(accepted) > 40
        look(serving, accepted)
    finally:
        serving.close()
