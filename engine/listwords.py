"""The lists of files in words: what an entry is called, and where a missing one belongs."""

from __future__ import annotations

from .modelroots import LISTS

WORDS = {
    "unets": "UNet",
    "vaes": "VAE",
    "loras": "LoRA",
    "controls": "ControlNet",
    "adapters": "T2I adapter",
    "ip_adapters": "IP-Adapter",
}
"""Where the list's own name, without its last letter, is no word of the field."""


def entry(name: str) -> str:
    """What one entry of a list is called: `VAE`, `text encoder`, `model`."""
    return WORDS.get(name) or name.removesuffix("s").replace("_", " ")


def entries(name: str) -> str:
    """Several of them."""
    return f"{entry(name)}s"


def remedy(name: str) -> str:
    """What to do where an entry is missing; true at a command line, in an editor, over HTTP."""
    if name == "images":
        return "Send the picture's file, or put it into the folder of images."
    if name not in LISTS:
        return ""
    return f"Put it into '{LISTS[name][0]}' in the folder of models, or choose another."
