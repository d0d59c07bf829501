"""kill -9 in mid-loop: the run goes on from the last turn on disk, to the same picture."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from engine.session import Engine
from tests.attacks.field import png, upload
from tests.attacks.roles import base
from tests.attacks.serving import Serving, until

Json = Any
STEPS = 16
KILLED_AT = 8
LOST = 5
"""Turns done again at most: they take half a second, and one a second is written behind."""


def test_it_calls_the_unet_for_the_turns_that_are_left(tmp_path: Path) -> None:
    serving = Serving(tmp_path / "served").start()
    try:
        picture = upload(serving.mouth, png(64, 64)).json["hash"]
        graph = base(picture)
        graph["nodes"]["schedule"]["params"]["steps"] = STEPS
        serving.fault("UNetDenoise", "slow")
        serving.count_calls()
        id = serving.submit(graph).json["runs"][0]["id"]
        until(lambda: serving.calls("UNetDenoise") > KILLED_AT, 120, "the loop is half done")
        serving.kill()
        serving.mend()
        serving.count_calls()
        serving.start()
        run = serving.wait(id)
        assert (run["status"], run["attempts"]) == ("completed", 2)
        again = serving.calls("UNetDenoise")
        assert STEPS - KILLED_AT - 1 <= again <= STEPS - KILLED_AT + LOST
        assert run["timings"]["predict"]["runs"] >= again
        (made,) = [made for made in run["artifacts"] if not made["preview"]]
        data = serving.mouth.ask("GET", made["url"]).body
        found = Image.open(io.BytesIO(data)).convert("RGB").tobytes()
        assert found == _in_one_go(graph)
        assert serving.stop() == 0
    finally:
        serving.close()


def _in_one_go(graph: Json) -> bytes:
    """The picture's bytes as the engine makes it here, with nothing kept."""
    nodes = {k: v for k, v in graph["nodes"].items() if k not in {"load_image", "look", "save"}}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with Engine(device="cpu", ram_budget=0) as engine:
            result = engine.run(engine.parse(json.dumps({**graph, "nodes": nodes})))
    finally:
        torch.set_num_threads(threads)
    picture: Image.Image = result.values["image"].to_pil()[0]
    return picture.tobytes()
