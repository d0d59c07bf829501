"""A picture that the server made is made again on the command line, to the same bytes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from server.picture import embedded_graph
from tests.attacks.serving import Serving
from tests.server.conftest import Command


@pytest.mark.parametrize("seed", [5, None])
def test_to_the_same_bytes(latentgraph: Command, tmp_path: Path, seed: int | None) -> None:
    serving = Serving(tmp_path / "served").start()
    try:
        shapes = [{"kind": "ellipse", "left": 0.1, "top": 0.2, "right": 0.7, "bottom": 0.9}]
        sides = {"width": 64, "height": 48}
        graph = {
            "format": 1,
            "inputs": {"seed": {"to": ["noise.seed"]}},
            "nodes": {
                "mask": {"type": "DrawMask", "params": {**sides, "shapes": shapes}},
                "grey": {"type": "MaskToImage", "inputs": {"mask": "mask.mask"}},
                "empty": {"type": "EmptyLatent", "params": sides},
                "noise": {
                    "type": "RandomNoise",
                    "params": {"seed": 3},
                    "inputs": {"latent": "empty.latent"},
                },
                "save": {
                    "type": "SaveImage",
                    "params": {"parameters": "a1111"},
                    "inputs": {"image": "grey.image"},
                },
            },
        }
        inputs = {} if seed is None else {"seed": seed}
        run = serving.run(graph, inputs=inputs)
        assert run["status"] == "completed", run
        (made,) = run["artifacts"]
        data = serving.mouth.ask("GET", made["url"]).body
    finally:
        serving.close()
    with Image.open(io.BytesIO(data)) as opened:
        assert f'"seed": "{seed or 3}"' in opened.text["latentgraph-made"]  # type: ignore[attr-defined]
        assert f"Seed: {seed or 3}" in opened.text["parameters"]  # type: ignore[attr-defined]
    assert embedded_graph(data)
    (tmp_path / "served.png").write_bytes(data)
    said = latentgraph("run", "served.png", "-o", "again")
    assert said.code == 0, said.err
    (again,) = (tmp_path / "again").iterdir()
    assert again.read_bytes() == data
