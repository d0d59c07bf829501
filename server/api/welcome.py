"""The page at `/` where no editor was built: how to build it, and how to go on without it."""

from __future__ import annotations

from html import escape

from .pagestart import first
from .pagestyle import STYLE
from .signin import source_hash

POLICY = (
    f"default-src 'none'; style-src {source_hash(STYLE)}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>latentgraph</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>@STYLE@</style></head><body><main class="alone">
<h1>latentgraph <small>@VERSION@</small></h1>
<p class="lead">The server is up. The editor was not built here; graphs run all the same.</p>
<h2>The editor</h2>
<p>In the folder of the source, build it and start the server again:</p>
<pre>make web-build
make serve</pre>
<p>An editor built elsewhere is served with <code>latentgraph serve --web FOLDER</code>. A wheel of
latentgraph has it built in.</p>
<h2>Without the editor</h2>
<p>Every graph is an endpoint. This makes a picture:</p>
@FIRST@
<p>All else is in <a href="/api/docs">the API, page by page</a>. Graphs to begin from are at
<a href="/api/templates">/api/templates</a>, node types at
<a href="/api/catalogue">/api/catalogue</a>.</p>
</main></body></html>
"""


def welcome(version: str, origin: str, *, token: bool) -> str:
    """The page, its example for the server at `origin`."""
    text = PAGE.replace("@STYLE@", STYLE).replace("@VERSION@", escape(version))
    return text.replace("@FIRST@", first(origin, token=token))
