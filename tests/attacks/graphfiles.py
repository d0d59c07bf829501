"""Attacks by files that hold graphs: pictures with hostile ones, a file of a gigabyte."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

from PIL import Image, PngImagePlugin

from engine.errors import GraphError
from server.source import load

from .book import Attack
from .deeds import deed
from .field import Field, upload
from .process import MEBIBYTE, resident

VALIDATE = """
import pathlib, sys
from server.cli import main
code = main(["validate", sys.argv[1]])
(peak,) = [line for line in pathlib.Path("/proc/self/status").open() if line.startswith("VmHWM")]
print(code, int(peak.split()[1]) // 1024, "MiB")
"""


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
