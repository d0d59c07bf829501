"""LoRA files of every trainer: the bits of diffusers and peft, or of W + dW by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import diffusers
import pytest
import torch
from diffusers.utils import convert_state_dict_to_diffusers
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from torch import Tensor

from engine import Context
from nodes.lora import Lora, apply_loras
from nodes.models import Model, load_model
from tests.nodes import ldm
from tests.nodes.lora.loras import (
    CONV,
    LINEAR,
    PROJ,
    TEXT_LAYERS,
    State,
    bits,
    factors,
    given,
    modules,
    oracle,
    same,
    save,
)

TinyModel = Callable[[str], Path]


def kohya(state: State) -> State:
    """Diffusers' names as kohya's trainer writes them, an alpha for each layer."""
    found: State = {}
    for name, tensor in state.items():
        for old, new in {
            "unet.": "lora_unet_",
            "text_encoder.text_model.": "lora_te_text_model_",
        }.items():
            name = name.replace(old, new)
        module, _, end = name.removesuffix(".weight").rpartition(".")
        module = module.replace(".", "_")
        found[f"{module}.{'lora_down' if end == 'lora_A' else 'lora_up'}.weight"] = tensor
        found[f"{module}.alpha"] = torch.tensor(1.5)
    return found


def test_kohya_files_with_an_alpha(
    at: Context, model: Model, two: State, tiny_model: TinyModel, tmp_path: Path
) -> None:
    """All attention projections, as diffusers reads those files only then."""
    layers = tuple(f"encoder.layers.0.self_attn.{p}_proj" for p in ("q", "k", "v", "out"))
    unet, text = modules(tiny_model("sd15"))
    state = factors(unet, (LINEAR, PROJ), "unet.", 1)
    state |= factors(text, layers, "text_encoder.text_model.", 2)
    save(kohya(state), tmp_path / "loras" / "k.safetensors")
    strengths = {"k": {"unet": 0.8, "text_encoder": 0.6}}
    wanted = oracle(tiny_model("sd15"), tmp_path, strengths)
    assert same(bits(at, model, [Lora("k.safetensors", 0.8, 0.6)]), wanted)


def test_kohya_files_without_an_output_projection(
    at: Context, model: Model, tiny_model: TinyModel, tmp_path: Path
) -> None:
    """Which diffusers cannot read: they equal the same tensors in diffusers' own names."""
    unet, text = modules(tiny_model("sd15"))
    state = factors(unet, (LINEAR,), "unet.", 1)
    state |= factors(text, TEXT_LAYERS[:2], "text_encoder.text_model.", 2)
    renamed = {k: v for k, v in kohya(state).items() if not k.endswith("alpha")}
    save(renamed, tmp_path / "loras" / "k.safetensors")
    save(state, tmp_path / "loras" / "d.safetensors")
    found = bits(at, model, [Lora("k.safetensors")])
    assert same(found, oracle(tiny_model("sd15"), tmp_path, {"d": 1.0}))


def test_dora(at: Context, model: Model, tiny_model: TinyModel, tmp_path: Path) -> None:
    unet, _ = modules(tiny_model("sd15"))
    layers = (LINEAR, "mid_block.attentions.0.transformer_blocks.0.attn2.to_k", CONV)
    state = factors(unet, layers, "unet.", 4)
    for layer in layers:
        weight = unet.get_submodule(layer).weight
        norm = weight.flatten(1).norm(dim=1) * 1.3
        shape = (1, -1, 1, 1) if weight.ndim == 4 else (-1,)
        state[f"unet.{layer}.lora_magnitude_vector"] = norm.reshape(shape).detach().contiguous()
    save(state, tmp_path / "loras" / "dora.safetensors")
    found = bits(at, model, [Lora("dora.safetensors", 0.9)])
    assert torch.equal(found[0], oracle(tiny_model("sd15"), tmp_path, {"dora": 0.9})[0])


def by_hand(folder: Path, changes: dict[str, Tensor]) -> Tensor:
    """The UNet with W + dW for some layers."""
    unet, _ = modules(folder)
    with torch.no_grad():
        for name, change in changes.items():
            unet.get_submodule(name).weight += change
        return unet(*given(unet)).sample  # type: ignore[no-any-return]


def normal(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))


