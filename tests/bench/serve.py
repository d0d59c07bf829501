"""The server on this machine: starting, memory, submit to first node, events, cancelling, ending.

Each figure is what a client sees, beside its target; the worker is a real one. The load of the
machine is printed too: a target is one for a machine that does nothing else.

python -m tests.bench.serve
"""

from __future__ import annotations

import json
import os
import signal
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from tests.attacks.process import children, resident
from tests.attacks.serving import Serving, until
from tests.attacks.stubs import slow, sums
from tests.attacks.websocket import WebSocket

SUBMISSIONS = 200
RUNS, NODES = 40, 500
SOCKETS = 50
CLOCK = '''"""When a node is called."""

from __future__ import annotations

import time

from engine import node


@node("Clock", category="stub")
def clock(round: int = 0) -> float:
    """Seconds since 1970."""
    return time.time()
'''
PICTURE = Path(__file__).parents[2] / "graphs" / "txt2img.json"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        serving = Serving(
            Path(folder), environment={"ATTACKS_WATCH": "", "LATENTGRAPH_WARM": "true"}
        )
        (serving.nodes / "faults.py").unlink()
        (serving.nodes / "clock.py").write_text(CLOCK, encoding="utf-8")
        serving.start()  # the catalogue is made
        serving.stop()
        print(f"load              {os.getloadavg()[0]:8.1f}    on {os.cpu_count()} cores")
        first, ready, worked = started(serving)
        print(f"first answer      {first:8.2f} s   (target 1.5)")
        print(f"  its work        {worked:8.2f} s   of a core")
        print(f"ready             {ready:8.2f} s")
        print(f"  its work        {busy(serving):8.2f} s   of a core, server and worker")
        print(f"server, idle      {resident(serving.pid) / 1e6:8.1f} MB  (target 120)")
        print(f"worker, idle      {sum(map(resident, children(serving.pid))) / 1e6:8.1f} MB")
        serving.run(json.loads(PICTURE.read_text(encoding="utf-8")), 120)
        before = busy(serving)
        answered, began, told = submit(serving)
        print(f"submit to node    {1000 * began:8.2f} ms  (target 5, median)")
        print(f"  answered        {1000 * answered:8.2f} ms  by a commit that is on the disk")
        print(f"  and told        {1000 * told:8.2f} ms")
        worked = (busy(serving) - before) / SUBMISSIONS
        print(f"  all its work    {1000 * worked:8.2f} ms  of a core, to the end of the run")
        print(
            f"events to client  {events(serving):8.0f} a second, as they are made (target 10,000)"
        )
        print(f"events replayed   {replayed(serving):8.0f} a second")
        step, ended = cancelled(serving)
        print(f"cancel to end     {1000 * max(ended):8.0f} ms  at most, of {len(ended)}")
        print(f"a step            {1000 * step:8.0f} ms  (target for cancel: a step + 250)")
        print(f"health, busy      {1000 * health(serving):8.1f} ms  p99 (target 100)")
        serving.submit(slow(1000, 0.05))
        serving.kill()
        print(f"ready after kill  {started(serving)[1]:8.2f} s   (target 5)")
        print(f"ended, {SOCKETS} sockets {ending(serving):8.2f} s   (target 12)")


def started(serving: Serving) -> tuple[float, float, float]:
    """Seconds from the start to the first answer, and to readiness; of a core for the first."""
    begun = time.perf_counter()
    serving.start(wait=False)
    until(serving.answers, 60, "it answers")
    first, worked = time.perf_counter() - begun, processor(serving.pid)
    until(serving.is_ready, 120, "it is ready")
    return first, time.perf_counter() - begun, worked


def busy(serving: Serving) -> float:
    """Seconds of a core that the server and its worker have used so far."""
    return processor(serving.pid) + sum(map(processor, children(serving.pid)))


