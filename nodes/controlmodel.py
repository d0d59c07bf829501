"""ControlNets and T2I adapters as recipes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine import ModelPool, NodeError

from .family import WORDS
from .recipes import ModelRecipe, UNet


@dataclass(frozen=True)
class ControlModel(ModelRecipe):
    """A ControlNet: reads latents of `in_channels`, texts `text_width` wide (0: none at all),
    and pictures of `factor` pixels a latent cell on a side."""

    port = "control"

    in_channels: int
    text_width: int
    factor: int

    def build(self, pool: ModelPool) -> Any:
        """The ControlNetModel, in eval mode on the CPU. Raises NodeError (`bad_model_file`)."""
        from .loading import load_control

        return load_control(self)

    def check_fits(self, unet: UNet, port: str) -> None:
        """Raises NodeError (`incompatible_control`) where it was made for other UNets."""
        texts = not self.text_width or self.text_width == unet.text_width
        if not texts or (self.family == "sdxl") != (unet.family == "sdxl"):
            raise unfit("ControlNet", self, unet, port)


@dataclass(frozen=True)
class AdapterModel(ModelRecipe):
    """A T2I adapter: reads pictures of `in_channels` whose sides are multiples of `factor`."""

    port = "adapter"

    in_channels: int
    factor: int

    def build(self, pool: ModelPool) -> Any:
        """The T2IAdapter, in eval mode on the CPU. Raises NodeError (`bad_model_file`)."""
        from .loading import load_control

        return load_control(self)

    def check_fits(self, unet: UNet, port: str) -> None:
        """Raises NodeError (`incompatible_control`) where it was made for other UNets."""
        if (self.family == "sdxl") != (unet.family == "sdxl"):
            raise unfit("T2I adapter", self, unet, port)


def unfit(kind: str, recipe: ModelRecipe, unet: UNet, port: str) -> NodeError:
    """Names the file, what it is and what was wanted."""
    width = getattr(recipe, "text_width", 0)
    texts = f" (texts {width} wide)" if width else ""
    wanted = f" (texts {unet.text_width} wide)" if width else ""
    return NodeError(
        f"The {kind} '{recipe.source.model}' was made for {WORDS[recipe.family]}{texts}, and the "
        f"UNet of '{unet.source.model}' is one of {WORDS[unet.family]}{wanted}.",
        code="incompatible_control",
        port=port,
        fix=f"Take a {kind} made for {WORDS[unet.family]}, or a model of its family.",
    )
