"""One operation of the OpenAPI document as HTML: its parameters, its body, an example, answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from .pagestart import AUTH

Json = Any
JSON = "application/json"
EVENTS = "text/event-stream"
NAMES = {"id": "ID", "name": "mine", "hash": "HASH"}
"""What stands in an example's path, by parameter."""
LIMITS: Mapping[str, str] = {
    "minimum": "from {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "multipleOf": "in steps of {}",
    "minItems": "{} items or more",
    "maxItems": "at most {} items",
    "maxLength": "at most {} characters",
}
HUGE = 2**53 - 1


def operation(
    method: str,
    path: str,
    found: Mapping[str, Json],
    schemas: Mapping[str, Json],
    origin: str,
    *,
    token: bool,
) -> str:
    """A line that opens to all there is to know of one method on one path."""
    about = found.get("description", "")
    content = found.get("requestBody", {}).get("content", {})
    call = escape(example(method, path, found, origin, token=token))
    return "".join(
        [
            f'<details id="{escape(found["operationId"])}"><summary>{badge(method)}',
            f"<code>{escape(path)}</code> <span>{escape(found['summary'])}</span></summary><div>",
            f"<p>{escape(about)}</p>" if about else "",
            parameters(found["parameters"]),
            body(content, schemas),
            f"<h4>Example</h4><pre>{call}</pre>",
            answers(found["responses"]),
            "</div></details>",
        ]
    )


def badge(method: str) -> str:
    return f'<b class="{method.lower()}">{method}</b>'


def parameters(found: list[Mapping[str, Json]]) -> str:
    rows = [
        (_code(each["name"]), each["in"], type_of(each["schema"]), _said(each)) for each in found
    ]
    return _table("Parameters", ("name", "in", "type", "means"), rows)


def body(content: Mapping[str, Json], schemas: Mapping[str, Json]) -> str:
    """The media types that are taken, and the members of the first one's object."""
    if not content:
        return ""
    schema: Mapping[str, Json] = next(iter(content.values())).get("schema", {})
    named = schema.get("$ref", "").rpartition("/")[2]
    names = " or ".join(_code(media) for media in content)
    form = content.get("multipart/form-data", {}).get("schema", {}).get("properties", {})
    files = [name for name, each in form.items() if "contentMediaType" in each]
    said = f", with a file for {' and '.join(_code(name) for name in files)}" if files else ""
    return f"<h4>Body</h4><p>{names}{said}</p>{members(schemas.get(named, schema))}"


def members(schema: Mapping[str, Json]) -> str:
    """The members of an object, those that must be there marked."""
    required = schema.get("required", [])
    must = ' <span class="must" title="must be there">*</span>'
    rows = [
        (
            _code(name) + (must if name in required else ""),
            type_of(each),
            _default(each),
            escape(str(each.get("description") or each.get("title") or "")),
        )
        for name, each in schema.get("properties", {}).items()
    ]
    return _table("", ("member", "type", "default", "means"), rows)


def answers(found: Mapping[str, Json]) -> str:
    rows = [(status, escape(each["description"]), _media(each)) for status, each in found.items()]
    return _table("Answers", ("status", "means", "as"), rows)


def type_of(schema: Mapping[str, Json]) -> str:
    """A type in a few words: its name and its limits."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(type_of(each) for each in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(_code(str(each)) for each in schema["enum"])
    kind = str(schema.get("type", "any"))
    items = f"list of {type_of(schema.get('items', {}))}" if kind == "array" else escape(kind)
    return ", ".join([items, *map(escape, _limits(schema))])


def _limits(schema: Mapping[str, Json]) -> Iterator[str]:
    known = {
        name: f"{bound:g}" if bound != int(bound) else f"{int(bound)}"
        for name in LIMITS
        if (bound := schema.get(name)) is not None and abs(bound) < HUGE
    }
    if {"minimum", "maximum"} <= set(known):
        yield f"{known.pop('minimum')} to {known.pop('maximum')}"
    for name, bound in known.items():
        yield LIMITS[name].format(bound)


def example(method: str, path: str, found: Mapping[str, Json], origin: str, *, token: bool) -> str:
    """A call of curl that works as it stands where the path has no names to fill in."""
    parts = ["curl"]
    if method not in {"GET", "POST"}:
        parts[0] += f" -X {method}"
    if token and found.get("security") != [{}]:
        parts.append(AUTH.strip())
    ok: Mapping[str, Json] = found["responses"].get("200", {}).get("content", {})
    if EVENTS in ok:
        parts[0] += " -N"
        parts.append(f"-H 'Accept: {EVENTS}'")
    elif ok and JSON not in ok and "text/html" not in ok and "text/plain" not in ok:
        parts[0] += " -o picture.png"
    parts += _sent(method, path, found)
    return " \\\n  ".join([*parts, f"'{origin}{_filled(path, found)}'"])


def _sent(method: str, path: str, found: Mapping[str, Json]) -> Iterator[str]:
    content = found.get("requestBody", {}).get("content", {})
    if JSON in content:
        yield f"-H 'Content-Type: {JSON}'"
        if method == "PUT":
            yield "-H 'If-None-Match: *'"
        text = json.dumps(content[JSON].get("example", {}), ensure_ascii=False)
        yield f"--data '{text}'".replace("'", "'\\''") if "'" in text else f"--data '{text}'"
    elif content:
        yield "-H 'Content-Type: image/png' --data-binary @picture.png"


def _filled(path: str, found: Mapping[str, Json]) -> str:
    """The path with something in its places, and the parameters that must be there."""
    target = re.sub(r"\{(\w+)\}", lambda match: NAMES.get(match[1], "x"), path)
    query = [
        f"{each['name']}={each.get('example', '')}"
        for each in found["parameters"]
        if each["in"] == "query" and (each["required"] or "example" in each)
    ]
    return f"{target}?{'&'.join(query)}" if query else target


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    names = "".join(f"<th>{name}</th>" for name in head)
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    over = f"<h4>{title}</h4>" if title else ""
    return f'{over}<div class="wide"><table><tr>{names}</tr>{cells}</table></div>'


def _said(found: Mapping[str, Json]) -> str:
    default = _default(found["schema"])
    about = escape(found.get("description", ""))
    return f"{about} {f'Default {default}.' if default else ''}".strip()


def _default(schema: Mapping[str, Json]) -> str:
    if "default" not in schema:
        return ""
    return _code(json.dumps(schema["default"], ensure_ascii=False)[:120])


def _media(answer: Mapping[str, Json]) -> str:
    content: Mapping[str, Json] = answer.get("content", {})
    return ", ".join(
        type_of(each["schema"]) if media == JSON and "schema" in each else _code(media)
        for media, each in content.items()
    )


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"
