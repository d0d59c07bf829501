"""After a start: what was under way when the server ended is taken up again, in order."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

from .ledger import Ledger
from .live import Live
from .record import Run
from .rows import COLUMNS, artifacts_of, named, run_of, text_of


async def recover(ledger: Ledger) -> None:
    """Interrupted runs go to the head of the queue, in the order they had; those that somebody
    asked to cancel are cancelled. Raises StorageError.
    """
    log, database = ledger.log, ledger.log.database
    interrupted, cancelled = await database.read(_interrupted)
    now = ledger.clock()

    def settle(connection: sqlite3.Connection) -> None:
        connection.execute(
            "UPDATE runs SET status = 'cancelled', finished = ? "
            "WHERE cancelling AND finished IS NULL",
            (now,),
        )
        # Before all that wait, and among each other as they were.
        connection.execute(
            "UPDATE runs SET status = 'queued', lane = lane + 1 + "
            "(SELECT coalesce(max(lane), 0) FROM runs WHERE status = 'queued') "
            "WHERE status = 'running'"
        )

    reason = "The server ended while it ran."
    drafts = [
        log.draft(run, "run_queued", {"again": True, "reason": reason}) for run in interrupted
    ]
    ended = {"status": "cancelled", "seconds": 0.0, "problems": []}
    drafts += [log.draft(run, "run_finished", ended) for run in cancelled]
    await log.commit(settle, drafts, durable=True)
    for run, row in await database.read(_queued):
        live = Live(run, row["place"], asyncio.get_running_loop().create_future())
        live.lane, live.deaths = row["lane"], row["deaths"]
        live.settle(True)
        ledger.lives[live.id] = live
        ledger.queue.add(live)


def _interrupted(connection: sqlite3.Connection) -> tuple[list[str], list[str]]:
    rows = connection.execute(
        "SELECT id, cancelling FROM runs WHERE status = 'running' "
        "OR (cancelling AND finished IS NULL) ORDER BY lane DESC, priority DESC, place, item"
    ).fetchall()
    return [run for run, asked in rows if not asked], [run for run, asked in rows if asked]


def _queued(connection: sqlite3.Connection) -> list[tuple[Run, dict[str, Any]]]:
    rows = list(named(connection.execute(f"SELECT {COLUMNS} FROM runs WHERE status = 'queued'")))
    texts = {  # the runs of a batch share one text
        digest: text_of(connection, digest) for digest in {row["graph"] for row in rows}
    }
    return [
        (run_of(row, texts[row["graph"]], artifacts_of(connection, row["id"])), row) for row in rows
    ]
