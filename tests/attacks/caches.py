"""Attacks on what is kept: no room at all, hardly any, files that are cut short or gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.session import Engine

from .book import Attack
from .deeds import deed
from .field import Field
from .roles import base

if TYPE_CHECKING:
    from torch import Tensor

Json = Any
BUDGETS = (0, 1 << 20, 20_000)
"""Bytes; the last has room for a turn or two."""
TWO = ("denoise", "predict", "guide", "move", "clean", "decode")


@deed("R017", proves=["results bit-identical to no cache"])
def small_caches(field: Field, attack: Attack) -> None:
    """Two loops that share all nodes before them, in engines with little room, each run twice."""
    folder = field.serving.folder / "tmp"
    with Engine(device="cpu", ram_budget=0) as none:
        right = pictures(none)
    for number, budget in enumerate(BUDGETS):
        options: Json = {"ram_budget": budget, "store_budget": budget}
        with Engine(device="cpu", store=folder / f"values{number}", **options) as small:
            same(pictures(small), right)
            same(pictures(small), right)
    with Engine(device="cpu", store=folder / "values") as large:
        same(pictures(large), right)
    damage(folder / "values")
    with Engine(device="cpu", store=folder / "values") as later:
        same(pictures(later), right)


def damage(folder: Path) -> None:
    """A third of the files is gone, a third cut short."""
    kept = sorted(path for path in folder.rglob("*") if path.is_file())
    assert len(kept) > 3
    for at, path in enumerate(kept):
        if at % 3 == 0:
            path.unlink()
        elif at % 3 == 1:
            path.write_bytes(path.read_bytes()[: at * 40])


def pictures(engine: Engine) -> list[Tensor]:
    """Both pictures, with torch on one thread, as it is in the servers."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        result = engine.run(engine.parse(json.dumps(two_branches())))
    finally:
        torch.set_num_threads(threads)
    assert result.status == "completed", result.problems
    return [result.values["image"].pixels, result.values["other"].pixels]


def same(found: list[Tensor], right: list[Tensor]) -> None:
    assert all(one.equal(other) for one, other in zip(found, right, strict=True))


def two_branches() -> dict[str, Json]:
    """The base graph less its files, and its loop again at another scale."""
    graph = base("")
    for name in ("save", "load_image", "look"):
        del graph["nodes"][name]
    text = json.dumps({name: graph["nodes"][name] for name in ("denoise", "decode")})
    for name in TWO:
        text = text.replace(f'"{name}"', f'"other_{name}"').replace(f'"{name}.', f'"other_{name}.')
    again: Json = json.loads(text)
    again["other_denoise"]["body"]["other_guide"]["params"] = {"scale": 1.5}
    graph["nodes"] |= again
    graph["outputs"] = {"image": "decode.image", "other": "other_decode.image"}
    return graph
