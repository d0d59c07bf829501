"""LoRA files that do not fit: a sentence with the file, what it is and what was wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine import Context, NodeError
from nodes.lora import Lora, apply_loras
from nodes.models import Model
from nodes.recipes import Source
from tests.nodes.lora.loras import LINEAR, TEXT_LAYERS, State, factors, modules, save

TinyModel = Callable[[str], Path]


def refused(ctx: Context, model: Model, code: str, match: str) -> NodeError:
    with pytest.raises(NodeError, match=match) as caught:
        apply_loras(ctx, model.unet, model.text_encoder, [Lora("bad.safetensors")])
    assert (caught.value.code, caught.value.port) == (code, "loras")
    return caught.value


def broken(two: State, tmp_path: Path, change: Callable[[State], object]) -> None:
    state = dict(two)
    change(state)
    save(state, tmp_path / "loras" / "bad.safetensors")


NAME = f"unet.{LINEAR}.lora_B.weight"


def test_a_wrong_shape_names_the_tensor(
    at: Context, model: Model, two: State, tmp_path: Path
) -> None:
    broken(two, tmp_path, lambda state: state.update({NAME: torch.zeros(9, 2)}))
    problem = refused(at, model, "incompatible_lora", r"\[9, 2\].*\[8, 2\] is wanted")
    assert NAME in problem.message
    assert "'bad.safetensors'" in problem.message


@pytest.mark.parametrize("fault", ["half", "rank"])
def test_half_a_pair(at: Context, model: Model, two: State, tmp_path: Path, fault: str) -> None:
    def change(state: State) -> None:
        state.pop(NAME)
        if fault == "rank":
            state[NAME] = torch.zeros(8, 3)

    broken(two, tmp_path, change)
    refused(at, model, "incompatible_lora", "has the shape")


def test_a_lora_for_another_model(at: Context, model: Model, two: State, tmp_path: Path) -> None:
    other = {"lora_unet_input_blocks_8_1_transformer_blocks_9_attn2_to_k": (4, 2048)}
    state = {f"{k}.lora_down.weight": torch.zeros(v) for k, v in other.items()}
    save(state, tmp_path / "loras" / "bad.safetensors")
    refused(at, model, "incompatible_lora", "a LoRA for SDXL.*none of its layers are in 'sd15'")
    save(
        {"blocks.0.attn.qkv.lora_up.weight": torch.zeros(2, 2)}, tmp_path / "loras/bad.safetensors"
    )
    refused(at, model, "incompatible_lora", "which is no part of SD")
    save({"unet.conv_in.lora_C.weight": torch.zeros(2, 2)}, tmp_path / "loras" / "bad.safetensors")
    refused(at, model, "incompatible_lora", "a LoRA is wanted")


def test_what_is_no_lora(at: Context, model: Model, tmp_path: Path) -> None:
    assert isinstance(model.unet.source, Source)
    weights = next(model.unet.source.folders[0].glob("*.safetensors"))
    save(load_file(weights), tmp_path / "loras" / "bad.safetensors")
    refused(at, model, "incompatible_lora", "is .*, and a LoRA is wanted")
    (tmp_path / "loras" / "bad.safetensors").write_bytes(b"")
    refused(at, model, "bad_model_file", "no whole safetensors file")


def test_weights_that_are_not_finite(at: Context, model: Model, two: State, tmp_path: Path) -> None:
    broken(two, tmp_path, lambda state: state[NAME].fill_(float("nan")))
    adapted = apply_loras(at, model.unet, None, [Lora("bad.safetensors")])
    with pytest.raises(NodeError, match=r"not finite.*lora_B") as caught, at.pool.use(adapted.unet):
        pass
    assert caught.value.code == "non_finite"


def test_a_text_encoder_that_was_not_wired(
    at: Context, model: Model, two: State, tiny_model: TinyModel, tmp_path: Path
) -> None:
    adapted = apply_loras(at, model.unet, None, [Lora("a.safetensors")])
    with (
        pytest.raises(NodeError, match="into which none was wired"),
        at.pool.use(adapted.text_encoder),
    ):
        pass
    _, text = modules(tiny_model("sd15"))
    state = factors(text, TEXT_LAYERS, "text_encoder.text_model.", 1)
    save(state, tmp_path / "loras" / "bad.safetensors")
    with pytest.raises(NodeError, match="text encoders alone"):
        apply_loras(at, model.unet, None, [Lora("bad.safetensors")])


@pytest.mark.parametrize("text", ["down", "side=1", "down=x", "up.1=1;mid=2"])
def test_factors_that_are_none(at: Context, model: Model, two: State, text: str) -> None:
    with pytest.raises(NodeError, match="is no factor of a block") as caught:
        apply_loras(at, model.unet, None, [Lora("a.safetensors", blocks=text)])
    assert caught.value.code == "bad_value"


def test_an_unknown_name(at: Context, model: Model, two: State) -> None:
    with pytest.raises(NodeError, match=r"no 'c\.safetensors'") as caught:
        apply_loras(at, model.unet, None, [Lora("c.safetensors")])
    assert caught.value.code == "unknown_model"


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ("{", "is no JSON"),
        ("[]", "no JSON object"),
        ('{"unet.lora_alpha": "x"}', "has the alpha x"),
        ('{"unet.lora_alpha": NaN}', "has the alpha nan"),
        ('{"unet.alpha_pattern": {"(a+)+": 3}}', "by patterns, which is not supported"),
    ],
)
def test_settings_that_cannot_be_followed(
    at: Context, model: Model, two: State, tmp_path: Path, said: str, match: str
) -> None:
    save_file(two, tmp_path / "loras" / "bad.safetensors", {"lora_adapter_metadata": said})
    refused(at, model, "incompatible_lora", match)
