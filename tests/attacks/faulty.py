"""A server's folder in which files tell it what shall fail: `nodes/faults.py` reads them."""

from __future__ import annotations

import json
from pathlib import Path


class Faulty:
    """`folder` holds the folders of one server."""

    folder: Path

    @property
    def nodes(self) -> Path:
        return self.folder / "nodes"

    def fault(self, type: str, what: str, call: int = 0) -> None:
        """From now on the node type fails so, at its `call`th call or at each."""
        part = self.nodes / "faults.part"
        part.write_text(json.dumps({"type": type, "call": call, "what": what}))
        part.replace(self.nodes / "faults.json")

    def slow_disk(self) -> None:
        """A file that is written waits for a second before it gets its name."""
        (self.folder / "slow").touch()

    def mend(self) -> None:
        (self.nodes / "faults.json").unlink(missing_ok=True)
        for name in ("full", "slow"):
            (self.folder / name).unlink(missing_ok=True)

    def fill_disk(self, folder: str) -> None:
        """Nothing can be written under paths that hold this text."""
        (self.folder / "full").write_text(folder)

    def count_calls(self) -> None:
        (self.nodes / "calls.log").unlink(missing_ok=True)
        (self.nodes / "calls").touch()

    def calls(self, type: str) -> int:
        """How often a node type was called since `count_calls`."""
        file = self.nodes / "calls.log"
        return file.read_text().split().count(type) if file.exists() else 0
