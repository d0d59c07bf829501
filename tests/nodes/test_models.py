"""Models by name: recipes named by content, and every broken folder a sentence."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine import Context, Files, NodeError
from nodes.folder import ModelFolder
from nodes.models import MODELS, Model, load_model

TinyModel = Callable[[str], Path]
WEIGHTS = "diffusion_pytorch_model.safetensors"


@pytest.fixture
def folder(ctx: Context, tiny_model: TinyModel, tmp_path: Path) -> Path:
    """A copy of a tiny model, `own`, in a models folder of its own, to be broken."""
    return Path(shutil.copytree(tiny_model("sd15"), tmp_path / "models" / "own"))


@pytest.fixture
def at(ctx: Context, tmp_path: Path) -> Context:
    """A context that finds models in the test's own folder."""
    return replace(ctx, files=Files({"models": [tmp_path / "models"]}))


def edit(path: Path, **changes: Any) -> None:
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, **changes}))


def digests(model: Model) -> list[str]:
    return [part.digest() for part in model]


def fingerprint(ctx: Context) -> str:
    """What the engine compares to see whether the files have changed."""
    return str(load_model.node.fingerprint("own", ctx.files))  # type: ignore[attr-defined]


def refused(ctx: Context, code: str, match: str, model: str = "own") -> NodeError:
    with pytest.raises(NodeError, match=match) as caught:
        load_model(ctx, model)
    assert (caught.value.code, caught.value.port) == (code, "model")
    return caught.value


def built(ctx: Context, recipe: Any) -> Any:
    with ctx.pool.use(recipe) as module:
        return module


def test_what_a_recipe_knows_before_anything_is_loaded(at: Context, folder: Path) -> None:
    model = load_model(at, "own")
    assert (model.unet.family, model.unet.in_channels, model.unet.text_width) == ("sd1", 4, 16)
    assert (model.vae.factor, model.vae.channels, model.vae.side) == (8, 4, (64, 64))
    assert model.unet.space == model.vae.space
    assert model.schedule.to_dict()["_class_name"] == "PNDMScheduler"


def test_built_modules_are_for_inference(at: Context, folder: Path, capfd: Any) -> None:
    model = load_model(at, "own", "bfloat16")
    for recipe in (model.unet, model.vae, model.text_encoder):
        module = built(at, recipe)
        assert not any(part.training for part in module.modules())
        assert all(not parameter.requires_grad for parameter in module.parameters())
    assert built(at, model.unet).dtype == torch.bfloat16
    assert built(at, model.text_encoder).encoders[0].dtype == torch.bfloat16
    assert capfd.readouterr().err == ""


def test_auto_is_the_precision_of_the_run(at: Context, folder: Path) -> None:
    assert load_model(replace(at, dtype="bfloat16"), "own").unet.dtype == "bfloat16"
    assert load_model(replace(at, dtype="bfloat16"), "own", "float32").unet.dtype == "float32"


def test_a_digest_is_made_of_content_not_of_the_place(at: Context, folder: Path) -> None:
    model = load_model(at, "own")
    folder.rename(folder.with_name("moved"))
    moved = load_model(at, "moved")
    assert digests(moved) == digests(model)
    assert moved.unet == model.unet
    assert digests(load_model(at, "moved", "bfloat16"))[:3] != digests(model)[:3]


@pytest.mark.parametrize(("component", "part"), [("unet", 0), ("text_encoder", 1), ("vae", 2)])
def test_other_weights_are_another_recipe(
    at: Context, folder: Path, component: str, part: int
) -> None:
    before, named = load_model(at, "own"), fingerprint(at)
    path = next((folder / component).glob("*.safetensors"))
    weights = load_file(path)
    name = next(iter(weights))
    save_file({**weights, name: weights[name] + 1}, path, metadata={"format": "pt"})
    after = load_model(at, "own")
    assert before[part].digest() != after[part].digest()
    assert before[part].weight_set() != after[part].weight_set()
    assert fingerprint(at) != named


