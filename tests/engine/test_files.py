"""Names that become files, and never leave the configured folders; layouts of others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import Choices, Files, NodeError
from engine.files import brief

MODELS = Choices(
    "models", ("demo",), ("**/model_index.json", "**/*.safetensors"), "model_index.json"
)
LORAS = Choices("loras", match=("**/*.safetensors",))
EMBEDDINGS = Choices("embeddings", match=("**/*.safetensors",))


def put(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def comfyui(root: Path) -> Path:
    """A folder of models as ComfyUI keeps it."""
    for name in (
        "checkpoints/sd15.safetensors",
        "checkpoints/xl/base.safetensors",
        "loras/style.safetensors",
        "vae/mse.safetensors",
        "embeddings/easy.safetensors",
        "upscale_models/4x.safetensors",
        "configs/v1.safetensors",
        "author/model/model_index.json",
        "author/model/unet/diffusion_pytorch_model.safetensors",
    ):
        put(root / name)
    return root


def test_the_layout_of_comfyui(tmp_path: Path) -> None:
    files = Files({"models": [comfyui(tmp_path / "models")]})
    names = ("demo", "sd15.safetensors", "xl/base.safetensors", "author/model")
    assert files.choices(MODELS) == names
    assert files.choices(LORAS) == ("style.safetensors",)
    assert files.choices(EMBEDDINGS) == ("easy.safetensors",)
    assert files.resolve("models", "xl/base.safetensors").read_text() == "x"
    assert files.resolve("vaes", "mse.safetensors").parent.name == "vae"
    assert files.resolve("models", "author/model").is_dir()


def test_the_folder_in_which_comfyui_is_installed(tmp_path: Path) -> None:
    comfyui(tmp_path / "models")
    put(tmp_path / "output" / "stray.safetensors")
    files = Files({"models": [tmp_path]})
    assert "sd15.safetensors" in files.choices(MODELS)
    assert "output/stray.safetensors" not in files.choices(MODELS)


@pytest.mark.parametrize("named", [".", "models"])
def test_the_layout_of_a1111(tmp_path: Path, named: str) -> None:
    for name in ("models/Stable-diffusion/a.safetensors", "models/Lora/deep/b.safetensors"):
        put(tmp_path / name)
    put(tmp_path / "embeddings" / "c.safetensors")
    files = Files({"models": [tmp_path / named]})
    assert files.choices(MODELS) == ("demo", "a.safetensors")
    assert files.choices(LORAS) == ("deep/b.safetensors",)
    assert files.choices(EMBEDDINGS) == ("c.safetensors",)


def weights(path: Path, *names: str) -> Path:
    tensors = {name: {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for name in names}
    header = json.dumps(tensors).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    return path


def test_a_list_leaves_out_what_says_that_it_is_of_another_kind(tmp_path: Path) -> None:
    match = ("**/*.safetensors", "**/config.json")
    trees = Choices("trees", match=match, folder_of="config.json", without=("Stone", "stone."))
    weights(tmp_path / "oak.safetensors", "leaf.0", "bark.stone.0")
    granite = weights(tmp_path / "granite.safetensors", "grain.0", "stone.0")
    put(tmp_path / "broken.safetensors", "no header")
    put(tmp_path / "elm" / "config.json", '{"_class_name": "Tree"}')
    put(tmp_path / "slate" / "config.json", '{"_class_name": "Stone"}')
    put(tmp_path / "odd" / "config.json", "[")
    files = Files({"trees": [tmp_path]})
    named = {"oak.safetensors", "broken.safetensors", "elm", "odd"}
    assert set(files.choices(trees)) == named
    weights(granite, "leaf.0", "bark.0")
    assert set(files.choices(trees)) == named | {"granite.safetensors"}


def test_an_upload_is_called_as_its_sender_calls_it(tmp_path: Path) -> None:
    files = Files(uploads=tmp_path)
    first, second = files.add(b"1", "my/a.png"), files.add(b"2")
    said = files.told(f"'{first}' and '{brief(first)}' and '{brief(second)}'.")
    assert said == f"'my/a.png' and 'my/a.png' and '{second[:19]}...'."
    assert files.has(first)
    assert not files.has("sha256:" + "0" * 64)


def test_files_that_come_later_are_found(tmp_path: Path) -> None:
    files = Files({"models": [tmp_path]})
    assert files.choices(LORAS) == ()
    put(tmp_path / "loras" / "late.safetensors")
    assert files.choices(LORAS) == ("late.safetensors",)


def test_hidden_folders_are_left_out(tmp_path: Path) -> None:
    put(tmp_path / ".cache" / "a.safetensors")
    assert Files({"models": [tmp_path]}).choices(MODELS) == ("demo",)


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "C:\\x", "a/../b", "", "a//b", "x\0y"])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    put(tmp_path / "b")
    put(tmp_path.parent / "evil")
    with pytest.raises(NodeError) as caught:
        Files({"models": [tmp_path]}).resolve("models", name)
    assert caught.value.code == "not_found"


def test_links_lead_into_configured_folders_alone(tmp_path: Path) -> None:
    outside = put(tmp_path / "disk" / "big.safetensors")
    models = tmp_path / "models"
    put(models / "own.safetensors")
    (models / "link.safetensors").symlink_to(outside)
    (models / "folder").symlink_to(tmp_path / "disk")
    files = Files({"models": [models]})
    assert files.choices(MODELS) == ("demo", "own.safetensors")
    for name in ("link.safetensors", "folder/big.safetensors"):
        with pytest.raises(NodeError, match="There is no") as caught:
            files.resolve("models", name)
        assert "Add the folder that it leads to" in caught.value.fix
    allowed = Files({"models": [models, tmp_path / "disk"]})
    assert allowed.resolve("models", "link.safetensors").read_text() == "x"
    assert "link.safetensors" in allowed.choices(MODELS)
    assert allowed.resolve("models", "folder/big.safetensors").read_text() == "x"


def test_a_link_in_a_circle_ends(tmp_path: Path) -> None:
    put(tmp_path / "a" / "own.safetensors")
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    (tmp_path / "gone.safetensors").symlink_to(tmp_path / "nothing")
    assert "a/own.safetensors" in Files({"models": [tmp_path]}).choices(MODELS)
