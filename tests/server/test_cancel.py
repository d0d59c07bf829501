"""`latentgraph cancel`: queued, running, ended and unknown runs."""

from __future__ import annotations

from server.client import Client
from tests.server.conftest import Command
from tests.server.fakeworker import Play
from tests.server.remoteness import Serve


def test_running_and_queued(latentgraph: Command, serve: Serve) -> None:
    serve(plays=Play(seconds=0.1, steps=200))
    runs = Client().submit("txt2img", count=3)
    said = latentgraph("cancel", *(run.id for run in runs))
    assert said.code == 0
    assert len(said.out.splitlines()) == 3
    assert {Client().wait(run.id, 20).status for run in runs} == {"cancelled"}


def test_one_that_has_ended_is_left(latentgraph: Command, serve: Serve) -> None:
    serve()
    run = Client().run("txt2img", timeout=20)
    said = latentgraph("cancel", run.id)
    assert said.code == 0
    assert said.out == f"{run.id} had ended before: completed\n"


def test_one_that_is_not_there(latentgraph: Command, serve: Serve) -> None:
    serve()
    assert latentgraph("cancel", "nosuchrun").code == 2


def test_none_given(latentgraph: Command) -> None:
    assert latentgraph("cancel").code == 2
