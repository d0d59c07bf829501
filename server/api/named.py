"""Every saved graph and every template as an endpoint: a body typed by its public inputs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from engine.bind import faces
from engine.catalogue import Catalogue
from engine.document import Graph
from engine.errors import GraphError, Problem, nearest
from engine.jsontext import DOUBLE, doubles, flaw
from engine.plainschema import json_schema
from engine.ports import Input

from . import examples
from .body import check_media, json_of, parse, read
from .call import Call
from .errors import bad_request, refused
from .forms import NamedRunQuery, WaitQuery
from .parts import MULTIPART, parts
from .pictures import is_image, taken_over
from .prepare import Wish
from .route import JSON, Answer, Route
from .subject import named, off_loop
from .submitting import KEY, KEY_ABOUT, SUBMITTED, queued
from .views import ErrorJson

Json = Any
PICTURE = "The hash of an upload, a name among the images, or data:image/png;base64,..."


async def run_saved(call: Call) -> web.StreamResponse:
    return await _run(call, template=False)


async def run_template(call: Call) -> web.StreamResponse:
    return await _run(call, template=True)


async def _run(call: Call, *, template: bool) -> web.StreamResponse:
    asked = call.asked(WaitQuery)
    house, name = call.house, call.path["name"]
    pinned = asked.version if isinstance(asked, NamedRunQuery) else None
    graph, version, size = await named(house, name, pinned, template=template)
    ports = await off_loop(size, lambda: faces(graph, house.shelf.catalogue))
    raw, inputs = await _inputs(call, ports)
    wish = Wish(graph=graph, inputs=inputs, name=name, version=version)
    call = Call(call.request, house, call.path, call.query, None, raw)
    return await queued(call, wish, size, asked.wait)


async def _inputs(call: Call, ports: Mapping[str, Input]) -> tuple[bytes, Mapping[str, Json]]:
    """The body as it came, and its values with pictures taken over."""
    limits, uploads = call.house.limits, call.house.runs.uploads
    with call.house.held.hold() as holding:
        if check_media(call.request, (JSON, MULTIPART)) == JSON:
            raw = await read(call.request, limits.max_body_bytes, limits.body_seconds, holding)
            values = await json_of(raw)
        else:
            limit = limits.max_upload_bytes
            found = await parts(call.request, limit, limits.body_seconds, holding)
            values = {}
            for name, data, is_file in found:
                value = await _field(call, name, data, is_file, ports.get(name))
                _add(values, name, value, ports.get(name))
            raw = json.dumps(values).encode("utf-8", "replace")
    check_values(values, ports)
    return raw, await taken_over(values, ports, uploads)


def _add(values: dict[str, Json], name: str, value: Json, port: Input | None) -> None:
    """A form's field; what takes a list may come as one JSON list or as a part an item."""
    is_list = port is not None and port.plain is not None and port.plain.kind == "list"
    if name in values and is_list:
        values[name] = [*values[name], value]
    elif name in values:
        problem = Problem("duplicate_key", "is given more than once.", port=name[:64])
        raise refused([problem], 422, "form")
    else:
        values[name] = [value] if is_list and not isinstance(value, list) else value


async def _field(call: Call, name: str, data: bytes, is_file: bool, port: Input | None) -> Json:
    """One part of a form: a file for an image input, JSON for what is no text, else the text."""
    if is_file and is_image(port):
        return (await call.house.runs.uploads.add(data)).hash
    if is_file:
        raise bad_request("takes no file.", port=name[:64])
    try:
        text = data.decode()
    except UnicodeDecodeError:
        if is_image(port):
            return (await call.house.runs.uploads.add(data)).hash
        raise bad_request("is not UTF-8 text.", port=name[:64], code="bad_text") from None
    plain = port.plain if port is not None else None
    if plain is None or plain.kind in {"str", "enum"}:
        return text
    return parse(data)


