"""Models chosen by name, and taken apart into recipes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from engine import Choices, Context, Files, NodeError, node
from engine.errors import nearest
from engine.values import hashed

from .config import SchedulerConfig
from .folder import ModelFolder
from .recipes import VAE, Family, TextEncoder, UNet

DEMO = "demo"
MODELS = Choices(
    "models",
    extra=(DEMO,),
    match=("*/model_index.json", "*/*/model_index.json"),
    folder_of="model_index.json",
)
SHARED_SPACES = {0.18215: "sd", 0.13025: "sdxl"}
SHARED_WIDTHS = [128, 256, 512, 512]


class Model(NamedTuple):
    """Outputs of `LoadModel`."""

    unet: UNet
    text_encoder: TextEncoder
    vae: VAE
    schedule: SchedulerConfig


def _content(model: str, files: Files) -> str:
    return Parts(ModelFolder.open(find(model, files), model), files, "float32").content()


@node(
    "LoadModel",
    category="models",
    static=True,
    fingerprint=_content,
    aliases=("CheckpointLoader", "Checkpoint"),
)
def load_model(
    ctx: Context,
    model: Annotated[str, MODELS] = DEMO,
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto",
) -> Model:
    """Choose a model: recipes for its UNet, text encoder and VAE, and its scheduler's settings.

    Nothing is loaded here; the nodes that run a part load it. model: `demo` (built in) or a
    diffusers folder with safetensors weights, in the folder of models. dtype: auto is that of
    the run. SD 1.x, SD 2.x and SDXL are told apart by their text encoders.
    Errors: no such model (unknown_model), files missing or broken (bad_model_file), pickle
    weights or own code (unsafe_format).
    """
    folder = ModelFolder.open(find(model, ctx.files), model)
    return Parts(folder, ctx.files, ctx.dtype if dtype == "auto" else dtype).model()


def find(model: str, files: Files) -> Path:
    """The model's folder. Raises NodeError (`unknown_model`) with the nearest name."""
    if model == DEMO:
        from .demo import MODEL_DIR

        return Path(MODEL_DIR)
    try:
        return files.resolve("models", model)
    except NodeError as missing:
        fix = nearest(model, files.choices(MODELS)) or missing.fix
        raise NodeError(missing.message, code="unknown_model", port="model", fix=fix) from None


@dataclass(frozen=True)
class Parts:
    """A model folder read into recipes, for one precision."""

    folder: ModelFolder
    files: Files
    dtype: str

    def model(self) -> Model:
        """All four parts. Raises NodeError (`bad_model_file`, `unsafe_format`)."""
        unet, vae = self.folder.read("unet", "config.json"), self.folder.read("vae", "config.json")
        family = self._family(unet)
        autoencoder = self._vae(vae, unet, family)
        return Model(
            unet=self._unet(unet, family, autoencoder.space),
            text_encoder=self._text_encoder(family),
            vae=autoencoder,
            schedule=SchedulerConfig.from_dict(
                self.folder.read("scheduler", "scheduler_config.json")
            ),
        )

    def content(self) -> str:
        """Names all that is read: weights, configs, tokenizers and the scheduler's settings."""
        return hashed(*(part.digest() for part in self.model()))

    def _family(self, unet: Mapping[str, Any]) -> Family:
        if not self.folder.has("text_encoder"):
            raise self.folder.bad("has no text_encoder: SD 1.x, SD 2.x and SDXL are supported")
        if self.folder.has("text_encoder_2"):
            return "sdxl"
        return "sd2" if unet.get("cross_attention_dim") == 1024 else "sd1"

    def _unet(self, unet: Mapping[str, Any], family: Family, space: str) -> UNet:
        return UNet(
            source=self.folder.source(self.files, ["unet"]),
            dtype=self.dtype,
            family=family,
            space=space,
            in_channels=self._int(unet, "unet", "in_channels", 4),
            text_width=self._int(unet, "unet", "cross_attention_dim", 1280),
        )

    def _text_encoder(self, family: Family) -> TextEncoder:
        ends = ("", "_2") if family == "sdxl" else ("",)
        encoders = [f"text_encoder{end}" for end in ends]
        tokenizers = [f"tokenizer{end}" for end in ends]
        return TextEncoder(
            source=self.folder.source(self.files, encoders, tokenizers),
            dtype=self.dtype,
            family=family,
        )

    def _vae(self, vae: Mapping[str, Any], unet: Mapping[str, Any], family: Family) -> VAE:
        source = self.folder.source(self.files, ["vae"])
        factor = 2 ** (len(vae.get("block_out_channels") or [0]) - 1)
        return VAE(
            source=source,
            dtype=self.dtype,
            family=family,
            space=_space(vae, source.content),
            factor=factor,
            channels=self._int(vae, "vae", "latent_channels", 4),
            side=self._side(unet, factor),
            compute="float32" if vae.get("force_upcast", family == "sdxl") else self.dtype,
        )

    def _side(self, unet: Mapping[str, Any], factor: int) -> tuple[int, int] | None:
        """(width, height) in pixels; diffusers writes the size as a number or as [h, w]."""
        size = unet.get("sample_size")
        if isinstance(size, list) and len(size) == 2:
            return int(size[1]) * factor, int(size[0]) * factor
        return (size * factor, size * factor) if isinstance(size, int) else None

    def _int(self, config: Mapping[str, Any], component: str, name: str, default: int) -> int:
        number = config.get(name, default)
        if type(number) is not int:
            raise self.folder.bad(f"has a {component} whose {name} is {str(number)[:40]}")
        return number


def _space(vae: Mapping[str, Any], content: str) -> str:
    """The name of the latent space: published ones are shared by many files, others are own."""
    if vae.get("block_out_channels") == SHARED_WIDTHS and vae.get("latent_channels", 4) == 4:
        shared = SHARED_SPACES.get(vae.get("scaling_factor", 0.18215))
        if shared:
            return shared
    return f"vae-{content[:8]}"