def test_a_tokenizer_belongs_to_its_text_encoder(at: Context, folder: Path) -> None:
    before = load_model(at, "own").text_encoder.digest()
    edit(folder / "tokenizer" / "tokenizer_config.json", model_max_length=20)
    assert load_model(at, "own").text_encoder.digest() != before


@pytest.fixture
def any_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a config says, whatever weights lie beside it."""
    monkeypatch.setattr("nodes.wholefolder.component_fault", lambda *files: "")


@pytest.mark.usefixtures("any_weights")
def test_the_class_belongs_to_the_recipe(at: Context, folder: Path) -> None:
    before = load_model(at, "own").text_encoder.digest()
    entry = ["transformers", "CLIPTextModelWithProjection"]
    edit(folder / "model_index.json", text_encoder=entry)
    assert load_model(at, "own").text_encoder.digest() != before


@pytest.mark.usefixtures("any_weights")
def test_families(at: Context, folder: Path, ctx: Context, tiny_model: TinyModel) -> None:
    tiny_model("sdxl")
    assert load_model(ctx, "sdxl").text_encoder.family == "sdxl"
    edit(folder / "unet" / "config.json", cross_attention_dim=1024)
    assert load_model(at, "own").unet.family == "sd2"


@pytest.mark.usefixtures("any_weights")
def test_published_latent_spaces_have_names(at: Context, folder: Path) -> None:
    edit(folder / "vae" / "config.json", block_out_channels=[128, 256, 512, 512])
    assert load_model(at, "own").vae.space == "sd"
    edit(folder / "vae" / "config.json", scaling_factor=0.13025)
    assert load_model(at, "own").vae.space == "sdxl"


@pytest.mark.parametrize(("size", "side"), [([8, 16], (128, 64)), (12, (96, 96)), (None, None)])
def test_the_size_a_model_was_made_for(at: Context, folder: Path, size: Any, side: Any) -> None:
    edit(folder / "unet" / "config.json", sample_size=size)
    assert load_model(at, "own").vae.side == side


def test_a_half_precision_variant_is_found(at: Context, folder: Path) -> None:
    path = folder / "unet" / WEIGHTS
    halves = {name: tensor.half() for name, tensor in load_file(path).items()}
    path.unlink()
    save_file(halves, folder / "unet" / WEIGHTS.replace(".safe", ".fp16.safe"), {"format": "pt"})
    unet = built(at, load_model(at, "own").unet)
    assert torch.equal(unet.conv_in.weight, halves["conv_in.weight"].float())


def test_a_sharded_model_is_read(at: Context, folder: Path) -> None:
    whole = built(at, load_model(at, "own").unet)
    shutil.rmtree(folder / "unet")
    whole.save_pretrained(folder / "unet", max_shard_size="40KB")
    assert len(list((folder / "unet").glob("*.safetensors"))) > 1
    shards = built(at, load_model(at, "own").unet)
    assert torch.equal(shards.conv_in.weight, whole.conv_in.weight)


@pytest.mark.parametrize("shard", ["../vae/" + WEIGHTS, "/etc/passwd", "gone.safetensors", "", 3])
def test_a_hostile_shard_index(at: Context, folder: Path, shard: Any) -> None:
    (folder / "unet" / WEIGHTS).unlink()
    index = {"metadata": {}, "weight_map": {"conv_in.weight": shard}}
    (folder / "unet" / (WEIGHTS + ".index.json")).write_text(json.dumps(index))
    refused(at, "bad_model_file", "names a shard of unet")


def test_an_unknown_name_and_the_nearest(at: Context, folder: Path) -> None:
    assert "'own'" in refused(at, "unknown_model", "no 'owm'", "owm").fix
    assert "'demo'" in refused(at, "unknown_model", "no 'dem'", "dem").fix
    refused(at, "unknown_model", "not a name", "../own")


def test_the_list_of_models(at: Context, folder: Path) -> None:
    assert at.files.choices(MODELS) == ("demo", "own")


def test_demo_is_the_embedded_model(
    at: Context, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nodes.demo.MODEL_DIR", folder)
    assert digests(load_model(at)) == digests(load_model(at, "own"))


def test_pickles_are_refused(at: Context, folder: Path) -> None:
    path = folder / "unet" / WEIGHTS
    path.rename(path.with_suffix(".bin"))
    assert "save_pretrained" in refused(at, "unsafe_format", "pickle weights for unet").fix
    for name in ("m.ckpt", "m.pt", "m.pth", "m.bin"):
        (folder.parent / name).write_bytes(b"\x80\x04")
        assert "safetensors" in refused(at, "unsafe_format", f"'{name}' is a pickle", name).fix


def test_own_code_is_refused(at: Context, folder: Path) -> None:
    index = folder / "model_index.json"
    (folder / "unet" / "evil.py").write_text("raise SystemExit")
    edit(index, unet=["evil", "UNet2DConditionModel"])
    refused(at, "unsafe_format", "own code for 'unet'")
    edit(index, unet=["diffusers", "UNet2DConditionModel"], extra=["evil", "Anything"])
    refused(at, "unsafe_format", "own code for 'extra'")
    edit(index, extra=[None, None], _class_name=["evil", "Pipeline"])
    refused(at, "unsafe_format", "own pipeline code")


def test_components_of_published_models_are_no_own_code(at: Context, folder: Path) -> None:
    edit(
        folder / "model_index.json",
        safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"],
        feature_extractor=["transformers", "CLIPImageProcessor"],
        requires_safety_checker=True,
    )
    assert load_model(at, "own").unet.family == "sd1"


@pytest.mark.parametrize(
    ("file", "content", "match"),
    [
        ("unet/config.json", None, "has no unet/config.json"),
        ("vae/config.json", "[]", "no JSON object"),
        ("vae/config.json", "{", "no JSON"),
        ("vae/config.json", "[" * 100_000, "no JSON"),
        ("model_index.json", "{\xff", "no JSON"),
        ("scheduler/scheduler_config.json", None, "scheduler_config.json"),
        ("unet/config.json", '{"in_channels": "four"}', "in_channels is four"),
        ("unet/" + WEIGHTS, None, "no weights for unet"),
        ("text_encoder/model.safetensors", None, "no weights for text_encoder"),
    ],
)
def test_missing_and_broken_files(
    at: Context, folder: Path, file: str, content: str | None, match: str
) -> None:
    path = folder / file
    path.unlink() if content is None else path.write_bytes(content.encode("latin-1"))
    problem = refused(at, "bad_model_file", match)
    assert str(folder) not in problem.message


@pytest.mark.parametrize(
    ("component", "entry", "match"),
    [
        ("unet", ["diffusers", "FluxTransformer2DModel"], "'FluxTransformer2DModel'"),
        ("unet", [None, None], "has no unet"),
        ("text_encoder", ["transformers", "T5EncoderModel"], "'T5EncoderModel'"),
        ("text_encoder", [None, None], "has no text_encoder"),
        ("tokenizer", ["transformers", "T5Tokenizer"], "'T5Tokenizer'"),
    ],
)
def test_other_kinds_of_models(
    at: Context, folder: Path, component: str, entry: Any, match: str
) -> None:
    edit(folder / "model_index.json", **{component: entry})
    refused(at, "bad_model_file", match)


@pytest.mark.parametrize("length", [0, 4, 8, 20, -1])
@pytest.mark.parametrize("component", ["unet", "text_encoder", "vae"])
def test_weights_cut_short(at: Context, folder: Path, component: str, length: int) -> None:
    path = next((folder / component).glob("*.safetensors"))
    path.write_bytes(path.read_bytes()[:length])
    problem = refused(at, "bad_model_file", f"'own/{component}/.*no whole safetensors file")
    assert str(folder) not in problem.message


@pytest.mark.parametrize(("component", "part"), [("unet", 0), ("text_encoder", 1), ("vae", 2)])
def test_weights_that_are_not_finite(at: Context, folder: Path, component: str, part: int) -> None:
    path = next((folder / component).glob("*.safetensors"))
    weights = load_file(path)
    weights[next(reversed(weights))].view(-1)[-1] = float("inf")
    save_file(weights, path, {"format": "pt"})
    with pytest.raises(NodeError, match="model 'own' has weights that are not finite") as caught:
        built(at, load_model(at, "own")[part])
    assert caught.value.code == "non_finite"


def test_a_shard_that_is_a_pipe_is_no_file(at: Context, folder: Path) -> None:
    """Nothing waits for a writer that never comes."""
    (folder / "unet" / WEIGHTS).unlink()
    os.mkfifo(folder / "unet" / "a.safetensors")
    index = {"metadata": {}, "weight_map": {"conv_in.weight": "a.safetensors"}}
    (folder / "unet" / (WEIGHTS + ".index.json")).write_text(json.dumps(index))
    refused(at, "bad_model_file", "names a shard of unet")


@pytest.mark.parametrize("component", ["unet", "text_encoder", "vae"])
@pytest.mark.parametrize("fault", ["missing", "wrong shape"])
def test_tensors_missing_or_of_another_shape(
    at: Context, folder: Path, component: str, fault: str
) -> None:
    """Never filled in at random, as the libraries would."""
    path = next((folder / component).glob("*.safetensors"))
    weights = load_file(path)
    name = next(name for name in weights if name.endswith("weight"))
    if fault == "missing":
        del weights[name]
    else:
        weights[name] = torch.zeros(3, 3)
    save_file(weights, path, {"format": "pt"})
    told = refused(at, "bad_model_file", f"The {component} of the model 'own'")
    assert ("lacks 1 of" if fault == "missing" else "as [3, 3]") in told.message


def test_an_autoencoder_with_the_names_of_the_first_diffusers(at: Context, folder: Path) -> None:
    path = folder / "vae" / WEIGHTS
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    weights = load_file(path)
    for name in list(weights):
        for new, before in old.items():
            if f".{new}." in name:
                weights[name.replace(f".{new}.", f".{before}.")] = weights.pop(name)
    assert any(".query." in name for name in weights)
    save_file(weights, path, {"format": "pt"})
    assert built(at, load_model(at, "own").vae).config.latent_channels == 4


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"version": "1.0", "model": 3}'])
def test_a_broken_tokenizer(at: Context, folder: Path, content: str) -> None:
    """Told by the loader, since a second model's would be read only after the first one's loop."""
    (folder / "tokenizer" / "tokenizer.json").write_text(content)
    refused(at, "bad_model_file", "The tokenizer of the model 'own' cannot be read")


def test_a_model_deleted_while_it_is_read(folder: Path) -> None:
    found = ModelFolder.open(folder, "own")
    shutil.rmtree(folder)
    with pytest.raises(NodeError, match="'own' has gone") as caught:
        found.check("unet")
    assert caught.value.code == "model_missing"


def test_a_model_deleted_before_it_is_built(at: Context, folder: Path) -> None:
    unet = replace(load_model(at, "own").unet, dtype="float64")
    shutil.rmtree(folder)
    with pytest.raises(NodeError, match="no longer there") as caught:
        built(at, unet)
    assert caught.value.code == "model_missing"


class Locked(Files):
    """Files that this user may not read; as root, a file's mode forbids nothing."""

    def sha256(self, path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))


def test_files_that_may_not_be_read(at: Context, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NodeError, match="Permission denied") as caught:
        load_model(replace(at, files=Locked({"models": [tmp_path / "models"]})), "own")
    assert caught.value.code == "model_unreadable"
    assert str(folder) not in caught.value.message
