"""No room on the disk, at a real server: files that may grow no further, then room again."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

from tests.attacks.field import png, upload
from tests.attacks.heard import Heard
from tests.attacks.killing import integrity
from tests.attacks.serving import Serving
from tests.attacks.stubs import slow, sums

Json = Any
AS_IT_IS = resource.RLIM_INFINITY


def test_nothing_accepted_is_lost_and_it_goes_on(tmp_path: Path) -> None:
    """The running run ends, what was refused was never there, and nothing is started anew."""
    serving = Serving(tmp_path).start()
    try:
        before = serving.run(sums(3))
        running = _accepted(serving.submit(slow(20, 0.1)))
        waiting = [_accepted(serving.submit(sums(4, float(at)))) for at in range(5)]
        known = {run["id"] for run in _runs(serving)}
        _limit(serving, _largest(serving))
        _look_at_refusals(serving)
        _limit(serving, AS_IT_IS)
        for id in (running, *waiting):
            assert serving.wait(id)["status"] == "completed"
        assert serving.run(sums(5))["status"] == "completed"
        assert upload(serving.mouth, png(40, 40)).status == 201
        assert serving.wait(str(before["id"])) == before
        assert {run["id"] for run in _runs(serving)} > known
        assert not serving.mouth.faults, serving.mouth.faults
        assert serving.stop() == 0
        assert integrity(serving) == "ok"
    finally:
        serving.close()


def _look_at_refusals(serving: Serving) -> None:
    """Runs and graphs are refused with 507; reading and health go on."""
    refused = [serving.submit(sums(6, 100.0 + at)) for at in range(5)]
    assert {heard.status for heard in refused} == {507}, refused
    assert {heard.code for heard in refused} == {"storage_full"}
    saved = serving.mouth.ask("PUT", "/api/graphs/none", {"graph": sums(2)}, {"If-None-Match": "*"})
    assert saved.status == 507, saved
    assert serving.mouth.ask("GET", "/api/graphs/none").status == 404
    assert serving.is_healthy()
    assert _runs(serving)


def _limit(serving: Serving, size: int) -> None:
    """No file that the server writes may be larger than that from now on."""
    resource.prlimit(serving.pid, resource.RLIMIT_FSIZE, (size, AS_IT_IS))


def _largest(serving: Serving) -> int:
    """So that its write-ahead log cannot grow by one page."""
    log = serving.data / "latentgraph.db-wal"
    return log.stat().st_size if log.exists() else 0


def _accepted(heard: Heard) -> str:
    assert heard.status == 202, heard
    return str(heard.json["runs"][0]["id"])


def _runs(serving: Serving) -> list[dict[str, Json]]:
    found: list[dict[str, Json]] = serving.mouth.ask("GET", "/api/runs?limit=100").json["runs"]
    return found
