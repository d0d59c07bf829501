"""Kind, family and prediction of weight files by their headers; files that are broken."""

from __future__ import annotations

import json
import os
import pickle
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from engine import NodeError
from nodes.family import identify
from nodes.weightfile import WeightFile

UNET = "model.diffusion_model."
CONV, LINEAR = (4, 4, 1, 1), (4, 4)


def header(path: Path, tensors: dict[str, tuple[int, ...]], **metadata: str) -> WeightFile:
    """A file of zeros with these shapes."""
    save_file({k: torch.zeros(v) for k, v in tensors.items()}, path, metadata or None)
    return WeightFile.open(path, path.name, "model")


def unet(prefix: str = UNET, channels: int = 4, **more: tuple[int, ...]) -> dict[str, tuple]:  # type: ignore[type-arg]
    named = {"input_blocks.0.0.weight": (8, channels, 3, 3), **more}
    return {prefix + name.replace("__", "."): shape for name, shape in named.items()}


SD1 = unet(input_blocks__1__1__proj_in__weight=CONV)
SD2 = unet(input_blocks__1__1__proj_in__weight=LINEAR)
XL = unet(label_emb__0__0__weight=(4, 4), input_blocks__4__1__proj_in__weight=LINEAR)
REFINER = XL | unet(input_blocks__9__0__op__weight=(4, 4, 3, 3))
VAE = {"first_stage_model.decoder.conv_in.weight": (8, 4, 3, 3)}
FILES: dict[str, tuple[dict[str, tuple[int, ...]], str, str]] = {
    "sd1": (SD1 | VAE, "checkpoint", "sd1"),
    "sd2": (SD2 | VAE, "checkpoint", "sd2"),
    "sdxl": (XL | VAE, "checkpoint", "sdxl"),
    "refiner": (REFINER | VAE, "checkpoint", "sdxl_refiner"),
    "unet": (unet("", input_blocks__1__1__proj_in__weight=CONV), "unet", "sd1"),
    "unet prefixed": (SD1, "unet", "sd1"),
    "flux": ({UNET + "double_blocks.0.img_attn.proj.weight": (2, 2)}, "unet", ""),
    "flux alone": ({"double_blocks.0.img_attn.proj.weight": (2, 2)}, "checkpoint", ""),
    "sd3": ({UNET + "joint_blocks.0.x_block.attn.qkv.weight": (2, 2)} | VAE, "checkpoint", ""),
    "vae": ({"decoder.conv_in.weight": (8, 4, 3, 3)}, "vae", ""),
    "clip": ({"text_model.embeddings.position_embedding.weight": (77, 8)}, "text_encoder", ""),
    "lora xl": ({"lora_te2_text_model_a.lora_up.weight": (2, 2)}, "lora", "sdxl"),
    "lora sd": ({"lora_unet_x_attn2_to_k.lora_down.weight": (2, 768)}, "lora", "sd1"),
    "loha": ({"lora_unet_x.hada_w1_a": (2, 2)}, "lora", ""),
    "norms": ({"lora_unet_x_norm1.w_norm": (2,)}, "lora", ""),
    "control lora": ({"lora_controlnet": (1,), "a.lora.up.weight": (2, 2)}, "control", ""),
    "control": ({"control_model.input_hint_block.0.weight": (2, 2, 3, 3)}, "control", ""),
    "embedding": ({"emb_params": (3, 768)}, "embedding", "sd1"),
    "embedding xl": ({"clip_l": (3, 768), "clip_g": (3, 1280)}, "embedding", "sdxl"),
    "upscaler": ({"body.0.rdb1.conv1.weight": (2, 2, 3, 3)}, "upscaler", ""),
    "nothing": ({"a.b": (2, 2, 2)}, "other", ""),
}


@pytest.mark.parametrize("name", FILES)
def test_what_a_file_is(tmp_path: Path, name: str) -> None:
    tensors, kind, family = FILES[name]
    identity = identify(header(tmp_path / "a.safetensors", tensors))
    assert (identity.kind, identity.family) == (kind, family)
    assert identity.words.startswith("a")


def test_a_lora_says_what_it_was_trained_on(tmp_path: Path) -> None:
    loha = {"lora_unet_x.hada_w1_a": (2, 2)}
    file = header(tmp_path / "a.safetensors", loha, ss_base_model_version="sdxl_base_v1-0")
    assert identify(file).words == "a LoRA for SDXL"


