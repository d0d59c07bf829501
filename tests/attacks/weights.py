"""Attacks by weights: cut short, crafted, full of NaN."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from .book import Attack
from .deeds import deed
from .field import Field
from .modelfiles import (
    DEMO,
    LORA,
    MODEL,
    OWN_VAE,
    TEXT,
    UNET,
    VAE,
    emptied,
    fails,
    model,
    place,
    replaced,
)

Json = Any


@deed("F001", proves=["names the file and node", "next run works"])
def cut_short(field: Field, attack: Attack) -> None:
    """Each part of a model folder; a single file, as a model, a LoRA and an autoencoder."""
    names = []
    for part in (UNET, VAE, TEXT):
        whole = (DEMO / part).read_bytes()
        for size in (0, 4, 8, 20, len(whole) - 1):
            folder = model(field, f"cut-{part.partition('/')[0]}-{size}")
            replaced(folder / part, whole[:size])
            names.append(folder.name)
    uses = dict.fromkeys(names, MODEL)
    for use in (MODEL, LORA, OWN_VAE):
        for size in (0, 4, 8, 20, len(whole) - 1):
            uses[f"{use.list}-{size}.safetensors"] = use
            place(field, use, f"{use.list}-{size}.safetensors", whole[:size])
    for name, use in uses.items():
        (problem, *_) = fails(field, attack, name, use)["problems"]
        assert name in problem["message"], problem
        assert problem["path"], problem
    assert field.made() == field.bytes
    emptied(field)


@deed("F002")
def crafted(field: Field, attack: Attack) -> None:
    for name, data in crafted_files().items():
        replaced(model(field, f"crafted-{name}") / UNET, data)
        for use in (MODEL, LORA, OWN_VAE):
            place(field, use, f"{use.list}-{name}.safetensors", data)
    for name in crafted_files():
        fails(field, attack, f"crafted-{name}")
        for use in (MODEL, LORA, OWN_VAE):
            fails(field, attack, f"{use.list}-{name}.safetensors", use)
    emptied(field)


def crafted_files() -> dict[str, bytes]:
    def file(header: Mapping[str, Json], data: bytes = b"") -> bytes:
        text = json.dumps(header).encode()
        return struct.pack("<Q", len(text)) + text + data

    def tensor(start: int, end: int, shape: Json = (2,), dtype: str = "F32") -> Json:
        return {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}

    return {
        "length": struct.pack("<Q", 1 << 60) + b"{}",
        "overlap": file({"a": tensor(0, 8), "b": tensor(4, 12)}, bytes(12)),
        "reversed": file({"a": tensor(8, 0)}, bytes(8)),
        "dtype": file({"a": tensor(0, 8, dtype="F99")}, bytes(8)),
        "shape": file({"a": tensor(0, 8, shape=(-2,))}, bytes(8)),
        "trailing": file({"a": tensor(0, 8)}, bytes(64)),
    }


@deed("F003", proves=["silent black image"])
def not_finite(field: Field, attack: Attack) -> None:
    cases = ((UNET, np.nan), (VAE, np.nan), (TEXT, np.nan), (UNET, np.inf))
    names = []
    for part, value in cases:
        folder = model(field, f"nan-{part.partition('/')[0]}-{value}")
        found = load_file(DEMO / part)
        (folder / part).unlink()
        filled = {name: np.full_like(tensor, value) for name, tensor in found.items()}
        save_file(filled, folder / part)
        names.append(folder.name)
    for name in names:
        run = fails(field, attack, name)
        assert not [made for made in run["artifacts"] if not made["preview"]], run
    emptied(field)
