"""100,000 files in the models folder (F019): listed in time, and nobody waits for it."""

from __future__ import annotations

from pathlib import Path

from tests.attacks.field import Field
from tests.attacks.serving import Serving, until


def test_100_000_files(tmp_path: Path) -> None:
    serving = Serving(tmp_path)
    for number in range(100):
        folder = serving.models / f"f{number}"
        folder.mkdir()
        for at in range(1000):
            (folder / f"m{at}.safetensors").touch()
    serving.start()
    try:
        field = Field(serving, lambda: serving)
        until(lambda: serving.mouth.ask("GET", "/api/choices").status == 200, 60, "listed once")
        with field.pulse():
            for _ in range(3):
                heard = serving.mouth.ask("GET", "/api/choices")
                assert heard.status == 200
                assert len(heard.json["models"]) >= 100_000
                assert heard.seconds < 2, f"{heard.seconds:.1f} s"
        assert serving.stop() == 0
    finally:
        serving.close()
