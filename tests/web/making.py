"""The catalogue of the built-in nodes as the editor's tests read it.

`python -m tests.web.making` writes it anew after a declaration has changed.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from engine.catalogue import to_json
from engine.packs import Pack, load_packs

FILE = Path(__file__).parents[2] / "web" / "tests" / "fixtures" / "catalogue.json"


def catalogue_text() -> str:
    """The catalogue as JSON; without the digest of the nodes' files, which every edit changes."""
    folder = Path(__file__).parents[2] / "nodes"
    catalogue = load_packs([Pack("", "nodes", folder)]).catalogue
    packs = tuple(replace(pack, digest="") for pack in catalogue.packs)
    raw = json.loads(to_json(replace(catalogue, packs=packs)))
    return json.dumps(raw, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(catalogue_text(), encoding="utf-8")
