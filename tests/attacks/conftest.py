"""One server for all attacks, others for those that break theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.book import ATTACKS, BY_ID, NIGHTLY, NOT_YET
from tests.attacks.field import Field
from tests.attacks.serving import Serving

LONG = ("test_attack[H015]", "test_attack[W011]")
"""Attacks that last half a minute: they go on beside the others from the beginning."""


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Serving]]:
    """Makes servers in folders of their own and ends them all. Not started: `.start()`."""
    made: list[Serving] = []
    number = 0

    def build(folder: Path | None = None, **options: Any) -> Serving:
        nonlocal number
        number += 1
        place = folder or tmp_path_factory.mktemp(f"server{number}")
        made.append(Serving(place, **options))
        return made[-1]

    yield build
    for serving in made:
        serving.close()


@pytest.fixture(scope="session")
def field(make: Callable[..., Serving], request: pytest.FixtureRequest) -> Iterator[Field]:
    """The field, its server running and its base picture made; what takes long is begun."""
    found = Field(make().start(), make)
    found.prepare()
    if any(item.name in LONG for item in request.session.items):
        assert found.siege
    yield found
    for siege in found.sieges:
        siege.over()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Passed and total of each priority, over the attacks that this run made."""
    passed, total = Counter[str](), Counter[str]()
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.getreports(outcome):
            name, _, rest = report.nodeid.partition("[")
            attack = BY_ID.get(rest.removesuffix("]"))
            if attack is None or not name.endswith("::test_attack"):
                continue
            if outcome == "error" or report.when == "call":
                total[attack.priority] += 1
                passed[attack.priority] += outcome == "passed"
    if total:
        terminalreporter.section("attacks")
        every = Counter(attack.priority for attack in ATTACKS)
        for priority in sorted(every):
            made = f"{passed[priority]} of {total[priority]} passed"
            terminalreporter.line(f"{priority}  {made}, {every[priority]} in the book")
        later = f"{len(NIGHTLY)} in make soak and make fuzz, {len(NOT_YET)} not applicable yet"
        terminalreporter.line(f"all {passed.total()} of {total.total()} passed; {later}")
