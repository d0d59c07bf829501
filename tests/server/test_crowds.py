"""Many clients at once and many that stall: the short form of tests/soak/crowds.py.

The figures here are generous: the machine runs other tests too.
"""

from __future__ import annotations

from pathlib import Path

from tests.attacks.serving import Serving
from tests.attacks.sleepers import beside
from tests.attacks.stubs import sums
from tests.soak.crowds import crowd


def test_clients_and_stalled_readers(tmp_path: Path) -> None:
    serving = Serving(tmp_path).start()
    try:
        assert crowd(serving, 200) <= 20
        found = beside(serving, 50, sums(150, 7.0, seconds=0.02), logged=20)
        assert found.p99 <= 10
        assert found.grown <= 300
        assert serving.stop() == 0
    finally:
        serving.close()
