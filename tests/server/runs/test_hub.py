"""Who hears what: nothing lost, nothing double, nobody held up, memory bounded."""

from __future__ import annotations

import asyncio
import json
import time
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from server.library.folder import Folder
from server.runs.database import NAME, Database
from server.runs.hub import Event, EventHub, Preview
from server.runs.log import BLOCK, EventLog
from server.runs.outbox import MAX_BYTES, MAX_EVENTS
from server.runs.policy import Policy
from server.runs.retention import Retention
from server.runs.subscription import ClosedError, Subscription
from tests.server.runs.running import run_async

MIB = 1 << 20


def event(seq: int, kind: str = "node_finished", run: str | None = "r", **more: Any) -> Event:
    text = json.dumps({"seq": seq, "run": run, "type": kind, **more})
    return Event(seq, run, kind, text)


async def nothing(*_: Any) -> list[Event]:
    return []


async def opened(folder: Path) -> tuple[Database, EventLog]:
    database = Database(folder / NAME)
    await database.open()
    log = EventLog(database, time.time)
    await log.open()
    return database, log


async def drain(subscription: Subscription, count: int) -> list[Event]:
    found: list[Event] = []
    async with asyncio.timeout(20):
        while len(found) < count:
            found += [item for item in await subscription.take() if isinstance(item, Event)]
    return found


def numbers(events: Sequence[Event]) -> list[int]:
    return [event.seq for event in events]


def test_numbers_rise_and_are_never_used_again(tmp_path: Path) -> None:
    async def once() -> list[int]:
        database, log = await opened(tmp_path)
        subscription = log.hub.subscribe(after=0)
        for _ in range(5):
            log.emit(None, "choices_changed")
        await log.flush()
        found = numbers([e for e in await drain(subscription, 5) if e.type != "gap"])
        await database.close()
        return found

    async def forgetting() -> list[int]:
        """The log's rows are lost, as after a power cut; the numbers are not."""
        database, _ = await opened(tmp_path)
        await database.write(lambda c: c.execute("DELETE FROM events"))
        await database.close()
        return await once()

    first, second, third = run_async(once()), run_async(once()), run_async(forgetting())
    assert second[:5] == first
    assert first[-1] < second[5]
    assert second[-1] < third[0]


def test_more_events_than_a_block_keep_their_order(tmp_path: Path) -> None:
    async def main() -> None:
        database, log = await opened(tmp_path)
        log._next = log._limit - 50  # as after many events
        subscription = log.hub.subscribe()
        for place in range(200):
            log.emit("r", "turn", index=place)
            if place % 7 == 0:
                await log.commit(lambda c: None, [log.draft("r", "artifact", {"index": place})])
        found = await drain(subscription, 229)
        assert numbers(found) == sorted(set(numbers(found)))
        turns = [e.data["index"] for e in found if e.type == "turn"]
        assert turns == list(range(200))
        assert numbers(await log.read(0, BLOCK * 4, None, 1000)) == numbers(found)
        await database.close()

    run_async(main())


def test_an_event_is_in_the_log_before_anybody_hears_of_it(tmp_path: Path) -> None:
    async def main() -> None:
        database, log = await opened(tmp_path)
        subscription = log.hub.subscribe()
        for place in range(50):
            log.emit("r", "turn", index=place)
            for heard in await drain(subscription, 1):
                assert heard in await log.read(heard.seq - 1, heard.seq, None, 10)
        await database.close()

    run_async(main())


def test_a_change_that_fails_tells_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        database, log = await opened(tmp_path)
        subscription = log.hub.subscribe()

        def fail(_: Any) -> None:
            raise ValueError("no")

        with pytest.raises(ValueError, match="no"):
            await log.commit(fail, [log.draft("r", "run_finished", {})])
        log.emit("r", "turn")
        assert [e.type for e in await drain(subscription, 1)] == ["turn"]
        assert len(await log.read(0, log.hub.latest, None, 10)) == 1
        await database.close()

    run_async(main())


@pytest.mark.parametrize("runs", [None, "a", {"a", "b"}])
def test_a_subscriber_who_comes_back_at_any_point_misses_nothing(tmp_path: Path, runs: Any) -> None:
    """Events are told all the while: from the log first, then live, each once, in order."""

    async def main() -> None:
        database, log = await opened(tmp_path)

        async def tell() -> None:
            for place in range(3000):
                log.emit("abc"[place % 3], "node_finished", path=str(place))
                if place % 10 == 0:
                    await asyncio.sleep(0)

        telling = asyncio.create_task(tell())
        seen: list[Event] = []
        wanted = [p for p in range(3000) if runs is None or "abc"[p % 3] in runs]
        while len(seen) < len(wanted):
            after = seen[-1].seq if seen else 0
            subscription = log.hub.subscribe(runs, after=after)
            seen += await drain(subscription, min(397, len(wanted) - len(seen)))
            subscription.close()
        await telling
        assert [int(e.data["path"]) for e in seen] == wanted
        await database.close()

    run_async(main())


def test_who_asks_for_more_than_the_log_holds_is_told_of_the_gap(tmp_path: Path) -> None:
    async def main() -> None:
        database, log = await opened(tmp_path)
        for place in range(30):
            log.emit("r", "turn", index=place)
        await log.flush()
        folder = Folder(tmp_path / "files")
        policy = Policy(max_events=10)
        swept = await Retention(log, policy, artifacts=folder, uploads=folder).sweep(time.time())
        assert swept.events == 20
        early, late = log.hub.subscribe(after=3), log.hub.subscribe(after=25)
        found = await drain(early, 11)
        assert (found[0].type, found[0].data["after"]) == ("gap", 20)
        assert numbers(found[1:]) == list(range(21, 31))
        assert numbers(await drain(late, 5)) == list(range(26, 31))
        foreign = log.hub.subscribe(after=10**9)
        assert (await foreign.take())[0] == Event(30, None, "gap", '{"type":"gap","after":30}')
        await database.close()

    run_async(main())


