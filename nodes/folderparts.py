"""A diffusers model folder read into recipes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine import Files

from .folder import ModelFolder
from .recipes import VAE, Family, Source, TextEncoder, UNet
from .vaespace import latent_space


@dataclass(frozen=True)
class Parts:
    """A model folder read into recipes, for one precision."""

    folder: ModelFolder
    files: Files
    dtype: str

    def recipes(self) -> tuple[UNet, TextEncoder, VAE]:
        """The three modules. Raises NodeError (`bad_model_file`, `unsafe_format`)."""
        unet, vae = self.folder.read("unet", "config.json"), self.folder.read("vae", "config.json")
        family = self.family(unet)
        autoencoder = self._vae(vae, unet, family)
        return (
            self._unet(unet, family, autoencoder.space),
            self._text_encoder(family),
            autoencoder,
        )

    def scheduler(self) -> dict[str, Any]:
        """The raw scheduler file."""
        return self.folder.read("scheduler", "scheduler_config.json")

    def family(self, unet: Mapping[str, Any]) -> Family:
        """Told by the text encoders, and by how wide their texts are."""
        if self.folder.has("text_encoder_2"):
            return "sdxl" if self.folder.has("text_encoder") else "sdxl_refiner"
        if not self.folder.has("text_encoder"):
            raise self.folder.bad("has no text_encoder: SD 1.x, SD 2.x and SDXL are supported")
        return "sd2" if unet.get("cross_attention_dim") == 1024 else "sd1"

    def _unet(self, unet: Mapping[str, Any], family: Family, space: str) -> UNet:
        return UNet(
            in_channels=whole(self.folder, unet, "unet", "in_channels", 4),
            text_width=whole(self.folder, unet, "unet", "cross_attention_dim", 1280),
            source=self.folder.source(self.files, ["unet"]),
            dtype=self.dtype,
            family=family,
            space=space,
        )

    def _text_encoder(self, family: Family) -> TextEncoder:
        ends = {"sdxl": ("", "_2"), "sdxl_refiner": ("_2",)}.get(family, ("",))
        encoders = [f"text_encoder{end}" for end in ends]
        tokenizers = [f"tokenizer{end}" for end in ends]
        return TextEncoder(
            source=self.folder.source(self.files, encoders, tokenizers),
            dtype=self.dtype,
            family=family,
        )

    def _vae(self, vae: Mapping[str, Any], unet: Mapping[str, Any], family: Family) -> VAE:
        source = self.folder.source(self.files, ["vae"])
        recipe = vae_recipe(self.folder, vae, source, self.dtype, family)
        return replace(recipe, side=self._side(unet, recipe.factor))

    def _side(self, unet: Mapping[str, Any], factor: int) -> tuple[int, int] | None:
        """(width, height) in pixels; diffusers writes the size as a number or as [h, w]."""
        size = unet.get("sample_size")
        if isinstance(size, list) and len(size) == 2:
            return int(size[1]) * factor, int(size[0]) * factor
        return (size * factor, size * factor) if isinstance(size, int) else None


def vae_recipe(
    folder: ModelFolder, config: Mapping[str, Any], source: Source, dtype: str, family: Family
) -> VAE:
    """An AutoencoderKL by its config. Raises NodeError (`bad_model_file`)."""
    upcast = config.get("force_upcast", family.startswith("sdxl"))
    return VAE(
        source=source,
        dtype=dtype,
        family=family,
        space=latent_space(config, lambda: source.content),
        factor=2 ** (len(config.get("block_out_channels") or [0]) - 1),
        channels=whole(folder, config, "vae", "latent_channels", 4),
        side=None,
        compute="float32" if upcast else dtype,
    )


def whole(
    folder: ModelFolder, config: Mapping[str, Any], component: str, name: str, default: int
) -> int:
    """A whole number of a config. Raises NodeError (`bad_model_file`)."""
    number = config.get(name, default)
    if type(number) is not int:
        raise folder.bad(f"has a {component} whose {name} is {str(number)[:40]}")
    return number
