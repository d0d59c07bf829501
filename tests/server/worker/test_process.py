from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.picture import embedded_graph
from server.worker.process import ProcessWorker
from server.worker.protocol import GraphRefusedError, Job, Outcome, WorkerDiedError
from server.worker.setup import Setup
from tests.server.worker.conftest import PATIENT, SETUP, Wait
from tests.server.worker.hearing import Ear, graph, loop

NONE: Mapping[str, Any] = {}


def lines(log: Path) -> list[str]:
    return log.read_text().splitlines()


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def gone(pid: int, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while is_alive(pid):
            await asyncio.sleep(0.02)


def run(wait: Wait, worker: ProcessWorker, text: str, ear: Ear | None = None) -> Outcome:
    outcome: Outcome = wait(worker.run(Job("r", text), ear or Ear()))
    return outcome


def sound(wait: Wait, worker: ProcessWorker, value: float) -> None:
    """The worker runs a graph it has not run before, and gets it right."""
    outcome = run(wait, worker, graph(("Advance", {}), value=value))
    assert outcome.status == "completed"
    assert outcome.values["amount"].plain == value + 1


def test_a_run_is_told_in_order_and_gives_its_values(wait: Wait, worker: ProcessWorker) -> None:
    ear = Ear()
    text = loop(3, value=100.0)
    outcome = run(wait, worker, text, ear)
    assert outcome.status == "completed"
    assert outcome.values["amount"].plain == 103.0
    assert outcome.timings["loop"][:2] == (3, 0)
    assert ear.types()[0] == "planned"
    assert set(ear.events[0]["nodes"]) == {"begin", "loop", "advance", "amount", "keep"}
    assert [e["path"] for e in ear.events if e["type"] == "node_finished"][-1] == "keep"
    turns = [e for e in ear.events if e["type"] == "turn"]
    assert turns[-1] == {**turns[-1], "path": "loop", "around": [], "index": 2, "count": 3}
    assert all("seq" not in event for event in ear.events)
    (made,) = ear.files
    assert (made.path, made.turn, made.ordinal, made.name) == ("keep", (), 0, "part 0")
    assert (made.media_type, made.data) == ("text/plain", bytes(10))


def test_what_was_kept_is_not_run_again(wait: Wait, worker: ProcessWorker, log: Path) -> None:
    text = loop(5, log=log, value=200.0)
    run(wait, worker, text)
    outcome = run(wait, worker, text)
    assert len(lines(log)) == 5
    assert outcome.timings["loop"][:2] == (0, 5)
    found = wait(worker.forecast(text, NONE, None))
    assert found["turns"] == {"loop": [5, 5]}
    assert found["states"]["amount"] == "cached"


def test_a_forecast_says_what_muting_takes_away(wait: Wait, worker: ProcessWorker) -> None:
    document = json.loads(graph())
    document["nodes"]["begin"]["mode"] = "mute"
    found = wait(worker.forecast(json.dumps(document), NONE, None))
    assert found["states"] == {}
    assert found["lost"] == list(document["outputs"])
    assert wait(worker.forecast(graph(), NONE, None))["lost"] == []


def test_files_are_numbered_for_each_node_and_turn(wait: Wait, worker: ProcessWorker) -> None:
    document = json.loads(loop(2, value=300.0))
    body = document["nodes"]["loop"]["body"]
    body["each"] = {
        "type": "user:Keep",
        "params": {"count": 2},
        "inputs": {"grid": "advance.grid"},
    }
    ear = Ear()
    run(wait, worker, json.dumps(document), ear)
    places = [(made.path, made.turn, made.ordinal) for made in ear.files]
    each = [("each", (turn,), ordinal) for turn in (0, 1) for ordinal in (0, 1)]
    assert places == [*each, ("keep", (), 0)]
    progress = [e for e in ear.events if e["type"] == "node_progress"]
    assert progress[1] == {
        "type": "node_progress",
        "path": "each",
        "turn": [0],
        "done": 1,
        "total": 2,
    }


def test_pictures_carry_the_graph_with_the_values_used(wait: Wait, worker: ProcessWorker) -> None:
    document = {
        "format": 1,
        "inputs": {"side": {"to": ["empty.width", "empty.height"]}},
        "outputs": {"image": "decode.image", "latent": "empty.latent"},
        "nodes": {
            "model": {"type": "LoadModel"},
            "empty": {"type": "EmptyLatent", "params": {"width": 64, "height": 64}},
            "decode": {
                "type": "VAEDecode",
                "inputs": {"vae": "model.vae", "latent": "empty.latent"},
            },
        },
    }
    factor = json.loads(json.dumps(document))
    factor["nodes"]["empty"]["inputs"] = {"vae": "model.vae"}
    outcome = wait(worker.run(Job("r", json.dumps(factor), {"side": 128}), Ear()))
    assert outcome.status == "completed", outcome.problems
    image, latent = outcome.values["image"], outcome.values["latent"]
    (picture,) = image.pictures
    assert image.kind == "picture"
    carried = json.loads(embedded_graph(picture))
    assert carried["nodes"]["empty"]["params"] == {"width": 128, "height": 128}
    assert (latent.kind, latent.pictures) == ("summary", ())
    assert latent.summary["tensors"][0]["shape"][0] == 1


def test_a_value_that_cannot_be_shown_is_a_problem(wait: Wait, worker: ProcessWorker) -> None:
    document = json.loads(graph())
    document["nodes"]["strange"] = {"type": "user:Strange", "inputs": {"grid": "begin.grid"}}
    document["outputs"] = {"odd": "strange.odd", "amount": "amount.value"}
    outcome = run(wait, worker, json.dumps(document))
    assert outcome.status == "failed"
    assert (outcome.problems[0]["code"], outcome.problems[0]["path"]) == ("node_failed", "strange")
    assert outcome.values["amount"].plain == 0.0


def test_a_wrong_graph_is_refused_with_all_problems(wait: Wait, worker: ProcessWorker) -> None:
    document = json.loads(graph())
    document["nodes"]["begin"]["params"]["side"] = "much"
    document["nodes"]["amount"]["inputs"]["grid"] = "nowhere.grid"
    outcome = run(wait, worker, json.dumps(document))
    assert outcome.status == "failed"
    assert len(outcome.problems) >= 2
    with pytest.raises(GraphRefusedError) as refused:
        wait(worker.forecast(json.dumps(document), NONE, None))
    assert len(refused.value.problems) == len(outcome.problems)
    assert run(wait, worker, "{").problems[0]["code"]


def test_a_model_that_has_gone_is_model_missing(
    wait: Wait, worker: ProcessWorker, tmp_path: Path
) -> None:
    nodes = {"model": {"type": "LoadModel", "params": {"model": "gone"}}}
    text = json.dumps({"format": 1, "outputs": {"unet": "model.unet"}, "nodes": nodes})
    outcome = run(wait, worker, text)
    assert [(p["code"], p["path"]) for p in outcome.problems] == [("model_missing", "model")]


def test_what_a_node_prints_does_not_reach_the_pipe(wait: Wait, worker: ProcessWorker) -> None:
    pid = worker.pid
    outcome = run(wait, worker, graph(("Chatter", {}), value=5.0))
    assert outcome.status == "completed", outcome.problems
    assert outcome.values["amount"].plain == 5.0
    assert worker.pid == pid


@pytest.mark.parametrize("kind", ["device", "python", "host", "loading"])
def test_memory_that_runs_out_is_told_and_survived(
    wait: Wait, worker: ProcessWorker, kind: str, tmp_path: Path
) -> None:
    pid = worker.pid
    text = graph(("Exhaust", {"kind": kind, "unless": str(tmp_path / "room")}), value=7.0)
    outcome = run(wait, worker, text)
    (problem,) = outcome.problems
    assert outcome.status == "failed"
    assert (problem["code"], problem["path"]) == ("out_of_memory", "exhaust")
    assert "free" in problem["message"]
    assert problem["fix"]
    (tmp_path / "room").touch()
    outcome = run(wait, worker, text)
    assert outcome.values["amount"].plain == 7.0
    assert worker.pid == pid


@pytest.mark.parametrize("step", [0, 2, 4])
def test_values_that_are_not_finite_name_node_and_turn(
    wait: Wait, worker: ProcessWorker, step: int
) -> None:
    ear = Ear()
    outcome = run(wait, worker, loop(5, ("Poison", {"at": step}), value=400.0 + step), ear)
    (problem,) = outcome.problems
    assert (outcome.status, problem["code"], problem["path"]) == ("failed", "non_finite", "loop")
    assert "'poison'" in problem["message"]
    assert f"turn {step + 1} of 5" in problem["message"]
    assert ear.files == []


@pytest.mark.parametrize(
    ("kind", "said"), [("Exit", "exit code 7"), ("Crash", "SIGSEGV"), ("kill", "SIGKILL")]
)
def test_a_process_that_dies_is_replaced(
    wait: Wait, worker: ProcessWorker, kind: str, said: str
) -> None:
    async def die() -> None:
        ear = Ear()
        text = graph(("Spin" if kind == "kill" else kind, {}))
        run = asyncio.create_task(worker.run(Job("r", text), ear))
        if kind == "kill":
            await ear.until("node_started", path="spin")
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGKILL)
        await run

    before = wait(worker.stats()).restarts
    with pytest.raises(WorkerDiedError, match=said):
        wait(die())
    sound(wait, worker, 8.0)
    stats = wait(worker.stats())
    assert (stats.restarts, stats.state, stats.run) == (before + 1, "idle", None)


