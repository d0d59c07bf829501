"""The OpenAPI document: valid, complete, and true of what the server answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from server.api.routes import API

from .serving import Server, run, serving

HTTP = {"get", "put", "post", "delete"}


async def document(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = await server.get("/api/openapi.json")
    return found


def test_every_route_is_described_and_every_schema_is_one(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            found = await document(server)
        assert found["openapi"] == "3.1.0"
        for route in API:
            operation = found["paths"][route.path][route.method.lower()]
            assert operation["summary"]
            in_path = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert in_path == set(re.findall(r"\{(\w+)\}", route.path))
            assert {"400", "403", "421"} <= set(operation["responses"])
        ids = [
            operation["operationId"]
            for methods in found["paths"].values()
            for name, operation in methods.items()
            if name in HTTP
        ]
        assert len(ids) == len(set(ids))
        for schema in _schemas(found):
            jsonschema.Draft202012Validator.check_schema(schema)

    run(test)


def _schemas(value: Any) -> list[Any]:
    """Every schema of the document, wherever it stands."""
    if isinstance(value, list):
        return [schema for item in value for schema in _schemas(item)]
    if not isinstance(value, dict):
        return []
    own = [value["schema"]] if isinstance(value.get("schema"), dict) else []
    named = list(value["schemas"].values()) if isinstance(value.get("schemas"), dict) else []
    return own + named + [schema for item in value.values() for schema in _schemas(item)]


def test_references_lead_somewhere(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            found = await document(server)
        names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(found)))
        assert names <= set(found["components"]["schemas"])
        assert "x-graph" not in json.dumps(found)

    run(test)


def test_answers_are_of_the_published_form(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            found = await document(server)
            asked: list[tuple[str, str, str, Any]] = [
                ("POST", "/api/templates/txt2img/run?wait=20", "/api/templates/txt2img/run", {}),
                ("POST", "/api/runs", "/api/runs", {"name": "txt2img"}),
                ("POST", "/api/runs", "/api/runs", {"name": "nothing"}),
                ("POST", "/api/forecast", "/api/forecast", {"name": "txt2img"}),
                ("POST", "/api/validate", "/api/validate", {"graph": {"format": 2}}),
            ]
            plain = [path for path in found["paths"] if "{" not in path and path != "/api/events"]
            asked += [("GET", path, path, None) for path in plain if "get" in found["paths"][path]]
            for method, target, path, body in asked:
                status, answer = await server.ask(method, target, body)
                said = found["paths"][path][method.lower()]["responses"][str(status)]
                schema = said["content"].get("application/json", {}).get("schema")
                if schema and answer is not None:
                    whole = {**schema, "components": found["components"]}
                    jsonschema.Draft202012Validator(whole).validate(answer)

    run(test)


@pytest.mark.parametrize("name", ["txt2img", "img2img", "seed-grid"])
def test_a_template_has_arguments_of_its_own(tmp_path: Path, name: str) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            found = await document(server)
            graph = (await server.get(f"/api/templates/{name}"))["graph"]
        operation = found["paths"][f"/api/templates/{name}/run"]["post"]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        assert set(schema["properties"]) == set(graph["inputs"])
        for about in schema["properties"].values():
            assert "type" in about or "anyOf" in about

    run(test)


def test_the_page_shows_every_path_and_loads_nothing(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            async with server.http.get(server.url + "/api/docs") as answer:
                page = await answer.text()
                policy = answer.headers["Content-Security-Policy"]
            for path in (await document(server))["paths"]:
                assert f"<code>{path}</code>" in page
        assert "default-src 'none'" in policy
        assert not re.search(r"<script|<img|<link|src=|@import|url\(", page)

    run(test)


def test_the_document_follows_what_is_saved_and_is_not_sent_twice(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            url = server.url + "/api/openapi.json"
            async with server.http.get(url) as answer:
                etag = answer.headers["ETag"]
            async with server.http.get(url, headers={"If-None-Match": etag}) as answer:
                assert answer.status == 304
            graph = (await server.get("/api/templates/txt2img"))["graph"]
            headers = {"If-None-Match": "*"}
            await server.ask("PUT", "/api/graphs/mine", {"graph": graph}, headers=headers)
            async with server.http.get(url, headers={"If-None-Match": etag}) as answer:
                assert answer.status == 200
                assert "/api/graphs/mine/run" in (await answer.json())["paths"]

    run(test)
