"""What a model file is and whether it can be used where it lies, for lists that people read."""

from __future__ import annotations

from pathlib import Path

from engine import Files
from engine.listing import Described

from .controlfile import WORDS as CONTROL_WORDS
from .controlfile import config_of, family_of, unsupported
from .family import KINDS, WORDS, Identity, identify
from .folder import ModelFolder
from .folderparts import Parts
from .weightfile import WeightFile

HOLDS = {
    "models": {"checkpoint"},
    "unets": {"unet", "checkpoint"},
    "vaes": {"vae", "checkpoint"},
    "text_encoders": {"text_encoder"},
    "loras": {"lora"},
    "embeddings": {"embedding"},
    "controls": {"control"},
    "adapters": {"control"},
    "upscalers": {"upscaler"},
}
STEERING = {"controls", "adapters"}
BELONGS = {
    "checkpoint": "checkpoints",
    "unet": "diffusion_models",
    "vae": "vae",
    "text_encoder": "text_encoders",
    "lora": "loras",
    "embedding": "embeddings",
    "control": "controlnet",
    "upscaler": "upscale_models",
}
PREDICTS = {"v_prediction": "v", "epsilon": "epsilon"}


def describe(path: Path, name: str, kind: str) -> Described:
    """By a folder's JSON or a file's header. Raises NodeError for what cannot be read."""
    if path.is_dir():
        return _control_folder(path, name) if kind in STEERING else _folder(path, name)
    file = WeightFile.open(path, name, "")
    identity = identify(file)
    wanted = HOLDS.get(kind)
    problem = "" if wanted is None or _usable(identity, wanted) else _misplaced(identity)
    if kind in STEERING and (other := unsupported(file)):
        problem = f"It is {other}; that kind is not supported."
    inpainting = ", inpainting" if identity.inpainting else ""
    return Described(
        what=f"{identity.words}{inpainting}",
        family=identity.family,
        prediction=identity.prediction.replace("_", " "),
        problem=problem,
    )


def _control_folder(path: Path, name: str) -> Described:
    kind, config = config_of(ModelFolder(path.parent, name, {}), path.name)
    family = family_of(kind, config)
    what = f"a diffusers folder of {CONTROL_WORDS[kind]} for {WORDS[family]}"
    return Described(what=what, family=family)


def _folder(path: Path, name: str) -> Described:
    if not (path / "model_index.json").is_file():
        return Described(what="a folder of one model's part")
    folder = ModelFolder.open(path, name)
    unet = folder.read("unet", "config.json")
    parts = Parts(folder, Files(), "float32")
    family = parts.family(unet)
    folder.check("unet", "vae")
    scheduler = parts.scheduler()
    predicts = PREDICTS.get(str(scheduler.get("prediction_type", "epsilon")), "")
    zero = " zero snr" if scheduler.get("rescale_betas_zero_snr") else ""
    inpainting = ", inpainting" if unet.get("in_channels") == 9 else ""
    return Described(
        what=f"a diffusers folder of {WORDS[family]}{inpainting}",
        family=family,
        prediction=predicts + zero,
    )


def _usable(identity: Identity, wanted: set[str]) -> bool:
    if identity.kind not in wanted:
        return False
    known = bool(identity.family) or identity.kind not in {"checkpoint", "unet"}
    return known and not (identity.detail and not identity.family)


def _misplaced(identity: Identity) -> str:
    if identity.kind == "other" or identity.detail:
        return "It is of no supported family."
    return f"It belongs into '{BELONGS[identity.kind]}': it is {KINDS[identity.kind]}."