def test_cancel_ends_a_loop_before_its_next_node(
    wait: Wait, worker: ProcessWorker, log: Path
) -> None:
    async def cancel_at(step: int) -> tuple[Outcome, int, float]:
        """The outcome, the calls made after cancel was asked for, and the seconds it took."""
        ear = Ear()
        log.write_text("")
        job = Job(f"c{step}", loop(8, seconds=0.1, log=log, value=1000.0 * (step + 1)))
        run = asyncio.create_task(worker.run(job, ear))
        await ear.until("planned")
        while len(lines(log)) <= step:
            await asyncio.sleep(0.005)
        begun, start = len(lines(log)), time.monotonic()
        await worker.cancel(job.run)
        outcome = await run
        assert ear.files == []
        return outcome, len(lines(log)) - begun, time.monotonic() - start

    pid = worker.pid
    for step in range(8):
        outcome, after, seconds = wait(cancel_at(step))
        assert outcome.status == "cancelled", step
        assert after <= 1, step
        assert seconds < 3, step
    assert worker.pid == pid
    outcome = run(wait, worker, loop(8, seconds=0.1, log=log, value=1000.0))
    assert outcome.values["amount"].plain == 1008.0


def test_a_cancel_before_the_run_has_begun_counts(wait: Wait, worker: ProcessWorker) -> None:
    async def at_once() -> Outcome:
        job = Job("early", graph(("Advance", {"seconds": 0.5}), value=77.0))
        run = asyncio.create_task(worker.run(job, Ear()))
        await asyncio.sleep(0)
        await worker.cancel("early")
        return await run

    assert wait(at_once()).status == "cancelled"
    sound(wait, worker, 9.0)


