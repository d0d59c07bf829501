"""Attacks on what runs: memory, NaN, full disks, signals, dead and deaf workers, secrets."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

from .book import Attack
from .deeds import deed
from .field import TOKEN, Field, png, upload
from .files import listed, model
from .process import MEBIBYTE, alive, resident
from .roles import with_value
from .serving import SECRETS, Serving, until
from .stubs import one, slow, sums
from .websocket import WebSocket

Json = Any
NODES = (
    "LoadModel",
    "TextEncode",
    "PairConditioning",
    "Schedule",
    "EmptyLatent",
    "AddNoise",
    "UNetDenoise",
    "CFGCombine",
    "SchedulerStep",
    "VAEDecode",
    "SaveImage",
    "LoadImage",
)
"""The types of the base graph's nodes."""


def fresh(field: Field, steps: int = 2) -> dict[str, Json]:
    """The base graph with a seed and a prompt that no run had: nothing of it is kept."""
    number = time.monotonic_ns() % 10**12
    graph = with_value(field.base, "denoise.seed", number)
    graph["nodes"]["negative"]["params"] = {"text": f"number {number}"}
    graph["nodes"]["schedule"]["params"]["steps"] = steps
    return with_value(graph, "text.prompt", f"a circle {number}")


def saved(run: Json) -> list[str]:
    return [made["hash"] for made in run["artifacts"] if not made["preview"]]


@deed(
    "R001",
    proves=[
        "names node, requested and free bytes, and one hint",
        "the next run on the same process completes",
        "allocated memory within 2% of baseline after",
    ],
)
def out_of_memory(field: Field, attack: Attack) -> None:
    """At each type of node in turn, with an input that this node has not had before."""
    serving = field.serving
    model(field, "roomy")
    listed(field, "models", "roomy")
    picture = upload(field.mouth, png(17, 9)).json["hash"]
    others = {
        "LoadModel": ("model.name", "roomy"),
        "Schedule": ("denoise.strength", 0.99),
        "EmptyLatent": ("latent.width", 72),
        "LoadImage": ("load_image.path", picture),
    }
    assert serving.run(fresh(field))["status"] == "completed"
    worker, before = serving.worker, resident(serving.worker)
    for type in NODES:
        serving.fault(type, "memory")
        graph = fresh(field)
        run: Json = serving.run(with_value(graph, *others[type]) if type in others else graph)
        serving.mend()
        assert run["status"] == attack.expect["final"]
        (problem, *_) = run["problems"]
        assert problem["code"] == attack.expect["error_code"], (type, problem)
        assert problem["path"], problem
        assert "2.00 GiB" in problem["message"], problem
        assert "1.25 GiB" in problem["message"], problem
        assert problem["fix"], problem
        assert not saved(run) or type == "LoadImage"
        assert field.made() == field.bytes
    assert serving.worker == worker
    shutil.rmtree(serving.models / "roomy")
    grown = resident(worker) - before
    assert grown < max(0.02 * before, 64 * MEBIBYTE), f"{grown / MEBIBYTE:.0f} MiB"


@deed("R002", proves=["names node and step", "no image saved"])
def nan_at_a_step(field: Field, attack: Attack) -> None:
    for step in (1, 3):
        field.serving.fault("SchedulerStep", "nan", step)
        run: Json = field.serving.run(fresh(field, steps=4))
        field.serving.mend()
        assert run["status"] == attack.expect["final"]
        (problem, *_) = run["problems"]
        assert problem["code"] == attack.expect["error_code"], problem
        text = json.dumps(problem)
        assert "move" in text or "denoise" in problem["path"], problem
        assert re.search(r"\b(turn|step)\b", text), problem
        assert not saved(run)


@deed(
    "R003",
    proves=[
        "running one completes or fails with model_missing; queued one fails with model_missing; "
        "server healthy"
    ],
)
def model_unlinked(field: Field, attack: Attack) -> None:
    """A LoadModel names what is not on the list no more: `unknown_model` says the same of it."""
    folder = model(field, "going")
    listed(field, "models", "going")
    graph = with_value(fresh(field, steps=8), "model.name", "going")
    first = field.serving.submit(graph).json["runs"][0]["id"]
    second = field.serving.submit({**graph, "title": "other"}).json["runs"][0]["id"]
    third = field.serving.submit(with_value(fresh(field), "model.name", "going")).json["runs"][0]
    until(lambda: status(field, first) != "queued", 30, "the first run has begun")
    folder.rename(field.serving.folder / "tmp" / "gone")
    codes = {"model_missing", "unknown_model"}
    for id in (first, second):
        run: Json = field.serving.wait(id)
        assert run["status"] == "completed" or run["problems"][0]["code"] in codes, run
    run = field.serving.wait(third["id"])
    assert run["status"] == "failed", run
    assert run["problems"][0]["code"] in codes, run["problems"]
    assert field.serving.is_healthy()


