"""Attacks by files: models that are broken or hostile, pictures that are bombs or pages."""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin
from safetensors.numpy import load_file, save_file

from engine.errors import GraphError
from server.source import load

from .book import Attack
from .deeds import deed, expect
from .field import Field, png, tree, upload
from .process import MEBIBYTE, resident
from .roles import with_value
from .serving import until

Json = Any
DEMO = Path(__file__).parents[2] / "nodes" / "demo" / "model"
UNET = "unet/diffusion_pytorch_model.safetensors"
VAE = "vae/diffusion_pytorch_model.safetensors"
TEXT = "text_encoder/model.safetensors"
SINGLE = "single.safetensors"


# models


@deed("F001", proves=["names the file and node", "next run works"])
def cut_short(field: Field, attack: Attack) -> None:
    """Each part of a model folder, and a single file; LoRAs come with real checkpoints."""
    names = []
    for part in (UNET, VAE, TEXT):
        whole = (DEMO / part).read_bytes()
        for size in (0, 4, 8, 20, len(whole) - 1):
            folder = model(field, f"cut-{part.partition('/')[0]}-{size}")
            replaced(folder / part, whole[:size])
            names.append(folder.name)
    for size in (0, 4, 8, 20):
        names.append(f"cut-{size}.safetensors")
        (field.serving.models / names[-1]).write_bytes(whole[:size])
    for name in names:
        (problem, *_) = fails(field, attack, name)["problems"]
        assert name in problem["message"], problem
        assert problem["path"], problem
    assert field.made() == field.bytes
    emptied(field)


@deed("F002")
def crafted(field: Field, attack: Attack) -> None:
    for name, data in crafted_files().items():
        replaced(model(field, f"crafted-{name}") / UNET, data)
        (field.serving.models / f"crafted-{name}.safetensors").write_bytes(data)
    for name in crafted_files():
        fails(field, attack, f"crafted-{name}")
        fails(field, attack, f"crafted-{name}.safetensors")
    emptied(field)


def crafted_files() -> dict[str, bytes]:
    def file(header: Mapping[str, Json], data: bytes = b"") -> bytes:
        text = json.dumps(header).encode()
        return struct.pack("<Q", len(text)) + text + data

    def tensor(start: int, end: int, shape: Json = (2,), dtype: str = "F32") -> Json:
        return {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}

    return {
        "length": struct.pack("<Q", 1 << 60) + b"{}",
        "overlap": file({"a": tensor(0, 8), "b": tensor(4, 12)}, bytes(12)),
        "reversed": file({"a": tensor(8, 0)}, bytes(8)),
        "dtype": file({"a": tensor(0, 8, dtype="F99")}, bytes(8)),
        "shape": file({"a": tensor(0, 8, shape=(-2,))}, bytes(8)),
        "trailing": file({"a": tensor(0, 8)}, bytes(64)),
    }


@deed("F003", proves=["silent black image"])
def not_finite(field: Field, attack: Attack) -> None:
    cases = ((UNET, np.nan), (VAE, np.nan), (TEXT, np.nan), (UNET, np.inf))
    names = []
    for part, value in cases:
        folder = model(field, f"nan-{part.partition('/')[0]}-{value}")
        found = load_file(DEMO / part)
        (folder / part).unlink()
        filled = {name: np.full_like(tensor, value) for name, tensor in found.items()}
        save_file(filled, folder / part)
        names.append(folder.name)
    for name in names:
        run = fails(field, attack, name)
        assert not [made for made in run["artifacts"] if not made["preview"]], run
    emptied(field)


class Canary:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return (os.mkdir, (str(self.path),))


@deed("F006", proves=["no CANARY"])
def pickles(field: Field, attack: Attack) -> None:
    """As a model file of its own, and as the weights in a model folder.

    A file with a pickle's ending is no entry of the list of models: it is refused unopened, as
    a name that is not known.
    """
    canary = field.serving.folder / "data" / "CANARY"
    data = pickle.dumps(Canary(canary))
    for name in attack.send["names"]:
        (field.serving.models / name).write_bytes(data)
        ended(field, name, {"unsafe_format", "unknown_model"})
        (field.serving.models / f"{name}.safetensors").write_bytes(data)
        ended(field, f"{name}.safetensors", {"unsafe_format", "bad_model_file"})
        folder = model(field, f"pickled-{name}")
        (folder / UNET).unlink()
        (folder / UNET).with_name(f"diffusion_pytorch_model{Path(name).suffix}").write_bytes(data)
        ended(field, folder.name, {"unsafe_format", "bad_model_file"})
    folder = model(field, "pickled-bin")
    (folder / UNET).unlink()
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(data)
    fails(field, attack, folder.name)
    assert not canary.exists()