def test_loha_is_w_plus_dw(
    at: Context, model: Model, tiny_model: TinyModel, tmp_path: Path
) -> None:
    unet, _ = modules(tiny_model("sd15"))
    state, changes = {}, {}
    for layer in (LINEAR, CONV):
        weight = unet.get_submodule(layer).weight
        out, width = weight.shape[0], weight.shape[1:].numel()
        parts = {
            "hada_w1_a": normal(out, 3),
            "hada_w1_b": normal(3, width),
            "hada_w2_a": normal(out, 3) + 1,
            "hada_w2_b": normal(3, width) - 1,
            "alpha": torch.tensor(1.5),
        }
        state |= {f"lora_unet_{layer.replace('.', '_')}.{k}": v for k, v in parts.items()}
        one = parts["hada_w1_a"] @ parts["hada_w1_b"]
        other = parts["hada_w2_a"] @ parts["hada_w2_b"]
        changes[layer] = 0.4 * (one * other * (1.5 / 3)).reshape(weight.shape)
    save(state, tmp_path / "loras" / "loha.safetensors")
    found = bits(at, model, [Lora("loha.safetensors", 0.4)])[0]
    assert torch.equal(found, by_hand(tiny_model("sd15"), changes))


@pytest.mark.parametrize("whole", [True, False])
def test_lokr_is_w_plus_dw(
    at: Context, model: Model, tiny_model: TinyModel, tmp_path: Path, whole: bool
) -> None:
    unet, _ = modules(tiny_model("sd15"))
    out, into = unet.get_submodule(LINEAR).weight.shape
    first, low, high = normal(2, 2), normal(out // 2, 3), normal(3, into // 2)
    second = low @ high
    parts = {"lokr_w1": first, "alpha": torch.tensor(6.0)}
    parts |= {"lokr_w2": second} if whole else {"lokr_w2_a": low, "lokr_w2_b": high}
    name = f"lora_unet_{LINEAR.replace('.', '_')}"
    save({f"{name}.{k}": v for k, v in parts.items()}, tmp_path / "loras" / "lokr.safetensors")
    change = torch.kron(first, second) * (1.0 if whole else 6.0 / 3)
    found = bits(at, model, [Lora("lokr.safetensors", 0.4)])[0]
    assert torch.equal(found, by_hand(tiny_model("sd15"), {LINEAR: 0.4 * change}))


def test_full_differences(at: Context, model: Model, tiny_model: TinyModel, tmp_path: Path) -> None:
    unet, _ = modules(tiny_model("sd15"))
    change = normal(*unet.get_submodule(CONV).weight.shape)
    name = f"lora_unet_{CONV.replace('.', '_')}"
    save({f"{name}.diff": change}, tmp_path / "loras" / "full.safetensors")
    found = bits(at, model, [Lora("full.safetensors")])[0]
    assert torch.equal(found, by_hand(tiny_model("sd15"), {CONV: change}))


def test_original_names_of_a_single_file(at: Context, tmp_path: Path) -> None:
    """SDXL LoRAs in the original numbering, on a checkpoint in the original names."""
    pipe = ldm.pipeline("sdxl")
    ldm.single_file(pipe, "sdxl", tmp_path / "checkpoints" / "xl.safetensors")
    layers = {
        "input_blocks_4_1_transformer_blocks_1_attn1_to_q": "down_blocks.1.attentions.0."
        "transformer_blocks.1.attn1.to_q",
        "middle_block_1_proj_in": "mid_block.attentions.0.proj_in",
        "output_blocks_2_1_transformer_blocks_2_attn2_to_v": "up_blocks.0.attentions.2."
        "transformer_blocks.2.attn2.to_v",
        "output_blocks_5_0_emb_layers_1": "up_blocks.1.resnets.2.time_emb_proj",
        "input_blocks_3_0_op": "down_blocks.0.downsamplers.0.conv",
    }
    state, second = {}, "encoder.layers.1.mlp.fc1"
    with torch.no_grad():
        for old, new in layers.items():
            layer = pipe.unet.get_submodule(new)
            change = normal(*layer.weight.shape)
            state[f"lora_unet_{old}.diff"] = change
            layer.weight += change
        text = pipe.text_encoder_2.text_model.get_submodule(second)
        state[f"lora_te2_text_model_{second.replace('.', '_')}.diff"] = normal(*text.weight.shape)
        text.weight += normal(*text.weight.shape)
    save(state, tmp_path / "loras" / "xl.safetensors")
    model = load_model(at, "xl.safetensors")
    adapted = apply_loras(at, model.unet, model.text_encoder, [Lora("xl.safetensors")])
    with at.pool.use(adapted.unet) as unet:
        for new in layers.values():
            wanted = pipe.unet.get_submodule(new).weight
            assert torch.equal(unet.get_submodule(new).weight, wanted)
    with at.pool.use(adapted.text_encoder) as texts:
        assert torch.equal(texts.encoders[1].text_model.get_submodule(second).weight, text.weight)


@pytest.mark.filterwarnings("ignore:Already found a `peft_config`:UserWarning")
@pytest.mark.parametrize("root", [False, True])
def test_peft_settings_in_the_metadata(
    at: Context, model: Model, tiny_model: TinyModel, tmp_path: Path, root: bool
) -> None:
    """As diffusers' own trainers save them: the alpha stands in no tensor."""
    pipe = diffusers.StableDiffusionPipeline.from_pretrained(
        tiny_model("sd15"), local_files_only=True
    )
    config = LoraConfig(
        r=4,
        lora_alpha=6,
        alpha_pattern={"attn2.to_k": 3},
        use_rslora=root,
        init_lora_weights=False,
        target_modules=["to_q", "to_k"],
    )
    torch.manual_seed(3)
    pipe.unet.add_adapter(config)
    found = convert_state_dict_to_diffusers(get_peft_model_state_dict(pipe.unet))
    pipe.save_lora_weights(
        tmp_path / "loras",
        unet_lora_layers=found,
        weight_name="own.safetensors",
        unet_lora_adapter_metadata=pipe.unet.peft_config["default"].to_dict(),
    )
    wanted = oracle(tiny_model("sd15"), tmp_path, {"own": 0.8})
    found = bits(at, model, [Lora("own.safetensors", 0.8)])
    assert torch.equal(found[0], wanted[0])


def test_kohya_names_with_a_magnitude(
    at: Context, model: Model, tiny_model: TinyModel, tmp_path: Path
) -> None:
    """LyCORIS' `dora_scale` is peft's magnitude vector, which diffusers reads by its own name."""
    unet, _ = modules(tiny_model("sd15"))
    state = factors(unet, (LINEAR, CONV), "unet.", 4)
    renamed = {k: v for k, v in kohya(state).items() if not k.endswith("alpha")}
    for layer in (LINEAR, CONV):
        weight = unet.get_submodule(layer).weight
        norm = (weight.flatten(1).norm(dim=1) * 1.3).detach()
        conv = weight.ndim == 4
        named = norm.reshape((1, -1, 1, 1) if conv else (-1,)).contiguous()
        state[f"unet.{layer}.lora_magnitude_vector"] = named
        name = f"lora_unet_{layer.replace('.', '_')}.dora_scale"
        renamed[name] = norm.reshape((-1, 1, 1, 1) if conv else (-1, 1)).contiguous()
    save(state, tmp_path / "loras" / "peft.safetensors")
    save(renamed, tmp_path / "loras" / "kohya.safetensors")
    found = bits(at, model, [Lora("kohya.safetensors", 0.9)])
    assert torch.equal(found[0], oracle(tiny_model("sd15"), tmp_path, {"peft": 0.9})[0])


def test_a_kernel_between_the_factors(
    at: Context, model: Model, tiny_model: TinyModel, tmp_path: Path
) -> None:
    """LoCon with a core tensor: dW is up x mid x down over the kernel."""
    unet, _ = modules(tiny_model("sd15"))
    out, into, high, wide = unet.get_submodule(CONV).weight.shape
    down, mid, up = normal(2, into, 1, 1), normal(2, 2, high, wide), normal(out, 2, 1, 1)
    name = f"lora_unet_{CONV.replace('.', '_')}"
    parts = {"lora_down.weight": down, "lora_mid.weight": mid, "lora_up.weight": up}
    save({f"{name}.{k}": v for k, v in parts.items()}, tmp_path / "loras" / "cp.safetensors")
    change = torch.einsum("or,rshw,si->oihw", up[..., 0, 0], mid, down[..., 0, 0])
    found = bits(at, model, [Lora("cp.safetensors", 0.4)])[0]
    wanted = by_hand(tiny_model("sd15"), {CONV: 0.4 * change})
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)


def test_changes_of_norms(at: Context, model: Model, tiny_model: TinyModel, tmp_path: Path) -> None:
    layer = "mid_block.resnets.0.norm1"
    unet, _ = modules(tiny_model("sd15"))
    change = normal(*unet.get_submodule(layer).weight.shape)
    name = f"lora_unet_{layer.replace('.', '_')}"
    save({f"{name}.w_norm": change}, tmp_path / "loras" / "norm.safetensors")
    found = bits(at, model, [Lora("norm.safetensors")])[0]
    assert torch.equal(found, by_hand(tiny_model("sd15"), {layer: change}))
