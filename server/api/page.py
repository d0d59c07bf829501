"""The OpenAPI document as a page to read: one file of HTML, nothing from elsewhere, no script."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from .signin import source_hash

Json = Any
STYLE = """
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code,pre{font:13px/1.45 ui-monospace,monospace}
pre{overflow:auto;padding:.7rem;border:1px solid #8886;border-radius:6px}
details{border-top:1px solid #8884;padding:.35rem 0}
summary{cursor:pointer}
summary b{display:inline-block;min-width:4.2rem}
table{border-collapse:collapse;margin:.4rem 0}
td,th{border:1px solid #8886;padding:.2rem .5rem;text-align:left;vertical-align:top}
h2{margin-top:2rem;text-transform:capitalize}
.quiet{opacity:.7}
"""
POLICY = (
    f"default-src 'none'; style-src {source_hash(STYLE)}; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
TAGS = ("endpoints", "runs", "events", "graphs", "files", "server", "session")
START = """<h2>First picture</h2>
<p>Run a template and fetch what it made, from a shell:</p>
<pre>curl -o picture.png -H 'Content-Type: application/json' -H 'Accept: image/png' \\
  --data '{"prompt": "a red circle on a blue background"}' \\
  'ORIGIN/api/templates/txt2img/run?wait=120'</pre>
<p>Without <code>Accept: image/png</code> the answer is the run; without <code>?wait=</code> it
comes at once, with status 202 and the run's id. A server that asks for a token takes it as
<code>-H 'Authorization: Bearer TOKEN'</code>. Failures have one form:
<code>{"error": {"code", "message", "problems"}}</code>.</p>
"""


def render(document: Mapping[str, Json], origin: str = "http://127.0.0.1:8188") -> str:
    """The page. `origin` is where the examples send their requests."""
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>",
        f"<p>{escape(document['info']['description'])} ",
        'The document itself: <a href="/api/openapi.json">openapi.json</a>.</p>',
        START.replace("ORIGIN", escape(origin)),
    ]
    for tag in TAGS:
        rows = list(_operations(document, tag, origin))
        if rows:
            parts += [f"<h2>{tag}</h2>", *rows]
    parts += ["<h2>Schemas</h2>", *_schemas(document), "</body></html>\n"]
    return "".join(parts)


def _operations(document: Mapping[str, Json], tag: str, origin: str) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield _operation(method.upper(), path, operation, origin)


def _operation(method: str, path: str, operation: Mapping[str, Json], origin: str) -> str:
    head = f"<b>{method}</b> <code>{escape(path)}</code> {escape(operation['summary'])}"
    about = operation.get("description", "")
    parts = [f'<details id="{escape(operation["operationId"])}"><summary>{head}</summary>']
    parts.append(f"<p>{escape(about)}</p>" if about else "")
    parts.append(_parameters(operation["parameters"]))
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        parts.append(_body(media, content.get("schema", {})))
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None:
        parts.append(_example(method, path, body.get("schema", {}), origin))
    parts.append(_answers(operation["responses"]))
    return "".join([*parts, "</details>"])


def _parameters(parameters: list[Mapping[str, Json]]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(item['name'])}</code></td><td>{escape(item['in'])}</td>"
        f"<td>{_type(item['schema'])}</td><td>{escape(item.get('description', ''))}</td></tr>"
        for item in parameters
    )
    return f"<table><tr><th>name<th>in<th>type<th>means</tr>{rows}</table>" if rows else ""


def _body(media: str, schema: Mapping[str, Json]) -> str:
    if "$ref" in schema:
        return f"<p>Body: <code>{escape(media)}</code>, {_type(schema)}</p>"
    rows = _members(schema)
    return f"<p>Body: <code>{escape(media)}</code></p>{rows}"


def _members(schema: Mapping[str, Json]) -> str:
    required = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code>{'*' if name in required else ''}</td>"
        f"<td>{_type(item)}</td>"
        f"<td>{_default(item)}</td>"
        f"<td>{escape(str(item.get('description') or item.get('title') or ''))}</td></tr>"
        for name, item in schema.get("properties", {}).items()
    )
    head = "<tr><th>member<th>type<th>default<th>means</tr>"
    return f"<table>{head}{rows}</table>" if rows else ""


def _default(schema: Mapping[str, Json]) -> str:
    if "default" not in schema:
        return ""
    text = json.dumps(schema["default"], ensure_ascii=False)
    return f"<code>{escape(text[:120])}</code>"


def _type(schema: Mapping[str, Json]) -> str:
    """A type in a few words: its name, its limits."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(item) for item in schema["anyOf"])
    if "enum" in schema:
        return escape(", ".join(map(str, schema["enum"])))
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    names = (
        "minimum",
        "exclusiveMinimum",
        "maximum",
        "exclusiveMaximum",
        "multipleOf",
        "maxLength",
    )
    limits = [f"{name} {schema[name]}" for name in names if name in schema]
    return escape(" ".join([kind, *([f"({', '.join(limits)})"] if limits else [])]))


def _example(method: str, path: str, schema: Mapping[str, Json], origin: str) -> str:
    if "properties" not in schema:
        return ""
    values = {
        name: item["default"]
        for name, item in schema["properties"].items()
        if item.get("default") is not None
    }
    body = json.dumps(dict(list(values.items())[:3]), ensure_ascii=False).replace("'", "'\\''")
    call = f"curl -X {method} -H 'Content-Type: application/json' --data '{body}' '{origin}{path}'"
    return f"<pre>{escape(call)}</pre>"


def _answers(responses: Mapping[str, Json]) -> str:
    rows = "".join(
        f"<tr><td>{status}</td><td>{escape(item['description'])}</td><td>{_media(item)}</td></tr>"
        for status, item in responses.items()
    )
    return f"<table><tr><th>status<th>means<th>as</tr>{rows}</table>"


def _media(answer: Mapping[str, Json]) -> str:
    return ", ".join(
        f"{escape(media)} {_type(content['schema']) if 'schema' in content else ''}".strip()
        for media, content in answer.get("content", {}).items()
    )


def _schemas(document: Mapping[str, Json]) -> Iterator[str]:
    for name, schema in document["components"]["schemas"].items():
        about = escape(str(schema.get("description", "")))
        text = escape(json.dumps(schema, indent=2, ensure_ascii=False))
        yield (
            f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code> '
            f'<span class="quiet">{about}</span></summary>{_members(schema)}'
            f"<pre>{text}</pre></details>"
        )
