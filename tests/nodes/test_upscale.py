"""Upscalers: the networks against torch's own building blocks and transformers, and the tiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Pictures
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

import graphs
from engine import Context, Files, NodeError
from engine.listing import listed
from engine.packs import find_packs, load_packs
from engine.pool import Pool
from engine.session import Engine
from nodes.image import Image
from nodes.rrdb import RRDB, Plan
from nodes.tiled import spans, tiled
from nodes.upscale import upscale_image
from nodes.upscalerloading import Swin
from nodes.upscalers import UPSCALERS, load_upscaler

State = dict[str, Tensor]
FEATURES, GROWTH, BLOCKS = 8, 4, 2


@pytest.fixture(autouse=True)
def without_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


@pytest.fixture
def here(ctx: Context, tmp_path: Path) -> Context:
    """Upscalers are found in the test's own folder."""
    folder = tmp_path / "models"
    folder.mkdir()
    return replace(ctx, files=Files({"models": [folder], "images": [tmp_path]}))


def folder_of(ctx: Context) -> Path:
    folder = ctx.files.roots["models"][0] / "upscale_models"
    folder.mkdir(exist_ok=True)
    return folder


def picture(width: int = 20, height: int = 14, batch: int = 1) -> Image:
    generator = torch.Generator().manual_seed(1)
    return Image(torch.rand(batch, height, width, 3, generator=generator))


class Dense(nn.Module):
    """A dense block as the first ESRGAN code lays it out: conv and activation in a Sequential."""

    def __init__(self) -> None:
        super().__init__()
        for index in range(4):
            conv = nn.Conv2d(FEATURES + index * GROWTH, GROWTH, 3, padding=1)
            self.add_module(f"conv{index + 1}", nn.Sequential(conv, nn.LeakyReLU(0.2)))
        last = nn.Conv2d(FEATURES + 4 * GROWTH, FEATURES, 3, padding=1)
        self.conv5 = nn.Sequential(last)

    def forward(self, x: Tensor) -> Tensor:
        for index in range(4):
            x = torch.cat([x, self.get_submodule(f"conv{index + 1}")(x)], 1)
        return self.conv5(x) * 0.2 + x[:, :FEATURES]


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.RDB1, self.RDB2, self.RDB3 = Dense(), Dense(), Dense()

    def forward(self, x: Tensor) -> Tensor:
        return self.RDB3(self.RDB2(self.RDB1(x))) * 0.2 + x


class Shortcut(nn.Module):
    def __init__(self, sub: nn.Module) -> None:
        super().__init__()
        self.sub = sub

    def forward(self, x: Tensor) -> Tensor:
        return x + self.sub(x)


class Numbered(nn.Module):
    """ESRGAN as one Sequential: torch numbers its tensors as the published files do."""

    def __init__(self, doublings: int = 2, channels: int = 3) -> None:
        super().__init__()

        def conv(into: int, out: int) -> nn.Module:
            return nn.Conv2d(into, out, 3, padding=1)

        trunk = nn.Sequential(*(Residual() for _ in range(BLOCKS)), conv(FEATURES, FEATURES))
        layers = [conv(channels, FEATURES), Shortcut(trunk)]
        for _ in range(doublings):
            layers += [nn.Upsample(scale_factor=2), conv(FEATURES, FEATURES), nn.LeakyReLU(0.2)]
        layers += [conv(FEATURES, FEATURES), nn.LeakyReLU(0.2), conv(FEATURES, 3)]
        self.model = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)  # type: ignore[no-any-return]


def numbered(doublings: int = 2, channels: int = 3) -> Numbered:
    torch.manual_seed(doublings + channels)
    made = Numbered(doublings, channels)
    made.model[-1].bias.add_(0.5)  # type: ignore[operator]  # in the middle of what is shown
    return made


