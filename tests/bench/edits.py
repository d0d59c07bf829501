"""What a session of edits costs: work done against work never done before, with 64 MiB of cache.

Fifty seeded edits of the text-to-image graph (prompt, seed, guidance, steps, and going back), each
run. Also: guidance changed at turn 14 of 20 against a full run, and what undo, a rename and a move
run, which should be nothing.
"""

from __future__ import annotations

import json
import random
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import graphs
from engine.packs import find_packs, load_packs
from engine.session import Engine, Result

FOLDER = Path(graphs.__file__).parent
PROMPTS = (
    "a red circle on a blue background",
    "a green square on a white background",
    "a yellow star above a blue ring",
)


def engine(budget: int = 64 << 20) -> Engine:
    return Engine(registry=load_packs(find_packs()), device="cpu", ram_budget=budget)


def stock(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def run(on: Engine, doc: dict[str, Any], inputs: dict[str, Any]) -> Result:
    return on.run(on.parse(json.dumps(doc)), inputs, want=["image"]).check()


def calls(result: Result) -> dict[str, int]:
    """Calls made, by node; loops themselves make none."""
    return {path: node.runs for path, node in result.report.nodes.items() if path != "denoise"}


def edits(count: int = 50) -> float:
    """Calls made with the cache over calls that a memory of everything would have made."""
    chance = random.Random(1)
    small, perfect = engine(), engine(8 << 30)
    state: dict[str, Any] = {"prompt": PROMPTS[0], "seed": 7, "guidance": 4.0, "steps": 12}
    history = [dict(state)]
    doc = stock("txt2img")
    done = new = 0.0
    for _ in range(count):
        match chance.choice(["prompt", "seed", "guidance", "steps", "undo"]):
            case "prompt":
                state["prompt"] = chance.choice(PROMPTS)
            case "seed":
                state["seed"] = chance.randrange(4)
            case "guidance":
                state["guidance"] = chance.choice([2.0, 4.0, 6.0])
            case "steps":
                state["steps"] = chance.choice([8, 12])
            case _:
                state = dict(chance.choice(history))
        history.append(dict(state))
        done += _seconds(run(small, doc, state))
        new += _seconds(run(perfect, doc, state))
    return done / new


def _seconds(result: Result) -> float:
    """Calls weighted by what a call of that node costs, so that noise in timing cancels."""
    weights = {"predict": 25.0, "decode": 15.0, "positive": 4.0, "negative": 4.0}
    return sum(count * weights.get(path, 0.1) for path, count in calls(result).items())


def late_guidance() -> float:
    """Seconds of a run whose guidance changed at turn 14, over those of a full run."""
    doc = stock("guidance-curve")
    flat = [{"at": 0, "value": 5}, {"at": 19, "value": 5}]
    ratios = []
    for round_ in range(5):
        on = engine()
        late = [{"at": 0, "value": 5}, {"at": 13, "value": 5}, {"at": 14, "value": 3 + round_ / 10}]
        run(on, doc, {"guidance": flat, "seed": 100})
        start = time.perf_counter()
        run(on, doc, {"guidance": flat, "seed": round_})
        full = time.perf_counter() - start
        start = time.perf_counter()
        run(on, doc, {"guidance": late, "seed": round_})
        ratios.append((time.perf_counter() - start) / full)
    return sorted(ratios)[2]


def idle_edits() -> int:
    """Nodes run by an undo, a rename of every node, and a moved node."""
    on = engine()
    doc = stock("txt2img")
    run(on, doc, {"seed": 1})
    run(on, doc, {"seed": 2})
    count = sum(calls(run(on, doc, {"seed": 1})).values())
    text = json.dumps(doc)
    renamed = text.replace('"noise"', '"start"').replace('"noise.', '"start.')
    count += sum(calls(run(on, json.loads(renamed), {"seed": 1})).values())
    doc["view"] = {"positions": {"noise": [10, 20]}}
    return count + sum(calls(run(on, doc, {"seed": 1})).values())


def main() -> None:
    warnings.simplefilter("ignore")
    found = {
        "edits_work_over_new_work": edits(),
        "late_guidance_over_full_run": late_guidance(),
        "nodes_run_by_undo_rename_move": idle_edits(),
    }
    for name, value in found.items():
        print(f"{name:>32}: {value:.3f}" if isinstance(value, float) else f"{name:>32}: {value}")
    print(json.dumps(found), file=sys.stderr)


if __name__ == "__main__":
    main()
