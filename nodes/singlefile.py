"""A single `.safetensors` checkpoint in the original names, taken apart into recipes.

Judged by its header: which modules it holds, their configs, and whether they belong together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from engine import Files
from engine.values import hashed

from .clipfile import first_text, second_text
from .config import SchedulerConfig
from .family import UNET, Identity, Prediction, identify
from .modelconfigs import UnfitError, scheduler_config, unet_config, vae_config
from .recipes import VAE, Family, FilePart, FileSource, TextEncoder, UNet
from .vaespace import latent_space
from .weightfile import WeightFile, unreadable
from .wholeness import fault

V_BIAS = f"{UNET}output_blocks.11.1.transformer_blocks.0.norm1.bias"
V_DEVIATION = 0.09


@dataclass(frozen=True)
class SingleFile:
    """A weight file and what it is, for one precision. `prediction` overrides what it says."""

    file: WeightFile
    identity: Identity
    files: Files
    dtype: str
    asked: Prediction = ""

    @classmethod
    def open(
        cls,
        path: Path,
        name: str,
        files: Files,
        dtype: str,
        asked: Prediction = "",
        port: str = "model",
    ) -> SingleFile:
        """Reads the header. Raises NodeError (`bad_model_file`, `unsafe_format`, ...)."""
        file = WeightFile.open(path, name, port)
        return cls(file, identify(file), files, dtype, asked)

    def check(self, kinds: set[str], wanted: str, fix: str = "") -> Family:
        """The family, where the file is of one of these kinds and of a known family."""
        identity = self.identity
        if identity.kind not in kinds or not identity.family:
            raise self.file.bad(f"is {identity.words}, and {wanted} is wanted", fix)
        return identity.family

    def unet(self, space: str) -> UNet:
        """The denoiser. Raises NodeError (`bad_model_file`)."""
        family = self.check({"checkpoint", "unet"}, "a UNet of SD 1.x, SD 2.x or SDXL")
        prefix = UNET if self.file.has(UNET) else ""
        with self._fitting():
            config = unet_config(family, self.file.under(prefix))
        source = self.source(self.part("UNet2DConditionModel", prefix, UNET, config))
        return UNet(
            source=source,
            dtype=self.dtype,
            family=family,
            space=space,
            in_channels=config["in_channels"],
            text_width=config["cross_attention_dim"],
        )

    def text_encoder(self) -> TextEncoder:
        """The checkpoint's text encoder, or SDXL's two."""
        family = self.check({"checkpoint"}, "a checkpoint with its text encoder")
        tell = {"sdxl": (first_text, second_text), "sdxl_refiner": (second_text,)}
        with self._fitting("Wire one from LoadTextEncoder into `text_encoder`."):
            parts = [each(self.file, family) for each in tell.get(family, (first_text,))]
        return TextEncoder(source=self.source(*parts), dtype=self.dtype, family=family)

    def vae(self, family: Family, side: int | None = None) -> VAE:
        """The autoencoder, below its prefix or alone; `side` is that of its UNet's pictures."""
        prefix = next((p for p in ("first_stage_model.", "vae.") if self.file.has(p)), "")
        with self._fitting("Wire one from LoadVAE into `vae`."):
            config = vae_config(family, self.file.under(prefix))
        source = self.source(self.part("AutoencoderKL", prefix, "first_stage_model.", config))
        factor = 2 ** (len(config["block_out_channels"]) - 1)
        return VAE(
            source=source,
            dtype=self.dtype,
            family=family,
            space=latent_space(config, lambda: self._vae_weights(prefix)),
            factor=factor,
            channels=config["latent_channels"],
            side=(side * factor, side * factor) if side else None,
            compute="float32" if config["force_upcast"] else self.dtype,
        )

    def _vae_weights(self, prefix: str) -> str:
        """Names an autoencoder that is none of the published by its tensors alone.

        So that those of two checkpoints are known to be one. Raises NodeError where unreadable.
        """
        names = sorted(name for name in self.file if name.startswith(prefix))
        state = blake2b(digest_size=16)
        for name, data in read(self.file, names):
            state.update(name.removeprefix(prefix).encode())
            state.update(data.contiguous().flatten().view(torch.uint8).numpy().tobytes())
        return state.hexdigest()

    def side(self) -> int:
        """How many latent cells a side the model was made for."""
        family = self.check({"checkpoint", "unet"}, "a checkpoint")
        if family == "sd2" and self.prediction().startswith("v"):
            return 96
        return 64 if family in {"sd1", "sd2"} else 128

    def schedule(self) -> SchedulerConfig:
        """The family's own scheduler file, for the file's prediction type."""
        family = self.check({"checkpoint", "unet"}, "a checkpoint")
        return SchedulerConfig.from_dict(scheduler_config(family, self.prediction()))

    def prediction(self) -> Prediction:
        """Asked for, said by the file, or told from one bias of SD 2 (320 numbers are read).

        SD 2 files trained for v-prediction and for epsilon have the same names and shapes; that
        bias spreads beyond 0.09 in the former (an observation of ComfyUI's).
        """
        if self.asked or self.identity.prediction:
            return self.asked or self.identity.prediction
        if V_BIAS not in self.file.shapes or self.identity.inpainting:
            return "epsilon"
        return "v" if _deviation(self.file, V_BIAS) > V_DEVIATION else "epsilon"

    def part(self, kind: str, prefix: str, put: str, config: dict[str, Any]) -> FilePart:
        """A module of this file."""
        text = json.dumps(config, sort_keys=True)
        return FilePart(self.file.path, self.file.name, kind, prefix, put, text)

    def source(self, *parts: FilePart) -> FileSource:
        """Parts of this file, named by the file's content and by what is made of it.

        Raises NodeError (`bad_model_file`) where tensors of a UNet or an autoencoder are missing.
        """
        source = file_source(self.files, self.file.name, self.file.port, *parts)
        if said := fault(source):
            raise self.file.bad(said, "Download it again.")
        return source

    @contextmanager
    def _fitting(self, fix: str = "Download it again.") -> Iterator[None]:
        """Tensors that make no model, as an error about the file."""
        try:
            yield
        except UnfitError as unfit:
            raise self.file.bad(str(unfit), fix) from None


def file_source(files: Files, model: str, port: str, *parts: FilePart) -> FileSource:
    """Names the parts by the content of their files. Raises NodeError (`model_unreadable`)."""
    try:
        hashes = [files.sha256(part.path) for part in parts]
    except OSError as refused:
        raise unreadable(model, refused, port) from None
    said = [f"{part.kind} {part.prefix} {part.pad} {part.config}" for part in parts]
    return FileSource(hashed(*hashes, *said), parts, model)


def read(file: WeightFile, names: list[str]) -> Iterator[tuple[str, Tensor]]:
    """Some tensors of a file. Raises NodeError (`bad_model_file`) where they cannot be read."""
    try:
        with safe_open(file.path, framework="pt") as opened:
            for name in names:
                yield name, opened.get_tensor(name)
    except OSError as refused:
        raise unreadable(file.name, refused, file.port) from None
    except SafetensorError as broken:
        raise file.bad(f"cannot be read ({str(broken)[:80]})") from None


def _deviation(file: WeightFile, name: str) -> float:
    ((_, tensor),) = read(file, [name])
    return float(tensor.float().std(unbiased=False))
