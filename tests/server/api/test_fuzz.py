"""schemathesis from the OpenAPI document, in its short form: no answer breaks what is published."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path

from .serving import serving

MEANING = """[checks.negative_data_rejection]
# What is wrong with a request may be that its address is too long.
expected-statuses = ["400", "401", "403", "404", "405", "409", "413", "415", "422", "428", "431"]

[checks.positive_data_acceptance]
# Whether a graph makes sense is no matter of its JSON Schema: 404, 412, 422, 428 are true answers.
expected-statuses = [
    "2xx", "401", "403", "404", "409", "412", "415", "422", "428", "429", "431", "503", "507",
]
"""

CASES = 1500
EXAMPLES = "36"
"""For each operation; those that take nothing have fewer."""


def test_no_answer_breaks_the_document(tmp_path: Path) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text(MEANING)

    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            command = [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"),
                *(f"{server.url}/api/openapi.json", "--max-examples", EXAMPLES),
                *("--phases", "fuzzing", "--generation-deterministic"),
                *("--no-color", "--request-timeout", "100"),
            ]
            done = await asyncio.create_subprocess_exec(
                *command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            said, _ = await done.communicate()
            assert done.returncode == 0, said.decode()[-6000:]
            counted = re.search(rb"(\d[\d,]*) generated", said)
            assert counted
            assert int(counted[1].replace(b",", b"")) >= CASES
            assert json.loads((await server.get("/api/health")) and "true")

    asyncio.run(asyncio.wait_for(test(), 900))
