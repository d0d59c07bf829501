"""Attacks by models: pickles, code of their own, indexes and links that lead outside."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors.numpy import load_file, save_file

from .book import Attack
from .deeds import deed
from .field import Field, png, upload
from .modelfiles import (
    DEMO,
    UNET,
    VAE,
    ended,
    fails,
    listed,
    model,
    refused_or_failed,
    replaced,
)
from .roles import with_value

Json = Any


class Canary:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return (os.mkdir, (str(self.path),))


@deed("F006", proves=["no CANARY"])
def pickles(field: Field, attack: Attack) -> None:
    """As a model file of its own, and as the weights in a model folder.

    A file with a pickle's ending is no entry of the list of models: it is refused unopened, as
    a name that is not known.
    """
    canary = field.serving.folder / "data" / "CANARY"
    data = pickle.dumps(Canary(canary))
    for name in attack.send["names"]:
        (field.serving.models / name).write_bytes(data)
        ended(field, name, {"unsafe_format", "unknown_model"})
        (field.serving.models / f"{name}.safetensors").write_bytes(data)
        ended(field, f"{name}.safetensors", {"unsafe_format", "bad_model_file"})
        folder = model(field, f"pickled-{name}")
        (folder / UNET).unlink()
        (folder / UNET).with_name(f"diffusion_pytorch_model{Path(name).suffix}").write_bytes(data)
        ended(field, folder.name, {"unsafe_format", "bad_model_file"})
    folder = model(field, "pickled-bin")
    (folder / UNET).unlink()
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(data)
    fails(field, attack, folder.name)
    assert not canary.exists()


@deed("F007", proves=["no CANARY"])
def own_code(field: Field, attack: Attack) -> None:
    canary = field.serving.folder / "data" / "CANARY"
    code = f"import os\nos.mkdir({str(canary)!r})\n"
    folder = model(field, "own-code")
    index = json.loads((folder / "model_index.json").read_text())
    for entry in ({"unet": ["evil", "UNet"]}, {"_class_name": ["pipeline", "Evil"]}):
        replaced(folder / "model_index.json", json.dumps({**index, **entry}).encode())
        for place in ("evil.py", "pipeline.py", "unet/evil.py", "unet/modeling_evil.py"):
            (folder / place).write_text(code)
        fails(field, attack, folder.name)
    assert not canary.exists()


@deed("F008", proves=["no read outside the model folder", "no hang"])
def hostile_index(field: Field, attack: Attack) -> None:
    secret = field.serving.folder / "canary" / "secret.safetensors"
    shutil.copy(DEMO / UNET, secret)
    names = tuple(load_file(DEMO / UNET))
    for number, target in enumerate(("../../../canary/secret.safetensors", str(secret), "fifo")):
        folder = model(field, f"shards-{number}")
        (folder / UNET).unlink()
        if target == "fifo":
            os.mkfifo(folder / "unet" / "fifo")
        index = {"metadata": {}, "weight_map": dict.fromkeys(names, target)}
        (folder / f"{UNET}.index.json").write_text(json.dumps(index))
        refused_or_failed(field, folder.name)
    folder = model(field, "fifo-itself")
    (folder / UNET).unlink()
    os.mkfifo(folder / UNET)
    refused_or_failed(field, folder.name)
    shutil.rmtree(folder)
    assert not [line for line in field.serving.watched if line.startswith(f"read {secret}")]
    secret.unlink()


@deed("F009", proves=["not copied into events"])
def much_metadata(field: Field, attack: Attack) -> None:
    folder = model(field, "metadata")
    tensors = load_file(DEMO / UNET)
    for metadata in (
        {"<script>alert(1)</script>": "x", "__proto__": '{"polluted": 1}'},
        {"much": "m" * 90_000_000},
    ):
        (folder / UNET).unlink()
        save_file(tensors, folder / UNET, metadata=metadata)
        listed(field, "models", folder.name)
        run: Json = field.serving.run(with_value(field.base, "model.name", folder.name))
        events = field.mouth.ask("GET", f"/api/runs/{run['id']}/events?limit=1000").body
        for text in (events, json.dumps(run).encode()):
            assert b"<script>" not in text
            assert b"mmmmmmmm" not in text
            assert len(text) < 1 << 20
    shutil.rmtree(folder)


@deed("F017", proves=["documented: allowed only for configured roots"])
def linked_model(field: Field, attack: Attack) -> None:
    """A link that leads outside is no entry of the list, and naming it does not help."""
    outside = field.serving.folder / "canary" / "model"
    shutil.copytree(DEMO, outside)
    link = field.serving.models / "linked"
    link.symlink_to(outside)
    try:
        heard = field.serving.submit(with_value(field.base, "model.name", "linked"))
        if heard.status == 202:
            run: Json = field.serving.wait(heard.json["runs"][0]["id"])
            assert run["status"] == "failed", run
            assert run["problems"][0]["code"] in {"unknown_model", "not_found"}
        assert heard.status in {202, 422}
        foul = [line for line in field.serving.watched if line.startswith(f"read {outside}")]
        assert not foul, foul[:5]
    finally:
        link.unlink()
        shutil.rmtree(outside)


@deed("F018")
def unreadable(field: Field, attack: Attack) -> None:
    """A server without root's powers; the file is there, in the list, and not to be read."""
    serving = field.make(powerless=True)
    for name, part in (("closed", UNET), ("shut", VAE)):
        folder = serving.models / name
        shutil.copytree(DEMO, folder)
        (folder / part).chmod(0)
    serving.start()
    other = Field(serving, field.make)
    other.picture = upload(serving.mouth, png(64, 64)).json["hash"]
    for name in ("closed", "shut"):
        fails(other, attack, name)
    assert not serving.mouth.faults, serving.mouth.faults
    assert serving.stop() == 0