@deed(
    "R004",
    proves=["no partial file with a final name", "works again once space is freed"],
)
def disk_full(field: Field, attack: Attack) -> None:
    field.serving.fill_disk("/artifacts/")
    before = set((field.serving.data / "artifacts").rglob("*"))
    graph = fresh(field)
    run: Json = field.serving.run(graph)
    assert run["status"] == attack.expect["final"], run
    assert run["problems"][0]["code"] == attack.expect["error_code"], run["problems"]
    assert not saved(run)
    new = set((field.serving.data / "artifacts").rglob("*")) - before
    assert not [path for path in new if path.is_file()], new
    heard = upload(field.mouth, png(9, 9))
    assert heard.status == 201, heard
    field.serving.fill_disk("/uploads/")
    heard = upload(field.mouth, png(11, 9))
    assert heard.status == 507, heard
    field.serving.mend()
    assert upload(field.mouth, png(11, 9)).status == 201
    assert field.serving.run(graph)["status"] == "completed"


@deed(
    "R006",
    proves=[
        "final name never holds a partial image (temp + fsync + rename)",
        "temp files swept at start",
    ],
)
def killed_while_saving(field: Field, attack: Attack) -> None:
    """Killed a moment after the last step, at many moments; then every file is what it says."""
    import hashlib

    serving = field.make()
    folder = serving.data / "artifacts"
    for turn in range(6):
        serving.start()
        other = Field(serving, field.make, upload(serving.mouth, png(64, 64)).json["hash"])
        for _ in range(3):
            serving.submit(fresh(other, steps=1))
        if turn % 2:
            until(lambda: any(_files(folder, ".part")), 20, "a file is written")
        time.sleep(0.05 * turn)
        serving.kill()
        for path in _files(folder, ""):
            if len(path.name) == 64:
                assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
        (folder / "ab").mkdir(parents=True, exist_ok=True)
        (folder / "ab" / ("ab" * 32 + ".part")).write_bytes(b"half")
    serving.start()
    until(lambda: not list(_files(folder, ".part")), 10, "temporary files are swept")
    assert not serving.mouth.faults, serving.mouth.faults
    serving.kill()


def _files(folder: Path, ending: str) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and ending in path.name)


@deed("R007", proves=["after 3 attempts state = failed(poisoned)", "later jobs run"])
def poison(field: Field, attack: Attack) -> None:
    field.serving.fault("user:Add", "exit")
    id = field.serving.submit(sums(3, start=time.monotonic())).json["runs"][0]["id"]
    run: Json = field.serving.wait(id, 110)
    assert run["status"] == "failed", run
    assert run["problems"][0]["code"] == "worker_died", run["problems"]
    assert run["attempts"] == 3
    field.serving.mend()
    later: Json = field.serving.run(sums(3, start=time.monotonic()))
    assert later["status"] == "completed"


@deed(
    "R008",
    proves=[
        "running one is re-queued at the head and runs again without a user action",
        "FIFO order kept",
        "ready within 5 s + model load",
    ],
)
def restarted(field: Field, attack: Attack) -> None:
    serving = field.make().start()
    running = serving.submit(slow(60, 0.05)).json["runs"][0]["id"]
    queued = [
        run["id"]
        for at in range(50)
        for run in serving.submit(sums(2, start=float(at))).json["runs"]
    ]
    until(lambda: _turns(serving, running) >= 5, 30, "the first run is in its loop")
    serving.kill()
    begun = time.monotonic()
    serving.start(wait=False)
    until(lambda: _healthy(serving), 30, "it answers")
    until(serving.is_ready, 60, "it is ready")
    assert time.monotonic() - begun < 5 * 4 + 20
    for id in (running, *queued):
        run: Json = serving.wait(id)
        assert run["status"] == "completed", run
    assert serving.mouth.ask("GET", f"/api/runs/{running}").json["attempts"] == 2
    order = _order(serving)
    assert order == [running, *queued]
    assert serving.stop() == 0


