"""The OpenAPI document: valid, complete, and true of what the server answers."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from aiohttp import FormData

from server.api.access import Access
from server.api.routes import API

from .serving import Server, run, serving

EXEMPT = {"signIn", "restoreVersion", "renameGraph", "moveRun", "runSaved", "peek"}
"""Their examples name what a new server does not have: a token, a run, a saved or kept value."""
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


def test_every_example_is_right_and_works_on_a_new_server(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            found = await document(server)
            seen = set()
            for path, methods in found["paths"].items():
                for method, operation in methods.items():
                    content = operation.get("requestBody", {}).get("content", {})
                    body = content.get("application/json", {})
                    if not body.get("schema", {}).get("properties") and "example" not in body:
                        continue
                    name = operation["operationId"]
                    seen.add(name)
                    whole = {**body["schema"], "components": found["components"]}
                    jsonschema.Draft202012Validator(whole).validate(body["example"])
                    if name in EXEMPT:
                        continue
                    headers = {"If-None-Match": "*"} if method == "put" else {}
                    target = path.replace("{name}", "txt2img")
                    status, answer = await server.ask(
                        method.upper(), target, body["example"], headers=headers
                    )
                    lacks = (answer.get("error") or {}).get("problems", [])
                    models = lacks and all("on this machine" in each["message"] for each in lacks)
                    assert status < 300 or models, (name, answer)
            assert seen > EXEMPT

    run(test)


def test_a_newcomer_with_the_page_alone_makes_and_fetches_a_picture(tmp_path: Path) -> None:
    """The commands of the page's beginning, one after the other, as they stand there."""

    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            async with server.http.get(server.url + "/api/docs") as answer:
                page = await answer.text()
            begin = page[page.index('id="start"') : page.index("</section>")]
            commands = [unescape(text) for text in re.findall(r"<pre>(curl.*?)</pre>", begin, re.S)]
            assert server.url in commands[0]
            picture = await asked(server, commands[0])
            assert picture[1].startswith(b"\x89PNG")
            status, data = await asked(server, commands[1])
            made = json.loads(data)["runs"][0]["id"]
            assert status == 202
            status, data = await asked(server, commands[2].replace("/ID", f"/{made}"))
            run = json.loads(data)
            assert (status, run["status"]) == (200, "completed")
            file = run["artifacts"][0]
            picture = await asked(server, commands[3].replace("HASH", file["hash"]))
            assert picture == await asked(server, f"curl '{server.url}{file['url']}'")
            assert picture[1].startswith(b"\x89PNG")
            changed = await asked(server, commands[4], files={"picture.png": picture[1]})
            assert changed[1].startswith(b"\x89PNG")
            status, data = await asked(server, commands[5])
            assert (status, len(json.loads(data)["runs"])) == (202, 3)

    run(test)


async def asked(
    server: Server, command: str, files: Mapping[str, bytes] | None = None
) -> tuple[int, bytes]:
    """What a command of curl sends, by this process's own client."""
    words = shlex.split(command.replace("\\\n", " "))
    assert words.pop(0) == "curl"
    method, headers, data, form, url = "GET", {}, None, FormData(), ""
    while words:
        word = words.pop(0)
        if word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "--data":
            method, data = "POST", words.pop(0)
        elif word == "-F":
            name, _, value = words.pop(0).partition("=")
            file = (files or {}).get(value.removeprefix("@"))
            method, data = "POST", form
            form.add_field(name, file or value, filename=value if file else None)
        elif word == "-o":
            words.pop(0)
        else:
            assert word.startswith("http"), word
            url = word
    async with server.http.request(method, url, headers=headers, data=data) as answer:
        return answer.status, await answer.read()


def test_the_page_of_a_guarded_server_sends_the_token(tmp_path: Path) -> None:
    async def test() -> None:
        token = "a-long-enough-secret"
        async with serving(tmp_path / "data", access=Access(token=token)) as server:
            headers = {"Authorization": f"Bearer {token}"}
            async with server.http.get(server.url + "/api/docs", headers=headers) as answer:
                page = await answer.text()
        commands = [unescape(text) for text in re.findall(r"<pre>(curl.*?)</pre>", page, re.S)]
        public = [text for text in commands if re.search(r"/api/(health|session)'$", text)]
        assert len(public) == 3
        for text in commands:
            assert ("$LATENTGRAPH_TOKEN" in text) == (text not in public), text
        assert token not in page

    run(test)
