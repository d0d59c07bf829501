"""`latentgraph models`: what lies where, what cannot be used and why, and downloads on request."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine import hashes
from nodes.demo import MODEL_DIR
from tests.server.conftest import Command

TENSORS = {"lora_unet_x_attn2_to_k.lora_down.weight": torch.zeros(2, 768)}


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """ComfyUI's layout with a LoRA, a pickle, a broken file and a LoRA among the checkpoints."""
    root = tmp_path / "ComfyUI" / "models"
    for sub in ("checkpoints", "loras", "vae"):
        (root / sub).mkdir(parents=True)
    save_file(TENSORS, root / "loras" / "style.safetensors")
    save_file(TENSORS, root / "checkpoints" / "lost.safetensors")
    (root / "checkpoints" / "old.ckpt").write_bytes(b"\x80\x04")
    (root / "vae" / "cut.safetensors").write_bytes(b"\x00")
    monkeypatch.setenv("LATENTGRAPH_MODELS", str(tmp_path / "ComfyUI"))
    return root


def test_every_file_is_listed_with_what_it_is(latentgraph: Command, models: Path) -> None:
    said = latentgraph("models")
    assert (said.code, said.err) == (0, "")
    assert "loras\n  style.safetensors" in said.out
    assert "a LoRA for SD 1.x" in said.out
    assert "cannot be used: It belongs into 'loras': it is a LoRA." in said.out
    assert "cannot be used: The file 'old.ckpt' is a pickle" in said.out
    assert "cannot be used: The file 'cut.safetensors' is no whole safetensors file" in said.out


def test_one_list_as_json(latentgraph: Command, models: Path) -> None:
    (entry,) = json.loads(latentgraph("models", "loras", "--json").out)
    assert entry["name"] == "style.safetensors"
    assert (entry["family"], entry["problem"], entry["sha256"]) == ("sd1", "", "")
    assert entry["bytes"] == (models / "loras" / "style.safetensors").stat().st_size
    (hashed,) = json.loads(latentgraph("models", "loras", "--json", "--hash").out)
    assert len(hashed["sha256"]) == 64


def test_a_diffusers_folder(latentgraph: Command, models: Path) -> None:
    shutil.copytree(MODEL_DIR, models / "own")
    (listed,) = json.loads(latentgraph("models", "models", "--json").out)[-1:]
    assert (listed["name"], listed["what"]) == ("own", "a diffusers folder of SD 1.x")


