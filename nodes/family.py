"""What a weight file is: its kind, family and prediction type, told by names and shapes alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .recipes import Family
from .weightfile import WeightFile

Prediction = Literal["epsilon", "v", "v_zero_snr", ""]
Kind = Literal[
    "checkpoint", "unet", "vae", "text_encoder", "lora", "embedding", "control", "upscaler", "other"
]
UNET = "model.diffusion_model."
VAE = "first_stage_model."
FIRST_CONV = "input_blocks.0.0.weight"
CLIP_POSITIONS = "text_model.embeddings.position_embedding.weight"
LORA_ENDS = (
    ".lora_up.weight",
    ".lora_down.weight",
    ".lora_A.weight",
    ".lora_B.weight",
    ".lora.up.weight",
    ".lora.down.weight",
    ".hada_w1_a",
    ".lokr_w1",
    ".lokr_w1_a",
    ".lokr_w2",
    ".lokr_w2_a",
    ".dora_scale",
    ".diff",
    ".diff_b",
    ".w_norm",
    ".lora_linear_layer.up.weight",
)
WORDS: dict[str, str] = {
    "sd1": "SD 1.x",
    "sd2": "SD 2.x",
    "sdxl": "SDXL",
    "sdxl_refiner": "SDXL refiner",
    "custom": "another family",
}
KINDS: dict[str, str] = {
    "checkpoint": "a checkpoint",
    "unet": "a UNet alone",
    "vae": "an autoencoder (VAE)",
    "text_encoder": "a text encoder",
    "lora": "a LoRA",
    "embedding": "a textual inversion embedding",
    "control": "a ControlNet or T2I adapter",
    "upscaler": "an upscaler",
    "other": "a file of an unknown kind",
}
TRAINED_ON: tuple[tuple[str, Family], ...] = (("sdxl", "sdxl"), ("sd_v2", "sd2"), ("sd_v1", "sd1"))
FOREIGN = (
    ("joint_blocks.", "Stable Diffusion 3"),
    ("double_blocks.", "Flux or a relative of it"),
    ("double_stream_blocks.", "HiDream"),
    ("double_layers.", "AuraFlow"),
    ("clip_txt_mapper.", "Stable Cascade"),
    ("time_stack.", "Stable Video Diffusion"),
    ("cap_embedder.", "Lumina or a relative of it"),
    ("adaln_single.", "PixArt or a relative of it"),
    ("patchify_proj.", "LTX-Video"),
    ("head.modulation", "Wan"),
    ("txt_in.", "a diffusion transformer"),
)


@dataclass(frozen=True)
class Identity:
    """`family` is empty where the kind has none or names do not tell; `detail` is for people."""

    kind: Kind
    family: Family | Literal[""] = ""
    prediction: Prediction = ""
    inpainting: bool = False
    detail: str = ""

    @property
    def words(self) -> str:
        """As a sentence says it: `a LoRA for SDXL`, `a checkpoint (Flux or a relative of it)`."""
        if self.detail and not self.family:
            return f"{KINDS[self.kind]} ({self.detail})"
        link = "of" if self.kind in {"checkpoint", "unet"} else "for"
        return f"{KINDS[self.kind]} {link} {WORDS[self.family]}" if self.family else self.plain

    @property
    def plain(self) -> str:
        return KINDS[self.kind]


def identify(file: WeightFile) -> Identity:
    """The first of the known kinds that the file's names fit; `other` where none does."""
    for tell in TELLERS:
        if found := tell(file):
            return found
    return Identity("other")


def unet_family(shapes: dict[str, tuple[int, ...]]) -> Family:
    """The family of a UNet in the original names (without `model.diffusion_model.`).

    SDXL and its refiner have size embeddings (`label_emb`), on three levels and on four; SD 2 has
    linear projections around its attention where SD 1 has convolutions.
    """
    if "label_emb.0.0.weight" in shapes:
        return "sdxl_refiner" if "input_blocks.9.0.op.weight" in shapes else "sdxl"
    projections = [shape for name, shape in shapes.items() if name.endswith(".proj_in.weight")]
    return "sd2" if projections and len(projections[0]) == 2 else "sd1"


def _lora(file: WeightFile) -> Identity | None:
    if not any(name.endswith(LORA_ENDS) for name in file):
        return None
    if "lora_controlnet" in file.shapes:
        return Identity("control", detail="a Control-LoRA")
    return Identity("lora", lora_family(file))


def lora_family(file: WeightFile) -> Family | Literal[""]:
    """Told by its text encoders, else by how wide the texts are that its attention reads."""
    if file.has("lora_te2_") or file.has("text_encoder_2."):
        return "sdxl"
    for name, shape in file.shapes.items():
        reads = "attn2" in name and ("to_k" in name or "to_v" in name)
        if reads and name.endswith(("lora_down.weight", "lora_A.weight", "lora.down.weight")):
            widths: dict[int, Family] = {768: "sd1", 1024: "sd2", 2048: "sdxl"}
            if shape[-1] in widths:
                return widths[shape[-1]]
    said = file.metadata.get("ss_base_model_version", "")
    return next((family for start, family in TRAINED_ON if said.startswith(start)), "")


