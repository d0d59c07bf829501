"""One server for all attacks, others for those that break theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.field import Field
from tests.attacks.serving import Serving


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Serving]]:
    """Makes servers in folders of their own and ends them all. Not started: `.start()`."""
    made: list[Serving] = []
    number = 0

    def build(folder: Path | None = None, **options: Any) -> Serving:
        nonlocal number
        number += 1
        place = folder or tmp_path_factory.mktemp(f"server{number}")
        made.append(Serving(place, **options))
        return made[-1]

    yield build
    for serving in made:
        serving.close()


@pytest.fixture(scope="session")
def field(make: Callable[..., Serving]) -> Field:
    """The field, its server running and its base picture made."""
    found = Field(make().start(), make)
    found.prepare()
    return found