def test_links_out_of_the_folder_are_named(
    latentgraph: Command, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With their folder configured too, they are entries as any other."""
    disk = tmp_path / "disk"
    disk.mkdir()
    save_file(TENSORS, disk / "far.safetensors")
    (models / "loras" / "far").symlink_to(disk)
    said = latentgraph("models", "loras").out
    assert "cannot be used: It is a link out of the configured folders" in said
    monkeypatch.setenv("LATENTGRAPH_MODELS", f"{models}{os.pathsep}{disk}")
    assert "far/far.safetensors" in latentgraph("models", "loras").out
    assert "cannot be used" not in latentgraph("models", "loras").out


def test_a_pickle_in_a_graph_is_refused_before_anything_runs(
    latentgraph: Command, models: Path
) -> None:
    said = latentgraph("run", "txt2img", "--set", "model.model=old.ckpt")
    assert said.code == 2
    assert "'old.ckpt' is a pickle" in said.err
    assert "save_file" in said.err


def test_large_files_are_hashed_once(
    latentgraph: Command, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_file({**TENSORS, "x.diff": torch.zeros(300_000)}, models / "loras" / "style.safetensors")
    reads: list[Path] = []
    before = hashes._read
    monkeypatch.setattr(hashes, "_read", lambda path: reads.append(path) or before(path))
    first, second = (latentgraph("models", "loras", "--json", "--hash").out for _ in range(2))
    assert first == second
    assert len(reads) == 1


def test_an_unknown_list_and_an_empty_folder(
    latentgraph: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = latentgraph("models", "lora")
    assert (said.code, said.err) == (2, "There is no list 'lora'. Did you mean 'loras'?\n")
    monkeypatch.setenv("LATENTGRAPH_MODELS", str(tmp_path / "nothing"))
    assert "There are no model files" in latentgraph("models").out


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """A stand-in for the hub: writes a file where it is told to, and says what was asked."""
    import huggingface_hub

    asked: list[tuple[Any, ...]] = []

    def snapshot(repository: str, local_dir: Path, **patterns: Any) -> str:
        asked.append((repository, patterns))
        local_dir.mkdir(parents=True)
        save_file(TENSORS, local_dir / "fetched.safetensors")
        return str(local_dir)

    def single(repository: str, file: str, local_dir: Path) -> str:
        asked.append((repository, file))
        if file == "gone.safetensors":
            raise OSError("404: there is no such file")
        save_file(TENSORS, local_dir / file)
        return str(local_dir / file)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", single)
    return asked


def test_a_download_on_request(latentgraph: Command, models: Path, hub: list[Any]) -> None:
    said = latentgraph("models", "--models", models, "--download", "some/model")
    assert said.code == 0
    assert "some/model/fetched.safetensors" in said.out
    ((repository, patterns),) = hub
    assert repository == "some/model"
    assert "*.safetensors" in patterns["allow_patterns"]
    assert not any(kind in str(patterns["allow_patterns"]) for kind in (".bin", ".ckpt", ".py"))


def test_one_file_of_a_repository(latentgraph: Command, models: Path, hub: list[Any]) -> None:
    said = latentgraph("models", "--models", models, "--download", "some/model:a.safetensors")
    assert said.code == 0
    assert (models / "checkpoints" / "a.safetensors").is_file()
    assert hub == [("some/model", "a.safetensors")]
    gone = latentgraph("models", "--models", models, "--download", "some/model:gone.safetensors")
    assert gone.code == 3
    assert "could not be fetched from the hub: 404" in gone.err


@pytest.mark.parametrize("name", ["model", "../x/y", "a/b/c", "a/b:c.ckpt", "a/..", "http://x/y"])
def test_ids_that_are_none(latentgraph: Command, models: Path, hub: list[Any], name: str) -> None:
    said = latentgraph("models", "--models", models, "--download", name)
    assert said.code == 2
    assert "is no id of the hub" in said.err
    assert hub == []


def test_nothing_is_fetched_unasked(
    latentgraph: Command, models: Path, hub: list[Any], adding: Callable[..., Path]
) -> None:
    graph = {
        "format": 1,
        "title": "T",
        "outputs": {"unet": "model.unet"},
        "nodes": {"model": {"type": "LoadModel", "params": {"model": "attacker/repo"}}},
    }
    file = models / "graph.json"
    file.write_text(json.dumps(graph))
    said = latentgraph("validate", file)
    assert said.code != 0
    assert "latentgraph models --download attacker/repo" in said.out + said.err
    assert hub == []


def test_controlnets_and_t2i_adapters_are_told_apart_and_listed_once(
    latentgraph: Command, models: Path
) -> None:
    named = {"net": "input_hint_block.0.weight", "adapter": "body.0.in_conv.weight"}
    (models / "controlnet").mkdir()
    for name, tensor in named.items():
        save_file({tensor: torch.zeros(1)}, models / "controlnet" / f"{name}.safetensors")
    (models / "controlnet" / "cut.safetensors").write_bytes(b"\x00")
    found = json.loads(latentgraph("models", "--json").out)
    lists = [(each["list"], each["name"]) for each in found]
    assert [pair for pair in lists if pair[0] in {"controls", "adapters"}] == [
        ("controls", "cut.safetensors"),
        ("controls", "net.safetensors"),
        ("adapters", "adapter.safetensors"),
    ]
    assert "cut.safetensors" in latentgraph("models", "adapters").out
