"""LoRAs: the bits of diffusers and peft, or of W + dW by hand; the base model as it was."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine import Context, Files, NodeError
from nodes.lora import Lora, apply_loras
from nodes.models import Model, load_model
from nodes.recipes import Source
from tests.nodes import ldm

TinyModel = Callable[[str], Path]
State = dict[str, Tensor]
LINEAR = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
CONV = "mid_block.resnets.0.conv1"
PROJ = "up_blocks.2.attentions.1.proj_in"
UNET_LAYERS = (LINEAR, CONV, PROJ, "up_blocks.1.attentions.0.transformer_blocks.0.ff.net.0.proj")
TEXT_LAYERS = tuple(f"encoder.layers.{i}.self_attn.{p}_proj" for i in (0, 1) for p in "qvk")


@pytest.fixture
def at(ctx: Context, models_root: Path, tmp_path: Path) -> Context:
    """A context that finds LoRAs in the test's own folder."""
    return replace(ctx, files=Files({"models": [models_root, tmp_path]}))


@pytest.fixture
def model(at: Context, tiny_model: TinyModel) -> Model:
    tiny_model("sd15")
    return load_model(at, "sd15")


def modules(folder: Path) -> tuple[Any, Any]:
    """The UNet and text encoder as diffusers loads them."""
    pipe = diffusers.StableDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    return pipe.unet, pipe.text_encoder


def factors(module: Any, layers: tuple[str, ...], prefix: str, seed: int, rank: int = 2) -> State:
    """Random lora_A and lora_B for some layers, in peft's names."""
    random = torch.Generator().manual_seed(seed)
    state = {}
    for layer in layers:
        weight = module.get_submodule(layer).weight
        out, into, *kernel = weight.shape
        down = torch.randn((rank, into, *kernel), generator=random)
        up = torch.randn((out, rank, *[1] * len(kernel)), generator=random)
        state |= {f"{prefix}{layer}.lora_A.weight": down, f"{prefix}{layer}.lora_B.weight": up}
    return state


def save(state: State, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path)
    return path


@pytest.fixture
def two(tiny_model: TinyModel, tmp_path: Path) -> State:
    """`a` and `b`, for the UNet and the text encoder, in diffusers' own format."""
    unet, text = modules(tiny_model("sd15"))
    for seed, name in enumerate("ab"):
        state = factors(unet, UNET_LAYERS, "unet.", seed)
        state |= factors(text, TEXT_LAYERS, "text_encoder.text_model.", seed + 5)
        save(state, tmp_path / "loras" / f"{name}.safetensors")
    return state


def bits(ctx: Context, model: Model, loras: list[Lora]) -> list[Tensor]:
    """What the UNet and the text encoder give with LoRAs."""
    adapted = apply_loras(ctx, model.unet, model.text_encoder, loras)
    with torch.no_grad():
        with ctx.pool.use(adapted.unet) as unet:
            predicted = unet(*given(unet)).sample
        with ctx.pool.use(adapted.text_encoder) as text:
            encoded = text.encode(0, range(77), 0)[0]
    return [predicted, encoded]


def given(unet: Any) -> tuple[Any, ...]:
    random = torch.Generator().manual_seed(3)
    width = unet.config.cross_attention_dim
    latent = torch.randn((2, 4, 8, 8), generator=random)
    return latent, 7, torch.randn((2, 5, width), generator=random)


def oracle(folder: Path, root: Path, loras: dict[str, Any]) -> list[Tensor]:
    """The same from diffusers' load_lora_weights and set_adapters."""
    pipe = diffusers.StableDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Already found a `peft_config`")
        for name in loras:
            file = f"{name}.safetensors"
            pipe.load_lora_weights(root / "loras", weight_name=file, adapter_name=name)
    pipe.set_adapters(list(loras), adapter_weights=list(loras.values()))
    ids = torch.tensor([list(range(77))])
    with torch.no_grad():
        return [pipe.unet(*given(pipe.unet)).sample, pipe.text_encoder(ids)[0]]


def same(found: list[Tensor], wanted: list[Tensor]) -> bool:
    return all(map(torch.equal, found, wanted))


@pytest.mark.parametrize("strength", [1.0, 0.7, -1.5])
def test_one_file_gives_the_bits_of_diffusers(
    at: Context, model: Model, two: State, tiny_model: TinyModel, tmp_path: Path, strength: float
) -> None:
    found = bits(at, model, [Lora("a.safetensors", strength, strength)])
    assert same(found, oracle(tiny_model("sd15"), tmp_path, {"a": strength}))
    assert not any(map(torch.equal, found, bits(at, model, [])))


