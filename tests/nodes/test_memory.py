"""Small budgets: the same bits, or tiles that say so; estimates against what a pass takes."""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Mapping
from copy import copy
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

import graphs
from engine import events
from engine.files import Files
from engine.memory import Memory
from engine.packs import find_packs, load_packs
from engine.pool import Pool
from engine.session import Engine
from nodes.footprint import decoder_bytes, denoiser_bytes, encoder_bytes
from tests.engine.test_pool import Elsewhere
from tests.nodes.controls import controlnet

TinyModel = Callable[[str], Path]
Doc = dict[str, Any]
ASKED = {"prompt": "a red circle", "negative": "blue", "seed": 3, "steps": 3, "guidance": 4.0}
MIB = 1 << 20


@pytest.fixture
def files(models_root: Path, tiny_model: TinyModel, tmp_path: Path) -> Files:
    from PIL import Image

    model = tiny_model("sd15")
    controlnet(model, tmp_path / "controlnet" / "net", 1)
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save(
        tmp_path / "a.png"
    )
    return Files({"models": [models_root, tmp_path], "images": [tmp_path]})


def stock() -> Doc:
    doc: Doc = json.loads((Path(graphs.__file__).parent / "controlnet.json").read_text())
    doc["nodes"]["model"]["params"]["model"] = "sd15"
    doc["nodes"]["control"]["params"]["control"] = "net"
    doc["nodes"]["picture"]["params"] = {"image": "a.png"}
    return doc


def engine_of(files: Files, memory: Memory | None = None, **options: Any) -> Engine:
    registry = load_packs(find_packs())
    return Engine(registry=registry, device="cpu", files=files, memory=memory, **options)


def run(engine: Engine, doc: Doc) -> tuple[Any, list[str], Any]:
    heard: list[events.Event] = []
    result = engine.run(
        engine.parse(json.dumps(doc)), ASKED, want=["image"], on_event=heard.append
    ).check()
    said = [event.message for event in heard if isinstance(event, events.NodeNotice)]
    return np.asarray(result.values["image"].pixels), said, result.report


class Stub(Pool):
    """A pool of a stand-in GPU, whose modules yet compute on the CPU."""

    def __init__(self, budget: int | None, **options: Any) -> None:
        self.mover = Elsewhere()
        super().__init__("cuda", budget, mover=self.mover, free=lambda: None, **options)


def stubbed(files: Files, budget: int | None) -> Engine:
    engine = engine_of(files)
    engine.pool = Stub(budget)
    return engine


@pytest.mark.parametrize("budget", [30_000_000, 700_000, 300_000, 1])
def test_the_same_bits_whatever_the_budget(files: Files, budget: int) -> None:
    """Models go out before a step and come back; below the last of them, decoding is in tiles."""
    whole, said, _ = run(stubbed(files, None), stock())
    assert said == []
    engine = stubbed(files, budget)
    pool: Any = engine.pool
    found, said, report = run(engine, stock())
    assert "denoise" in report.ran
    if said:
        assert "in tiles" in said[0]
    else:
        assert np.array_equal(found, whole)
    assert bool(said) == (budget < 500_000)
    if budget < 30_000_000:
        assert "cpu" in pool.mover.moves
        assert pool.stats().builds == 4