@deed("F007", proves=["no CANARY"])
def own_code(field: Field, attack: Attack) -> None:
    canary = field.serving.folder / "data" / "CANARY"
    code = f"import os\nos.mkdir({str(canary)!r})\n"
    folder = model(field, "own-code")
    index = json.loads((folder / "model_index.json").read_text())
    for entry in ({"unet": ["evil", "UNet"]}, {"_class_name": ["pipeline", "Evil"]}):
        replaced(folder / "model_index.json", json.dumps({**index, **entry}).encode())
        for place in ("evil.py", "pipeline.py", "unet/evil.py", "unet/modeling_evil.py"):
            (folder / place).write_text(code)
        fails(field, attack, folder.name)
    assert not canary.exists()


@deed("F008", proves=["no read outside the model folder", "no hang"])
def hostile_index(field: Field, attack: Attack) -> None:
    secret = field.serving.folder / "canary" / "secret.safetensors"
    shutil.copy(DEMO / UNET, secret)
    names = tuple(load_file(DEMO / UNET))
    for number, target in enumerate(("../../../canary/secret.safetensors", str(secret), "fifo")):
        folder = model(field, f"shards-{number}")
        (folder / UNET).unlink()
        if target == "fifo":
            os.mkfifo(folder / "unet" / "fifo")
        index = {"metadata": {}, "weight_map": dict.fromkeys(names, target)}
        (folder / f"{UNET}.index.json").write_text(json.dumps(index))
        refused_or_failed(field, folder.name)
    folder = model(field, "fifo-itself")
    (folder / UNET).unlink()
    os.mkfifo(folder / UNET)
    refused_or_failed(field, folder.name)
    shutil.rmtree(folder)
    assert not [line for line in field.serving.watched if line.startswith(f"read {secret}")]
    secret.unlink()


@deed("F009", proves=["not copied into events"])
def much_metadata(field: Field, attack: Attack) -> None:
    folder = model(field, "metadata")
    tensors = load_file(DEMO / UNET)
    for metadata in (
        {"<script>alert(1)</script>": "x", "__proto__": '{"polluted": 1}'},
        {"much": "m" * 90_000_000},
    ):
        (folder / UNET).unlink()
        save_file(tensors, folder / UNET, metadata=metadata)
        listed(field, "models", folder.name)
        run: Json = field.serving.run(with_value(field.base, "model.name", folder.name))
        events = field.mouth.ask("GET", f"/api/runs/{run['id']}/events?limit=1000").body
        for text in (events, json.dumps(run).encode()):
            assert b"<script>" not in text
            assert b"mmmmmmmm" not in text
            assert len(text) < 1 << 20
    shutil.rmtree(folder)


@deed("F017", proves=["documented: allowed only for configured roots"])
def linked_model(field: Field, attack: Attack) -> None:
    """A link that leads outside is no entry of the list, and naming it does not help."""
    outside = field.serving.folder / "canary" / "model"
    shutil.copytree(DEMO, outside)
    link = field.serving.models / "linked"
    link.symlink_to(outside)
    try:
        heard = field.serving.submit(with_value(field.base, "model.name", "linked"))
        if heard.status == 202:
            run: Json = field.serving.wait(heard.json["runs"][0]["id"])
            assert run["status"] == "failed", run
            assert run["problems"][0]["code"] in {"unknown_model", "not_found"}
        assert heard.status in {202, 422}
        foul = [line for line in field.serving.watched if line.startswith(f"read {outside}")]
        assert not foul, foul[:5]
    finally:
        link.unlink()
        shutil.rmtree(outside)


@deed("F018")
def unreadable(field: Field, attack: Attack) -> None:
    """A server without root's powers; the file is there, in the list, and not to be read."""
    serving = field.make(powerless=True)
    for name, part in (("closed", UNET), ("shut", VAE)):
        folder = serving.models / name
        shutil.copytree(DEMO, folder)
        (folder / part).chmod(0)
    serving.start()
    other = Field(serving, field.make)
    other.picture = upload(serving.mouth, png(64, 64)).json["hash"]
    for name in ("closed", "shut"):
        fails(other, attack, name)
    assert not serving.mouth.faults, serving.mouth.faults
    assert serving.stop() == 0


# pictures


