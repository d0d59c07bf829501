"""The OpenAPI document as a page to read: one file of HTML, nothing from elsewhere, no script."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from .pageparts import members, operation
from .pagestart import start
from .pagestyle import STYLE
from .signin import source_hash

Json = Any
POLICY = (
    f"default-src 'none'; style-src {source_hash(STYLE)}; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
TAGS: Mapping[str, tuple[str, str]] = {
    "endpoints": (
        "Graphs as endpoints",
        "Every saved graph and every template, its body typed by the graph's public inputs.",
    ),
    "runs": ("Runs", "What was accepted: queued, running, ended. Nothing of it is ever lost."),
    "events": (
        "Events",
        "What happens, as it happens; after a pause from the last number you know.",
    ),
    "graphs": (
        "Graphs and node types",
        "Graphs kept by name, with their versions; templates; what graphs are made of.",
    ),
    "files": ("Files", "Pictures by the hash of their content: what goes in and what came out."),
    "server": ("Server", "How it is: health, readiness, limits, devices, metrics."),
    "session": ("Session", "The token for a cookie, so that a browser can be let in."),
}
Operations = list[tuple[str, str, Mapping[str, Json]]]


def render(document: Mapping[str, Json], origin: str = "http://127.0.0.1:8188") -> str:
    """The page. `origin` is where the examples send their requests."""
    info = document["info"]
    token = any("security" in each for _, _, each in _operations(document))
    by_tag = {
        tag: [each for each in _operations(document) if tag in each[2]["tags"]] for tag in TAGS
    }
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(info['title'])}: the API</title><style>{STYLE}</style></head>",
            f'<body><div class="page">{_contents(by_tag)}<main>',
            f"<h1>{escape(info['title'])} <small>{escape(info['version'])}</small></h1>",
            f'<p class="lead">{escape(info["description"])} For programs there is ',
            '<a href="/api/openapi.json">openapi.json</a>, OpenAPI 3.1.</p>',
            start(origin, token=token),
            *(_section(tag, document, found, origin, token=token) for tag, found in by_tag.items()),
            *_schemas(document),
            "</main></div></body></html>\n",
        ]
    )


def _operations(document: Mapping[str, Json]) -> Operations:
    return [
        (method.upper(), path, found)
        for path, methods in document["paths"].items()
        for method, found in methods.items()
    ]


def _contents(by_tag: Mapping[str, Operations]) -> str:
    parts = ['<nav aria-label="Contents"><p>Begin</p><a href="#start">First picture</a>']
    for tag, found in by_tag.items():
        parts.append(f"<p>{escape(TAGS[tag][0])}</p>" if found else "")
        parts += [
            f'<a href="#{escape(each["operationId"])}" title="{method} {escape(path)}">'
            f"{escape(each['summary'])}</a>"
            for method, path, each in found
        ]
    return "".join([*parts, '<p>Forms</p><a href="#schemas">Schemas</a></nav>'])


def _section(
    tag: str, document: Mapping[str, Json], found: Operations, origin: str, *, token: bool
) -> str:
    title, about = TAGS[tag]
    schemas = document["components"]["schemas"]
    rows = "".join(operation(*each, schemas, origin, token=token) for each in found)
    return f'<section id="{tag}"><h2>{title}</h2><p class="lead">{about}</p>{rows}</section>'


def _schemas(document: Mapping[str, Json]) -> Iterator[str]:
    yield '<section id="schemas"><h2>Schemas</h2>'
    for name, schema in document["components"]["schemas"].items():
        about = escape(str(schema.get("description", "")))
        text = escape(json.dumps(schema, indent=2, ensure_ascii=False))
        yield (
            f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code> '
            f"<span>{about}</span></summary><div>{members(schema)}<pre>{text}</pre></div></details>"
        )
    yield "</section>"