def test_on_the_cpu_too(files: Files) -> None:
    """Where a model that goes is dropped and read again."""
    whole, _, _ = run(engine_of(files), stock())
    engine = engine_of(files, Memory(ram=2 * MIB))
    found, said, _ = run(engine, stock())
    assert said == []
    assert np.array_equal(found, whole)
    stats = engine.pool.stats()  # type: ignore[attr-defined]
    assert (stats.budget, stats.bytes <= 1.5 * MIB) == (3 * MIB // 2, True)


def test_a_decode_in_tiles_is_marked_and_made_anew_where_there_is_room(files: Files) -> None:
    doc = stock()
    engine, roomy = stubbed(files, 1), Stub(None)
    tiled, said, report = run(engine, doc)
    assert report.nodes["decode"].notices == said
    assert len(said) == 1
    assert "not those of a whole decode" in said[0]
    engine.pool = roomy
    whole, said, report = run(engine, doc)
    assert (said, report.nodes["decode"].runs, report.nodes["denoise"].runs) == ([], 1, 0)
    assert not np.array_equal(tiled, whole)
    plain, _, _ = run(stubbed(files, None), doc)
    assert np.array_equal(whole, plain)


def test_the_tiles_are_those_of_diffusers(files: Files) -> None:
    engine, doc = stubbed(files, 1), stock()
    found, _, _ = run(engine, doc)
    graph = engine.parse(json.dumps(doc))
    values = engine.run(graph, ASKED, want=["denoise.latent", "model.vae"]).check().values
    with engine.pool.use(values["model.vae"]) as module, torch.no_grad():
        vae = copy(module)
        vae.enable_tiling()
        vae.tile_sample_min_size, vae.tile_latent_min_size = 32, 4
        picture = vae.decode(values["denoise.latent"].samples / vae.config.scaling_factor).sample
    wanted = np.asarray((picture * 0.5 + 0.5).clamp(0, 1).permute(0, 2, 3, 1))
    assert np.array_equal(found, wanted)
    assert not module.use_tiling


def test_a_decode_that_runs_out_of_memory_goes_on_in_tiles(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = diffusers.AutoencoderKL.decode
    calls = []

    def decode(self: Any, *args: Any, **options: Any) -> Any:
        calls.append(self.use_tiling)
        if not self.use_tiling:
            raise torch.OutOfMemoryError("Tried to allocate 9 GiB")
        return own(self, *args, **options)

    monkeypatch.setattr(diffusers.AutoencoderKL, "decode", decode)
    _, said, _ = run(engine_of(files), stock())
    assert calls == [False, True]
    assert "in tiles" in said[0]


class Meter(TorchDispatchMode):
    """The most bytes that were alive at once, of those made while it is on."""

    def __init__(self, *kept: torch.nn.Module) -> None:
        super().__init__()
        self.alive = self.most = 0
        self._known = {
            tensor.untyped_storage()._cdata: 0
            for module in kept
            for tensor in (*module.parameters(), *module.buffers())
        }

    def __torch_dispatch__(
        self,
        function: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        made = function(*args, **(kwargs or {}))
        for tensor in made if isinstance(made, tuple | list) else (made,):
            if isinstance(tensor, torch.Tensor):
                self._count(tensor.untyped_storage())
        return made

    def _count(self, storage: Any) -> None:
        address, size = storage._cdata, storage.nbytes()
        if address in self._known:
            return
        self._known[address] = size
        self.alive += size
        self.most = max(self.most, self.alive)
        weakref.finalize(storage, self._gone, address)

    def _gone(self, address: int) -> None:
        self.alive -= self._known.pop(address, 0)


def alive(module: torch.nn.Module, call: Callable[[], Any]) -> int:
    with torch.no_grad(), torch.device("meta"), Meter(module) as meter:
        call()
    return meter.most


@pytest.fixture
def fused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attention that keeps no matrix, as on a GPU; on the device "meta" torch has none."""

    def attend(query: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
        return torch.empty_like(query)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", attend)


def check(estimate: int, measured: int) -> None:
    """Enough, and less than two and a half times too much."""
    assert measured <= estimate <= 2.5 * measured, (estimate / MIB, measured / MIB)


SDXL = {
    "block_out_channels": (320, 640, 1280),
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "attention_head_dim": (5, 10, 20),
    "transformer_layers_per_block": (1, 2, 10),
    "use_linear_projection": True,
    "cross_attention_dim": 2048,
}


@pytest.mark.usefixtures("fused")
@pytest.mark.parametrize(
    ("config", "side", "rows"),
    [({"cross_attention_dim": 768}, 64, 2), ({"cross_attention_dim": 768}, 96, 1), (SDXL, 128, 2)],
)
def test_the_estimate_of_a_step(config: dict[str, Any], side: int, rows: int) -> None:
    with torch.device("meta"):
        unet = diffusers.UNet2DConditionModel(**config).eval()
        samples = torch.empty(rows, 4, side, side)
        texts = torch.empty(rows, 77, config["cross_attention_dim"])
    measured = alive(unet, lambda: unet(samples, torch.empty(rows), texts))
    check(denoiser_bytes(unet.config, samples), measured)


@pytest.mark.usefixtures("fused")
@pytest.mark.parametrize("side", [32, 64, 128])
def test_the_estimate_of_an_autoencoder(side: int) -> None:
    with torch.device("meta"):
        vae = diffusers.AutoencoderKL(
            block_out_channels=(128, 256, 512, 512),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=2,
        ).eval()
        samples, pictures = torch.empty(1, 4, side, side), torch.empty(1, 3, 8 * side, 8 * side)
    check(decoder_bytes(vae.config, samples, 8), alive(vae, lambda: vae.decode(samples)))
    check(encoder_bytes(vae.config, pictures), alive(vae, lambda: vae.encode(pictures)))