@deed("F010", proves=["half-grey image accepted silently"])
def halves(field: Field, attack: Attack) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 300, 3), np.uint8))
    for kind in ("PNG", "JPEG", "WEBP"):
        data = saved(noise, kind)
        expect(attack, upload(field.mouth, data[: len(data) // 2], f"image/{kind.lower()}"))
        name = f"half-{kind.lower()}.{kind.lower()}"
        (field.serving.folder / "images" / name).write_bytes(data[: len(data) // 2])
        listed(field, "images", name)
        run: Json = field.serving.run(with_value(field.base, "load_image.path", name))
        assert run["status"] == "failed", run
        assert run["problems"][0]["code"] == "bad_image"
        assert run["problems"][0]["path"] == "load_image"


@deed("F011")
def vast(field: Field, attack: Attack) -> None:
    expect(attack, upload(field.mouth, header_only(50_000, 50_000)))


@deed("F012", proves=["RSS growth < 64 MB"])
def flat(field: Field, attack: Attack) -> None:
    data = flat_png(9400, 9400)
    with field.memory(64):
        expect(attack, upload(field.mouth, data))
    name = "flat.png"
    (field.serving.folder / "images" / name).write_bytes(data)
    listed(field, "images", name)
    run: Json = field.serving.run(with_value(field.base, "load_image.path", name))
    assert run["status"] == "failed", run


@deed("F013")
def texts(field: Field, attack: Attack) -> None:
    bomb = chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(200 << 20), 9))
    many = b"".join(
        chunk(b"zTXt", b"k%d\0\0" % at + zlib.compress(bytes(1 << 20))) for at in range(100)
    )
    plain = png(8, 8)
    for extra in (bomb, many):
        expect(attack, upload(field.mouth, plain[:33] + extra + plain[33:]))


@deed("F014", proves=["same validator as the API"])
def hostile_graphs(field: Field, attack: Attack) -> None:
    """What a picture carries is read as a graph that is sent: with the same problems."""
    base = field.base
    script = {**base, "title": "<script>alert(1)</script>"}
    ids = {"format": 1, "nodes": {'"><img src=x onerror=1>': {"type": "Number"}}}
    proto = '{"format":1,"__proto__":{"polluted":1},"nodes":{"__proto__":{"type":"Number"}}}'
    graphs = [json.dumps(script), json.dumps(ids), proto, "[" * 10_000 + "]" * 10_000]
    for number, text in enumerate([*graphs, json.dumps({**base, "about": "m" * 50_000_000})]):
        info = PngImagePlugin.PngInfo()
        info.add_itxt("latentgraph", text, zip=True)
        stream = io.BytesIO()
        Image.new("RGB", (8, 8)).save(stream, "PNG", pnginfo=info)
        file = field.serving.folder / "tmp" / f"hostile{number}.png"
        file.write_bytes(stream.getvalue())
        body = f'{{"graph": {text}}}'.encode()
        heard = field.mouth.ask("POST", "/api/validate", body)
        if heard.status == 413:
            heard_upload = upload(field.mouth, file.read_bytes())
            assert heard_upload.status in {201, 413, 422}
            continue
        here = read_here(file)
        problems = heard.json["problems"] if heard.status == 200 else heard.problems
        there = [problem["code"] for problem in problems]
        assert here[:1] == there[:1], (text[:80], here, heard)
        assert upload(field.mouth, file.read_bytes()).status in {201, 422, 413}


def read_here(file: Path) -> list[str]:
    """The codes of what the command line finds wrong with the graph in a picture."""
    try:
        load(str(file))
    except GraphError as error:
        return [problem.code for problem in error.problems]
    return []


@deed("F015", proves=["re-encoded on upload or served nosniff with image type"])
def polyglots(field: Field, attack: Attack) -> None:
    script = b"<script>alert(1)</script>"
    picture = Image.new("RGB", (8, 8))
    stream = io.BytesIO()
    picture.save(stream, "JPEG", comment=b"/*" + script + b"*/")
    for data in (png(8, 8) + script, stream.getvalue()):
        heard = upload(field.mouth, data)
        if heard.status != 201:
            assert heard.status in {415, 422}, heard
            continue
        served = field.mouth.ask("GET", heard.json["url"])
        assert served.headers["content-type"] in {"image/png", "image/jpeg"}
        assert served.headers["x-content-type-options"] == "nosniff"


@deed("F016", proves=["documented result for each; no traceback; EXIF rotation applied"])
def odd_pictures(field: Field, attack: Attack) -> None:
    """All of them load, as LoadImage's text says; a turned one comes out turned."""
    colour = Image.new("RGB", (64, 32), (250, 10, 10))
    turned = Image.Exif()
    turned[0x0112] = 6
    palette = colour.quantize(4)
    deep = Image.fromarray(np.full((16, 16), 40_000, np.uint16))
    odd: dict[str, tuple[Image.Image, str, dict[str, Json], tuple[int, int]]] = {
        "cmyk": (colour.convert("CMYK"), "JPEG", {}, (64, 32)),
        "16 bit": (deep, "PNG", {}, (16, 16)),
        "palette": (palette, "PNG", {"transparency": 0}, (64, 32)),
        "1 bit": (colour.convert("1"), "PNG", {}, (64, 32)),
        "turned": (colour, "JPEG", {"exif": turned}, (32, 64)),
        "dot": (Image.new("RGB", (1, 1)), "PNG", {}, (1, 1)),
        "strip": (Image.new("RGB", (1, 10_000)), "PNG", {}, (1, 10_000)),
        "profile": (colour, "PNG", {"icc_profile": b"not a profile"}, (64, 32)),
    }
    for name, (picture, kind, options, size) in odd.items():
        heard = upload(field.mouth, saved(picture, kind, **options))
        assert heard.status == 201, (name, heard)
        run: Json = field.serving.run(shown(heard.json["hash"]))
        assert run["status"] == "completed", (name, run)
        (made,) = [item for item in run["artifacts"] if not item["preview"]]
        assert (made["width"], made["height"]) == size, name
        thumbnail = f"{heard.json['url']}/thumbnail?size=64"
        assert field.mouth.ask("GET", thumbnail).status == 200, name


def shown(picture: str) -> dict[str, Json]:
    nodes = {
        "load": {"type": "LoadImage", "params": {"image": picture}},
        "save": {"type": "SaveImage", "inputs": {"image": "load.image"}},
    }
    return {"format": 1, "nodes": nodes}


# graphs as files


@deed("F020", proves=["rejected by size before parsing"])
def vast_graph(field: Field, attack: Attack) -> None:
    file = field.serving.folder / "tmp" / "vast.json"
    with file.open("wb") as stream:
        stream.truncate(1 << 30)
    try:
        command = [sys.executable, "-c", VALIDATE, str(file)]
        done = subprocess.run(
            command,
            env=field.serving.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        code, memory, said = done.stdout.partition("\n")[0].split(" ", 2)
        assert int(code) in {2, 3}, done
        assert int(memory) < 300, f"{memory} {said}"
        assert "large" in done.stderr, done.stderr
    finally:
        file.unlink()
    before = resident(field.serving.pid)
    head = (
        f"POST /api/validate HTTP/1.1\r\nHost: 127.0.0.1:{field.serving.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {1 << 30}\r\n\r\n"
    )
    assert field.mouth.raw(head.encode()).status == 413
    assert resident(field.serving.pid) - before < 16 * MEBIBYTE


VALIDATE = """
import resource, sys
from server.cli import main
code = main(["validate", sys.argv[1]])
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MiB")
"""


# making them


def model(field: Field, name: str) -> Path:
    """A copy of the demo model in the models folder, its large files as links of the same disk."""
    folder = field.serving.models / name
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(DEMO, folder, copy_function=linked)
    return folder


def emptied(field: Field) -> None:
    """No models but the demo."""
    shutil.rmtree(field.serving.models)
    field.serving.models.mkdir()


def linked(source: str, target: str) -> None:
    """A file of the demo model under another name; whoever changes it unlinks it first."""
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copyfile(source, target)


def listed(field: Field, list: str, name: str) -> None:
    """Waits until the server has seen a new file: its lists are a few seconds old at most."""

    def seen() -> bool:
        return name in field.mouth.ask("GET", "/api/choices").json[list]

    until(seen, 10, f"'{name}' is listed")


def replaced(file: Path, data: bytes) -> None:
    file.unlink()
    file.write_bytes(data)


def fails(field: Field, attack: Attack, name: str) -> dict[str, Json]:
    """The base graph with this model ends as the entry says; nothing of it lies outside."""
    run = ended(field, name, {attack.expect["error_code"]})
    if "id" in run:
        assert run["status"] == attack.expect["final"], run
    return run


def ended(field: Field, name: str, codes: set[str]) -> dict[str, Json]:
    """The run that failed, or a stand-in where the graph was refused: with one of these codes."""
    before = tree(field.serving.folder / "canary")
    path = field.serving.models / name
    if path.suffix == ".safetensors" or path.is_dir():
        listed(field, "models", name)
    heard = field.serving.submit(with_value(field.base, "model.name", name))
    if heard.status == 422:
        assert heard.code in codes, (name, heard)
        return {"problems": heard.problems, "artifacts": []}
    assert heard.status == 202, heard
    run: Json = field.serving.wait(heard.json["runs"][0]["id"])
    assert run["status"] == "failed", (name, run["status"])
    assert run["problems"][0]["code"] in codes, (name, run["problems"])
    assert tree(field.serving.folder / "canary") == before
    return dict(run)


def refused_or_failed(field: Field, name: str) -> None:
    listed(field, "models", name)
    heard = field.serving.submit(with_value(field.base, "model.name", name))
    assert heard.status in {202, 422}, heard
    if heard.status == 202:
        run: Json = field.serving.wait(heard.json["runs"][0]["id"])
        assert run["status"] == "failed", (name, run)


def saved(picture: Image.Image, kind: str, **options: Json) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header_only(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def flat_png(width: int, height: int) -> bytes:
    """One colour, a row at a time, so that this process needs no memory for it either."""
    packer = zlib.compressobj(9)
    row = bytes(1 + 3 * width)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
