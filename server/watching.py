"""A server's run as this terminal shows it: the bar, the files fetched, how it ended."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import events

from .exits import CANCELLED, FAILED, FILES, OK, Stop
from .progress import Progress

if TYPE_CHECKING:
    from .client import Client, Event, File, Run
    from .outputs import Outputs

Json = Any


class Watcher:
    """Follows runs of one server.

    folder: where saved files go, None to leave them on the server. as_json: each event as a
    line on standard output, files by name. Raises Stop where the folder cannot be written into.
    """

    def __init__(self, client: Client, *, as_json: bool, folder: Path | None) -> None:
        self.client = client
        self.as_json = as_json
        self.folder = folder
        self.written: list[Path] = []
        self.noted: list[str] = []
        if folder is not None:
            check_folder(folder)

    def follow(self, id: str) -> Run:
        """Until the run is final; returns it then."""
        progress = Progress()
        try:
            for event in self.client.events(id):
                engine_event = as_engine_event(event)
                if engine_event is not None:
                    progress(engine_event)
                if event.type == "node_notice":
                    self.noted.append(f"note: {event.data['path']}: {event.data['message']}")
                if self.as_json:
                    print(json.dumps(event.data, ensure_ascii=False), flush=True)
        finally:
            progress.close()
        run = self.client.wait(id)
        if self.folder is not None:
            self.fetch(run)
        return run

    def fetch(self, run: Run) -> None:
        """The pictures that the run saved; where it saved none, those among its outputs."""
        if self.folder is None:
            return
        outputs = self._outputs(run)
        saved = [(made.name, made.file) for made in run.artifacts if not made.preview]
        for name, file in saved or _values(run):
            path = self._save(outputs, name, file)
            self.written.append(path)
            if self.as_json:
                row = {"type": "file", "run": run.id, "hash": file.hash, "file": str(path)}
                print(json.dumps(row, ensure_ascii=False), flush=True)

    def _save(self, outputs: Outputs, name: str, file: File) -> Path:
        from engine.context import Artifact as Handed
        from engine.errors import NodeError

        try:
            return outputs.save(Handed(self.client.download(file.hash), file.media_type, name))
        except NodeError as error:
            raise Stop(f"{error.message} {error.fix}", FILES) from None

    def _outputs(self, run: Run) -> Outputs:
        from .outputs import Outputs

        return Outputs(self.folder or Path(), run.title, str(run.inputs.get("seed", "")))

    def tell(self, run: Run) -> None:
        """How it ended, for people: what failed on standard error."""
        kept = sum(timing.cached for timing in run.timings.values())
        ran = sum(timing.runs for timing in run.timings.values())
        print(f"{run.id} {run.status} in {run.seconds or 0.0:.2f} s: {ran} calls, {kept} kept")
        for line in self.noted:
            print(line)
        self.noted.clear()
        for name, value in run.values.items():
            if value.kind == "plain":
                print(f"{name} = {value.plain}")
        for problem in run.problems:
            print(problem, file=sys.stderr)


def check_folder(folder: Path) -> None:
    """Makes a folder for pictures. Raises Stop where nothing can be written into it."""
    from .outputs import Outputs

    Outputs(folder, "", "").check()


def exit_code(runs: list[Run]) -> int:
    """0 where all completed; a failure counts more than a cancel."""
    states = {run.status for run in runs}
    if "failed" in states:
        return FAILED
    return CANCELLED if "cancelled" in states else OK


def as_engine_event(event: Event) -> events.Event | None:
    """What the progress bar knows of, out of the server's events; the rest is None."""
    data: Mapping[str, Json] = event.data
    if event.type == "turn":
        around, cached = tuple(data["around"]), bool(data["cached"])
        place = (data["index"], data["count"], data["seconds"], cached)
        return events.Turn(event.seq, data["path"], around, *place)
    if event.type == "node_progress":
        turn = tuple(data["turn"])
        return events.NodeProgress(event.seq, data["path"], turn, data["done"], data["total"])
    if event.type == "run_finished":
        return events.Finished(event.seq, data["status"], data.get("seconds") or 0.0)
    return None


def _values(run: Run) -> list[tuple[str, File]]:
    return [(name, file) for name, value in run.values.items() for file in value.pictures]
