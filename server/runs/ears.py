"""What one attempt at a run tells, passed on: events to the log, files to the disk, in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from server.worker.protocol import Made

from .errors import StorageError
from .hub import Preview
from .ledger import Ledger
from .live import Live, Trouble
from .record import Json, RunArtifact

if TYPE_CHECKING:
    from server.library.artifacts import Artifacts

RELAYED = frozenset(
    {
        *("planned", "node_started", "node_finished", "node_progress", "node_notice"),
        *("turn", "node_failed"),
    }
)


class Ears:
    """`server.worker.protocol.Hears` for one run. A file that an attempt before made already is
    let be; where one cannot be written, the run's `trouble` says why, and it is ended.
    """

    def __init__(self, live: Live, ledger: Ledger, artifacts: Artifacts) -> None:
        self._live = live
        self._ledger = ledger
        self._artifacts = artifacts
        self._made: deque[Made] = deque()
        self._saving: asyncio.Task[None] | None = None
        self._deaf = False

    def event(self, run: str, event: Mapping[str, Json]) -> None:
        kind = str(event.get("type"))
        if self._deaf or run != self._live.id or kind not in RELAYED:
            return
        draft = self._ledger.log.draft(run, kind, event)
        self._live.when_accepted(partial(self._ledger.log.add, draft))

    def preview(self, run: str, header: Mapping[str, Json], picture: bytes) -> None:
        if not self._deaf and run == self._live.id and self._live.known:
            self._ledger.log.hub.preview(Preview(run, {"run": run, **header}, picture))

    def made(self, run: str, made: Made) -> None:
        if self._deaf or run != self._live.id or self._live.cancelling:
            return
        self._made.append(made)
        if self._saving is None or self._saving.done():
            self._saving = asyncio.create_task(self._save())

    async def settled(self) -> None:
        """Waits until all files are kept; hears nothing from then on."""
        if self._saving is not None:
            await self._saving
        self._deaf = True

    async def _save(self) -> None:
        while self._made and not self._live.cancelling:
            made = self._made.popleft()
            try:
                await self._keep(made)
            except StorageError as error:
                self._made.clear()
                self._live.trouble = Trouble(made.path, error.code, str(error))
                if self._live.worker is not None:
                    await self._live.worker.cancel(self._live.id)
                return

    async def _keep(self, made: Made) -> None:
        place = (made.path, tuple(made.turn), made.ordinal)
        known = {(had.path, had.turn, had.ordinal) for had in self._live.run.artifacts}
        if place in known:
            return
        file = await self._artifacts.keep(made.data, made.media_type)
        if await self._live.accepted and not self._live.cancelling:
            artifact = RunArtifact(*place, made.name, file, made.preview)
            await self._ledger.add_artifact(self._live, artifact)