def test_server_wide_events_go_to_those_who_asked_for_everything() -> None:
    async def main() -> None:
        hub = EventHub(nothing)
        every, one = hub.subscribe(), hub.subscribe("r")
        hub.publish([event(1, "graph_saved", None), event(2), event(3, run="other")])
        assert numbers(await drain(every, 3)) == [1, 2, 3]
        assert numbers(await drain(one, 1)) == [2]

    run_async(main())


def test_stalled_readers_neither_delay_a_healthy_one_nor_fill_the_memory() -> None:
    """Fifty that never read, 30,000 events of 400 bytes and previews of 100 KB."""

    async def main() -> tuple[int, list[Event], list[Subscription], float]:
        hub = EventHub(nothing)
        stalled = [hub.subscribe(previews=True) for _ in range(50)]
        healthy, got = hub.subscribe(), list[Event]()
        tracemalloc.start()
        slowest = 0.0
        for start in range(0, 30_000, 100):
            began = time.perf_counter()
            batch = [event(seq, path="x" * 300) for seq in range(start + 1, start + 101)]
            hub.publish(batch)
            hub.preview(Preview("r", {"path": "loop"}, bytes(100_000)))
            got += await drain(healthy, 100)
            slowest = max(slowest, time.perf_counter() - began)
        used = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert all(reader.held <= 6 * MIB for reader in stalled)
        return used, got, stalled, slowest

    used, got, stalled, slowest = run_async(main())
    assert numbers(got) == list(range(1, 30_001))
    assert used < 100 * MIB
    assert slowest < 2.0
    assert all(reader._reason is not None for reader in stalled)


def test_one_stalled_reader_holds_less_than_six_mebibytes() -> None:
    async def main() -> int:
        hub = EventHub(nothing)
        reader = hub.subscribe(previews=True)
        tracemalloc.start()
        seq = 0
        while reader._reason is None:
            seq += 1
            hub.publish([event(seq, path=f"{seq}" * 100)])
            hub.preview(Preview(f"r{seq}", {"path": "loop"}, bytes(90_000)))
            most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert run_async(main()) < 6 * MIB


def test_a_slow_reader_is_closed_with_a_reason_and_can_come_back(tmp_path: Path) -> None:
    async def main() -> None:
        database, log = await opened(tmp_path)
        slow = log.hub.subscribe()
        total = MAX_EVENTS + 1000
        for place in range(total):
            log.emit("r", "node_finished", path=str(place))
            if place % 500 == 0:
                await asyncio.sleep(0)
        await log.flush()
        with pytest.raises(ClosedError, match="Too slow") as closed:
            await slow.take()
        assert "Subscribe again" in closed.value.reason
        assert len(log.hub) == 0
        back = log.hub.subscribe(after=0)
        assert [e.data["path"] for e in await drain(back, total)] == [str(p) for p in range(total)]
        await database.close()

    run_async(main())


def test_for_a_lagging_reader_passing_events_give_way_and_others_never() -> None:
    async def main() -> None:
        hub = EventHub(nothing)
        reader = hub.subscribe()
        kinds = ["turn", "turn", "turn", "node_finished", "run_finished"]
        last: dict[str, int] = {}
        firm: list[int] = []
        for seq in range(1, 12_001):
            kind = kinds[seq % 5]
            hub.publish([event(seq, kind, path=f"n{seq % 3}", around=[], index=seq)])
            if kind == "turn":
                last[f"n{seq % 3}"] = seq
            else:
                firm.append(seq)
        found = await drain(reader, 4000)
        while len(reader._outbox):
            found += await drain(reader, 1)
        got = numbers(found)
        assert got == sorted(set(got))
        assert set(firm) <= set(got)
        assert set(last.values()) <= set(got)
        assert 0 < reader.dropped == 12_000 - len(got)

    run_async(main())


def test_of_previews_only_the_latest_of_a_loop_is_sent() -> None:
    async def main() -> None:
        hub = EventHub(nothing)
        reader, uninterested = hub.subscribe("r", previews=True), hub.subscribe("r")
        assert (hub.watched("r"), hub.watched("other")) == (True, False)
        for index in range(100):
            hub.preview(Preview("r", {"path": "a", "index": index}, b"x"))
            hub.preview(Preview("r", {"path": "b", "index": index}, b"x"))
            hub.preview(Preview("other", {"path": "a", "index": index}, b"x"))
        hub.preview(Preview("r", {"path": "huge"}, bytes(2 * MIB)))
        hub.publish([event(1)])
        items = await reader.take()
        assert items[0] == event(1)
        previews = [item for item in items[1:] if isinstance(item, Preview)]
        assert [(p.header["path"], p.header["index"]) for p in previews] == [("a", 99), ("b", 99)]
        assert await uninterested.take() == [event(1)]

    run_async(main())


def test_closing_ends_subscriptions_after_what_waits() -> None:
    async def main() -> None:
        hub = EventHub(nothing)
        reader, waiting = hub.subscribe(), hub.subscribe("nobody")
        hub.publish([event(1), event(2)])
        task = asyncio.create_task(waiting.take())
        await asyncio.sleep(0)
        hub.close("The server is closing.")
        assert [item async for item in reader] == [event(1), event(2)]
        with pytest.raises(ClosedError, match="closing"):
            await task
        assert MAX_BYTES <= 6 * MIB

    run_async(main())
