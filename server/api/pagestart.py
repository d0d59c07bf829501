"""The first minutes with the API, for a newcomer with a shell and nothing else."""

from __future__ import annotations

from html import escape

AUTH = ' -H "Authorization: Bearer $LATENTGRAPH_TOKEN"'
OPEN = "<p>This server asks for no token: it is reached from this machine alone.</p>"
CLOSED = """<p>This server asks for a token; the examples read it from the variable
<code>LATENTGRAPH_TOKEN</code> of your shell.</p>"""
FIRST = """<pre>curl -o picture.png@AUTH@ \\
  -H 'Content-Type: application/json' -H 'Accept: image/png' \\
  --data '{"prompt": "a red circle on a blue background", "seed": 7}' \\
  '@ORIGIN@/api/templates/txt2img/run?wait=120'</pre>"""
START = """<section id="start"><h2>First picture</h2>
<p>Every graph is an endpoint. Its body is an object of the graph's public inputs; what is left out
has its default. This runs the template <code>txt2img</code>, waits for the end and saves the
picture:</p>
@FIRST@
@ACCESS@
<h3>The same in steps</h3>
<p>Without <code>?wait=</code> the answer comes at once, with status 202: from then on the run is
kept, and will be run even if the server is killed meanwhile.</p>
<pre>curl@AUTH@ \\
  -H 'Content-Type: application/json' \\
  --data '{"prompt": "a red circle on a blue background", "seed": 7}' \\
  '@ORIGIN@/api/templates/txt2img/run'</pre>
<p>The answer is <code>{"runs": [{"id": ...}]}</code>. Wait for the end of the run with that id:</p>
<pre>curl@AUTH@ '@ORIGIN@/api/runs/ID?wait=120'</pre>
<p>What it saved is in <code>artifacts</code>, each with a <code>url</code> to fetch:</p>
<pre>curl -o picture.png@AUTH@ '@ORIGIN@/api/artifacts/HASH'</pre>
<h3>A picture that goes in</h3>
<p>An image input takes the <code>hash</code> of an upload, a picture in base64
(<code>data:image/png;base64,...</code>), or a file of a form:</p>
<pre>curl -o changed.png@AUTH@ -H 'Accept: image/png' \\
  -F image=@picture.png -F 'prompt=a green square' \\
  '@ORIGIN@/api/templates/img2img/run?wait=120'</pre>
<h3>Many runs, and what happens in them</h3>
<p><code>POST /api/runs</code> takes a graph itself or the name of one. A list for an input that
takes one value makes one run an item:</p>
<pre>curl@AUTH@ \\
  -H 'Content-Type: application/json' \\
  --data '{"name": "txt2img", "inputs": {"prompt": "a red circle", "seed": [1, 2, 3]}}' \\
  '@ORIGIN@/api/runs'</pre>
<p>Listen while they run, with any client for server-sent events, or over a WebSocket at the same
address:</p>
<pre>curl -N@AUTH@ -H 'Accept: text/event-stream' '@ORIGIN@/api/events'</pre>
<h3>A graph of your own</h3>
<p>A graph saved under a name becomes an endpoint, with arguments of its own in this document, too;
<code>?version=3</code> pins a call to one version of it.</p>
<pre>curl -s@AUTH@ '@ORIGIN@/api/templates/txt2img' | jq '{graph}' > mine.json
curl -X PUT@AUTH@ \\
  -H 'Content-Type: application/json' -H 'If-None-Match: *' \\
  --data @mine.json '@ORIGIN@/api/graphs/mine'</pre>
<h3>What goes wrong</h3>
<p>Every refusal has one form, with the node and the port, and what to do where that is known:</p>
<pre>{"error": {"code": "unknown_input", "message": "...", "problems": [
  {"code": "unknown_input", "message": "is no input of this graph; it has prompt, ...",
   "path": "", "port": "promt", "fix": "Did you mean 'prompt'?"}]}}</pre>
</section>
"""


def start(origin: str, *, token: bool) -> str:
    """The section as HTML, with examples for the server at `origin`."""
    text = START.replace("@ACCESS@", CLOSED if token else OPEN).replace("@FIRST@", FIRST)
    return _filled(text, origin, token=token)


def first(origin: str, *, token: bool) -> str:
    """The one command that makes a picture."""
    return _filled(FIRST, origin, token=token)


def _filled(text: str, origin: str, *, token: bool) -> str:
    text = text.replace("@AUTH@", f" \\\n {AUTH}" if token else "")
    return text.replace("@ORIGIN@", escape(origin))
