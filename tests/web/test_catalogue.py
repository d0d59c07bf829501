"""The editor's tests work on the nodes there are."""

from __future__ import annotations

import json

from tests.web.making import FILE, catalogue_text


def test_the_editors_catalogue_is_that_of_the_built_in_nodes() -> None:
    hint = "run `python -m tests.web.making`"
    assert json.loads(FILE.read_text(encoding="utf-8")) == json.loads(catalogue_text()), hint