def first_release(state: State, doublings: int) -> State:
    """The numbered names as the paper's own repository has them."""
    after = ["conv_first", *(f"upconv{i + 1}" for i in range(doublings)), "HRconv", "conv_last"]
    places = sorted({int(n.split(".")[1]) for n in state if not n.startswith("model.1.")})
    named = {f"model.{place}.": f"{name}." for place, name in zip(places, after, strict=True)}
    named |= {f"model.1.sub.{BLOCKS}.": "trunk_conv."}
    found = {}
    for name, tensor in state.items():
        for old, new in named.items():
            if name.startswith(old):
                found[new + name[len(old) :]] = tensor
                break
        else:
            inner = name.replace("model.1.sub.", "RRDB_trunk.")
            found[inner.replace(".0.weight", ".weight").replace(".0.bias", ".bias")] = tensor
    return found


def of_today(state: State, doublings: int) -> State:
    new = {"RRDB_trunk": "body", "trunk_conv": "conv_body", "upconv": "conv_up", "RDB": "rdb"}
    new |= {"HRconv": "conv_hr"}
    found = {}
    for name, tensor in first_release(state, doublings).items():
        for old, fresh in new.items():
            name = name.replace(old, fresh)
        found[name] = tensor
    return found


LAYOUTS: dict[str, Callable[[State, int], State]] = {
    "numbered": lambda state, doublings: state,
    "first release": first_release,
    "today": of_today,
    "today, wrapped": lambda s, d: {f"params_ema.{n}": t for n, t in of_today(s, d).items()},
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("doublings", [0, 1, 2, 3])
def test_rrdb_in_every_layout_has_the_bits_of_the_plain_sequence(
    here: Context, layout: str, doublings: int
) -> None:
    network = numbered(doublings)
    state = LAYOUTS[layout](dict(network.state_dict()), doublings)
    save_file(state, folder_of(here) / "net.safetensors")
    upscaler = load_upscaler(here, "net.safetensors")
    assert (upscaler.kind, upscaler.scale) == ("rrdb", 2**doublings)
    image = picture()
    wanted = network(image.pixels.permute(0, 3, 1, 2)).clamp(0, 1).permute(0, 2, 3, 1)
    found = upscale_image(here, upscaler, image)
    assert torch.equal(found.pixels, wanted)
    assert float(found.pixels.std()) > 0.02


@pytest.mark.parametrize(("channels", "scale"), [(12, 2), (48, 1)])
@pytest.mark.parametrize("size", [(16, 12), (19, 13)])
def test_a_shuffled_input_makes_less_of_it(
    here: Context, channels: int, scale: int, size: tuple[int, int]
) -> None:
    """Real-ESRGAN x2 and x1; sides that do not divide are drawn on and cut again."""
    network = numbered(2, channels)
    save_file(of_today(dict(network.state_dict()), 2), folder_of(here) / "net.safetensors")
    upscaler = load_upscaler(here, "net.safetensors")
    assert upscaler.scale == scale
    image, shuffle = picture(*size), 4 // scale
    planes = image.pixels.permute(0, 3, 1, 2)
    room = (0, -size[0] % shuffle, 0, -size[1] % shuffle)
    shuffled = functional.pixel_unshuffle(functional.pad(planes, room, "replicate"), shuffle)
    wanted = network(shuffled)[..., : size[1] * scale, : size[0] * scale]
    found = upscale_image(here, upscaler, image).pixels
    assert torch.equal(found, wanted.clamp(0, 1).permute(0, 2, 3, 1))


def swin(folder: Path, **options: Any) -> Any:
    from transformers import Swin2SRConfig, Swin2SRForImageSuperResolution

    torch.manual_seed(3)
    sizes: dict[str, Any] = {"embed_dim": 8, "depths": [2], "num_heads": [2], "window_size": 8}
    config = Swin2SRConfig(image_size=16, **{"upscale": 2, **sizes, **options})
    network = Swin2SRForImageSuperResolution(config).eval()
    network.save_pretrained(folder)
    return network


def processed(network: Any, values: Any) -> Tensor:
    """Pixels [H,W,3] of 8 bits through transformers' own processor and network."""
    from transformers.models.swin2sr.image_processing_pil_swin2sr import Swin2SRImageProcessorPil

    inputs = Swin2SRImageProcessorPil()(Pictures.fromarray(values), return_tensors="pt")
    made: Tensor = network(**inputs).reconstruction
    scale = network.config.upscale
    return made[..., : values.shape[0] * scale, : values.shape[1] * scale].clamp(0, 1)


def eight_bits(width: int, height: int) -> Any:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    "upsampler", ["pixelshuffle", "pixelshuffledirect", "nearest+conv", "pixelshuffle_aux"]
)
def test_swin2sr_is_transformers_own(here: Context, upsampler: str) -> None:
    scale = 4 if upsampler == "nearest+conv" else 2
    network = swin(folder_of(here) / "swin", upsampler=upsampler, upscale=scale)
    upscaler = load_upscaler(here, "swin")
    assert (upscaler.kind, upscaler.scale) == ("swin2sr", scale)
    values = eight_bits(22, 17)
    found = upscale_image(here, upscaler, Image.from_pil([Pictures.fromarray(values)]))
    assert torch.equal(found.pixels, processed(network, values).permute(0, 2, 3, 1))


