"""Settings: flags before environment before file, and a sentence where one is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from server.exits import Stop
from server.serving.operator import FILE, operator_of


def written(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


def test_without_any_it_is_safe(tmp_path: Path) -> None:
    found = operator_of(tmp_path, {})
    assert (found.host, found.port) == ("127.0.0.1", 8188)
    assert (found.allow_host, found.allow_origin, found.allow_webhook) == ((), (), ())


def test_flags_win_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, 'port = 1000\nhost = "::1"\nmax_queue = 5\nallow_host = ["a.lan", "b.lan"]\n')
    monkeypatch.setenv("LATENTGRAPH_PORT", "2000")
    monkeypatch.setenv("LATENTGRAPH_MAX_QUEUE", "6")
    monkeypatch.setenv("LATENTGRAPH_DEVICE", "cpu, cuda:1")
    found = operator_of(tmp_path, {"port": "3000"})
    assert (found.port, found.max_queue, found.host) == (3000, 6, "::1")
    assert found.allow_host == ("a.lan", "b.lan")
    assert found.device == ("cpu", "cuda:1")


@pytest.mark.parametrize(
    ("text", "flags", "said"),
    [
        ("prot = 1\n", {}, "'prot'"),
        ("port = ", {}, "no TOML"),
        ('port = "many"\n', {}, "'port'"),
        ("", {"port": "70000"}, "--port"),
        ("", {"token": "short"}, "at least 8"),
        ("", {"max_queue": "0"}, "max-queue"),
    ],
)
def test_a_wrong_setting_is_named(
    tmp_path: Path, text: str, flags: dict[str, Any], said: str
) -> None:
    with pytest.raises(Stop) as stop:
        operator_of(written(tmp_path, text), flags)
    assert said in str(stop.value)
    assert "short" not in str(stop.value)


def test_a_token_is_never_shown(tmp_path: Path) -> None:
    found = operator_of(tmp_path, {"token": "very-secret-token"})
    assert "very-secret-token" not in repr(found)
    assert found.token.get_secret_value() == "very-secret-token"
