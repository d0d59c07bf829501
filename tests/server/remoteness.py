"""Fixtures of the commands that talk to a server: one with a worker that plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.server.client.threaded import Threaded, threaded

Serve = Callable[..., Threaded]


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Starts a server and names it in the environment."""
    with ExitStack() as stack:

        def start(**options: Any) -> Threaded:
            made = stack.enter_context(threaded(tmp_path / "served", **options))
            monkeypatch.setenv("LATENTGRAPH_SERVER", made.url)
            return made

        yield start
