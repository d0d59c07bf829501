from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.catalogue import from_json, to_json
from engine.declare import DECLARED
from engine.errors import LatentgraphError
from engine.packs import USER_MODULE, Pack, catalogue_of, find_packs, load_packs
from tests.engine.small import CATALOGUE

GOOD = """
from dataclasses import dataclass
from engine import Value, node

@dataclass(frozen=True)
class Thing(Value):
    x: int

@node("Make", category="own")
def make(x: int = 1) -> Thing:
    '''Makes a thing.'''
    return Thing(x)

@node("Take", category="own")
def take(thing: Thing, things: list[Thing] = ()) -> list[Thing]:
    '''Takes a thing.'''
    return [thing]
"""


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    before, modules = len(DECLARED), set(sys.modules)
    yield
    del DECLARED[before:]
    for name in set(sys.modules) - modules:
        if name.startswith((USER_MODULE, "pack_")):
            del sys.modules[name]


def package(root: Path, name: str, code: str, monkeypatch: pytest.MonkeyPatch) -> Pack:
    folder = root / name
    folder.mkdir()
    (folder / "__init__.py").write_text(textwrap.dedent(code))
    monkeypatch.syspath_prepend(str(root))
    return Pack(name.removeprefix("pack_"), name, folder)


def user(root: Path, code: str) -> Pack:
    folder = root / "mine"
    folder.mkdir(exist_ok=True)
    (folder / "own.py").write_text(code)
    return Pack("user", USER_MODULE, folder)


def test_types_of_a_pack_carry_its_name(tmp_path: Path) -> None:
    registry = load_packs([user(tmp_path, GOOD)])
    take = registry.catalogue.declarations["user:Take"]
    assert take.pack == "user"
    assert take.inputs["thing"].type == take.inputs["things"].type == "user:Thing"
    assert [port.type for port in take.outputs.values()] == ["list[user:Thing]"]
    assert registry.catalogue.types["user:Thing"] == ("user:Thing",)
    assert registry.catalogue.source_digest(take) != ""


def test_a_pack_that_fails_is_listed_and_harms_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = package(tmp_path, "pack_broken", "import no_such_module", monkeypatch)
    registry = load_packs([broken, user(tmp_path, GOOD)])
    first, second = registry.catalogue.packs
    assert "no_such_module" in first.error
    assert second.error == ""
    assert set(registry.catalogue.declarations) == {"user:Make", "user:Take"}


def test_a_name_taken_twice_is_the_later_packs_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = package(tmp_path, "pack_one", GOOD, monkeypatch)
    two = package(tmp_path, "pack_two", GOOD, monkeypatch)
    registry = load_packs([Pack("", one.module, one.folder), Pack("", two.module, two.folder)])
    first, second = registry.catalogue.packs
    assert first.error == ""
    assert "Make, Take are taken" in second.error
    assert registry.implementations["Make"].module == "pack_one"


def test_a_syntax_error_in_a_users_file_is_told(tmp_path: Path) -> None:
    registry = load_packs([user(tmp_path, "def broken(:")])
    assert "SyntaxError" in registry.catalogue.packs[0].error


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def broken(:", "(bad.py, line 1)"),
        ("import sys\nsys.exit(3)", "bad.py, line 2: SystemExit: 3"),
        ("x = 1\nx.y", "bad.py, line 2: AttributeError: "),
        (GOOD.replace("x: int = 1", "x"), "bad.py, line 9: DeclarationError: make(x)"),
        (GOOD + "\n1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_users_file_that_fails_is_named_and_harms_no_other(
    tmp_path: Path, code: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pack = user(Path(), GOOD)
    (pack.folder / "bad.py").write_text(code)
    catalogue = load_packs([pack]).catalogue
    assert said in catalogue.packs[0].error
    assert set(catalogue.declarations) == {"user:Make", "user:Take"}


def test_a_users_file_that_ends_the_process_is_told_for_what_it_is(tmp_path: Path) -> None:
    user(tmp_path, "import os\nos._exit(4)")
    with pytest.raises(LatentgraphError, match="ended with code 4"):
        catalogue_of(find_packs(tmp_path / "mine"), tmp_path / "cache")


def test_what_an_editor_leaves_among_the_files_is_none_of_them(tmp_path: Path) -> None:
    pack = user(tmp_path, GOOD)
    digest = pack.digest()
    (pack.folder / ".#own.py").symlink_to("nobody@nowhere.1:2")
    (pack.folder / "gone.py").symlink_to("nowhere")
    (pack.folder / "folder.py").mkdir()
    (pack.folder / ".ipynb_checkpoints").mkdir()
    (pack.folder / ".ipynb_checkpoints" / "own.py").write_text("1 / 0")
    assert pack.digest() == digest
    assert load_packs([pack]).catalogue.packs[0].error == ""


def test_the_catalogue_survives_the_disk() -> None:
    assert from_json(to_json(CATALOGUE)) == CATALOGUE


def test_the_catalogue_is_made_once_and_again_when_a_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    run = subprocess.run

    def counted(*args: object, **options: object) -> object:
        calls.append(args)
        return run(*args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", counted)
    cache = tmp_path / "cache"
    user(tmp_path, GOOD)
    assert "user:Make" in catalogue_of(find_packs(tmp_path / "mine"), cache).declarations
    catalogue_of(find_packs(tmp_path / "mine"), cache)
    assert len(calls) == 1
    user(tmp_path, GOOD.replace('"Make"', '"Made"'))
    assert "user:Made" in catalogue_of(find_packs(tmp_path / "mine"), cache).declarations
    assert len(calls) == 2


def test_reading_the_catalogue_and_validating_imports_nothing_heavy(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    catalogue_of(find_packs(), cache)
    code = f"""
import sys
from pathlib import Path
import engine
from engine.graph import parse
from engine.packs import catalogue_of, find_packs
from engine.validate import validate
catalogue = catalogue_of(find_packs(), Path({str(cache)!r}))
assert len(catalogue.declarations) > 20, catalogue.packs
validate(parse('{{"format":1,"nodes":{{"a":{{"type":"X"}}}}}}'), catalogue)
print([m for m in ("torch", "networkx", "diffusers", "numpy", "PIL") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
