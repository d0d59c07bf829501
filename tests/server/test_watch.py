"""`latentgraph watch`: one run to its end, or all that happens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from server.client import Client
from server.client.answers import Event
from server.watching import as_engine_event
from tests.server.conftest import Command
from tests.server.fakeworker import Play
from tests.server.remoteness import Serve

PROBLEM = {"code": "non_finite", "message": "NaN.", "path": "denoise", "port": "", "fix": ""}


def test_a_run_to_its_end(latentgraph: Command, serve: Serve, tmp_path: Path) -> None:
    serve(plays=Play(seconds=0.01))
    (run,) = Client().submit("txt2img", {"seed": 4})
    said = latentgraph("watch", run.id, "-o", tmp_path / "out")
    assert said.code == 0, said.err
    assert f"{run.id} completed" in said.out
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["Text to image 4 1.png"]


def test_one_that_ended_long_ago_is_told_whole(latentgraph: Command, serve: Serve) -> None:
    serve()
    run = Client().run("txt2img", timeout=20)
    said = latentgraph("watch", run.id, "--json")
    events = [json.loads(line) for line in said.out.splitlines()]
    assert events[0]["type"] == "run_queued"
    assert events[-1]["type"] == "run_finished"
    assert [event["seq"] for event in events] == sorted({event["seq"] for event in events})


@pytest.mark.parametrize(("play", "code"), [(Play(fails=PROBLEM), 1), (Play(seconds=0.2), 130)])
def test_its_code_is_how_the_run_ended(
    latentgraph: Command, serve: Serve, play: Play, code: int
) -> None:
    serve(plays=play)
    (run,) = Client().submit("txt2img")
    if code == 130:
        Client().cancel(run.id)
    assert latentgraph("watch", run.id).code == code


def test_one_that_is_not_there(latentgraph: Command, serve: Serve) -> None:
    serve()
    assert latentgraph("watch", "nosuchrun").code == 2


def test_everything(latentgraph: Command, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an ID it goes on until Ctrl-C; here, the second run's end."""
    serve()
    ids = [Client().run("txt2img", {"seed": at}, timeout=20).id for at in range(2)]
    genuine = Client.events

    def until_the_second(self: Client, run: str | None = None, **_: Any) -> Any:
        for event in genuine(self, after=0):
            yield event
            if event.type == "run_finished" and event.run == ids[1]:
                raise KeyboardInterrupt

    monkeypatch.setattr(Client, "events", until_the_second)
    said = latentgraph("watch")
    assert said.code == 130
    for id in ids:
        assert f"{id} run_finished completed" in said.out
    assert "node_finished" in said.out
    assert " turn " not in said.out


def test_events_as_the_progress_bar_knows_them() -> None:
    data = {"path": "d", "around": [1], "index": 2, "count": 4, "seconds": 0.5, "cached": False}
    turn = as_engine_event(Event(3, "turn", "r", data))
    assert turn is not None
    assert (turn.seq, turn.path, turn.around, turn.index) == (3, "d", (1,), 2)  # type: ignore[attr-defined]
    assert as_engine_event(Event(4, "run_queued", "r", {})) is None
