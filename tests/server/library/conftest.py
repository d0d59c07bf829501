"""These tests need no catalogue and no folders of the command line."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def folders() -> None:
    """Takes the place of the command line's folders."""