def test_a_node_that_never_returns_is_ended_by_cancel(
    wait: Wait, worker: ProcessWorker, log: Path
) -> None:
    async def spin() -> Outcome:
        ear = Ear()
        run = asyncio.create_task(worker.run(Job("s", graph(("Spawn", {"log": str(log)}))), ear))
        while not lines(log):
            await asyncio.sleep(0.02)
        stats = await worker.stats()
        assert (stats.state, stats.run) == ("busy", "s")
        assert stats.resident > 1 << 20
        assert (await worker.forecast(graph(value=11.0), NONE, None))["states"]["begin"] == "run"
        assert "demo" in (await worker.choices())["models"]
        await worker.cancel("s")
        outcome = await run
        await gone(int(lines(log)[0]))
        return outcome

    pid = worker.pid
    assert wait(spin()).status == "cancelled"
    sound(wait, worker, 10.0)
    assert worker.pid != pid


def test_previews_come_only_while_somebody_watches_and_not_too_fast(
    wait: Wait, worker: ProcessWorker
) -> None:
    async def watch() -> tuple[int, int, list[tuple[Mapping[str, Any], bytes]]]:
        ear = Ear()
        job = Job("w", loop(60, seconds=0.02, value=5000.0))
        run = asyncio.create_task(worker.run(job, ear))
        await ear.until("turn", path="loop", around=[])
        before = len(ear.previews)
        await worker.watch(True)
        start = time.monotonic()
        outcome = await run
        assert outcome.status == "completed"
        return before, round((time.monotonic() - start) / 0.1) + 2, ear.previews

    before, most, previews = wait(watch())
    assert before == 0
    assert 1 <= len(previews) <= most
    header, picture = previews[-1]
    assert (header["path"], header["around"], header["media_type"]) == ("loop", [], "image/jpeg")
    assert picture.startswith(b"\xff\xd8\xff")
    indices = [header["index"] for header, _ in previews]
    assert indices == sorted(set(indices))