def test_inpainting_has_nine_channels(tmp_path: Path) -> None:
    nine = unet(channels=9, input_blocks__1__1__proj_in__weight=CONV)
    assert identify(header(tmp_path / "a.safetensors", nine | VAE)).inpainting
    assert not identify(header(tmp_path / "a.safetensors", SD1 | VAE)).inpainting


@pytest.mark.parametrize(
    ("tensors", "metadata", "prediction"),
    [
        (SD1, {}, "epsilon"),
        (XL, {}, "epsilon"),
        (XL | {"v_pred": (1,)}, {}, "v"),
        (XL | {"v_pred": (1,), "ztsnr": (1,)}, {}, "v_zero_snr"),
        (SD1, {"modelspec.prediction_type": "v"}, "v"),
        (SD2, {"modelspec.architecture": "stable-diffusion-v2-768-v"}, "v"),
        (SD2, {"modelspec.architecture": "stable-diffusion-v2-512"}, "epsilon"),
        (SD2, {}, ""),
    ],
)
def test_what_a_file_predicts(
    tmp_path: Path,
    tensors: dict[str, tuple[int, ...]],
    metadata: dict[str, str],
    prediction: str,
) -> None:
    file = header(tmp_path / "a.safetensors", tensors | VAE, **metadata)
    assert identify(file).prediction == prediction


def refused(path: Path, code: str, match: str) -> None:
    with pytest.raises(NodeError, match=match) as caught:
        WeightFile.open(path, path.name, "model")
    assert (caught.value.code, caught.value.port) == (code, "model")
    assert f"'{path.name}'" in caught.value.message
    assert str(path.parent) not in caught.value.message


@pytest.mark.parametrize("length", [0, 4, 8, 20, -1])
def test_a_file_cut_short(tmp_path: Path, length: int) -> None:
    header(tmp_path / "a.safetensors", SD1)
    path = tmp_path / "a.safetensors"
    path.write_bytes(path.read_bytes()[:length])
    refused(path, "bad_model_file", "no whole safetensors file")


HEADERS = {
    "overlap": {
        "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
        "b": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]},
    },
    "reversed": {"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}},
    "unknown type": {"a": {"dtype": "F33", "shape": [2], "data_offsets": [0, 8]}},
    "negative": {"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}},
    "trailing": {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}},
    "list": [],
}


@pytest.mark.parametrize("name", HEADERS)
def test_crafted_headers(tmp_path: Path, name: str) -> None:
    text = json.dumps(HEADERS[name]).encode()
    path = tmp_path / "a.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(12))
    refused(path, "bad_model_file", "no whole safetensors file")


def test_a_header_as_long_as_the_world(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(struct.pack("<Q", 2**60) + b"{}")
    refused(path, "bad_model_file", "no whole safetensors file")


class Canary:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("kind", ["ckpt", "pt", "pth", "bin"])
def test_pickles_are_never_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"m.{kind}"
    path.write_bytes(pickle.dumps(Canary(tmp_path / "CANARY")))
    refused(path, "unsafe_format", "is a pickle")
    assert not (tmp_path / "CANARY").exists()
    hidden = path.rename(tmp_path / "m.safetensors")
    refused(hidden, "bad_model_file", "no whole safetensors file")
    assert not (tmp_path / "CANARY").exists()


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.safetensors")
    refused(tmp_path / "a.safetensors", "bad_model_file", "no regular file")


def test_other_formats(tmp_path: Path) -> None:
    for name, match in (("a.gguf", "a GGUF file"), ("a.zip", "a file of type '.zip'")):
        (tmp_path / name).write_bytes(b"x")
        refused(tmp_path / name, "bad_model_file", match)


def test_files_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root, a file's mode forbids nothing: the system's answer is put in its place."""
    header(tmp_path / "a.safetensors", SD1)
    before = Path.open

    def locked(self: Path, *args: object, **more: object) -> object:
        if self.name == "a.safetensors":
            raise PermissionError(13, "Permission denied", str(self))
        return before(self, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", locked)
    refused(tmp_path / "a.safetensors", "model_unreadable", "Permission denied")


def test_a_file_that_has_gone(tmp_path: Path) -> None:
    refused(tmp_path / "gone.safetensors", "model_missing", "no longer there")