def _control(file: WeightFile) -> Identity | None:
    nets = ("control_model.", "controlnet_cond_embedding.", "input_hint_block.")
    adapters = ("adapter.body.", "body.0.in_conv", "body.0.block1")
    if not any(map(file.has, (*nets, *adapters))):
        return None
    return Identity("control", _control_family(file))


def _control_family(file: WeightFile) -> Family | Literal[""]:
    """Told as for UNets; T2I adapters, which read no text, do not say."""
    if any("label_emb.0.0.weight" in name or "add_embedding.linear_1" in name for name in file):
        return "sdxl"
    projections = [shape for name, shape in file.shapes.items() if name.endswith(".proj_in.weight")]
    if not projections:
        return ""
    return "sd2" if len(projections[0]) == 2 else "sd1"


def _checkpoint(file: WeightFile) -> Identity | None:
    alone = FIRST_CONV in file.shapes
    if not alone and not file.has(UNET):
        return None
    shapes = dict(file.shapes) if alone else file.under(UNET)
    whole = not alone and (
        file.has(VAE) or file.has("cond_stage_model.") or file.has("conditioner.")
    )
    kind: Kind = "checkpoint" if whole else "unet"
    if FIRST_CONV not in shapes:
        return Identity(kind, detail=_foreign(file) or "no UNet of Stable Diffusion")
    if any("time_stack." in name for name in shapes):
        return Identity(kind, detail="Stable Video Diffusion")
    channels = shapes[FIRST_CONV][1] if len(shapes[FIRST_CONV]) == 4 else 0
    if "label_emb.weight" in shapes:
        return Identity(kind, detail="the Stable Diffusion x4 upscaler")
    if "edm_mean" in file.shapes:
        return Identity(kind, detail="Playground 2.5")
    family = unet_family(shapes)
    return Identity(kind, family, prediction_of(file, family), channels == 9)


def prediction_of(file: WeightFile, family: Family) -> Prediction:
    """What the file itself says of its prediction type; empty where it says nothing.

    Markers in use: empty tensors named `v_pred` and `ztsnr`, and the `modelspec` metadata.
    """
    zero = "ztsnr" in file.shapes
    said = file.metadata.get("modelspec.prediction_type", "").lower()
    architecture = file.metadata.get("modelspec.architecture", "").lower()
    if "v_pred" in file.shapes or said in {"v", "v_prediction"} or architecture.endswith("-v"):
        return "v_zero_snr" if zero else "v"
    if said == "epsilon" or architecture.endswith("-512"):
        return "epsilon"
    return "" if family == "sd2" else "epsilon"


def _foreign(file: WeightFile) -> str:
    for mark, family in FOREIGN:
        if any(f".{mark}" in f".{name}" for name in file):
            return family
    return ""


def _transformer(file: WeightFile) -> Identity | None:
    family = _foreign(file)
    return Identity("checkpoint", detail=family) if family else None


def _vae(file: WeightFile) -> Identity | None:
    for prefix in ("", VAE, "vae."):
        shape = file.shapes.get(f"{prefix}decoder.conv_in.weight")
        if shape is not None and len(shape) == 4:
            other = "" if shape[1] == 4 else f"{shape[1]} channels, as of SD 3 and Flux"
            return Identity("vae", detail=other)
    return None


def _text_encoder(file: WeightFile) -> Identity | None:
    marks = (CLIP_POSITIONS, CLIP_POSITIONS.removeprefix("text_model."), "positional_embedding")
    if any(mark in file.shapes for mark in marks):
        if file.has("visual.") or file.has("vision_model."):
            return Identity("other", detail="a CLIP model for pictures")
        return Identity("text_encoder")
    if "encoder.block.0.layer.0.SelfAttention.k.weight" in file.shapes:
        return Identity("text_encoder", detail="T5")
    return None


def _upscaler(file: WeightFile) -> Identity | None:
    marks = (
        "body.0.rdb1.",
        "RRDB_trunk.0.",
        "model.1.sub.0.RDB1.",
        "swin2sr.",
        "layers.0.residual",
    )
    return Identity("upscaler") if any(file.has(mark) for mark in marks) else None


def _embedding(file: WeightFile) -> Identity | None:
    if len(file.shapes) > 4 or not file.shapes:
        return None
    if not all(len(shape) in {1, 2} for shape in file.shapes.values()):
        return None
    if {"clip_l", "clip_g"} <= set(file.shapes):
        return Identity("embedding", "sdxl")
    families: dict[int, Family] = {768: "sd1", 1024: "sd2"}
    width = next(iter(file.shapes.values()))[-1] if len(file.shapes) == 1 else 0
    return Identity("embedding", families.get(width, ""))


TELLERS: tuple[Callable[[WeightFile], Identity | None], ...] = (
    _lora,
    _control,
    _checkpoint,
    _transformer,
    _vae,
    _text_encoder,
    _upscaler,
    _embedding,
)