@pytest.mark.parametrize("length", [65, 100, 127, 128, 129, 200, 1000])
@pytest.mark.parametrize(("tile", "overlap"), [(64, 8), (64, 31), (100, 32)])
def test_tiles_cover_a_side_and_meet(length: int, tile: int, overlap: int) -> None:
    found = spans(length, tile, overlap)
    assert found[0][0] == 0
    assert found[-1][1] == length
    for (_, stop), (start, _) in pairwise(found):
        assert stop - start >= overlap
    assert {stop - start for start, stop in found} == {min(tile, length)}
    assert len(found) == 1 or len(found) <= -(-(length - overlap) // (tile - overlap))


@pytest.mark.parametrize("size", [(200, 70), (70, 200), (131, 129)])
def test_a_network_that_sees_no_further_than_the_margin_gives_what_it_gives_for_the_whole(
    size: tuple[int, int],
) -> None:
    """A 3x3 and a 5x5 mean see 3 pixels; the outer quarter of the overlap is 4."""
    planes = torch.rand(2, 3, size[1], size[0])

    def run(part: Tensor) -> Tensor:
        mean = functional.avg_pool2d(part, 3, 1, 1, count_include_pad=True)
        mean = functional.avg_pool2d(mean, 5, 1, 2, count_include_pad=True)
        return functional.interpolate(mean, scale_factor=2)

    whole = run(planes)
    found = tiled(planes, run, tile=64, overlap=16, scale=2)
    assert torch.allclose(found, whole, atol=1e-6)
    assert float((found == whole).float().mean()) > 0.5


def test_tiles_of_a_real_network_leave_no_seam(here: Context) -> None:
    network = numbered()
    save_file(dict(network.state_dict()), folder_of(here) / "net.safetensors")
    upscaler, image = load_upscaler(here, "net.safetensors"), picture(150, 90, 2)
    told: list[tuple[int, int]] = []
    listening = replace(here, on_progress=lambda done, total: told.append((done, total)))
    found = upscale_image(listening, upscaler, image, tile=64, overlap=24)
    whole = upscale_image(here, upscaler, image, tile=None)
    assert found.pixels.shape == (2, 360, 600, 3)
    assert float((found.pixels - whole.pixels).abs().max()) < 0.02
    assert told == [(index, 16) for index in range(16)]


def test_tiles_shrink_where_memory_is_small_and_the_run_says_so(here: Context) -> None:
    """A budget that is just too small for tiles of 256, and enough for those of 128."""
    save_file(dict(numbered().state_dict()), folder_of(here) / "net.safetensors")
    upscaler, image = load_upscaler(here, "net.safetensors"), picture(300, 260)
    told: list[tuple[str, bool]] = []

    def listening(budget: int) -> Context:
        def notice(text: str, exact: bool) -> None:
            told.append((text, exact))

        return replace(here, pool=Pool("cpu", budget), on_notice=notice)

    plenty = upscale_image(listening(1 << 34), upscaler, image, tile=256)
    assert told == []
    small = upscale_image(listening(80 << 20), upscaler, image, tile=256)
    assert [exact for _, exact in told] == [False]
    assert told[0][0].startswith("Upscaled in tiles of 128 pixels instead of 256")
    assert torch.allclose(small.pixels, plenty.pixels, atol=0.02)


def test_the_estimate_is_what_a_pass_holds(here: Context) -> None:
    """Against the peak that torch's own profiler sees."""
    from torch.profiler import ProfilerActivity, profile

    large = swin(folder_of(here) / "swin", embed_dim=60, num_heads=[6])
    networks = {"rrdb": RRDB(Plan(16, 8, 2, 2)), "x2": RRDB(Plan(16, 8, 2, 2, 2))}
    for name, network in {**networks, "swin": Swin(large)}.items():
        planes = torch.rand(1, 3, 64, 64)
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
            network(planes)
        held = peak = 0
        for event in sorted(seen.profiler.kineto_results.events(), key=lambda e: e.start_ns()):
            if event.name() == "[memory]":
                held += event.nbytes()
                peak = max(peak, held)
        assert 0.5 < peak / (network.alive(64 * 64) * 4 * 4 / 3) <= 1, name


def test_cancelling_between_tiles(here: Context) -> None:
    from engine import RunCancelled

    save_file(dict(numbered().state_dict()), folder_of(here) / "net.safetensors")
    upscaler = load_upscaler(here, "net.safetensors")
    with pytest.raises(RunCancelled):
        upscale_image(replace(here, is_cancelled=lambda: True), upscaler, picture(100, 100))


def test_a_tiny_picture(here: Context) -> None:
    swin(folder_of(here) / "swin")
    found = upscale_image(here, load_upscaler(here, "swin"), picture(1, 2))
    assert found.pixels.shape == (1, 4, 2, 3)


def test_what_is_no_upscaler_is_told_before_anything_is_loaded(here: Context) -> None:
    folder = folder_of(here)
    save_file({"conv_in.weight": torch.zeros(4, 4, 3, 3)}, folder / "unet.safetensors")
    grey = {name: t.clone() for name, t in of_today(dict(numbered().state_dict()), 2).items()}
    grey["conv_first.weight"] = grey["conv_first.weight"][:, :1].contiguous()
    save_file(grey, folder / "grey.safetensors")
    (folder / "cut.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{")
    (folder / "odd").mkdir()
    (folder / "odd" / "config.json").write_text('{"model_type": "bert"}')
    (folder / "empty").mkdir()
    (folder / "empty" / "config.json").write_text('{"model_type": "swin2sr"}')
    (folder / "torn").mkdir()
    (folder / "torn" / "config.json").write_text("[")
    for name, sentence in {
        "unet.safetensors": "'unet.safetensors' holds no RRDB network",
        "grey.safetensors": "from 1 to 3 channels, not for RGB",
        "cut.safetensors": "is no whole safetensors file",
        "odd": "is a model of type 'bert', and Swin2SR is wanted",
        "empty": "has no model.safetensors",
        "torn": "config.json that is no JSON object",
    }.items():
        with pytest.raises(NodeError, match=sentence) as caught:
            load_upscaler(here, name)
        assert (caught.value.code, caught.value.port) == ("bad_model_file", "upscaler")
    with pytest.raises(NodeError) as caught:
        load_upscaler(here, "gone.safetensors")
    assert caught.value.code == "unknown_model"


def test_the_list_of_models_says_what_each_is(here: Context) -> None:
    folder = folder_of(here)
    save_file(of_today(dict(numbered(2, 12).state_dict()), 2), folder / "net.safetensors")
    swin(folder / "swin")
    lora = {"lora_unet_a.lora_down.weight": torch.zeros(2, 4)}
    lora |= {"lora_unet_a.lora_up.weight": torch.zeros(4, 2)}
    save_file(lora, folder / "stray.safetensors")
    save_file({"a": torch.zeros(1)}, folder / "none.safetensors")
    found = {each.name: each.described for each in listed(UPSCALERS, here.files)}
    assert found["net.safetensors"].what == "an RRDB upscaler, x2"
    assert found["swin"].what == "a Swin2SR upscaler, x2"
    assert found["stray.safetensors"].problem == "It belongs into 'loras': it is a LoRA."
    assert found["none.safetensors"].problem


def test_pickles_are_refused(here: Context) -> None:
    folder = folder_of(here)
    (folder / "old.pth").write_bytes(b"\x80\x04")
    (folder / "swin").mkdir()
    (folder / "swin" / "config.json").write_text('{"model_type": "swin2sr"}')
    (folder / "swin" / "pytorch_model.bin").write_bytes(b"\x80\x04")
    for name in ("old.pth", "swin"):
        with pytest.raises(NodeError, match="is a pickle") as caught:
            load_upscaler(here, name)
        assert caught.value.code == "unsafe_format"


def test_missing_tensors_are_told_before_it_is_built(here: Context) -> None:
    state = dict(numbered().state_dict())
    del state["model.1.sub.1.RDB2.conv3.0.bias"]
    save_file(state, folder_of(here) / "net.safetensors")
    with pytest.raises(NodeError, match=r"lacks 1 of .*body\.1\.rdb2\.conv3\.bias") as caught:
        load_upscaler(here, "net.safetensors")
    assert caught.value.code == "bad_model_file"
    swin(folder_of(here) / "swin")
    weights = folder_of(here) / "swin" / "model.safetensors"
    state = load_file(weights)
    name = next(name for name in state if name.endswith("query.weight"))
    save_file(state | {name: torch.zeros(3, 3)}, weights, {"format": "pt"})
    with pytest.raises(NodeError, match=r"query\.weight .*as \[3, 3\]") as caught:
        load_upscaler(here, "swin")
    assert caught.value.code == "bad_model_file"


def test_overlap_and_size_have_limits(here: Context) -> None:
    save_file(dict(numbered(3).state_dict()), folder_of(here) / "net.safetensors")
    upscaler = load_upscaler(here, "net.safetensors")
    with pytest.raises(NodeError, match="cannot overlap by 32"):
        upscale_image(here, upscaler, picture(), tile=64, overlap=32)
    with pytest.raises(NodeError, match="at most 256"):
        upscale_image(here, upscaler, Image(torch.zeros(1, 2048, 2048, 3)))


@pytest.mark.parametrize("kind", ["rrdb", "swin"])
def test_the_stock_graph_is_the_network_and_a_resize(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "models" / "upscale_models"
    folder.mkdir(parents=True)
    values = eight_bits(22, 17)
    Pictures.fromarray(values).save(tmp_path / "a.png")
    network: Any = swin(folder / "swin") if kind == "swin" else numbered()
    if kind == "rrdb":
        save_file(dict(network.state_dict()), folder / "rrdb")
        (folder / "rrdb").rename(folder / "rrdb.safetensors")
    files = Files({"models": [tmp_path / "models"], "images": [tmp_path]})
    engine = Engine(registry=load_packs(find_packs()), device="cpu", files=files)
    graph = engine.parse((Path(graphs.__file__).parent / "upscale.json").read_text())
    name = "swin" if kind == "swin" else "rrdb.safetensors"
    asked = {"image": "a.png", "upscaler": name, "width": 40}
    found = engine.run(graph, asked, want=["image"]).check().values["image"]
    planes = torch.from_numpy(values.astype(np.float32) / 255).permute(2, 0, 1)[None]
    large = processed(network, values) if kind == "swin" else network(planes)
    pixels = (large[0].clamp(0, 1).permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    wanted = Pictures.fromarray(pixels).resize((40, 31), Pictures.Resampling.LANCZOS)
    assert found.to_pil()[0].tobytes() == wanted.tobytes()
