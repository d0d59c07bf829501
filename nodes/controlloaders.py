"""ControlNets and T2I adapters chosen by name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from engine import Choices, Context, Files, node

from .controlfile import ADAPTER, BODIES, CONTROL, NETS, ControlFile
from .controlmodel import AdapterModel, ControlModel
from .controlnames import LDM
from .models import DEMO, Dtype, find_file
from .recipes import UNet

MATCH = ("**/*.safetensors", "**/config.json")
CONTROLS = Choices(
    "controls",
    extra=(DEMO,),
    match=MATCH,
    folder_of="config.json",
    without=(ADAPTER, *BODIES),
)
ADAPTERS = Choices("adapters", match=MATCH, folder_of="config.json", without=(CONTROL, LDM, *NETS))


def _control_content(control: str, files: Files) -> str:
    return _open(control, files, CONTROLS, "control").control("float32", "control").digest()


@node(
    "LoadControlNet",
    category="models",
    static=True,
    fingerprint=_control_content,
    aliases=("ControlNetLoader", "DiffControlNetLoader"),
)
def load_controlnet(
    ctx: Context,
    control: Annotated[str, CONTROLS] = DEMO,
    unet: UNet | None = None,
    dtype: Dtype = "auto",
) -> ControlModel:
    """Choose a ControlNet.

    control: `demo` (built in, for the demo model: it follows filled silhouettes and outlines,
    white on black), a diffusers folder, or a `.safetensors` file in the names of diffusers or in
    the original ones (`control_model.`); for SD 1.x, SD 2.x and SDXL. unet: that of the model it
    is to steer; wired, a ControlNet of another family is told before anything is loaded. dtype:
    auto is that of the run.
    Errors: made for another family (incompatible_control), a file of another kind or broken, a
    Control-LoRA or Union (bad_model_file), a pickle (unsafe_format), no such file (unknown_model).
    Source: Zhang et al., "Adding Conditional Control" (2023); diffusers' ControlNetModel.
    """
    precision = ctx.dtype if dtype == "auto" else dtype
    found = _open(control, ctx.files, CONTROLS, "control").control(precision, "control")
    if unet is not None:
        found.check_fits(unet, "control")
    return found


def _adapter_content(adapter: str, files: Files) -> str:
    return _open(adapter, files, ADAPTERS, "adapter").adapter("float32", "adapter").digest()


@node(
    "LoadT2IAdapter",
    category="models",
    static=True,
    fingerprint=_adapter_content,
    aliases=("T2I-Adapter", "StyleModelLoader"),
)
def load_t2i_adapter(
    ctx: Context,
    adapter: Annotated[str, ADAPTERS],
    unet: UNet | None = None,
    dtype: Dtype = "auto",
) -> AdapterModel:
    """Choose a T2I adapter.

    adapter: a diffusers folder, or a `.safetensors` file in the names of diffusers or in the
    original ones: full, light and SDXL adapters. unet: that of the model it is to steer; wired,
    an adapter of another family is told before anything is loaded. dtype: auto is that of the run.
    Errors: made for another family (incompatible_control), a file of another kind or broken
    (bad_model_file), a pickle (unsafe_format), no such file (unknown_model).
    Source: Mou et al., "T2I-Adapter" (2023); diffusers' T2IAdapter.
    """
    precision = ctx.dtype if dtype == "auto" else dtype
    found = _open(adapter, ctx.files, ADAPTERS, "adapter").adapter(precision, "adapter")
    if unet is not None:
        found.check_fits(unet, "adapter")
    return found


def _open(name: str, files: Files, choices: Choices, port: str) -> ControlFile:
    return ControlFile.open(_path(name, files, choices, port), name, files, port)


def _path(name: str, files: Files, choices: Choices, port: str) -> Path:
    if name in choices.extra:
        from .demo import CONTROL_DIR

        return Path(CONTROL_DIR)
    return find_file(name, files, choices, port)
