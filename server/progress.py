"""What a terminal shows while a run goes on: a bar of steps with their rate."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, NoReturn

from engine import events

if TYPE_CHECKING:
    from tqdm import tqdm

WIDEST = 100
Mark = tuple[str, tuple[int, ...]]


class Progress:
    """Listens to a run's events; draws on standard error, and only where that is a terminal."""

    def __init__(self, shown: bool | None = None) -> None:
        self.shown = sys.stderr.isatty() if shown is None else shown
        self._bar: tqdm[NoReturn] | None = None
        self._of: Mark | None = None

    def __call__(self, event: events.Event) -> None:
        if not self.shown:
            return
        if isinstance(event, events.Turn):
            self._show((event.path, event.around), event.index + 1, event.count, event.cached)
        elif isinstance(event, events.NodeProgress):
            self._show((event.path, event.turn), event.done, event.total, False)
        elif isinstance(event, events.Finished):
            self.close()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _show(self, mark: Mark, done: int, total: int, cached: bool) -> None:
        if self._bar is None or self._of != mark:
            self.close()
            self._bar, self._of = self._open(mark, total), mark
            self._bar.initial = done  # the time of the first step is not known: rate from here
        if cached:  # kept steps are no work
            self._bar.initial = done
        self._bar.n = done
        self._bar.refresh()

    def _open(self, mark: Mark, total: int) -> tqdm[NoReturn]:
        from tqdm import tqdm

        turns = "".join(f" [{turn}]" for turn in mark[1])
        name = f"{mark[0]}{turns}"
        width = min(
            shutil.get_terminal_size().columns, WIDEST
        )  # some terminals say 0, which hides it
        return tqdm(total=total, desc=name, unit="step", leave=False, file=sys.stderr, ncols=width)
