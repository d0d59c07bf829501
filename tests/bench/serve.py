"""The server on this machine: first answer, memory, submit to first node, events to a client.

Targets: first answer 1.5 s, 120 MB idle, submit to first node 5 ms at the median, 10,000 events a
second. Each figure is what a client sees; the worker is a real one.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from tests.attacks.process import children, resident
from tests.attacks.serving import Serving, until
from tests.attacks.stubs import sums
from tests.attacks.websocket import WebSocket

SUBMISSIONS = 200
RUNS, NODES = 40, 500


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        serving = Serving(Path(folder), environment={"ATTACKS_WATCH": ""})
        (serving.nodes / "faults.py").unlink()
        serving.start()  # the catalogue is made
        serving.stop()
        begun = time.perf_counter()
        serving.start(wait=False)
        until(lambda: _answers(serving), 60, "it answers")
        print(f"first answer      {time.perf_counter() - begun:8.2f} s   (target 1.5)")
        until(serving.is_ready, 120, "it is ready")
        print(f"ready             {time.perf_counter() - begun:8.2f} s")
        print(f"server, idle      {resident(serving.pid) / 1e6:8.1f} MB  (target 120)")
        print(f"worker, idle      {sum(map(resident, children(serving.pid))) / 1e6:8.1f} MB")
        print(f"submit, answered  {1000 * submit(serving, False):8.2f} ms")
        print(f"submit to node    {1000 * submit(serving, True):8.2f} ms  (target 5, median)")
        print(f"events to client  {events(serving):8.0f} a second, as they are made")
        print(f"events replayed   {replayed(serving):8.0f} a second  (target 10,000)")
        serving.stop()


def submit(serving: Serving, to_node: bool) -> float:
    """Median seconds from the request to its answer, or to the event of the first node."""
    taken = []
    with WebSocket(serving.port) as link:
        link.json()
        for at in range(SUBMISSIONS):
            begun = time.perf_counter()
            heard: list[str] = []
            graph = sums(2, float(at) + 1000 * to_node)
            asking = threading.Thread(target=_submit, args=(serving, graph, heard))
            asking.start()
            if not to_node:
                asking.join()
                taken.append(time.perf_counter() - begun)
            while (event := link.json())["type"] != "node_started":
                pass
            if to_node:
                taken.append(time.perf_counter() - begun)
            asking.join()
            while event["type"] != "run_finished":
                event = link.json()
    return median(taken)


def _submit(serving: Serving, graph: object, heard: list[str]) -> None:
    heard.append(serving.submit(graph).json["runs"][0]["id"])


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


def _answers(serving: Serving) -> bool:
    try:
        return serving.is_healthy()
    except OSError:
        return False


if __name__ == "__main__":
    main()