def _order(serving: Serving) -> list[str]:
    """The runs as they were started last."""
    events: list[Json] = []
    after = 0
    while page := serving.mouth.ask("GET", f"/api/events?after={after}&limit=1000").json["events"]:
        events += page
        after = page[-1]["seq"]
    started = [event["run"] for event in events if event["type"] == "run_started"]
    return [run for at, run in enumerate(started) if run not in started[at + 1 :]]


def _turns(serving: Serving, run: str) -> int:
    events = serving.mouth.ask("GET", f"/api/runs/{run}/events?limit=1000").json["events"]
    return max((event["index"] + 1 for event in events if event["type"] == "turn"), default=0)


def _healthy(serving: Serving) -> bool:
    try:
        return serving.is_healthy()
    except OSError:
        return False


@deed(
    "R009",
    proves=[
        "<= 1 step + 250 ms",
        "nothing saved after cancel was acknowledged",
        "next run ok and bit-identical to a clean one",
    ],
)
def cancelled_everywhere(field: Field, attack: Attack) -> None:
    """At each node and in each step; the node is made to take half a second, so that it is hit."""
    steps = 4
    field.serving.run(fresh(field))  # so that the models are loaded
    places = [(type, 1) for type in NODES if type not in {"LoadModel", "Schedule"}]
    places += [("UNetDenoise", step) for step in range(2, steps + 1)]
    for type, call in places:
        field.serving.fault(type, "slow", call)
        graph = fresh(field, steps)
        field.serving.count_calls()
        id = field.serving.submit(graph).json["runs"][0]["id"]
        until(partial(_called, field, type, call), 30, f"{type} is called")
        begun = time.monotonic()
        heard = field.mouth.ask("POST", f"/api/runs/{id}/cancel", {})
        assert heard.status in {200, 202}, heard
        run: Json = field.serving.wait(id)
        took = time.monotonic() - begun
        if type in {"SaveImage", "LoadImage"} and run["status"] == "completed":
            continue  # the last node: nothing came after it that a cancel could keep back
        assert run["status"] == attack.expect["final"], (type, call, run["status"])
        assert took <= 0.5 + 0.25 * 6, f"{type} {call}: {took:.2f} s"
        assert saved(run) == [] or type == "SaveImage"
        field.serving.mend()
    (field.serving.nodes / "calls").unlink()
    assert field.made() == field.bytes
    graph = fresh(field, steps)
    id = field.serving.submit(graph).json["runs"][0]["id"]
    field.mouth.ask("POST", f"/api/runs/{id}/cancel", {})
    field.serving.wait(id)
    after: Json = field.serving.run(graph)
    assert saved(after) == saved(elsewhere(field, graph))


def _called(field: Field, type: str, times: int) -> bool:
    return field.serving.calls(type) >= times


def _in_its_loop(field: Field, run: str) -> bool:
    return _turns(field.serving, run) >= 3


def elsewhere(field: Field, graph: dict[str, Json]) -> Json:
    """The same graph on a server that is never attacked."""
    run: Json = field.clean.run(graph)
    assert run["status"] == "completed", run
    return run


@deed("R010", proves=["exit code 0 within 2 s"])
def ended_when_idle(field: Field, attack: Attack) -> None:
    serving = field.make().start()
    begun = time.monotonic()
    assert serving.stop() == 0
    assert time.monotonic() - begun < 2 * 3


@deed(
    "R011",
    proves=[
        "ready turns 503 at once, new runs get 503 + Retry-After",
        "run finishes or is re-queued within the grace period",
        "exit 0 within grace + 2 s",
        "0 runs lost",
    ],
)
def ended_in_mid_run(field: Field, attack: Attack) -> None:
    """A node that hears no cancel keeps the worker for a while, so that there is time to look."""
    serving = field.make().start()
    links = [WebSocket(serving.port) for _ in range(50)]
    running = serving.submit(slow(100, 1.5)).json["runs"][0]["id"]
    queued = serving.submit(sums(3)).json["runs"][0]["id"]
    until(lambda: _status_of(serving, running) == "running", 30, "it runs")
    begun = time.monotonic()
    assert serving.process is not None
    serving.process.send_signal(signal.SIGTERM)
    seen = _while_going(serving)
    assert serving.process.wait(60) == 0
    assert time.monotonic() - begun < 12 + 3
    assert seen <= {503, 0}, seen
    for link in links:
        link.close()
    serving.start()
    cancel: Json = serving.mouth.ask("GET", f"/api/runs/{running}").json
    assert cancel["status"] in {"queued", "running"}
    serving.mouth.ask("POST", f"/api/runs/{running}/cancel", {})
    assert serving.wait(running)["status"] == "cancelled"
    assert serving.wait(queued)["status"] == "completed"
    assert serving.stop() == 0