def test_kept_turns_are_looked_at_while_another_run_is_on(
    wait: Wait, worker: ProcessWorker
) -> None:
    text = loop(4, value=6000.0)
    run(wait, worker, text)

    async def look() -> list[Any]:
        ear = Ear()
        other = asyncio.create_task(
            worker.run(Job("long", loop(40, seconds=0.05, value=7000.0)), ear)
        )
        await ear.until("turn", path="loop")
        found = [
            await worker.peek(text, NONE, wire, turn, False)
            for wire, turn in [
                ("loop.grid", [-1]),
                ("loop.grid", [0]),
                ("advance.grid", [2]),
                ("loop.grid", []),
            ]
        ]
        picture = await worker.peek(text, NONE, "loop.grid", [1], True)
        assert picture is not None
        assert picture.picture is not None
        assert picture.picture.startswith(b"\x89PNG")
        assert await worker.peek(text, NONE, "loop.grid", [4], False) is None
        assert not other.done()
        await worker.cancel("long")
        await other
        return [None if one is None else one.summary["tensors"][0]["min"] for one in found]

    assert wait(look()) == [6000.0, 6001.0, 6003.0, 6004.0]


def test_a_listener_that_fails_ends_the_run_with_its_own_error(
    wait: Wait, worker: ProcessWorker
) -> None:
    def act(event: Mapping[str, Any]) -> None:
        if event["type"] == "turn":
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        run(wait, worker, loop(50, seconds=0.1, value=8000.0), Ear(act))
    sound(wait, worker, 12.0)


def test_secrets_and_settings_of_the_server_stay_with_it(
    wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LATENTGRAPH_TOKEN", "SOME_API_KEY", "DB_PASSWORD", "TOKENIZERS_PARALLELISM"):
        monkeypatch.setenv(name, "false")
    document = json.loads(graph())
    names = "LATENTGRAPH_TOKEN SOME_API_KEY DB_PASSWORD TOKENIZERS_PARALLELISM PATH"
    document["nodes"]["seen"] = {
        "type": "user:Surroundings",
        "params": {"names": names},
        "inputs": {"grid": "begin.grid"},
    }
    document["outputs"] = {"seen": "seen.value"}

    async def look() -> Outcome:
        worker = ProcessWorker(SETUP, PATIENT)
        await worker.start()
        try:
            return await worker.run(Job("r", json.dumps(document)), Ear())
        finally:
            await worker.close(10)

    assert wait(look()).values["seen"].plain == "TOKENIZERS_PARALLELISM PATH"


def test_a_process_that_gives_no_sign_of_life_is_replaced(wait: Wait) -> None:
    async def stop() -> None:
        worker = ProcessWorker(SETUP, replace(PATIENT, beat=0.2, silence=1.0))
        await worker.start()
        try:
            ear = Ear()
            text = loop(100, seconds=0.1)
            run = asyncio.create_task(worker.run(Job("r", text), ear))
            await ear.until("turn", path="loop")
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGSTOP)
            with pytest.raises(WorkerDiedError, match="no sign of life"):
                await run
            assert (await worker.run(Job("s", graph()), Ear())).status == "completed"
        finally:
            await worker.close(10)

    wait(stop())


def test_a_run_may_have_a_longest_time(wait: Wait) -> None:
    async def limit() -> None:
        worker = ProcessWorker(SETUP, replace(PATIENT, run=0.5))
        await worker.start()
        try:
            with pytest.raises(WorkerDiedError, match=r"longer than the 0\.5 s"):
                await worker.run(Job("r", graph(("Spin", {}))), Ear())
        finally:
            await worker.close(10)

    wait(limit())


def test_one_that_cannot_start_says_why_and_leaves_nothing(wait: Wait) -> None:
    async def start() -> None:
        worker = ProcessWorker(Setup(device="nonsense"), PATIENT)
        with pytest.raises(WorkerDiedError, match="nonsense"):
            await worker.start()
        assert worker.pid is None
        assert (await worker.stats()).state == "dead"
        await worker.close(1)

    wait(start())
