"""Tiny models of the published architectures, and their weights under the original names.

The inverse of the conversion that the product relies on, written for the tests alone.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from nodes.vocabulary import clip_tokenizer

WIDTHS = {
    "sd1": (32, 64, 64, 64),
    "sd2": (64, 64, 128, 128),
    "sdxl": (64, 64, 128),
    "sdxl_refiner": (64, 64, 128, 128),
}
CROSS = {"sd1": 64, "sd2": 128, "sdxl": 192, "sdxl_refiner": 128}
State = dict[str, Tensor]


def pipeline(family: str, prediction: str = "epsilon", channels: int = 4) -> Any:
    """A diffusers pipeline of tiny random modules, every config number as the published has it
    but the widths."""
    import diffusers

    torch.manual_seed(sum(f"{family}{prediction}{channels}".encode()))
    large, refiner = family.startswith("sdxl"), family == "sdxl_refiner"
    first = None if refiner else _text(64, 3, "quick_gelu") if family != "sd2" else _text(128, 2)
    second = _text(128, 3, "gelu", 128) if large else None
    parts: dict[str, Any] = {
        "vae": _vae(large),
        "unet": unet(family, channels),
        "scheduler": scheduler(family, prediction),
        "text_encoder": first,
        "tokenizer": None if refiner else clip_tokenizer("!" if family == "sd2" else EOS),
    }
    if large:
        parts |= {"text_encoder_2": second, "tokenizer_2": clip_tokenizer("!")}
        kind = "StableDiffusionXLImg2ImgPipeline" if refiner else "StableDiffusionXLPipeline"
        extra = {"requires_aesthetics_score": True} if refiner else {}
        return getattr(diffusers, kind)(
            **parts, **extra, add_watermarker=False, force_zeros_for_empty_prompt=not refiner
        )
    return diffusers.StableDiffusionPipeline(
        **parts, safety_checker=None, feature_extractor=None, requires_safety_checker=False
    )


EOS = "<|endoftext|>"


def unet(family: str, channels: int = 4) -> Any:
    from diffusers import UNet2DConditionModel

    widths = WIDTHS[family]
    heads = [width // 64 for width in widths]
    down = {
        "sdxl": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "sdxl_refiner": ("DownBlock2D", *("CrossAttnDownBlock2D",) * 2, "DownBlock2D"),
    }.get(family, ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",))
    up = tuple(name.replace("Down", "Up") for name in reversed(down))
    large: dict[str, Any] = {}
    if family.startswith("sdxl"):
        ids = 6 if family == "sdxl" else 5
        large = {
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": 256,
            "projection_class_embeddings_input_dim": ids * 256 + 128,
            "transformer_layers_per_block": (1, 2, 3) if family == "sdxl" else 2,
        }
    return UNet2DConditionModel(
        sample_size=8,
        in_channels=channels,
        block_out_channels=widths,
        down_block_types=down,
        up_block_types=up,
        cross_attention_dim=CROSS[family],
        attention_head_dim=8 if family == "sd1" else heads,
        use_linear_projection=family != "sd1",
        **large,
    ).eval()


def scheduler(family: str, prediction: str) -> Any:
    import diffusers

    betas = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
    kind = "v_prediction" if prediction.startswith("v") else "epsilon"
    zero = {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    more = zero if prediction == "v_zero_snr" else {}
    if family.startswith("sdxl"):
        return diffusers.EulerDiscreteScheduler(
            **betas,
            steps_offset=1,
            prediction_type=kind,
            **({"timestep_spacing": "leading"} | more),
        )
    plain = {"set_alpha_to_one": False, "steps_offset": 1, "prediction_type": kind}
    if family == "sd1":
        return diffusers.PNDMScheduler(**betas, **plain, skip_prk_steps=True)
    return diffusers.DDIMScheduler(**betas, **plain, clip_sample=False, **more)


def single_file(pipe: Any, family: str, path: Path, **extra: Tensor) -> Path:
    """Saves a pipeline as one checkpoint in the original names."""
    state = {f"model.diffusion_model.{k}": v for k, v in unet_names(pipe.unet.state_dict()).items()}
    state |= {f"first_stage_model.{k}": v for k, v in vae_names(pipe.vae.state_dict()).items()}
    if family == "sd2":
        last = open_clip_names(_extra_layer(pipe.text_encoder.state_dict()))
        state |= {f"cond_stage_model.model.{k}": v for k, v in last.items()}
    elif family == "sd1":
        texts = wrapped(pipe.text_encoder.state_dict())
        state |= {f"cond_stage_model.transformer.{k}": v for k, v in texts.items()}
    elif family == "sdxl":
        texts = wrapped(pipe.text_encoder.state_dict())
        state |= {f"conditioner.embedders.0.transformer.{k}": v for k, v in texts.items()}
    if family.startswith("sdxl"):
        index = 1 if family == "sdxl" else 0
        named = open_clip_names(pipe.text_encoder_2.state_dict())
        state |= {f"conditioner.embedders.{index}.model.{k}": v for k, v in named.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.clone().contiguous() for k, v in (state | extra).items()}, path)
    return path


def unet_names(state: State) -> State:
    """A UNet under its original names, without `model.diffusion_model.`."""
    attended = {k.split(".")[1] for k in state if k.startswith("up_blocks.") and "attentions" in k}
    return {_unet_name(name, attended): tensor for name, tensor in state.items()}


def _unet_name(name: str, attended: set[str]) -> str:
    for new, old in UNET_HEADS.items():
        if name.startswith(new):
            return old + name[len(new) :]
    if name.startswith("mid_block."):
        kind, index, rest = name.removeprefix("mid_block.").split(".", 2)
        place = 1 if kind == "attentions" else 2 * int(index)
        return f"middle_block.{place}.{_resnet(rest) if kind == 'resnets' else rest}"
    side, level, kind, index, rest = name.split(".", 4)
    down = side == "down_blocks"
    if kind in {"downsamplers", "upsamplers"}:
        if down:
            return f"input_blocks.{3 * int(level) + 3}.0.op.{rest.removeprefix('conv.')}"
        return f"output_blocks.{3 * int(level) + 2}.{2 if level in attended else 1}.{rest}"
    block = 3 * int(level) + int(index) + (1 if down else 0)
    place = f"{'input' if down else 'output'}_blocks.{block}"
    return f"{place}.0.{_resnet(rest)}" if kind == "resnets" else f"{place}.1.{rest}"


UNET_HEADS = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}


def _resnet(rest: str) -> str:
    for new, old in {
        "norm1": "in_layers.0",
        "conv1": "in_layers.2",
        "norm2": "out_layers.0",
        "conv2": "out_layers.3",
        "time_emb_proj": "emb_layers.1",
        "conv_shortcut": "skip_connection",
    }.items():
        rest = rest.replace(new, old)
    return rest


def vae_names(state: State) -> State:
    """An autoencoder under its original names, without `first_stage_model.`."""
    levels = 1 + max(int(k.split(".")[2]) for k in state if k.startswith("encoder.down_blocks."))
    return dict(_vae_item(name, tensor, levels) for name, tensor in state.items())


def _vae_item(name: str, tensor: Tensor, levels: int) -> tuple[str, Tensor]:
    name = name.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")
    name = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}", name)
    if "mid_block.attentions.0" in name:
        name = name.replace("mid_block.attentions.0", "mid.attn_1").replace("group_norm", "norm")
        for new, old in {"to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}.items():
            name = name.replace(f".{new}.", f".{old}.")
        if tensor.ndim == 2:
            tensor = tensor[:, :, None, None]
    name = re.sub(r"down_blocks\.(\d)\.resnets", r"down.\1.block", name)
    name = re.sub(r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample", name)
    name = re.sub(r"up_blocks\.(\d)", lambda m: f"up.{levels - 1 - int(m[1])}", name)
    return name.replace(".resnets", ".block").replace("upsamplers.0", "upsample"), tensor


def wrapped(state: State) -> State:
    return {f"text_model.{k.removeprefix('text_model.')}": v for k, v in state.items()}


def _extra_layer(state: State) -> State:
    """The last layer that SD 2 files hold and nobody reads, and what else lies there unread."""
    state = wrapped(state)
    count = 1 + max(int(k.split(".")[3]) for k in state if ".encoder.layers." in k)
    for name in [name for name in state if f".layers.{count - 1}." in name]:
        state[name.replace(f".{count - 1}.", f".{count}.", 1)] = torch.randn_like(state[name])
    state["text_projection.weight"] = torch.randn(128, 128)
    return state


def open_clip_names(state: State) -> State:
    found: State = {"logit_scale": torch.tensor(1.0)}
    for name, tensor in wrapped(
        {k: v for k, v in state.items() if k != "text_projection.weight"}
    ).items():
        name = name.removeprefix("text_model.")
        if ".self_attn." in name and "out_proj" not in name:
            continue
        for new, old in {
            "embeddings.position_embedding.weight": "positional_embedding",
            "embeddings.token_embedding": "token_embedding",
            "final_layer_norm": "ln_final",
            "encoder.layers": "transformer.resblocks",
            "layer_norm1": "ln_1",
            "layer_norm2": "ln_2",
            "fc1": "c_fc",
            "fc2": "c_proj",
            "self_attn": "attn",
        }.items():
            name = name.replace(new, old)
        found[name] = tensor
    layers = 1 + max(int(k.split(".")[2]) for k in found if k.startswith("transformer."))
    whole = wrapped(state)
    for index in range(layers):
        for end in ("weight", "bias"):
            joined = [
                whole[f"text_model.encoder.layers.{index}.self_attn.{part}_proj.{end}"]
                for part in "qkv"
            ]
            found[f"transformer.resblocks.{index}.attn.in_proj_{end}"] = torch.cat(joined)
    if "text_projection.weight" in state:
        found["text_projection"] = state["text_projection.weight"].T
    return found


def _text(width: int, layers: int, act: str = "gelu", projection: int = 0) -> Any:
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        vocab_size=49408,
        hidden_size=width,
        intermediate_size=2 * width,
        num_attention_heads=width // 64,
        num_hidden_layers=layers,
        hidden_act=act,
        bos_token_id=49406,
        eos_token_id=49407,
        pad_token_id=1,
        **({"projection_dim": projection} if projection else {}),
    )
    return (CLIPTextModelWithProjection if projection else CLIPTextModel)(config).eval()


def _vae(large: bool) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(32, 32, 32, 64),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=2,
        sample_size=64,
        scaling_factor=0.13025 if large else 0.18215,
        force_upcast=large,
    ).eval()
