"""Models chosen by name, and taken apart into recipes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from engine import Choices, Context, Files, NodeError, node
from engine.errors import nearest
from engine.values import hashed

from .config import SchedulerConfig
from .family import Prediction
from .folder import ModelFolder
from .folderparts import Parts
from .modelconfigs import with_prediction
from .recipes import VAE, TextEncoder, UNet
from .singlefile import SingleFile

DEMO = "demo"
HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
MODELS = Choices(
    "models",
    extra=(DEMO,),
    match=("**/model_index.json", "**/*.safetensors"),
    folder_of="model_index.json",
    describe="nodes.describe:describe",
)
Dtype = Literal["auto", "float32", "float16", "bfloat16"]
Predicts = Literal["auto", "epsilon", "v", "v_zero_snr"]
ALONE = "Load a UNet alone with LoadUNet, an autoencoder with LoadVAE, a LoRA with LoRA."


class Model(NamedTuple):
    """Outputs of `LoadModel`."""

    unet: UNet
    text_encoder: TextEncoder
    vae: VAE
    schedule: SchedulerConfig


def _content(model: str, files: Files) -> str:
    parts = read(find(model, files), model, files, "float32", "auto")
    return hashed(*(part.digest() for part in parts))


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
) -> Model:
    """Choose a model: recipes for its UNet, text encoder and VAE, and its scheduler's settings.

    Nothing is loaded here; the nodes that run a part load it. model: `demo` (built in), a single
    `.safetensors` checkpoint in the original names (read offline, with bundled settings), or a
    diffusers folder with safetensors weights; SD 1.x, SD 2.x, SDXL, the SDXL refiner, and their
    9-channel inpainting kinds, told apart by tensor names and shapes. dtype: auto is that of
    the run. prediction: what the UNet predicts; auto is what the file says (its scheduler file,
    the tensors `v_pred` and `ztsnr`, `modelspec` metadata; for SD 2 a bias of its last attention).
    Set `v_zero_snr` for models trained with zero terminal SNR that do not say so.
    Errors: no such model (unknown_model), files missing, broken or of another kind
    (bad_model_file), pickle weights or own code (unsafe_format), files that may not be read
    (model_unreadable).
    """
    precision = ctx.dtype if dtype == "auto" else dtype
    return read(find(model, ctx.files), model, ctx.files, precision, prediction)


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
            fix = f"If it is one of the hub: latentgraph models --download {name}"
        raise NodeError(missing.message, code="unknown_model", port=port, fix=fix) from None


def read(path: Path, name: str, files: Files, dtype: str, prediction: Predicts) -> Model:
    """A folder or a single file as recipes. Raises NodeError (see `load_model`)."""
    if path.is_dir():
        parts = Parts(ModelFolder.open(path, name), files, dtype)
        raw = parts.scheduler()
        said = raw if prediction == "auto" else with_prediction(raw, prediction)
        return Model(*parts.recipes(), schedule=SchedulerConfig.from_dict(said))
    asked: Prediction = "" if prediction == "auto" else prediction
    single = SingleFile.open(path, name, files, dtype, asked)
    family = single.check({"checkpoint"}, "a whole checkpoint of SD 1.x, SD 2.x or SDXL", ALONE)
    vae = single.vae(family, single.side())
    return Model(single.unet(vae.space), single.text_encoder(), vae, single.schedule())