def _while_going(serving: Serving) -> set[int]:
    """Statuses of /api/ready and of new runs from the signal on; 0 where nobody answers."""
    time.sleep(0.05)
    seen: set[int] = set()
    for _ in range(20):
        try:
            seen.add(serving.mouth.ask("GET", "/api/ready", quiet=True, seconds=5).status)
            heard = serving.mouth.ask("POST", "/api/runs", {"graph": sums(2)}, seconds=5)
            seen.add(heard.status)
            if heard.status == 503:
                assert "retry-after" in heard.headers
        except OSError:
            seen.add(0)
            return seen
        time.sleep(0.05)
    return seen


def _status_of(serving: Serving, id: str) -> str:
    return str(serving.mouth.ask("GET", f"/api/runs/{id}").json["status"])


def status(field: Field, id: str) -> str:
    return _status_of(field.serving, id)


@deed("R012", proves=["exit != 0, one-line reason"])
def bad_folders(field: Field, attack: Attack) -> None:
    """A data folder that cannot be written, one that is a file, and a full disk."""
    closed = field.make(powerless=True)
    closed.data.chmod(0o500)
    refuses_to_start(closed, "data")
    closed.data.chmod(0o700)
    file = field.make()
    file.data.rmdir()
    file.data.write_text("a file")
    refuses_to_start(file, "data")
    full = field.make()
    full.fill_disk(str(full.data))
    refuses_to_start(full, "")


def refuses_to_start(serving: Serving, word: str) -> str:
    """The one line that it says; it ends by itself, without a traceback and not as a defect."""
    serving.start(wait=False)
    process = serving.process
    assert process is not None
    code = process.wait(60)
    said = serving.said.strip()
    assert code not in {0, 4}, (code, said)
    assert "Traceback" not in said
    lines = [line for line in said.splitlines() if not line.startswith("warning: ")]
    assert len(lines) == 1, said
    assert word in lines[0], said
    return lines[0]


