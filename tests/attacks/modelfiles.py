"""Model files made for an attack, and what becomes of a run that names one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .book import Attack
from .field import Field, tree
from .roles import with_value
from .serving import until

Json = Any
DEMO = Path(__file__).parents[2] / "nodes" / "demo" / "model"
UNET = "unet/diffusion_pytorch_model.safetensors"
VAE = "vae/diffusion_pytorch_model.safetensors"
TEXT = "text_encoder/model.safetensors"


@dataclass(frozen=True)
class Use:
    """A way to use a file: the list and the folder that it is in, the graph that names it."""

    list: str
    folder: str
    graph: Callable[[dict[str, Json], str], dict[str, Json]]


def _as_model(graph: dict[str, Json], name: str) -> dict[str, Json]:
    return with_value(graph, "model.name", name)


def _as_lora(graph: dict[str, Json], name: str) -> dict[str, Json]:
    """The base graph with a LoRA on its UNet and its text encoder."""
    nodes = graph["nodes"]
    nodes["lora"] = {
        "type": "LoRA",
        "params": {"loras": [{"file": name}]},
        "inputs": {"unet": "model.unet", "text_encoder": "model.text_encoder"},
    }
    nodes["denoise"]["body"]["predict"]["inputs"]["unet"] = "lora.unet"
    for text in ("positive", "negative"):
        nodes[text]["inputs"]["text_encoder"] = "lora.text_encoder"
    return graph


def _as_vae(graph: dict[str, Json], name: str) -> dict[str, Json]:
    """The base graph with another autoencoder at its end."""
    nodes = graph["nodes"]
    nodes["own_vae"] = {"type": "LoadVAE", "params": {"vae": name}}
    nodes["decode"]["inputs"]["vae"] = "own_vae.vae"
    return graph


MODEL = Use("models", "", _as_model)
LORA = Use("loras", "loras", _as_lora)
OWN_VAE = Use("vaes", "vae", _as_vae)


def model(field: Field, name: str) -> Path:
    """A copy of the demo model in the models folder, its large files as links of the same disk."""
    folder = field.serving.models / name
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(DEMO, folder, copy_function=linked)
    return folder


def place(field: Field, use: Use, name: str, data: bytes) -> None:
    """A file in the folder of models where this use looks for it."""
    folder = field.serving.models / use.folder
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)


def emptied(field: Field) -> None:
    """No models but the demo."""
    shutil.rmtree(field.serving.models)
    field.serving.models.mkdir()


def linked(source: str, target: str) -> None:
    """A file of the demo model under another name; whoever changes it unlinks it first."""
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copyfile(source, target)


def listed(field: Field, list: str, name: str) -> None:
    """Waits until the server has seen a new file: its lists are a few seconds old at most."""

    def seen() -> bool:
        return name in field.mouth.ask("GET", "/api/choices").json[list]

    until(seen, 10, f"'{name}' is listed")


def replaced(file: Path, data: bytes) -> None:
    file.unlink()
    file.write_bytes(data)


def fails(field: Field, attack: Attack, name: str, use: Use | None = None) -> dict[str, Json]:
    """The base graph with this file ends as the entry says; nothing of it lies outside."""
    run = ended(field, name, {attack.expect["error_code"]}, use or MODEL)
    if "id" in run:
        assert run["status"] == attack.expect["final"], run
    return run


def ended(field: Field, name: str, codes: set[str], use: Use | None = None) -> dict[str, Json]:
    """The run that failed, or a stand-in where the graph was refused: with one of these codes."""
    use = use or MODEL
    before = tree(field.serving.folder / "canary")
    path = field.serving.models / use.folder / name
    if path.suffix == ".safetensors" or path.is_dir():
        listed(field, use.list, name)
    heard = field.serving.submit(use.graph(field.base, name))
    if heard.status == 422:
        assert heard.code in codes, (name, heard)
        return {"problems": heard.problems, "artifacts": []}
    assert heard.status == 202, heard
    run: Json = field.serving.wait(heard.json["runs"][0]["id"])
    assert run["status"] == "failed", (name, run["status"])
    assert run["problems"][0]["code"] in codes, (name, run["problems"])
    assert tree(field.serving.folder / "canary") == before
    return dict(run)


def refused_or_failed(field: Field, name: str) -> None:
    listed(field, "models", name)
    heard = field.serving.submit(with_value(field.base, "model.name", name))
    assert heard.status in {202, 422}, heard
    if heard.status == 202:
        run: Json = field.serving.wait(heard.json["runs"][0]["id"])
        assert run["status"] == "failed", (name, run)
