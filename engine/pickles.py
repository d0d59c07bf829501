"""Pickle files: never read, and refused in the same words wherever one is named."""

from __future__ import annotations

SUFFIXES = (".bin", ".ckpt", ".pkl", ".pt", ".pth")
CONVERT = (
    "Convert it where you trust it: read it with torch.load(path, weights_only=True) and write "
    "the tensors with safetensors.torch.save_file, or look for its .safetensors version."
)


def is_pickle(name: str) -> bool:
    """Told by the ending alone: nothing of the file is read."""
    return name.lower().endswith(SUFFIXES)


def refusal(name: str) -> str:
    """The sentence for a file's name."""
    return (
        f"The file '{name[:200]}' is a pickle, which can run any code when it is read, and is "
        "refused; a .safetensors file is wanted."
    )
