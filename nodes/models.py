"""Models chosen by name, and taken apart into recipes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from engine import Choices, Context, Files, NodeError, node
from engine.errors import nearest
from engine.listwords import remedy
from engine.values import hashed

from .config import SchedulerConfig
from .family import WORDS, Prediction
from .folder import ModelFolder
from .folderparts import Parts
from .modelconfigs import with_prediction
from .recipes import VAE, TextEncoder, UNet
from .singlefile import SingleFile
from .vaespace import PUBLISHED_SPACES
from .weightfile import unreadable

DEMO = "demo"
HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
MODELS = Choices(
    "models",
    extra=(DEMO,),
    match=("**/model_index.json", "**/*.safetensors"),
    folder_of="model_index.json",
    describe="nodes.describe:describe",
    fetch="If it is one of the hub: latentgraph models --download {}",
)
Dtype = Literal["auto", "float32", "float16", "bfloat16"]
Predicts = Literal["auto", "epsilon", "v", "v_zero_snr"]
ALONE = "Load a UNet alone with LoadUNet, an autoencoder with LoadVAE, a LoRA with LoRA."
FAMILIES = "SD 1.x, SD 2.x, SDXL and its refiner are supported."


class Model(NamedTuple):
    """Outputs of `LoadModel`."""

    unet: UNet
    text_encoder: TextEncoder
    vae: VAE
    schedule: SchedulerConfig


def _content(model: str, files: Files) -> str:
    path = find(model, files)
    if path.is_dir():
        return hashed(*(part.digest() for part in read(path, model, files, "float32", "auto")))
    try:
        return files.sha256(path)
    except OSError as refused:
        raise unreadable(model, refused, "model") from None


@node(
    "LoadModel",
    category="models",
    static=True,
    fingerprint=_content,
    aliases=("CheckpointLoader", "CheckpointLoaderSimple", "Checkpoint"),
)
def load_model(
    ctx: Context,
    model: Annotated[str, MODELS] = DEMO,
    dtype: Dtype = "auto",
    prediction: Predicts = "auto",
    vae: VAE | None = None,
    text_encoder: TextEncoder | None = None,
) -> Model:
    """Choose a model: recipes for its UNet, text encoder and VAE, and its scheduler's settings.

    Nothing is loaded here; the nodes that run a part load it. model: `demo` (built in), a single
    `.safetensors` checkpoint in the original names (read offline, with bundled settings), or a
    diffusers folder with safetensors weights; SD 1.x, SD 2.x, SDXL, the SDXL refiner, and their
    9-channel inpainting kinds, told apart by tensor names and shapes. dtype: auto is that of
    the run. prediction: what the UNet predicts; auto is what the file says (its scheduler file,
    the tensors `v_pred` and `ztsnr`, `modelspec` metadata; for SD 2 a bias of its last attention).
    Set `v_zero_snr` for models trained with zero terminal SNR that do not say so. vae,
    text_encoder: others than the model's own, from LoadVAE and LoadTextEncoder; needed where a
    checkpoint was saved without them.
    Errors: no such model (unknown_model), files missing, broken or of another kind
    (bad_model_file), pickle weights or own code (unsafe_format), files that may not be read
    (model_unreadable), parts wired in that are of another family (wrong_family).
    """
    precision = ctx.dtype if dtype == "auto" else dtype
    path = find(model, ctx.files)
    return read(path, model, ctx.files, precision, prediction, vae, text_encoder)


def find(model: str, files: Files) -> Path:
    """The model's folder or file. Raises NodeError (`unknown_model`) with the nearest name."""
    if model == DEMO:
        from .demo import MODEL_DIR

        return Path(MODEL_DIR)
    return find_file(model, files, MODELS, "model")


def find_file(name: str, files: Files, choices: Choices, port: str) -> Path:
    """A file or folder of one of the lists. Raises NodeError (`unknown_model`)."""
    try:
        return files.resolve(choices.name, name)
    except NodeError as missing:
        fix = nearest(name, files.choices(choices)) or missing.fix
        if not fix and choices is MODELS and HUB_ID.fullmatch(name):
            fix = MODELS.fetch.format(name)
        fix = fix or remedy(choices.name)
        raise NodeError(missing.message, code="unknown_model", port=port, fix=fix) from None


def read(
    path: Path,
    name: str,
    files: Files,
    dtype: str,
    prediction: Predicts,
    vae: VAE | None = None,
    text_encoder: TextEncoder | None = None,
) -> Model:
    """A folder or a single file as recipes, with other parts if given. Raises NodeError."""
    if path.is_dir():
        parts = Parts(ModelFolder.open(path, name), files, dtype)
        raw = parts.scheduler()
        said = raw if prediction == "auto" else with_prediction(raw, prediction)
        unet, texts, own = parts.recipes()
        schedule = SchedulerConfig.from_dict(said)
        _check_parts(unet, vae, text_encoder)
        model = Model(unet, texts, own, schedule)
        return _replaced(model, _sized(vae, own.side), text_encoder)
    asked: Prediction = "" if prediction == "auto" else prediction
    single = SingleFile.open(path, name, files, dtype, asked)
    fix = FAMILIES if single.identity.detail else ALONE
    family = single.check({"checkpoint"}, "a whole checkpoint of SD 1.x, SD 2.x or SDXL", fix)
    cells = single.side()
    own = vae or single.vae(family, cells)
    unet = single.unet(own.space)
    _check_parts(unet, vae, text_encoder)
    model = Model(unet, text_encoder or single.text_encoder(), own, single.schedule())
    side = (cells * own.factor, cells * own.factor)
    return _replaced(model, _sized(vae, side), text_encoder)


def check_space(unet: UNet, vae: VAE) -> None:
    """Raises NodeError where a published UNet is to work on latents of another family."""
    wanted = PUBLISHED_SPACES.get(unet.family)
    if wanted and vae.space in PUBLISHED_SPACES.values() and vae.space != wanted:
        came = f"an autoencoder for latents of '{vae.space}'"
        raise _foreign(unet, "vae", came, f"one for '{wanted}'")


def _sized(vae: VAE | None, side: tuple[int, int] | None) -> VAE | None:
    """Another model's autoencoder with the size of this one's pictures."""
    return replace(vae, side=side) if vae else None


def _check_parts(unet: UNet, vae: VAE | None, texts: TextEncoder | None) -> None:
    """Whether what is wired in belongs to the UNet's family; a model's own parts do."""
    if vae:
        check_space(unet, vae)
    if texts and texts.family != unet.family and "custom" not in (texts.family, unet.family):
        came = f"a text encoder of {WORDS[texts.family]}"
        raise _foreign(unet, "text_encoder", came, "one of the same")


def _replaced(model: Model, vae: VAE | None, texts: TextEncoder | None) -> Model:
    """The model with what is wired in, its UNet working on that autoencoder's latents."""
    found = vae or model.vae
    unet = replace(model.unet, space=found.space)
    return model._replace(unet=unet, vae=found, text_encoder=texts or model.text_encoder)


def _foreign(unet: UNet, port: str, came: str, wanted: str) -> NodeError:
    return NodeError(
        f"The model '{unet.source.model}' is of {WORDS[unet.family]}; {came} is wired to it, and "
        f"{wanted} is wanted.",
        code="wrong_family",
        port=port,
        fix="Take one that was made for this family of models.",
    )
