"""Attacks on a run: no memory, NaN, a model that goes, a full disk."""

from __future__ import annotations

import json
import re
import shutil
import time
from itertools import count
from typing import Any

from .book import Attack
from .deeds import deed
from .field import Field, png, upload
from .modelfiles import listed, model
from .process import MEBIBYTE, resident
from .roles import SIDE, with_value
from .serving import until

Json = Any
NODES = (
    "LoadModel",
    "TextEncode",
    "PairConditioning",
    "Schedule",
    "EmptyLatent",
    "AddNoise",
    "UNetDenoise",
    "CFGCombine",
    "SchedulerStep",
    "VAEDecode",
    "SaveImage",
    "LoadImage",
)
"""The types of the base graph's nodes."""
NUMBERS = count(1)


def fresh(field: Field, steps: int = 2) -> dict[str, Json]:
    """The base graph with a seed and a prompt that no run had: nothing of it is kept."""
    number = time.monotonic_ns() % 10**12
    graph = with_value(field.base, "denoise.seed", number)
    graph["nodes"]["negative"]["params"] = {"text": f"number {number}"}
    graph["nodes"]["schedule"]["params"]["steps"] = steps
    return with_value(graph, "text.prompt", f"a circle {number}")


def unseen(field: Field, type: str, steps: int = 2) -> dict[str, Json]:
    """As `fresh`, with an input that the node of this type has not had before either."""
    number, graph = next(NUMBERS), fresh(field, steps)
    if type == "Schedule":
        return with_value(graph, "denoise.strength", 1 - number / 1000)
    if type == "EmptyLatent":
        return with_value(graph, "latent.width", SIDE + 8 * number)
    if type == "LoadImage":
        picture = upload(field.mouth, png(16 + number, 9)).json["hash"]
        return with_value(graph, "load_image.path", picture)
    return graph


def saved(run: Json) -> list[str]:
    return [made["hash"] for made in run["artifacts"] if not made["preview"]]


@deed(
    "R001",
    proves=[
        "names node, requested and free bytes, and one hint",
        "the next run on the same process completes",
        "allocated memory within 2% of baseline after",
    ],
)
def out_of_memory(field: Field, attack: Attack) -> None:
    """At each type of node in turn, with an input that this node has not had before."""
    serving = field.serving
    model(field, "roomy")
    listed(field, "models", "roomy")
    assert serving.run(fresh(field))["status"] == "completed"
    worker, before = serving.worker, resident(serving.worker)
    for type in NODES:
        serving.fault(type, "memory")
        graph = unseen(field, type)
        if type == "LoadModel":
            graph = with_value(graph, "model.name", "roomy")
        run: Json = serving.run(graph)
        serving.mend()
        assert run["status"] == attack.expect["final"]
        (problem, *_) = run["problems"]
        assert problem["code"] == attack.expect["error_code"], (type, problem)
        assert problem["path"], problem
        assert "2.00 GiB" in problem["message"], problem
        assert "1.25 GiB" in problem["message"], problem
        assert problem["fix"], problem
        assert not saved(run) or type == "LoadImage"
        assert field.made() == field.bytes
    assert serving.worker == worker
    shutil.rmtree(serving.models / "roomy")
    grown = resident(worker) - before
    assert grown < max(0.02 * before, 64 * MEBIBYTE), f"{grown / MEBIBYTE:.0f} MiB"


@deed("R002", proves=["names node and step", "no image saved"])
def nan_at_a_step(field: Field, attack: Attack) -> None:
    for step in range(1, 5):
        field.serving.fault("SchedulerStep", "nan", step)
        run: Json = field.serving.run(fresh(field, steps=4))
        field.serving.mend()
        assert run["status"] == attack.expect["final"]
        (problem, *_) = run["problems"]
        assert problem["code"] == attack.expect["error_code"], problem
        text = json.dumps(problem)
        assert "move" in text or "denoise" in problem["path"], problem
        assert re.search(r"\b(turn|step)\b", text), problem
        assert not saved(run)


@deed(
    "R003",
    proves=[
        "running one completes or fails with model_missing; queued one fails with model_missing; "
        "server healthy"
    ],
)
def model_unlinked(field: Field, attack: Attack) -> None:
    """A LoadModel names what is not on the list no more: `unknown_model` says the same of it."""
    folder = model(field, "going")
    listed(field, "models", "going")
    graph = with_value(fresh(field, steps=8), "model.name", "going")
    first = field.serving.submit(graph).json["runs"][0]["id"]
    second = field.serving.submit({**graph, "title": "other"}).json["runs"][0]["id"]
    third = field.serving.submit(with_value(fresh(field), "model.name", "going")).json["runs"][0]
    until(lambda: field.serving.status(first) != "queued", 30, "the first run has begun")
    folder.rename(field.serving.folder / "tmp" / "gone")
    codes = {"model_missing", "unknown_model"}
    for id in (first, second):
        run: Json = field.serving.wait(id)
        assert run["status"] == "completed" or run["problems"][0]["code"] in codes, run
    run = field.serving.wait(third["id"])
    assert run["status"] == "failed", run
    assert run["problems"][0]["code"] in codes, run["problems"]
    assert field.serving.is_healthy()


@deed(
    "R004",
    proves=["no partial file with a final name", "works again once space is freed"],
)
def disk_full(field: Field, attack: Attack) -> None:
    field.serving.fill_disk("/artifacts/")
    before = set((field.serving.data / "artifacts").rglob("*"))
    graph = fresh(field)
    run: Json = field.serving.run(graph)
    assert run["status"] == attack.expect["final"], run
    assert run["problems"][0]["code"] == attack.expect["error_code"], run["problems"]
    assert not saved(run)
    new = set((field.serving.data / "artifacts").rglob("*")) - before
    assert not [path for path in new if path.is_file()], new
    heard = upload(field.mouth, png(9, 9))
    assert heard.status == 201, heard
    field.serving.fill_disk("/uploads/")
    heard = upload(field.mouth, png(11, 9))
    assert heard.status == 507, heard
    field.serving.mend()
    assert upload(field.mouth, png(11, 9)).status == 201
    assert field.serving.run(graph)["status"] == "completed"