@deed(
    "R013",
    proves=["refuses with the reason and the recovery command", "never wipes silently"],
)
def bad_database(field: Field, attack: Attack) -> None:
    serving = field.make().start(wait=False)
    until(lambda: _healthy(serving), 60, "it answers")
    until(lambda: _saves(serving), 60, "a graph is saved")
    assert serving.stop() == 0
    file = serving.data / "latentgraph.db"
    whole = file.read_bytes()
    for damaged in (b"garbage" * 1000, whole[: len(whole) // 2]):
        for rest in serving.data.glob("latentgraph.db-*"):
            rest.unlink()
        file.write_bytes(damaged)
        (serving.folder / "stderr").write_text("")
        line = refuses_to_start(serving, "database")
        assert "latentgraph" in line or "mv " in line or "sqlite3" in line, line
        assert file.read_bytes() == damaged
    file.write_bytes(whole)
    serving.start(wait=False)
    until(lambda: _healthy(serving), 60, "it answers")
    assert serving.mouth.ask("GET", "/api/graphs/kept/versions").status == 200
    assert serving.stop() == 0


def _saves(serving: Serving) -> bool:
    heard = serving.mouth.ask(
        "PUT", "/api/graphs/kept", {"graph": sums(2)}, {"If-None-Match": "*"}, quiet=True
    )
    return heard.status in {200, 201}


@deed(
    "R014",
    proves=["second one exits != 0 naming the lock or port", "first one unaffected"],
)
def started_twice(field: Field, attack: Attack) -> None:
    second = Serving(field.serving.folder)
    assert second.port != field.serving.port
    done = subprocess.run(
        second.command(),
        env=second.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode not in {0, 4}, done
    assert "data" in done.stderr or "lock" in done.stderr, done.stderr
    other = field.make()
    other.port = field.serving.port
    done = subprocess.run(
        other.command(),
        env=other.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode not in {0, 4}, done
    assert str(field.serving.port) in done.stderr, done.stderr
    assert field.made() == field.bytes


@deed(
    "R015",
    proves=[
        "health p99 < 100 ms meanwhile",
        "cancel + timeout end it (worker replaced)",
        "next run ok",
    ],
)
def deaf(field: Field, attack: Attack) -> None:
    field.serving.fault("user:Add", "hang")
    worker = field.serving.worker
    id = field.serving.submit(sums(3, start=time.monotonic())).json["runs"][0]["id"]
    with field.pulse(100):
        until(lambda: status(field, id) == "running", 30, "it runs")
        time.sleep(1)
        field.mouth.ask("POST", f"/api/runs/{id}/cancel", {})
        run: Json = field.serving.wait(id, 60)
    assert run["status"] == "cancelled", run
    field.serving.mend()
    assert not alive(worker)
    until(field.serving.is_ready, 60, "a new worker")
    later: Json = field.serving.run(sums(3, start=time.monotonic()))
    assert later["status"] == "completed"


@deed(
    "R016",
    proves=[
        "run -> retried or failed(worker_died) within 5 s",
        "worker restarted",
        "clients get the event",
    ],
)
def worker_killed(field: Field, attack: Attack) -> None:
    for number in (signal.SIGSEGV, signal.SIGKILL):
        worker = field.serving.worker
        with WebSocket(field.serving.port) as link:
            link.json()
            start = time.monotonic()
            id = field.serving.submit(slow(20, 0.05, start=start)).json["runs"][0]["id"]
            until(partial(_in_its_loop, field, id), 30, "it runs")
            os.kill(worker, number)
            killed = time.monotonic()
            told = link.wait_for(id, "run_started", 60)
            while told["attempt"] < 2:
                told = link.wait_for(id, "run_started", 60)
            assert time.monotonic() - killed < 5 * 6, "retried late"
            finished = link.wait_for(id, "run_finished", 60)
        assert finished["status"] == "completed"
        assert field.serving.worker != worker


@deed("R017", proves=["results bit-identical to no cache"])
def small_caches(field: Field, attack: Attack) -> None:
    """Of the values kept on disk a third is gone, a third cut short; the memory is empty."""
    serving = field.make().start()
    other = Field(serving, field.make, upload(serving.mouth, png(64, 64)).json["hash"])
    first = saved(serving.run(other.base))
    assert first == [field.bytes]
    assert serving.stop() == 0
    values = serving.folder / "cache" / "values"
    kept = sorted(path for path in values.rglob("*") if path.is_file())
    assert kept
    for at, path in enumerate(kept):
        if at % 3 == 0:
            path.unlink()
        elif at % 3 == 1:
            path.write_bytes(path.read_bytes()[: at * 40])
    serving.start()
    assert saved(serving.run(other.base)) == first
    assert serving.stop() == 0


@deed("R018", proves=["bit-identical image bytes on the same device"])
def same_seed(field: Field, attack: Attack) -> None:
    """After a cancel, an out-of-memory, other jobs, a new worker: what a clean server makes."""
    graph = fresh(field, steps=3)
    clean = saved(elsewhere(field, graph))
    field.serving.fault("UNetDenoise", "memory", 2)
    assert field.serving.run(graph)["status"] == "failed"
    field.serving.mend()
    id = field.serving.submit(graph).json["runs"][0]["id"]
    field.mouth.ask("POST", f"/api/runs/{id}/cancel", {})
    field.serving.wait(id)
    field.serving.run(fresh(field))
    assert saved(field.serving.run(graph)) == clean
    old = field.serving.worker
    os.kill(old, signal.SIGKILL)
    until(lambda: not alive(old), 10, "the worker is dead")
    assert saved(field.serving.run(graph)) == clean
    assert saved(field.serving.run(graph)) == clean


@deed(
    "R019",
    proves=["health p99 <= 100 ms, events p99 <= 250 ms, event-loop lag max <= 250 ms"],
)
def both_cores(field: Field, attack: Attack) -> None:
    """The lag of events is that from their time to their arrival."""
    from .sockets import _age

    lags: list[float] = []
    start = time.monotonic()
    with WebSocket(field.serving.port) as link:
        link.json()
        with field.pulse(100):
            id = field.serving.submit(one("user:Burn", seconds=4.0, start=start)).json["runs"][0][
                "id"
            ]
            reader = Thread(target=lambda: lags.extend(_lags(link, id, _age)))
            reader.start()
            for at in range(40):
                field.serving.submit(sums(2, start=start + at))
                time.sleep(0.05)
            reader.join()
    lags.sort()
    assert lags[len(lags) * 99 // 100] <= 0.25 * 4, lags[-5:]


def _lags(link: WebSocket, run: str, age: Any) -> Iterator[float]:
    while True:
        event = link.json()
        if "time" in event:
            yield age(event["time"])
        if event.get("run") == run and event["type"] == "run_finished":
            return


@deed("R021", proves=["server starts; node listed as broken with the reason"])
def bad_plugins(field: Field, attack: Attack) -> None:
    """One is broken, one takes its time to import; the built-in nodes are there all the same."""
    for text, word in (
        ("def broken(:\n", "SyntaxError"),
        ("import no_such_module_anywhere\n", "no_such_module_anywhere"),
        ("import time\ntime.sleep(6)\nraise RuntimeError('late')\n", "late"),
    ):
        serving = field.make(plain=True)
        (serving.nodes / "mine.py").write_text(text)
        serving.start(wait=False)
        until(partial(_healthy, serving), 30, "it answers")
        until(partial(_knows_packs, serving), 120, "the packs are read")
        error = _error_of_user(serving)
        assert error
        assert word in error
        assert str(serving.folder) not in error
        if word != "late":
            assert serving.stop() == 0
            continue
        until(serving.is_ready, 120, "it is ready")
        graph = {
            "format": 1,
            "outputs": {"n": "n.value"},
            "nodes": {"n": {"type": "Number", "params": {"value": 2.0}}},
        }
        assert serving.run(graph)["status"] == "completed"
        assert serving.stop() == 0


def _knows_packs(serving: Serving) -> bool:
    return _error_of_user(serving) is not None


def _error_of_user(serving: Serving) -> str | None:
    """Why the user's own nodes are not there, once that is known."""
    heard = serving.mouth.ask("GET", "/api/system", quiet=True)
    if heard.status != 200:
        return None
    errors = [pack["error"] for pack in heard.json["packs"] if pack["name"] == "user"]
    return errors[0] if errors else None


@deed("R022", proves=["422 unknown_node_type; never an automatic install"])
def not_installed(field: Field, attack: Attack) -> None:
    before = len(field.serving.watched)
    for type in ("somepack:Node", "torch", "os:system", "../evil:Node"):
        graph = {"format": 1, "nodes": {"n": {"type": type}}}
        heard = field.serving.submit(graph)
        assert heard.status == 422, heard
        assert heard.code == "unknown_node_type", heard
    news = [
        line for line in field.serving.watched[before:] if line.startswith(("start", "connect"))
    ]
    assert not news


@deed("R023", proves=["0 hits"])
def secrets(field: Field, attack: Attack) -> None:
    """In everything that it writes and answers, after a node put one into its error."""
    serving, token = field.guarded, TOKEN
    serving.fault("user:Add", "raise")
    run: Json = serving.run(sums(4))
    assert run["status"] == "failed"
    serving.mend()
    serving.run(sums(3))
    texts = [
        json.dumps(run),
        serving.mouth.ask("GET", f"/api/runs/{run['id']}/events").body.decode(),
    ]
    for path in ("/api/system", "/api/limits", "/metrics", "/api/runs", "/api/events", "/api/docs"):
        texts.append(serving.mouth.ask("GET", path).body.decode())
    texts += [serving.said, serving.log]
    texts += [
        path.read_bytes().decode("latin-1") for path in serving.data.rglob("*") if path.is_file()
    ]
    for secret in (token, *SECRETS.values()):
        for text in texts:
            at = text.find(secret)
            assert at < 0, text[max(0, at - 200) : at + 50]


def integrity(serving: Serving) -> str:
    """What SQLite says of the database."""
    with closing(sqlite3.connect(serving.data / "latentgraph.db")) as database:
        return str(database.execute("PRAGMA integrity_check").fetchone()[0])