def test_a_stack_gives_the_bits_of_diffusers(
    at: Context, model: Model, two: State, tiny_model: TinyModel, tmp_path: Path
) -> None:
    stack = [Lora("b.safetensors", 0.5, 0.25), Lora("a.safetensors", 1.25, 2.0)]
    strengths = {
        "b": {"unet": 0.5, "text_encoder": 0.25},
        "a": {"unet": 1.25, "text_encoder": 2.0},
    }
    wanted = oracle(tiny_model("sd15"), tmp_path, strengths)
    assert same(bits(at, model, stack), wanted)


def test_strengths_of_blocks(
    at: Context, model: Model, two: State, tiny_model: TinyModel, tmp_path: Path
) -> None:
    """Of attention alone: diffusers gives resnets the strength 1 where blocks have their own."""
    attention = {name: tensor for name, tensor in two.items() if "resnets" not in name}
    save(attention, tmp_path / "loras" / "a.safetensors")
    lora = Lora("a.safetensors", blocks="down=0.5, mid = 0.25,up=0.75, up.1=1.5")
    blocks = {"down": 0.5, "mid": 0.25, "up": {"block_1": 1.5, "block_2": 0.75, "block_3": 0.75}}
    wanted = oracle(tiny_model("sd15"), tmp_path, {"a": {"unet": blocks, "text_encoder": 1.0}})
    assert same(bits(at, model, [lora]), wanted)


def test_the_base_is_bit_identical_afterwards(at: Context, model: Model, two: State) -> None:
    with at.pool.use(model.unet) as unet:
        kept = {name: weight.clone() for name, weight in unet.state_dict().items()}
    before = bits(at, model, [])
    weak, strong = ([Lora("a.safetensors", s, s)] for s in (0.3, 1.0))
    first = bits(at, model, weak)
    assert not torch.equal(first[0], bits(at, model, strong)[0])
    assert same(bits(at, model, weak), first)
    assert same(bits(at, model, []), before)
    with at.pool.use(model.unet) as unet:
        assert unet.state_dict().keys() == kept.keys()
        assert all(torch.equal(weight, kept[name]) for name, weight in unet.state_dict().items())


def test_variants_share_the_base_tensors(at: Context, model: Model, two: State) -> None:
    adapted = apply_loras(at, model.unet, None, [Lora("a.safetensors")]).unet
    assert adapted.weight_set() == model.unet.weight_set()
    with at.pool.use(model.unet) as base, at.pool.use(adapted) as variant:
        theirs = {weight.data_ptr() for weight in base.parameters()}
        own = [weight for weight in variant.parameters() if weight.data_ptr() not in theirs]
        assert len(own) == 2 * len(UNET_LAYERS)


def test_no_strength_is_the_base_itself(at: Context, model: Model, two: State) -> None:
    adapted = apply_loras(at, model.unet, model.text_encoder, [Lora("a.safetensors", 0, 0)])
    assert adapted.unet.digest() == model.unet.digest()
    assert adapted.text_encoder.digest() == model.text_encoder.digest()
    zeros = [Lora("a.safetensors", 1, 0, blocks="down=0, mid=0, up=0")]
    assert same(bits(at, model, zeros), bits(at, model, []))


def test_chained_nodes_are_one_stack(at: Context, model: Model, two: State) -> None:
    one, other = Lora("a.safetensors", 0.5), Lora("b.safetensors")
    stack = apply_loras(at, model.unet, model.text_encoder, [one, other])
    first = apply_loras(at, model.unet, model.text_encoder, [one])
    assert apply_loras(at, first.unet, first.text_encoder, [other]) == stack
    turned = apply_loras(at, model.unet, model.text_encoder, [other, one])
    assert turned.unet.digest() != stack.unet.digest()


def test_the_text_strength_changes_no_unet(at: Context, model: Model, two: State) -> None:
    one, other = ([Lora("a.safetensors", 1.0, s)] for s in (0.5, 1.0))
    first, second = (apply_loras(at, model.unet, model.text_encoder, each) for each in (one, other))
    assert first.unet == second.unet
    assert first.text_encoder.digest() != second.text_encoder.digest()


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