def processor(pid: int) -> float:
    """Seconds of a core that a process has used so far."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def submit(serving: Serving) -> tuple[float, float, float]:
    """Median seconds from a request to its answer, to its first node by that node's own clock,
    and until a client has heard that this node started.
    """
    answers, starts, told = [], [], []
    with WebSocket(serving.port) as link:
        link.json()
        for at in range(SUBMISSIONS):
            begun, clock = time.perf_counter(), time.time()
            asking = threading.Thread(target=_submit, args=(serving, at, answers))
            asking.start()
            while (event := link.json())["type"] != "node_started":
                pass
            told.append(time.perf_counter() - begun)
            asking.join()
            answers[-1] -= begun
            while event["type"] != "run_finished":
                event = link.json()
            run = serving.mouth.ask("GET", f"/api/runs/{event['run']}").json
            starts.append(run["values"]["at"]["plain"] - clock)
    return median(answers), median(starts), median(told)


def _submit(serving: Serving, at: int, answers: list[float]) -> None:
    node = {"type": "user:Clock", "params": {"round": at}}
    graph = {"format": 1, "nodes": {"clock": node}, "outputs": {"at": "clock.value"}}
    heard = serving.submit(graph)
    answers.append(time.perf_counter())
    assert heard.status == 202, heard


def events(serving: Serving) -> float:
    """Events a second while runs of many quick nodes go on: the worker's own speed counts."""
    with WebSocket(serving.port) as link:
        link.json()
        begun = time.perf_counter()
        left = {
            serving.submit(sums(NODES, 10_000.0 + at)).json["runs"][0]["id"] for at in range(RUNS)
        }
        for count, (_, data) in enumerate(link.messages(), 1):
            if b"run_finished" in data:
                left.discard(json.loads(data)["run"])
            if not left:
                return count / (time.perf_counter() - begun)
    return 0.0


def replayed(serving: Serving) -> float:
    """Events a second from the log: a client that comes back after a while."""
    begun = time.perf_counter()
    with WebSocket(serving.port, "/api/events?after=0") as link:
        latest = link.json()["seq"]
        for count, (_, data) in enumerate(link.messages(), 1):
            if json.loads(data)["seq"] >= latest:
                return count / (time.perf_counter() - begun)
    return 0.0


def cancelled(serving: Serving) -> tuple[float, list[float]]:
    """Median seconds of a step of the demo, and those from each cancel to the end of its run."""
    document = json.loads(PICTURE.read_text(encoding="utf-8"))
    steps, ended = [], []
    with WebSocket(serving.port) as link:
        link.json()
        for turn in range(0, 20, 2):
            document["nodes"]["noise"]["params"]["seed"] = 1000 + turn
            run = serving.submit(document).json["runs"][0]["id"]
            while (event := link.json())["type"] != "turn" or event["index"] < turn:
                if event["type"] == "turn":
                    steps.append(event["seconds"])
            begun = time.perf_counter()
            serving.mouth.ask("POST", f"/api/runs/{run}/cancel", {})
            while link.json()["type"] != "run_finished":
                pass
            ended.append(time.perf_counter() - begun)
    return median(steps), ended


def health(serving: Serving, count: int = 300) -> float:
    """The 99th percentile of seconds for /api/health while pictures are made."""
    graph = json.loads(PICTURE.read_text(encoding="utf-8"))
    runs = [serving.submit(graph | {"title": f"{n}"}, inputs={"seed": n}) for n in range(10)]
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        assert serving.is_healthy()
        times.append(time.perf_counter() - begun)
        time.sleep(0.005)
    for run in runs:
        serving.mouth.ask("POST", f"/api/runs/{run.json['runs'][0]['id']}/cancel", {})
    return sorted(times)[count * 99 // 100]


def ending(serving: Serving) -> float:
    """Seconds from SIGTERM to the exit, with open sockets and a run on."""
    links = [WebSocket(serving.port) for _ in range(SOCKETS)]
    begun = time.perf_counter()
    code = serving.end(signal.SIGTERM)
    seconds = time.perf_counter() - begun
    assert code == 0, code
    for link in links:
        link.close()
    return seconds


if __name__ == "__main__":
    main()
