"""A small graph for each kind of model file, and the files: whole ones, and ones that are bad."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

import graphs
from nodes.rrdb import RRDB, Plan
from tests.nodes import ldm

Doc = dict[str, Any]
State = dict[str, Tensor]
TO_K = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k"


def stock(name: str) -> Doc:
    doc: Doc = json.loads((Path(graphs.__file__).parent / f"{name}.json").read_text())
    return doc


def base() -> Doc:
    """Text to image with the small model `base.safetensors`; the picture is the one output."""
    doc = stock("txt2img")
    doc["nodes"]["model"]["params"]["model"] = "base.safetensors"
    doc["nodes"]["empty"]["params"] = {"width": 64, "height": 64}
    doc["nodes"]["schedule"]["params"]["steps"] = 20
    del doc["inputs"], doc["nodes"]["save"]
    return doc


def _model(doc: Doc, file: str) -> None:
    doc["nodes"]["model"]["params"]["model"] = file


def _vae(doc: Doc, file: str) -> None:
    doc["nodes"]["load"] = {"type": "LoadVAE", "params": {"vae": file}}
    doc["nodes"]["decode"]["inputs"]["vae"] = "load.vae"


def _vae_of_a_model(doc: Doc, file: str) -> None:
    doc["nodes"]["load"] = {"type": "LoadVAE", "params": {"vae": file}}
    doc["nodes"]["model"]["inputs"] = {"vae": "load.vae"}


def _text(doc: Doc, file: str, family: str = "sd1") -> None:
    params = {"text_encoder": file, "family": family}
    doc["nodes"]["load"] = {"type": "LoadTextEncoder", "params": params}
    for name in ("positive", "negative"):
        doc["nodes"][name]["inputs"]["text_encoder"] = "load.text_encoder"


def _unet(doc: Doc, file: str) -> None:
    load = {"type": "LoadUNet", "params": {"unet": file}, "inputs": {"vae": "model.vae"}}
    doc["nodes"]["load"] = load
    _in_loop(doc)["predict"]["inputs"]["unet"] = "load.unet"


def _lora(doc: Doc, file: str) -> None:
    wires = {"unet": "model.unet", "text_encoder": "model.text_encoder"}
    doc["nodes"]["load"] = {"type": "LoRA", "params": {"loras": [{"file": file}]}, "inputs": wires}
    _in_loop(doc)["predict"]["inputs"]["unet"] = "load.unet"


def _embedding(doc: Doc, file: str) -> None:
    doc["nodes"]["load"] = {
        "type": "TextualInversion",
        "params": {"embeddings": [{"file": file, "token": "<mine>"}]},
        "inputs": {"text_encoder": "model.text_encoder"},
    }
    doc["nodes"]["positive"]["inputs"]["text_encoder"] = "load.text_encoder"


def _drawn(doc: Doc) -> None:
    drawn = stock("controlnet-drawn")["nodes"]
    for name, node in drawn.items():
        if node["type"] in {"DrawMask", "MaskToImage"}:
            doc["nodes"][name] = node
            if node["type"] == "DrawMask":
                node["params"] |= {"width": 64, "height": 64}


def _picture(doc: Doc) -> str:
    _drawn(doc)
    nodes = doc["nodes"].items()
    return next(f"{name}.image" for name, node in nodes if node["type"] == "MaskToImage")


def _control(doc: Doc, file: str, wired: bool = True) -> None:
    picture = _picture(doc)
    doc["nodes"]["load"] = {"type": "LoadControlNet", "params": {"control": file}, "inputs": {}}
    if wired:
        doc["nodes"]["load"]["inputs"]["unet"] = "model.unet"
    follow = dict(_in_loop(doc)["predict"]["inputs"], control="load.control", image=picture)
    del follow["unet"]
    _in_loop(doc)["follow"] = {"type": "ControlNet", "inputs": follow}
    _in_loop(doc)["predict"]["inputs"]["residuals"] = ["follow.residuals"]


def _control_unwired(doc: Doc, file: str) -> None:
    _control(doc, file, wired=False)


def _adapter(doc: Doc, file: str, wired: bool = True) -> None:
    doc["nodes"]["load"] = {"type": "LoadT2IAdapter", "params": {"adapter": file}}
    if wired:
        doc["nodes"]["load"]["inputs"] = {"unet": "model.unet"}
    inputs = {"adapter": "load.adapter", "image": _picture(doc)}
    doc["nodes"]["follow"] = {"type": "T2IAdapter", "inputs": inputs}
    _in_loop(doc)["predict"]["inputs"]["features"] = ["follow.features"]


def _adapter_unwired(doc: Doc, file: str) -> None:
    _adapter(doc, file, wired=False)


def _upscaler(doc: Doc, file: str) -> None:
    doc["nodes"]["load"] = {"type": "LoadUpscaler", "params": {"upscaler": file}}
    inputs = {"upscaler": "load.upscaler", "image": "decode.image"}
    doc["nodes"]["larger"] = {"type": "UpscaleImage", "inputs": inputs}
    doc["outputs"] = {"image": "larger.image"}


def _in_loop(doc: Doc) -> Doc:
    body: Doc = doc["nodes"]["denoise"]["body"]
    return body


SLOTS: dict[str, tuple[Callable[[Doc, str], None], str]] = {
    "model": (_model, "checkpoint"),
    "vae": (_vae, "vae"),
    "vae of a model": (_vae_of_a_model, "vae"),
    "text encoder": (_text, "text"),
    "unet": (_unet, "unet"),
    "lora": (_lora, "lora"),
    "embedding": (_embedding, "embedding"),
    "control": (_control, "control"),
    "control unwired": (_control_unwired, "control"),
    "adapter": (_adapter, "adapter"),
    "adapter unwired": (_adapter_unwired, "adapter"),
    "upscaler": (_upscaler, "upscaler"),
}
"""How a file is wired into the graph, and which kind of file it is."""


PLACES = {
    "checkpoint": "checkpoints",
    "vae": "vae",
    "text": "text_encoders",
    "unet": "unet",
    "lora": "loras",
    "embedding": "embeddings",
    "control": "controlnet",
    "adapter": "t2i_adapter",
    "upscaler": "upscale_models",
}
"""The folder of models in which each kind of file is looked for."""


def place(kind: str, root: Path) -> Path:
    folder = root / PLACES[kind]
    folder.mkdir(exist_ok=True)
    return folder


@cache
def pipe(family: str) -> Any:
    return ldm.pipeline(family)


@cache
def whole(kind: str, family: str, root: Path) -> Path:
    """A file of a kind that is as it should be, for a family of models."""
    path = place(kind, root) / f"{kind}-{family}.safetensors"
    if kind == "checkpoint":
        return ldm.single_file(pipe(family), family, path)
    save_file({name: tensor.clone() for name, tensor in _state(kind, family).items()}, path)
    return path


def _state(kind: str, family: str) -> State:
    from diffusers import ControlNetModel, T2IAdapter

    width = ldm.CROSS.get(family, 0)
    if kind == "vae":
        return ldm.vae_names(pipe(family).vae.state_dict())
    if kind == "unet":
        return ldm.unet_names(pipe(family).unet.state_dict())
    if kind == "text":
        return ldm.wrapped(pipe(family).text_encoder.state_dict())
    if kind == "lora":
        layer = TO_K if family != "sdxl" else TO_K.replace("down_blocks.0", "down_blocks.1")
        size = pipe(family).unet.get_submodule(layer).weight.shape[0]
        factors = {"A": torch.ones(2, width), "B": torch.ones(size, 2)}
        return {f"unet.{layer}.lora_{end}.weight": each for end, each in factors.items()}
    if kind == "embedding":
        return {"emb_params": torch.ones(2, width)}
    if kind == "control":
        torch.manual_seed(1)
        return dict(ControlNetModel.from_unet(pipe(family).unet).state_dict())
    if kind == "adapter":
        large = family == "sdxl"
        return dict(
            T2IAdapter(
                channels=[*ldm.WIDTHS[family], *([128] if large else [])],
                adapter_type="full_adapter_xl" if large else "full_adapter",
                downscale_factor=16 if large else 8,
            ).state_dict()
        )
    network = dict(RRDB(Plan(features=8, growth=4, blocks=2)).state_dict())
    if family != "sd1":  # for pictures of one channel
        network["conv_first.weight"] = network["conv_first.weight"][:, :1].contiguous()
    return network


def misshapen(path: Path, to: Path) -> str:
    """A copy with one tensor in another shape; its name."""
    state = load_file(path)
    name = next(
        name for name in reversed(state) if state[name].ndim > 1 and "conv_last" not in name
    )
    save_file(state | {name: torch.zeros(3, 5, *[1] * (state[name].ndim - 2))}, to)
    return name
