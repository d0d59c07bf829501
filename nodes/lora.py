"""LoRAs on a model: recipes that say which files at which strengths; nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, NamedTuple

from engine import Choices, Context, Field, Files, NodeError, node
from engine.values import hashed

from .layers import Layers, blocks_of, layers_of
from .lorafile import LoraFile
from .models import find_file
from .recipes import Adapter, NoTextEncoder, Source, TextEncoder, UNet
from .weightfile import unreadable

DEMO_LORA = "demo/blueprint"
LORAS = Choices("loras", extra=(DEMO_LORA,), match=("**/*.safetensors",))
Strength = Annotated[float, Field(ge=-100, le=100)]
FACTOR = re.compile(r"\s*(down|mid|up)((?:\.\w+)*)\s*=\s*(-?\d+(?:\.\d*)?|-?\.\d+)\s*")


@dataclass(frozen=True)
class Lora:
    """One file of a stack. text_2: for SDXL's second encoder, None is `text`; see `LoRA`."""

    file: Annotated[str, Field(max_length=500)]
    unet: Strength = 1.0
    text: Strength = 1.0
    text_2: Strength | None = None
    blocks: Annotated[str, Field(max_length=1000)] = ""


class Adapted(NamedTuple):
    """Outputs of `LoRA`."""

    unet: UNet
    text_encoder: TextEncoder


def _content(loras: list[Lora], files: Files) -> str:
    return hashed(*(_hash(lora, _path(lora, files), files) for lora in loras))


@node(
    "LoRA",
    category="models",
    static=True,
    fingerprint=_content,
    aliases=("LoraLoader", "LoRA stack", "LyCORIS", "DoRA"),
)
def apply_loras(
    ctx: Context,
    unet: UNet,
    text_encoder: TextEncoder | None = None,
    loras: Annotated[list[Lora], LORAS, Field(max_length=64)] = [],  # noqa: B006 - a declaration
) -> Adapted:
    """Add a stack of LoRAs to a model, each with strengths of its own; the model itself stays.

    loras: applied in order, each {file, unet, text, text_2, blocks}; chained nodes are one
    stack. unet, text, text_2: strengths for the UNet and the text encoders; 0 leaves that part
    bit for bit as it was, and negative ones turn away. blocks: factors for parts of the UNet,
    `down=0.5, mid=0, up.1=1.2`, the most particular one counting. Without a text_encoder
    the file's part for it is left out. `demo/blueprint` is the demo model's own.
    Files: LoRA and LoCon as diffusers, peft and kohya write them, DoRA (Liu et al. 2024), LoHa,
    LoKr and full differences of LyCORIS (Yeh et al. 2023). LoRA and DoRA run beside the layer
    and give the bits of diffusers' load_lora_weights with set_adapters; LoHa and LoKr make
    W + strength * dW, in memory of its own.
    Errors: a LoRA for another family or with tensors of another shape (incompatible_lora), a
    file that is none (bad_model_file), pickles (unsafe_format), no such file (unknown_model).
    """
    texts = layers_of(text_encoder) if text_encoder else ()
    first = 2 if unet.family == "sdxl_refiner" else 1
    layers = {0: layers_of(unet)[0], **dict(enumerate(texts, start=first))}
    added = [_checked(lora, layers, unet, ctx.files) for lora in loras]
    encoder = text_encoder or NoTextEncoder(Source("", (), (), (), ""), unet.dtype, unet.family)
    seen = [replace(each, texts=(0.0, 0.0)) for each, places in added if each.unet and 0 in places]
    read = [
        replace(each, unet=0.0, blocks=())
        for each, places in added
        if any(each.texts) and places & {1, 2}
    ]
    return Adapted(
        replace(unet, adapters=(*unet.adapters, *seen)),
        replace(encoder, adapters=(*encoder.adapters, *read)),
    )


def _checked(
    lora: Lora, layers: Mapping[int, Layers], unet: UNet, files: Files
) -> tuple[Adapter, set[int]]:
    """The file judged by its header against the layers of each wired module; what it changes."""
    path = _path(lora, files)
    file = LoraFile.open(path, lora.file, blocks_of(unet))
    if not any(group.place in layers for group in file.groups):
        raise file.unfit("it changes text encoders alone, and none that it knows is wired")
    for place, known in layers.items():
        file.check(place, known, unet.source.model)
    return _adapter(lora, path, files), {group.place for group in file.groups}


def factors(text: str) -> tuple[tuple[str, float], ...]:
    """`down=0.5, up.1=1.2` as beginnings of layer names with factors. Raises NodeError."""
    found = []
    for part in filter(str.strip, text.split(",")):
        match = FACTOR.fullmatch(part)
        if match is None:
            raise NodeError(
                f"'{part.strip()[:40]}' is no factor of a block; 'down=0.5, mid=0, up.1=1.2' is "
                "how they are written.",
                code="bad_value",
                port="loras",
            )
        name = {"down": "down_blocks", "mid": "mid_block", "up": "up_blocks"}[match[1]]
        found.append((name + match[2].replace(".", "_") + "_", float(match[3])))
    return tuple(found)


def _adapter(lora: Lora, path: Path, files: Files) -> Adapter:
    second = lora.text if lora.text_2 is None else lora.text_2
    return Adapter(
        content=_hash(lora, path, files),
        path=path,
        name=lora.file,
        unet=lora.unet,
        texts=(lora.text, second),
        blocks=factors(lora.blocks),
    )


def _path(lora: Lora, files: Files) -> Path:
    if lora.file == DEMO_LORA:
        from .demo import LORA_FILE

        return LORA_FILE
    return find_file(lora.file, files, LORAS, "loras")


def _hash(lora: Lora, path: Path, files: Files) -> str:
    try:
        return files.sha256(path)
    except OSError as refused:
        raise unreadable(lora.file, refused, "loras") from None
