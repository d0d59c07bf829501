"""Problems as people and programs read them: a line each, or the published JSON form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from engine.errors import Problem
from engine.files import Files


def lines(problems: Sequence[Problem], source: str = "") -> list[str]:
    """One line a problem: file, place, sentence, fix."""
    head = f"{source}: " if source else ""
    return [f"{head}{problem}" for problem in problems]


def as_typed(problem: Problem, files: Files) -> Problem:
    """The problem with each picture called by the path that was typed in for it."""
    return replace(problem, message=files.told(problem.message), fix=files.told(problem.fix))


def error_json(problems: Sequence[Problem]) -> str:
    """`{"error": {"code", "message", "problems"}}`, on one line; the code is the first one's."""
    count = len(problems)
    message = str(problems[0]) if count == 1 else f"The graph has {count} problems."
    return json.dumps(
        {
            "error": {
                "code": problems[0].code,
                "message": message,
                "problems": [problem.to_json() for problem in problems],
            }
        },
        ensure_ascii=False,
    )
