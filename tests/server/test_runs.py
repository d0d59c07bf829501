"""`latentgraph runs`: a list, pages of it, and one run with all that is known of it."""

from __future__ import annotations

import json
from pathlib import Path

from server.client import Client
from tests.server.conftest import Command
from tests.server.fakeworker import Play
from tests.server.remoteness import Serve

PROBLEM = {"code": "non_finite", "message": "NaN.", "path": "denoise", "port": "", "fix": ""}


def test_none_is_nothing(latentgraph: Command, serve: Serve) -> None:
    serve()
    assert latentgraph("runs").out == ""


def test_newest_first_over_pages(latentgraph: Command, serve: Serve) -> None:
    serve(plays=Play(steps=1))
    made = [
        run.id
        for at in range(6)
        for run in Client().submit("txt2img", {"seed": at}, count=20, want=["noise.latent"])
    ]
    said = latentgraph("runs", "--limit", "115", "--json")
    ids = [json.loads(line)["id"] for line in said.out.splitlines()]
    assert ids == made[::-1][:115]


def test_by_status(latentgraph: Command, serve: Serve) -> None:
    serve(plays=Play(fails=PROBLEM))
    (run,) = Client().submit("txt2img")
    Client().wait(run.id, 20)
    assert run.id in latentgraph("runs", "--status", "failed").out
    assert latentgraph("runs", "--status", "completed").out == ""


def test_one_run(latentgraph: Command, serve: Serve, tmp_path: Path) -> None:
    serve()
    run = Client().run("txt2img", {"prompt": "a circle"}, timeout=20)
    said = latentgraph("runs", run.id, "-o", tmp_path / "out")
    assert said.code == 0
    assert "completed" in said.out
    assert 'prompt = "a circle"' in said.out
    assert "denoise: 4 calls" in said.out
    assert run.pictures[0].hash in said.out
    (file,) = (tmp_path / "out").iterdir()
    assert f"wrote {file}" in said.out
    row = json.loads(latentgraph("runs", run.id, "--json").out)
    assert row["id"] == run.id
    assert row["timings"]["denoise"]["runs"] == 4


def test_why_it_failed(latentgraph: Command, serve: Serve) -> None:
    serve(plays=Play(fails=PROBLEM))
    (run,) = Client().submit("txt2img")
    Client().wait(run.id, 20)
    assert "denoise: NaN." in latentgraph("runs", run.id).out


def test_a_run_that_is_not_there(latentgraph: Command, serve: Serve) -> None:
    serve()
    said = latentgraph("runs", "nosuchrun")
    assert said.code == 2
    assert "nosuchrun" in said.err or "no such run" in said.err
