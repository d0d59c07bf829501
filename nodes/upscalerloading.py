"""Upscalers built from their files: the one place that reads their weights."""

from __future__ import annotations

from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from .recipes import FilePart, FileSource
from .rrdb import RRDB
from .rrdbfile import plan_of, todays_names
from .upscalers import Upscaler
from .weightfile import bad, unreadable

BROKEN = (SafetensorError, ValueError, RuntimeError, KeyError, TypeError)


class Swin(nn.Module):
    """Swin2SR as a plain function of pixels of any size.

    The network wants whole windows: a picture is mirrored on to the right and down, as
    Swin2SRImageProcessor does, and what that adds is cut off again.
    """

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner

    def alive(self, pixels: int) -> int:
        """Numbers that one pass over so many pixels holds at once, beside the weights.

        Measured: the upsampler's 64 channels, a block's, and the attention within the windows.
        """
        config = self.inner.config
        attention = 3 * max(config.num_heads) * config.window_size**2 // 2
        return int(pixels * (96 * config.upscale**2 + 10 * config.embed_dim + attention))

    def forward(self, pixels: Tensor) -> Tensor:
        window, scale = self.inner.config.window_size, self.inner.config.upscale
        high, wide = pixels.shape[-2:]
        whole = _mirrored(_mirrored(pixels, -1, window), -2, window)
        found: Tensor = self.inner(pixel_values=whole).reconstruction
        return found[..., : high * scale, : wide * scale]


def _mirrored(pixels: Tensor, side: int, multiple: int) -> Tensor:
    """A side made a multiple of it, the outermost pixel first."""
    length = pixels.shape[side]
    places = torch.arange(length + -length % multiple, device=pixels.device) % (2 * length)
    return pixels.index_select(side, torch.minimum(places, 2 * length - 1 - places))


def load_upscaler(recipe: Upscaler) -> nn.Module:
    """The network in eval mode on the CPU. Raises NodeError (`bad_model_file`)."""
    assert isinstance(recipe.source, FileSource)
    (part,) = recipe.source.parts
    try:
        module = _rrdb(_tensors(part)) if recipe.kind == "rrdb" else _swin(part)
    except OSError as refused:
        raise unreadable(part.file, refused) from refused
    except BROKEN as broken:
        lines = [line.strip() for line in str(broken).splitlines() if line.strip()]
        reason = (lines[-1] if lines else type(broken).__name__)[:200]
        what = f"gives no {part.kind} network: {reason}"
        raise bad(part.file, what, "", "Download it again.") from broken
    return module.to(getattr(torch, recipe.dtype)).eval()


def _tensors(part: FilePart) -> dict[str, Tensor]:
    """Copied out of the file, which may change."""
    with safe_open(part.path, framework="pt") as opened:
        return {name: opened.get_tensor(name).clone() for name in opened.keys()}  # noqa: SIM118


def _rrdb(tensors: dict[str, Tensor]) -> nn.Module:
    names = todays_names({name: tuple(tensor.shape) for name, tensor in tensors.items()})
    state = {names[name]: tensor for name, tensor in tensors.items()}
    network = RRDB(plan_of({name: tuple(tensor.shape) for name, tensor in state.items()}))
    network.load_state_dict({name: tensor.float() for name, tensor in state.items()})
    return network


def _swin(part: FilePart) -> nn.Module:
    from transformers import Swin2SRForImageSuperResolution

    network, told = Swin2SRForImageSuperResolution.from_pretrained(
        part.path.parent, local_files_only=True, use_safetensors=True, output_loading_info=True
    )
    if lacking := sorted(told["missing_keys"]):
        raise ValueError(f"it lacks {len(lacking)} tensors, as {lacking[0]}")
    return Swin(network)
