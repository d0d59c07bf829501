"""Runs from submission to removal, with a worker that plays."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from server.runs.database import NAME
from server.runs.errors import (
    BadCursorError,
    ClosingError,
    KeyReusedError,
    NotFinalError,
    NotQueuedError,
    QueueFullError,
    UnknownRunError,
)
from server.runs.pages import Filter
from server.runs.policy import Policy
from server.runs.service import Runs
from server.worker.protocol import Value
from tests.server.fakeworker import NON_FINITE, FakeWorker, Play
from tests.server.runs.running import (
    ENDLESS,
    GRAPH,
    asked,
    endless_if,
    run_async,
    running,
    submit,
    until,
)


def types(events: list[dict[str, object]]) -> list[object]:
    return [event["type"] for event in events]


def test_a_run_keeps_what_was_asked_and_what_came_of_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, FakeWorker()) as runs:
            (accepted,) = await runs.submit([asked(7, title="Red", priority=2, webhook="http://x")])
            run = await runs.wait(accepted.id, 10)
            assert run.status == "completed"
            assert (run.asked, run.attempts, run.device) == (accepted.asked, 1, "cpu")
            assert run.started is not None
            assert run.finished is not None
            assert run.created <= run.started <= run.finished
            (artifact,) = run.artifacts
            path = runs.artifacts.path(artifact.file.hash)
            assert path is not None
            assert path.stat().st_size == artifact.file.bytes
            assert (artifact.path, artifact.file.width) == ("save", 8)
            assert run.values["image"].pictures[0].media_type == "image/png"
            assert run.timings["denoise"].runs == 4
            again = await runs.get(run.id)
        async with running(tmp_path, FakeWorker()) as runs:
            assert again == run == await runs.get(run.id)

    run_async(main())


def test_its_events_are_in_order_and_end_with_one_run_finished(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, FakeWorker()) as runs:
            run = await submit(runs)
            await runs.wait(run.id, 10)
            events = await runs.events(run=run.id)
        numbers = [event["seq"] for event in events]
        assert numbers == sorted(set(numbers))
        found = types(events)
        assert found[:3] == ["run_queued", "run_started", "planned"]
        assert found.count("turn") == 4
        assert found[-2:] == ["artifact", "run_finished"]
        assert found.count("run_finished") == 1

    run_async(main())


def test_a_plain_value_comes_back_as_it_was(tmp_path: Path) -> None:
    value = Value("plain", plain={"list": [1, 2.5, "x", None]})

    async def main() -> None:
        async with running(tmp_path, FakeWorker(Play(values={"total": value}))) as runs:
            run = await runs.wait((await submit(runs)).id, 10)
            assert run.values["total"].plain == value.plain

    run_async(main())


def test_a_summary_with_nan_does_not_lose_the_run(tmp_path: Path) -> None:
    value = Value("summary", summary={"mean": float("nan"), "text": "half \ud800"})

    async def main() -> None:
        async with running(tmp_path, FakeWorker(Play(values={"latent": value}))) as runs:
            run = await runs.wait((await submit(runs)).id, 10)
            assert run.status == "completed"
        async with running(tmp_path) as runs:
            kept = await runs.get(run.id)
            assert kept is not None
            assert kept.values["latent"].summary["mean"] is None

    run_async(main())


def test_a_failed_run_has_its_problems(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, FakeWorker(Play(fails=NON_FINITE))) as runs:
            run = await runs.wait((await submit(runs)).id, 10)
            assert (run.status, run.problems) == ("failed", (NON_FINITE,))
            assert run.values == {}

    run_async(main())


def test_a_batch_is_items_in_order_and_count_repeats_each(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, FakeWorker()) as runs:
            made = await runs.submit([asked(1), asked(2)], count=2)
            assert [run.item for run in made] == [0, 1, 2, 3]
            assert [run.asked.inputs["seed"] for run in made] == [1, 1, 2, 2]
            assert len({run.batch for run in made}) == 1
            ended = [await runs.wait(run.id, 10) for run in made]
            began = [run.started or 0.0 for run in ended]
            assert began == sorted(began)
            page = await runs.page(Filter(batch=made[0].batch))
            assert [run.item for run in page.runs] == [3, 2, 1, 0]

    run_async(main())


def test_priority_goes_before_place(tmp_path: Path) -> None:
    async def main() -> None:
        worker = FakeWorker(endless_if(0))
        async with running(tmp_path, worker) as runs:
            first = await submit(runs, 0)
            await until(lambda: bool(worker.jobs))
            low, high = await submit(runs, 1), await submit(runs, 2, priority=5)
            assert [runs.place(run.id) for run in (first, low, high)] == [None, 1, 0]
            await runs.cancel(first.id)
            await runs.wait(low.id, 10)
            assert [job.run for job in worker.jobs] == [first.id, high.id, low.id]

    run_async(main())


def test_moving_changes_the_order_over_a_restart(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path) as runs:
            a, b, c, d = [(await submit(runs, seed)).id for seed in range(4)]
            await runs.move(d, first=True)
            await runs.move(a, last=True)
            await runs.move(b, before=c)
            await runs.move(c, before=b)
            assert await _order(runs, a, b, c, d) == [d, c, b, a]
            assert types(await runs.events(run=d)) == ["run_queued", "run_moved"]
        async with running(tmp_path) as runs:
            assert await _order(runs, a, b, c, d) == [d, c, b, a]

    run_async(main())


async def _order(runs: Runs, *ids: str) -> list[str]:
    return sorted(ids, key=lambda run: runs.place(run) or 0)


def test_only_waiting_runs_move(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, FakeWorker()) as runs:
            ended = await runs.wait((await submit(runs)).id, 10)
            with pytest.raises(NotQueuedError, match="completed"):
                await runs.move(ended.id, first=True)
            with pytest.raises(UnknownRunError):
                await runs.move("nothing", first=True)

    run_async(main())


def test_cancel_of_a_waiting_run_is_at_once_and_for_good(tmp_path: Path) -> None:
    async def main() -> None:
        worker = FakeWorker(endless_if(0))
        async with running(tmp_path, worker) as runs:
            on, waiting = await submit(runs, 0), await submit(runs, 1)
            cancelled = await runs.cancel(waiting.id)
            assert cancelled.status == "cancelled"
            assert await runs.cancel(waiting.id) == cancelled
            await runs.cancel(on.id)
            assert (await runs.wait(on.id, 10)).status == "cancelled"
            assert waiting.id not in worker.began
            after = await runs.wait((await submit(runs, 2)).id, 10)
            assert after.status == "completed"
            events = await runs.events(run=waiting.id)
            assert types(events) == ["run_queued", "run_finished"]

    run_async(main())


def test_cancel_of_an_ended_run_changes_nothing_and_of_none_is_refused(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, FakeWorker()) as runs:
            run = await runs.wait((await submit(runs)).id, 10)
            assert await runs.cancel(run.id) == run
            with pytest.raises(UnknownRunError):
                await runs.cancel("0" * 22)

    run_async(main())


def test_nothing_is_saved_once_a_cancel_was_acknowledged(tmp_path: Path) -> None:
    """However far the run is; the cancel comes a little later in each round."""

    async def main() -> None:
        async with running(tmp_path, FakeWorker(Play(seconds=0.001, pictures=5))) as runs:
            for moment in range(12):
                run = await submit(runs, moment)
                await asyncio.sleep(moment * 0.002)
                at = await runs.cancel(run.id)
                ended = await runs.wait(run.id, 10)
                if at.status != "completed":
                    assert ended.status == "cancelled"
                    assert ended.artifacts == at.artifacts
                assert await runs.get(run.id) == ended

    run_async(main())


def test_a_deaf_worker_is_replaced_and_the_run_is_cancelled(tmp_path: Path) -> None:
    async def main() -> None:
        worker = FakeWorker(Play(steps=1000, seconds=0.01, deaf=True))
        async with running(tmp_path, worker) as runs:
            run = await submit(runs)
            await until(lambda: bool(worker.jobs))
            await runs.cancel(run.id)
            assert (await runs.wait(run.id, 10)).status == "cancelled"

    run_async(main())


def test_retry_is_a_new_run_of_the_same(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, FakeWorker(endless_if(0))) as runs:
            on = await submit(runs, 0)
            with pytest.raises(NotFinalError):
                await runs.retry(on.id)
            await runs.cancel(on.id)
            old = await runs.wait(on.id, 10)
            new = await runs.retry(old.id)
            assert (new.asked, new.retry_of) == (old.asked, old.id)
            assert new.id != old.id

    run_async(main())


def test_remove_takes_an_ended_run_with_all_its_rows(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, FakeWorker(endless_if(0))) as runs:
            on = await submit(runs, 0)
            with pytest.raises(NotFinalError):
                await runs.remove(on.id)
            await runs.cancel(on.id)
            await runs.wait(on.id, 10)
            await runs.remove(on.id)
            assert await runs.get(on.id) is None
            assert types(await runs.events(run=on.id)) == ["run_removed"]
            with pytest.raises(UnknownRunError):
                await runs.remove(on.id)
        left = sqlite3.connect(tmp_path / NAME)
        for table in ("runs", "artifacts", "uses", "texts"):
            assert left.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        left.close()

    run_async(main())


def test_a_full_queue_refuses_and_says_when_to_come_again(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, policy=Policy(max_queue=3)) as runs:
            await runs.submit([asked()], count=2)
            with pytest.raises(QueueFullError, match="2 runs are waiting") as refused:
                await runs.submit([asked()], count=2)
            assert refused.value.retry_after >= 1
            last = await submit(runs)
            with pytest.raises(QueueFullError):
                await submit(runs)
            await runs.cancel(last.id)
            await submit(runs)

    run_async(main())


def test_submissions_at_the_same_time_do_not_overfill_the_queue(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, policy=Policy(max_queue=10)) as runs:
            tries = [submit(runs, seed) for seed in range(30)]
            answers = await asyncio.gather(*tries, return_exceptions=True)
            assert sum(isinstance(answer, QueueFullError) for answer in answers) == 20
            assert runs.counts().queued == 10

    run_async(main())


def test_one_key_is_one_run_at_once_and_later(tmp_path: Path) -> None:
    async def main() -> None:
        async def send(runs: Runs, body: str = "b") -> str:
            return (await runs.submit([asked()], key="k", body_digest=body))[0].id

        async with running(tmp_path, FakeWorker()) as runs:
            ids = await asyncio.gather(*(send(runs) for _ in range(20)))
            assert len(set(ids)) == 1
            with pytest.raises(KeyReusedError):
                await send(runs, "other")
        async with running(tmp_path, FakeWorker()) as runs:
            assert await send(runs) == ids[0]
            with pytest.raises(KeyReusedError):
                await send(runs, "other")
            assert len((await runs.page(Filter())).runs) == 1

    run_async(main())


def test_a_client_that_goes_away_does_not_take_its_submission_along(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, FakeWorker()) as runs:
            for key in (None, "k"):
                task = asyncio.create_task(runs.submit([asked()], key=key))
                for _ in range(3):
                    await asyncio.sleep(0)
                task.cancel()
            await until(lambda: runs.counts().finished.get("completed", 0) == 2)
            assert len(await runs.submit([asked()], key="k")) == 1
            assert len((await runs.page(Filter())).runs) == 2

    run_async(main())


def test_wait_gives_up_in_time_and_refuses_unknown_runs(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, FakeWorker(ENDLESS)) as runs:
            run = await submit(runs)
            assert (await runs.wait(run.id, 0.05)).status == "running"
            with pytest.raises(UnknownRunError):
                await runs.wait("x", 0.05)

    run_async(main())


def test_pages_follow_each_other_without_hole_or_double(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path) as runs:
            made = [run.id for run in await runs.submit([asked()], count=25)]
            seen, cursor = list[str](), None
            while True:
                page = await runs.page(Filter(limit=10, cursor=cursor))
                seen += [run.id for run in page.runs]
                cursor = page.next
                if cursor is None:
                    break
            assert seen == made[::-1]
            assert [run.place for run in page.runs] == [4, 3, 2, 1, 0]
            assert len((await runs.page(Filter(limit=10**9))).runs) == 25
            assert len((await runs.page(Filter(limit=-1))).runs) == 1
            quoted = "x' OR '1'='1"
            assert not (await runs.page(Filter(name=quoted))).runs
            assert not (await runs.page(Filter(status=frozenset({"failed"})))).runs
            for cursor in ("", "zz", "-1", "1;", "f" * 16, "1.0", " 1"):
                with pytest.raises(BadCursorError):
                    await runs.page(Filter(cursor=cursor))

    run_async(main())


def test_two_workers_work_at_the_same_time(tmp_path: Path) -> None:
    async def main() -> None:
        workers = FakeWorker(ENDLESS, device="cuda:0"), FakeWorker(ENDLESS, device="cuda:1")
        async with running(tmp_path, *workers) as runs:
            made = await runs.submit([asked()], count=3)
            await until(lambda: runs.counts().running == 2)
            assert runs.counts().queued == 1
            await until(lambda: all(worker.jobs for worker in workers))
            devices = {(await runs.wait(run.id, 0.01)).device for run in made}
            assert devices == {"cuda:0", "cuda:1", None}

    run_async(main())


def test_previews_are_asked_for_only_while_somebody_watches(tmp_path: Path) -> None:
    async def main() -> None:
        worker = FakeWorker(ENDLESS)
        async with running(tmp_path, worker) as runs:
            run = await submit(runs)
            await until(lambda: bool(worker.jobs))
            assert not worker.previews
            subscription = runs.hub.subscribe(run.id, previews=True)
            await until(lambda: worker.previews)
            subscription.close()
            await until(lambda: not worker.previews)

    run_async(main())


def test_closing_refuses_new_runs_and_puts_the_running_one_back(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, FakeWorker(ENDLESS), grace=0.3) as runs:
            on, waiting = await submit(runs, 1), await submit(runs, 2)
            await until(lambda: runs.counts().running == 1)
            assert runs.ready
        assert runs.closing
        assert not runs.ready
        with pytest.raises(ClosingError):
            await submit(runs)
        worker = FakeWorker()
        async with running(tmp_path, worker) as runs:
            ended = [await runs.wait(run.id, 10) for run in (on, waiting)]
            assert [run.status for run in ended] == ["completed", "completed"]
            assert [run.attempts for run in ended] == [2, 1]
            assert [job.run for job in worker.jobs] == [on.id, waiting.id]

    run_async(main())


def test_a_run_about_to_end_may_end_while_the_server_closes(tmp_path: Path) -> None:
    async def main() -> None:
        worker = FakeWorker(Play(seconds=0.02))
        async with running(tmp_path, worker, grace=10) as runs:
            run = await submit(runs)
            await until(lambda: bool(worker.jobs))
        async with running(tmp_path) as runs:
            kept = await runs.get(run.id)
            assert kept is not None
            assert (kept.status, kept.attempts) == ("completed", 1)

    run_async(main())


def test_estimates_come_from_this_graph_or_from_nodes_of_the_type(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, FakeWorker()) as runs:
            assert await runs.estimates(GRAPH) == {}
            await runs.wait((await submit(runs)).id, 10)
            same = await runs.estimates(GRAPH.replace('"seed": 1', '"seed": 5'))
            assert same["denoise"].source == "graph"
            assert same["denoise"].calls == 4
            other = await runs.estimates(GRAPH.replace('"decode"', '"look"'))
            assert other["look"].source == "type"
            assert other["look"].seconds == pytest.approx(0.01)
            assert await runs.estimates("no graph") == {}

    run_async(main())
