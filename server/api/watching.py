"""Notices files that come and go in the folders that graphs choose from, and says so."""

from __future__ import annotations

import asyncio
import logging

from .errors import ApiError
from .house import House

log = logging.getLogger("latentgraph")
EVERY = 10.0


async def watch_choices(house: House) -> None:
    """Sends `choices_changed` when a list of files is another than before; until cancelled."""
    before = None
    while True:
        try:
            lists = await house.shelf.lists()
        except ApiError as error:
            log.warning("choices: %s", error)
        else:
            if before is not None and lists != before:
                house.runs.tell("choices_changed")
            before = lists
        await asyncio.sleep(EVERY)
