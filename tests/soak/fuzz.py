"""schemathesis over the published OpenAPI document, at a real server (H039): `make fuzz`.

LATENTGRAPH_CASES is how many requests it makes at least, 20,000 where it is not set.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.attacks.field import DEFECTS
from tests.attacks.serving import Serving
from tests.server.api.test_fuzz import MEANING

CASES = int(os.environ.get("LATENTGRAPH_CASES", "20000"))
OPERATIONS = 40


def test_20_000_cases(tmp_path: Path) -> None:
    # A short queue: a request may ask to wait for a run, two minutes at most.
    serving = Serving(tmp_path / "served", options=("--max-queue", "4")).start()
    config = tmp_path / "schemathesis.toml"
    config.write_text(MEANING)
    made, seed = 0, 0
    try:
        while made < CASES:
            seed += 1
            made += _fuzz(serving, config, seed, max(10, min(150, (CASES - made) // OPERATIONS)))
            assert serving.is_healthy()
        assert not DEFECTS.search(serving.log)
        assert serving.stop() == 0
    finally:
        serving.close()


def _fuzz(serving: Serving, config: Path, seed: int, examples: int) -> int:
    """One pass over all operations; how many cases it made."""
    url = f"http://127.0.0.1:{serving.port}/api/openapi.json"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", url),
        *("--phases", "fuzzing", "--max-examples", str(examples), "--seed", str(seed)),
        *("--no-color", "--request-timeout", "150", "--generation-database", "none"),
    ]
    done = subprocess.run(
        command, cwd=config.parent, capture_output=True, text=True, check=False, timeout=7200
    )
    assert done.returncode == 0, done.stdout[-8000:]
    counted = re.search(r"(\d[\d,]*) generated", done.stdout)
    assert counted, done.stdout[-3000:]
    return int(counted[1].replace(",", ""))
