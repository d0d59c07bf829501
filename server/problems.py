"""Problems as people and programs read them: a line each, or the published JSON form."""

from __future__ import annotations

import json
from collections.abc import Sequence

from engine.errors import Problem


def lines(problems: Sequence[Problem], source: str = "") -> list[str]:
    """One line a problem: file, place, sentence, fix."""
    head = f"{source}: " if source else ""
    return [f"{head}{problem}" for problem in problems]


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
