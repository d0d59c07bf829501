"""ControlNets and T2I adapters out of folders and single files; what is none of them is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import ControlNetModel, T2IAdapter
from safetensors.torch import save_file
from torch import Tensor

from engine import Context, Files, NodeError
from engine.listing import listed
from engine.pool import Pool
from nodes.conditioning import Conditioning, Entry
from nodes.controlloaders import ADAPTERS, CONTROLS, load_controlnet, load_t2i_adapter
from nodes.controlnet import controlnet
from nodes.image import Image
from nodes.latent import Latent
from nodes.models import load_model
from nodes.steps import Step
from nodes.t2iadapter import t2i_adapter
from tests.nodes import controls, ldm

State = dict[str, Tensor]
TinyModel = Callable[[str], Path]
WIDE = [32, 64, 64, 64]
DESCRIBED = replace(CONTROLS, describe="nodes.describe:describe")
DESCRIBED_ADAPTERS = replace(ADAPTERS, describe="nodes.describe:describe")


@pytest.fixture
def here(tmp_path: Path, models_root: Path, pool: Pool) -> Context:
    """A context whose ControlNets lie in the test's own folder, the tiny models beside."""
    return Context(pool=pool, files=Files({"models": [tmp_path, models_root]}))


def original(state: State) -> State:
    """A ControlNet of two blocks a level under its original names."""
    hints = {"conv_in": 0, "conv_out": 14} | {f"blocks.{i}": 2 * i + 2 for i in range(6)}
    found = {}
    for name, tensor in state.items():
        head, _, end = name.rpartition(".")
        if name.startswith("controlnet_cond_embedding."):
            number = hints[head.removeprefix("controlnet_cond_embedding.")]
            found[f"input_hint_block.{number}.{end}"] = tensor
        elif name.startswith("controlnet_down_blocks."):
            found[f"zero_convs.{head.rpartition('.')[2]}.0.{end}"] = tensor
        elif name.startswith("controlnet_mid_block."):
            found[f"middle_block_out.0.{end}"] = tensor
        else:
            found |= ldm.unet_names({name: tensor})
    return found


def published(family: str) -> Any:
    """A random ControlNet whose numbers are those of the published ones but for the widths."""
    torch.manual_seed(len(family))
    net = ControlNetModel.from_unet(ldm.unet(family)).eval()
    controls.stir(net)
    return net


