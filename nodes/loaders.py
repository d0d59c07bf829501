"""Parts of models from files of their own: an autoencoder, text encoders, a UNet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from engine import Choices, Context, Files, node
from engine.values import hashed

from .clipfile import first_text, second_text
from .config import SchedulerConfig
from .family import Prediction
from .folder import ModelFolder
from .folderparts import vae_recipe
from .modelconfigs import UnfitError
from .models import Dtype, Predicts, check_space, find_file
from .recipes import VAE, Family, FilePart, TextEncoder, UNet
from .singlefile import SingleFile, file_source
from .weightfile import WeightFile

UNETS = Choices("unets", match=("**/*.safetensors",))
TEXT_ENCODERS = Choices("text_encoders", match=("**/*.safetensors",))
VAES = Choices("vaes", match=("**/*.safetensors", "**/config.json"), folder_of="config.json")
Space = Literal["auto", "sd", "sdxl"]
SPACES: dict[str, Family] = {"sd": "sd1", "sdxl": "sdxl"}
TOKENS = "token_embedding.weight"
WIDTHS: dict[int, Family] = {768: "sd1", 1024: "sd2", 1280: "sdxl_refiner"}


class Denoiser(NamedTuple):
    """Outputs of `LoadUNet`."""

    unet: UNet
    schedule: SchedulerConfig


def _vae_content(vae: str, files: Files) -> str:
    return _vae(vae, files, "float32", "auto").digest()


@node(
    "LoadVAE",
    category="models",
    static=True,
    fingerprint=_vae_content,
    aliases=("VAELoader", "Autoencoder"),
)
def load_vae(
    ctx: Context, vae: Annotated[str, VAES], dtype: Dtype = "auto", space: Space = "auto"
) -> VAE:
    """Choose an autoencoder of its own file, in place of the one of a model.

    vae: a `.safetensors` file in the original names, with or without `first_stage_model.`, or a
    diffusers folder with its config.json. space: whose latents it reads; the files of SD and
    SDXL look alike, so auto goes by a name or metadata with `xl` in it, and is `sd` otherwise (a
    folder says it itself). dtype: auto is that of the run; SDXL's own runs in float32.
    Errors: a file of another kind or broken (bad_model_file), a pickle (unsafe_format), no such
    file (unknown_model).
    """
    return _vae(vae, ctx.files, ctx.dtype if dtype == "auto" else dtype, space)


def _text_content(text_encoder: str, text_encoder_2: str | None, files: Files) -> str:
    return hashed(*(files.sha256(path) for _, path in _names(text_encoder, text_encoder_2, files)))


@node(
    "LoadTextEncoder",
    category="models",
    static=True,
    fingerprint=_text_content,
    aliases=("CLIPLoader", "DualCLIPLoader"),
)
def load_text_encoder(
    ctx: Context,
    text_encoder: Annotated[str, TEXT_ENCODERS],
    text_encoder_2: Annotated[str | None, TEXT_ENCODERS] = None,
    dtype: Dtype = "auto",
    family: Literal["auto", "sd1", "sd2", "sdxl_refiner"] = "auto",
) -> TextEncoder:
    """Choose a text encoder of its own file, or the two of SDXL.

    text_encoder: a CLIP text encoder as `.safetensors`, in the names of transformers or of
    OpenCLIP. text_encoder_2: SDXL's second (OpenCLIP bigG); with it the family is SDXL. family:
    of a single one; auto goes by how wide its texts are (768 SD 1.x, 1024 SD 2.x, 1280 the SDXL
    refiner). The tokenizer is CLIP's own.
    Errors: a file of another kind or broken (bad_model_file), a pickle (unsafe_format), no such
    file (unknown_model).
    """
    ports = ("text_encoder", "text_encoder_2")
    found = _names(text_encoder, text_encoder_2, ctx.files)
    files = [
        WeightFile.open(path, name, port) for port, (name, path) in zip(ports, found, strict=False)
    ]
    parts, kind = _text_parts(files, family)
    source = file_source(ctx.files, text_encoder, "text_encoder", *parts)
    return TextEncoder(source, ctx.dtype if dtype == "auto" else dtype, kind)


def _unet_content(unet: str, files: Files) -> str:
    single = SingleFile.open(find_file(unet, files, UNETS, "unet"), unet, files, "float32")
    return hashed(single.unet("").digest(), single.schedule().digest())


@node(
    "LoadUNet", category="models", static=True, fingerprint=_unet_content, aliases=("UNETLoader",)
)
def load_unet(
    ctx: Context,
    unet: Annotated[str, UNETS],
    vae: VAE,
    dtype: Dtype = "auto",
    prediction: Predicts = "auto",
) -> Denoiser:
    """Choose a UNet of its own file, with its family's scheduler settings.

    unet: a `.safetensors` file in the original names, with or without `model.diffusion_model.`;
    of a whole checkpoint its UNet is taken. vae: the autoencoder whose latents it works on.
    dtype, prediction: as in `LoadModel`.
    Errors: a file of another kind or broken (bad_model_file), a pickle (unsafe_format), no such
    file (unknown_model), the autoencoder of another family (wrong_family).
    """
    path = find_file(unet, ctx.files, UNETS, "unet")
    asked: Prediction = "" if prediction == "auto" else prediction
    precision = ctx.dtype if dtype == "auto" else dtype
    single = SingleFile.open(path, unet, ctx.files, precision, asked, "unet")
    found = single.unet(vae.space)
    check_space(found, vae)
    return Denoiser(found, single.schedule())


def _vae(name: str, files: Files, dtype: str, space: Space) -> VAE:
    path = find_file(name, files, VAES, "vae")
    if path.is_dir():
        return _vae_folder(path, name, files, dtype)
    single = SingleFile.open(path, name, files, dtype, port="vae")
    identity = single.identity
    if identity.kind not in {"vae", "checkpoint"} or (identity.kind == "vae" and identity.detail):
        raise single.file.bad(f"is {identity.words}, and an autoencoder of SD or SDXL is wanted")
    family = identity.family or SPACES[_space(single.file) if space == "auto" else space]
    return single.vae(family)


def _vae_folder(path: Path, name: str, files: Files, dtype: str) -> VAE:
    index = {path.name: ["diffusers", "AutoencoderKL"]}
    folder = ModelFolder(path.parent, name, index, "vae")
    config: dict[str, Any] = folder.read(path.name, "config.json")
    if config.get("_class_name", "AutoencoderKL") != "AutoencoderKL":
        raise folder.bad(f"is a {str(config['_class_name'])[:60]}, and an AutoencoderKL is wanted")
    source = folder.source(files, [path.name])
    family: Family = "sdxl" if config.get("scaling_factor") == 0.13025 else "sd1"
    return vae_recipe(folder, config, source, dtype, family)


def _space(file: WeightFile) -> Literal["sd", "sdxl"]:
    said = f"{file.name} {file.metadata.get('modelspec.architecture', '')}".lower()
    return "sdxl" if "xl" in said else "sd"


def _names(first: str, second: str | None, files: Files) -> list[tuple[str, Path]]:
    named = [("text_encoder", first), *([("text_encoder_2", second)] if second else [])]
    return [(name, find_file(name, files, TEXT_ENCODERS, port)) for port, name in named]


def _text_parts(
    files: list[WeightFile], family: Family | Literal["auto"]
) -> tuple[list[FilePart], Family]:
    kind: Family = "sdxl"
    if len(files) == 1:
        kind = _text_family(files[0]) if family == "auto" else family
    tell = {"sdxl": (first_text, second_text), "sdxl_refiner": (second_text,)}
    parts = []
    for file, each in zip(files, tell.get(kind, (first_text,)), strict=False):
        try:
            parts.append(each(file, kind))
        except UnfitError as unfit:
            raise file.bad(str(unfit), "Take a CLIP text encoder.") from None
    return parts, kind


def _text_family(file: WeightFile) -> Family:
    tokens = (shape for name, shape in file.shapes.items() if name.endswith(TOKENS))
    width = next((shape[-1] for shape in tokens), 0)
    if width not in WIDTHS:
        raise file.bad(
            f"is a text encoder {width} wide" if width else "holds no text encoder of CLIP",
            "Set `family`, or take one of SD 1.x, SD 2.x or SDXL.",
        )
    return WIDTHS[width]
