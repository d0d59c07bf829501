"""Many clients at once and many that stall: the short form of tests/soak/crowds.py.

The figures here are generous: the machine runs other tests too.
"""

from __future__ import annotations

from pathlib import Path

from tests.attacks.serving import Serving
from tests.soak.crowds import crowd, stalled


def test_clients_and_stalled_readers(tmp_path: Path) -> None:
    serving = Serving(tmp_path).start()
    try:
        crowd(serving, 60, 4.0)
        stalled(serving, 20, 20, 2.0)
        assert serving.stop() == 0
    finally:
        serving.close()