def save(state: State, path: Path, prefix: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({prefix + k: v.detach().clone().contiguous() for k, v in state.items()}, path)
    return path


def same(first: Any, second: Any) -> bool:
    one, two = first.state_dict(), second.state_dict()
    return one.keys() == two.keys() and all(torch.equal(one[k], two[k]) for k in one)


@pytest.mark.parametrize("family", ["sd1", "sd2", "sdxl"])
@pytest.mark.parametrize("layout", ["control_model.", "alone", "diffusers"])
def test_a_single_file_is_the_module(
    here: Context, tmp_path: Path, family: str, layout: str
) -> None:
    net = published(family)
    state = net.state_dict() if layout == "diffusers" else original(net.state_dict())
    prefix = "control_model." if layout == "control_model." else ""
    save(state, tmp_path / "controlnet" / "net.safetensors", prefix)
    recipe = load_controlnet(here, "net.safetensors")
    assert (recipe.family, recipe.text_width, recipe.factor) == (family, ldm.CROSS[family], 8)
    with here.pool.use(recipe) as built:
        assert same(built, net)
        keys = {k: v for k, v in net.config.items() if not k.startswith("_")}
        asked = _input(net)
        with torch.no_grad():
            found, wanted = (each(**asked, return_dict=False) for each in (built, net))
        assert all(torch.equal(a, b) for a, b in zip(found[0], wanted[0], strict=True))
        assert torch.equal(found[1], wanted[1])
        assert built.config.block_out_channels == list(keys["block_out_channels"])


def _input(net: Any) -> dict[str, Any]:
    rows, extra = torch.Generator().manual_seed(2), {}
    if net.config.addition_embed_type:
        pooled = net.config.projection_class_embeddings_input_dim - 6 * 256
        ids = torch.tensor([[64.0, 64.0, 0.0, 0.0, 64.0, 64.0]])
        extra = {"text_embeds": torch.randn((1, pooled), generator=rows), "time_ids": ids}
    return {
        "sample": torch.randn((1, 4, 8, 8), generator=rows),
        "timestep": torch.tensor(500),
        "encoder_hidden_states": torch.randn(
            (1, 77, net.config.cross_attention_dim), generator=rows
        ),
        "controlnet_cond": torch.rand((1, 3, 64, 64), generator=rows),
        "added_cond_kwargs": extra,
    }


def test_an_sdxl_controlnet_without_attention(here: Context, tmp_path: Path) -> None:
    """As the small ones are published: it reads no text, so any width fits."""
    whole = published("sdxl").config
    small = {
        "down_block_types": ["DownBlock2D"] * 3,
        "mid_block_type": "UNetMidBlock2D",
        "transformer_layers_per_block": [1, 1, 1],
    }
    net = ControlNetModel.from_config({**whole, **small}).eval()
    save(net.state_dict(), tmp_path / "controlnet" / "small.safetensors")
    recipe = load_controlnet(here, "small.safetensors")
    assert (recipe.family, recipe.text_width) == ("sdxl", 0)
    with here.pool.use(recipe) as built:
        assert same(built, net)


def old_names(state: State, light: bool) -> State:
    """A T2I adapter under its original names."""
    found = {}
    for name, tensor in state.items():
        parts = name.removeprefix("adapter.").split(".")
        if light and parts[2] == "resnets":
            parts[2] = "body"
        elif not light and parts[0] == "body":
            if parts[2] == "resnets":
                parts[1:4] = [str(2 * int(parts[1]) + int(parts[3]))]
            else:
                parts[1] = str(2 * int(parts[1]))
        found[".".join(parts)] = tensor
    return found


@pytest.mark.parametrize("kind", ["full_adapter", "light_adapter", "full_adapter_xl"])
@pytest.mark.parametrize("layout", ["original", "diffusers"])
def test_a_single_file_of_a_t2i_adapter(
    here: Context, tmp_path: Path, kind: str, layout: str
) -> None:
    light = kind == "light_adapter"
    net = T2IAdapter(
        channels=WIDE[:3] if light else WIDE,
        adapter_type=kind,
        num_res_blocks=4 if light else 2,
        downscale_factor=16 if kind == "full_adapter_xl" else 8,
    )
    state = net.state_dict()
    named = state if layout == "diffusers" else old_names(state, light)
    save(named, tmp_path / "t2i_adapter" / "net.safetensors")
    recipe = load_t2i_adapter(here, "net.safetensors")
    picture = Image(torch.rand((1, 64, 96, 3), generator=torch.Generator().manual_seed(1)))
    with here.pool.use(recipe) as built:
        assert same(built, net)
    with torch.no_grad():
        wanted = net(picture.pixels.permute(0, 3, 1, 2))
        found = t2i_adapter(here, recipe, picture, strength=0.5).levels
    assert all(torch.equal(a, b * 0.5) for a, b in zip(found, wanted, strict=True))


def test_a_picture_of_an_odd_size_is_told(here: Context, tmp_path: Path) -> None:
    T2IAdapter(channels=WIDE).save_pretrained(tmp_path / "t2i_adapter" / "net")
    recipe = load_t2i_adapter(here, "net")
    with pytest.raises(NodeError, match="width 60 is no multiple of 8") as caught:
        t2i_adapter(here, recipe, Image(torch.zeros(1, 64, 60, 3)))
    assert caught.value.code == "not_multiple_of"


def refused(make: Callable[[], object]) -> NodeError:
    with pytest.raises(NodeError) as caught:
        make()
    assert caught.value.message.endswith(".")
    return caught.value


def test_another_family_is_told_before_anything_is_loaded(
    tmp_path: Path, models_root: Path, tiny_model: TinyModel
) -> None:
    tiny_model("sd15")
    tiny_model("sdxl")
    empty = Context(pool=Pool("cpu"), files=Files({"models": [tmp_path, models_root]}))
    save(original(published("sd2").state_dict()), tmp_path / "controlnet" / "two.safetensors")
    large = T2IAdapter(channels=WIDE, adapter_type="full_adapter_xl", downscale_factor=16)
    large.save_pretrained(tmp_path / "t2i_adapter" / "large")
    unet = load_model(empty, "sd15").unet
    error = refused(lambda: load_controlnet(empty, "two.safetensors", unet))
    assert error.code == "incompatible_control"
    for word in ("two.safetensors", "SD 2.x", "128 wide", "sd15", "SD 1.x", "16 wide"):
        assert word in error.message
    error = refused(lambda: load_t2i_adapter(empty, "large", unet))
    assert error.code == "incompatible_control"
    assert "SDXL" in error.message
    load_t2i_adapter(empty, "large", load_model(empty, "sdxl").unet)
    assert empty.pool.stats().builds == 0  # type: ignore[attr-defined]


def _net_input(width: int, channels: int = 4, factor: int = 8) -> tuple[Latent, Step, Conditioning]:
    latent = Latent(torch.zeros(1, channels, 8, 8), "", factor)
    step = Step(0, 10, 0, torch.tensor(999), torch.tensor(1.0))
    return latent, step, Conditioning.single(Entry(torch.zeros(1, 77, width)))


@pytest.mark.parametrize(
    ("width", "channels", "factor", "port"),
    [(64, 4, 8, "conditioning"), (128, 9, 8, "latent"), (128, 4, 4, "latent")],
)
def test_other_texts_and_latents_are_told_before_the_weights_are_read(
    tmp_path: Path, width: int, channels: int, factor: int, port: str
) -> None:
    empty = Context(pool=Pool("cpu"), files=Files({"models": [tmp_path]}))
    save(original(published("sd2").state_dict()), tmp_path / "controlnet" / "two.safetensors")
    control = load_controlnet(empty, "two.safetensors")
    picture = Image(torch.zeros(1, 64, 64, 3))
    error = refused(
        lambda: controlnet(empty, control, *_net_input(width, channels, factor), picture)
    )
    assert (error.code, error.port) == ("incompatible_control", port)
    assert "two.safetensors" in error.message
    assert empty.pool.stats().builds == 0  # type: ignore[attr-defined]


def test_three_pictures_for_two(here: Context, tmp_path: Path) -> None:
    save(original(published("sd1").state_dict()), tmp_path / "controlnet" / "one.safetensors")
    control = load_controlnet(here, "one.safetensors")
    latent, step, told = _net_input(64)
    two = replace(latent, samples=torch.zeros(2, 4, 8, 8))
    pictures = Image(torch.zeros(3, 64, 64, 3))
    error = refused(lambda: controlnet(here, control, two, step, told, pictures))
    assert "3 pictures" in error.message
    made = controlnet(here, control, two, step, told, Image(pictures.pixels[:2]))
    assert made.mid is not None
    assert len(made.mid) == 2


BAD = {
    "a LoRA": ("x.lora_up.weight", "bad_model_file"),
    "Control-LoRA": ("lora_controlnet", "bad_model_file"),
    "Union": ("task_embedding", "bad_model_file"),
    "lacks the layer": ("input_hint_block.0.weight", "bad_model_file"),
}


@pytest.mark.parametrize("words", BAD)
def test_files_of_other_kinds(here: Context, tmp_path: Path, words: str) -> None:
    name, code = BAD[words]
    save({name: torch.zeros(3, 4)}, tmp_path / "controlnet" / "odd.safetensors")
    error = refused(lambda: load_controlnet(here, "odd.safetensors"))
    assert error.code == code
    assert "odd.safetensors" in error.message
    if words != "lacks the layer":
        assert words in error.message


def test_the_list_says_what_each_is(tmp_path: Path, tiny_model: TinyModel) -> None:
    folder = tmp_path / "controlnet"
    save(original(published("sd2").state_dict()), folder / "two.safetensors", "control_model.")
    save(published("sdxl").state_dict(), folder / "xl.safetensors")
    save(
        {"lora_controlnet": torch.zeros(1), "input_hint_block.0.weight": torch.zeros(1)},
        folder / "lora.safetensors",
    )
    controls.controlnet(tiny_model("sd15"), folder / "net", 1)
    T2IAdapter(channels=WIDE).save_pretrained(folder / "adapter")
    (folder / "vae").symlink_to(tiny_model("sd15") / "vae")
    files = Files({"models": [tmp_path], "linked": [tiny_model("sd15")]})
    found = {each.name: each.described for each in listed(DESCRIBED, files)}
    assert {name: (each.what, each.family) for name, each in found.items() if not each.problem} == {
        "two.safetensors": ("a ControlNet or T2I adapter for SD 2.x", "sd2"),
        "xl.safetensors": ("a ControlNet or T2I adapter for SDXL", "sdxl"),
        "net": ("a diffusers folder of a ControlNet for SD 1.x", "sd1"),
    }
    assert "Control-LoRA" in found["lora.safetensors"].problem
    assert "of the class AutoencoderKL" in found["vae"].problem
    adapters = {each.name: each.described for each in listed(DESCRIBED_ADAPTERS, files)}
    assert {name: each.what for name, each in adapters.items() if not each.problem} == {
        "adapter": "a diffusers folder of a T2I adapter for SD 1.x"
    }


def test_each_loader_offers_its_own_kind(tmp_path: Path) -> None:
    folder = tmp_path / "controlnet"
    net, adapter = published("sd1").state_dict(), T2IAdapter(channels=WIDE).state_dict()
    save(net, folder / "net.safetensors")
    save(original(net), folder / "old.safetensors", "control_model.")
    save(original(net), folder / "bare.safetensors")
    save(adapter, folder / "adapter.safetensors")
    for light in (False, True):
        kind = "light_adapter" if light else "full_adapter"
        made = T2IAdapter(channels=WIDE, adapter_type=kind).state_dict()
        save(old_names(made, light), tmp_path / "t2i_adapter" / f"{kind}.safetensors")
    save({"odd": torch.zeros(1)}, folder / "odd.safetensors")
    files = Files({"models": [tmp_path]})
    assert set(files.choices(CONTROLS)) == {
        "demo",
        *(f"{name}.safetensors" for name in ("net", "old", "bare", "odd")),
    }
    assert set(files.choices(ADAPTERS)) == {
        f"{name}.safetensors" for name in ("adapter", "full_adapter", "light_adapter", "odd")
    }


def test_broken_files(here: Context, tmp_path: Path) -> None:
    whole = original(published("sd1").state_dict())
    path = save(whole, tmp_path / "controlnet" / "net.safetensors")
    cut = tmp_path / "controlnet" / "cut.safetensors"
    cut.write_bytes(path.read_bytes()[:5000])
    assert refused(lambda: load_controlnet(here, "cut.safetensors")).code == "bad_model_file"
    (tmp_path / "controlnet" / "net.pth").write_bytes(b"pickle")
    assert refused(lambda: load_controlnet(here, "net.pth")).code == "unsafe_format"
    assert refused(lambda: load_controlnet(here, "nett.safetensors")).code == "unknown_model"
    less = {k: v for k, v in whole.items() if k != "zero_convs.3.0.weight"}
    save(less, tmp_path / "controlnet" / "less.safetensors")
    error = refused(lambda: load_controlnet(here, "less.safetensors"))
    assert "lacks 1 of the tensors" in error.message
    assert "controlnet_down_blocks.3" in error.message
    save(whole | {"odd.weight": torch.zeros(2, 2)}, tmp_path / "controlnet" / "more.safetensors")
    error = refused(lambda: load_controlnet(here, "more.safetensors"))
    assert "odd.weight" in error.message


def test_each_loader_names_the_other(here: Context, tmp_path: Path) -> None:
    T2IAdapter(channels=WIDE).save_pretrained(tmp_path / "t2i_adapter" / "adapter")
    save(original(published("sd1").state_dict()), tmp_path / "controlnet" / "net.safetensors")
    error = refused(lambda: load_controlnet(here, "adapter"))
    assert "is a T2I adapter" in error.message
    assert "LoadT2IAdapter" in error.fix
    error = refused(lambda: load_t2i_adapter(here, "net.safetensors"))
    assert "is a ControlNet" in error.message
    assert "LoadControlNet" in error.fix


def test_a_folder_of_another_class(here: Context, tmp_path: Path, tiny_model: TinyModel) -> None:
    unet = tiny_model("sd15") / "unet"
    (tmp_path / "controlnet").mkdir()
    (tmp_path / "controlnet" / "unet").symlink_to(unet)
    error = refused(lambda: load_controlnet(here, "unet"))
    assert "of the class UNet2DConditionModel" in error.message