def check_values(values: Json, ports: Mapping[str, Input]) -> None:
    """Refuses what is no flat object of single values of these names. Raises ApiError (422)."""
    if type(values) is not dict:
        raise bad_request("The body must be a JSON object of the graph's inputs.")
    problems = [_unknown(name, ports) for name in values if name not in ports]
    for name, value in values.items():
        found = flaw(value)
        if found == DOUBLE:
            values[name] = doubles(value)
        elif found:
            problems.append(Problem(found[0], found[1], port=name[:64]))
        elif isinstance(value, list) and not _takes_list(ports.get(name)):
            message = "takes one value here; lists that make several runs go to /api/runs."
            problems.append(Problem("wrong_type", message, port=name[:64]))
    problems += missing(values, ports)
    if problems:
        raise refused(problems, 422, "body")


def missing(values: Mapping[str, Json], ports: Mapping[str, Input]) -> Iterator[Problem]:
    """A problem for each input that has no default and got no value."""
    for name, port in ports.items():
        if port.required and port.plain is not None and name not in values:
            wanted = port.plain.describe()
            yield Problem("missing_input", f"wants {wanted}, and has no default.", port=name)


def _takes_list(port: Input | None) -> bool:
    return port is None or port.plain is None or port.plain.kind == "list"


def _unknown(name: str, ports: Mapping[str, Input]) -> Problem:
    known = ", ".join(ports) or "none"
    message = f"is no input of this graph; it has {known}."
    return Problem("unknown_input", message, port=name[:64], fix=nearest(name, ports))


# What the OpenAPI document says of one graph.


def body_schema(graph: Graph, catalogue: Catalogue) -> dict[str, Json]:
    """JSON Schema of the body that runs a graph. Raises GraphError where its inputs clash."""
    ports = faces(graph, catalogue)
    if set(ports) != set(graph.inputs):
        lost = sorted(set(graph.inputs) - set(ports))
        raise GraphError([Problem("bad_graph", "has public inputs without a type", port=lost[0])])
    typed = {name: port for name, port in ports.items() if port.plain is not None}
    return {
        "type": "object",
        "properties": {name: _input(name, port, graph) for name, port in typed.items()},
        "required": [name for name, port in typed.items() if port.required],
        "additionalProperties": False,
    }


def _input(name: str, port: Input, graph: Graph) -> dict[str, Json]:
    assert port.plain is not None
    public = graph.inputs[name]
    schema = json_schema(port.plain)
    if not port.required:
        schema["default"] = port.default
    about = [public.about, PICTURE if is_image(port) else ""]
    said = " ".join(text for text in about if text)
    return {
        **({"title": public.title} if public.title else {}),
        **({"description": said} if said else {}),
        **schema,
    }


def form_schema(body: Mapping[str, Json], graph: Graph, catalogue: Catalogue) -> dict[str, Json]:
    """The same as a form: pictures are files."""
    images = {name for name, port in faces(graph, catalogue).items() if is_image(port)}
    file = {"type": "string", "contentMediaType": "image/png"}
    properties = {
        name: file if name in images else schema for name, schema in body["properties"].items()
    }
    return {**body, "properties": properties}


HEADERS = {KEY: KEY_ABOUT}
ABOUT = "An object of the graph's public inputs, or a form with files for image inputs."
ROUTES = (
    Route(
        "POST",
        "/api/graphs/{name}/run",
        "runSaved",
        "Run a saved graph",
        run_saved,
        tag="runs",
        query=NamedRunQuery,
        takes=(JSON, MULTIPART),
        example=examples.NAMED,
        answers={**SUBMITTED, 404: Answer("There is no graph of this name.", ErrorJson)},
        headers=HEADERS,
        about=ABOUT,
    ),
    Route(
        "POST",
        "/api/templates/{name}/run",
        "runTemplate",
        "Run a template",
        run_template,
        tag="runs",
        query=WaitQuery,
        takes=(JSON, MULTIPART),
        example=examples.NAMED,
        answers={**SUBMITTED, 404: Answer("There is no template of this name.", ErrorJson)},
        headers=HEADERS,
        about=ABOUT,
    ),
)
