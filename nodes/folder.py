"""A diffusers folder on disk: its JSON read and checked, its weights found and hashed.

Builds nothing and imports no model library: a folder is judged before any of its weights is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import Files, NodeError
from engine.values import hashed

from .demo import MODEL_DIR
from .recipes import Source
from .weightfile import PICKLES, WeightFile, unreadable

LIBRARIES = {"diffusers", "transformers", "stable_diffusion", None}
CLASSES = {
    "unet": {"UNet2DConditionModel"},
    "vae": {"AutoencoderKL"},
    "text_encoder": {"CLIPTextModel", "CLIPTextModelWithProjection"},
    "text_encoder_2": {"CLIPTextModelWithProjection"},
    "tokenizer": {"CLIPTokenizer", "CLIPTokenizerFast"},
    "tokenizer_2": {"CLIPTokenizer", "CLIPTokenizerFast"},
}
ALONE = {"AutoencoderKL", "ControlNetModel", "T2IAdapter"}
"""Classes of a folder that is one component, whatever its name; its loader judges the class."""
MAX_JSON = 64 << 20


@dataclass(frozen=True)
class ModelFolder:
    """A folder with a model_index.json; `name` is what the user calls it, at the input `port`."""

    path: Path
    name: str
    index: dict[str, Any]
    port: str = "model"

    @classmethod
    def open(cls, path: Path, name: str) -> ModelFolder:
        """Reads the index. Raises NodeError (`bad_model_file`, `unsafe_format`)."""
        folder = cls(path, name, {})
        index = folder.read("model_index.json")
        folder.index.update(index)
        folder._check_index()
        return folder

    def bad(self, what: str) -> NodeError:
        """An error about this folder: `what` continues the sentence "The model 'x' ...".

        Where the folder has gone while it was read, that is what is wrong (`model_missing`).
        """
        if not self.path.is_dir():
            gone = f"The model '{self.name}' has gone while it was read."
            return NodeError(gone, code="model_missing", port=self.port)
        return NodeError(f"The model '{self.name}' {what}.", code="bad_model_file", port=self.port)

    def read(self, *parts: str) -> dict[str, Any]:
        """A JSON object of the folder; numbers may be infinite, as diffusers writes them."""
        shown = "/".join(parts)
        path = self.path.joinpath(*parts)
        if not path.is_file():
            raise self.bad(f"has no {shown}")
        if path.stat().st_size > MAX_JSON:
            raise self.bad(f"has a {shown} of more than 64 MiB, which is no configuration")
        try:
            with self.reading():
                data = json.loads(path.read_bytes())
        except (ValueError, RecursionError) as broken:
            raise self.bad(f"has a {shown} that is no JSON ({broken})") from None
        if not isinstance(data, dict):
            raise self.bad(f"has a {shown} that is no JSON object")
        return data

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What the file system refuses, as an error about the model."""
        try:
            yield
        except OSError as refused:
            raise unreadable(self.name, refused, self.port) from None

    def has(self, component: str) -> bool:
        """Whether the index names a class for the component (`[null, null]` is none)."""
        entry = self.index.get(component)
        return isinstance(entry, list) and len(entry) == 2 and entry[1] is not None

    def source(self, files: Files, components: Sequence[str], extra: Sequence[str] = ()) -> Source:
        """Where the weights of some components lie, named by the content of all files read.

        extra: folders without weights that matter too (tokenizers).
        """
        found = [self._weights(component) for component in components]
        for component in extra:
            self._check_class(component)
        read = [path for _, paths in found for path in paths]
        read += [path for component in extra for path in self._all(component)]
        with self.reading():
            digests = [files.sha256(path) for path in read]
        classes = [str(self.index[component][1]) for component in components]
        if not self.path.is_relative_to(MODEL_DIR):  # the embedded model is whole
            with self.reading():
                for kind, (_, paths) in zip(classes, found, strict=True):
                    self._check_tensors(kind, paths)
                for component in extra:
                    self._check_tokenizer(component)
        return Source(
            content=hashed(*classes, *digests),
            folders=tuple(self.path / component for component in (*components, *extra)),
            variants=tuple(variant for variant, _ in found),
            classes=tuple(classes),
            model=self.name,
        )

    def check(self, *components: str) -> None:
        """Judges components by their class and their weights' headers. Raises NodeError."""
        for component in components:
            self._weights(component)

    def _check_index(self) -> None:
        if not isinstance(self.index.get("_class_name"), str):
            raise self._unsafe("its own pipeline code")
        for component, entry in self.index.items():
            if isinstance(entry, list) and entry and entry[0] not in LIBRARIES:
                raise self._unsafe(f"its own code for '{component}' ({str(entry[0])[:40]})")

    def _unsafe(self, what: str) -> NodeError:
        return NodeError(
            f"The model '{self.name}' wants to run {what}, which is refused.",
            code="unsafe_format",
            port="model",
            fix="Take a model whose model_index.json names classes of diffusers and transformers.",
        )

    def _check_class(self, component: str) -> None:
        if not self.has(component):
            raise self.bad(f"has no {component}: a UNet model with CLIP text encoders is wanted")
        found = self.index[component][1]
        supported = CLASSES.get(component, ALONE)
        if found not in supported:
            known = " or ".join(sorted(supported))
            raise self.bad(f"has the {component} '{str(found)[:60]}'; {known} is supported")

    def _weights(self, component: str) -> tuple[str, list[Path]]:
        """The variant and the files of a component: its config and its weights."""
        self._check_class(component)
        clip = str(self.index[component][1]).startswith("CLIP")
        stem = "model" if clip else "diffusion_pytorch_model"
        folder = self.path / component
        config = folder / "config.json"
        for variant in ("", "fp16"):
            dotted = f".{variant}" if variant else ""
            single = folder / f"{stem}{dotted}.safetensors"
            if single.is_file():
                self._check_whole(component, single)
                return variant, [config, single]
            shards = folder / f"{stem}.safetensors.index{dotted}.json"
            if shards.is_file():
                return variant, [config, shards, *self._shards(component, shards.name)]
        if any(path.suffix in PICKLES for path in self._all(component)):
            raise _pickled(self.name, f" for {component}")
        raise self.bad(f"has no weights for {component} ({stem}.safetensors)")

    def _shards(self, component: str, index: str) -> list[Path]:
        """The files that a shard index names: plain names within the folder, all of them there."""
        named = self.read(component, index).get("weight_map")
        names = set(named.values()) if isinstance(named, dict) else set()
        if not names:
            raise self.bad(f"has an empty shard index for {component}")
        for name in names:
            plain = isinstance(name, str) and Path(name).name == name and "\\" not in name
            if not plain or not (self.path / component / name).is_file():
                raise self.bad(f"names a shard of {component} that is no file of its folder")
        shards = [self.path / component / name for name in sorted(names)]
        self._check_whole(component, *shards)
        return shards

    def _check_whole(self, component: str, *weights: Path) -> None:
        """Judges weights by their headers, so that a broken file is told before any work."""
        for path in weights:
            if path.suffix in PICKLES:
                raise _pickled(self.name, f" for {component}")
            WeightFile.open(path, f"{self.name}/{component}/{path.name}", self.port)

    def _check_tensors(self, kind: str, paths: Sequence[Path]) -> None:
        """Judges a component's weights by names and shapes."""
        from .wholefolder import component_fault

        config, *weights = paths
        files = tuple(path for path in weights if path.suffix == ".safetensors")
        if said := component_fault(kind, config, files, _states(paths)):
            raise self._bad_part(config.parent.name, said)

    def _check_tokenizer(self, component: str) -> None:
        """Judges a tokenizer by reading it."""
        from .wholefolder import tokenizer_fault

        if said := tokenizer_fault(self.path / component, _states(self._all(component))):
            raise self._bad_part(component, said)

    def _bad_part(self, component: str, what: str) -> NodeError:
        return NodeError(
            f"The {component} of the model '{self.name}' {what}.",
            code="bad_model_file",
            port=self.port,
            fix="Download or save the model again.",
        )

    def _all(self, component: str) -> list[Path]:
        return sorted(path for path in (self.path / component).glob("*") if path.is_file())


def _states(paths: Sequence[Path]) -> tuple[tuple[int, int], ...]:
    """What changes where a file does: size and time of each."""
    found = [path.stat() for path in paths]
    return tuple((stat.st_size, stat.st_mtime_ns) for stat in found)


def _pickled(name: str, where: str) -> NodeError:
    return NodeError(
        f"The model '{name}' has pickle weights{where}, which can run any code and are refused.",
        code="unsafe_format",
        port="model",
        fix="Convert it where you trust it: load it with diffusers and call "
        "save_pretrained(folder, safe_serialization=True).",
    )
