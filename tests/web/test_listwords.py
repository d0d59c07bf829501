"""The editor's words for lists of files are the engine's."""

from __future__ import annotations

import re
from pathlib import Path

from engine.listwords import WORDS
from engine.modelroots import LISTS

FILE = Path(__file__).parents[2] / "web" / "src" / "graph" / "check" / "listwords.ts"


def test_the_editors_tables_are_those_of_the_engine() -> None:
    words, folders = FILE.read_text(encoding="utf-8").split("const FOLDERS")
    pair = re.compile(r'\["(\w+)", "([^"]+)"\]')
    assert dict(pair.findall(words)) == WORDS
    assert dict(pair.findall(folders)) == {name: subs[0] for name, subs in LISTS.items()}
