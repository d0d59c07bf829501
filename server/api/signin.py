"""The token for a cookie, so that a browser can be let in; and the page that asks for it."""

from __future__ import annotations

import base64
import hashlib

from aiohttp import web

from . import examples
from .access import COOKIE
from .call import Call
from .errors import ApiError
from .forms import TokenBody
from .replies import json_reply
from .route import Answer, Route
from .views import ErrorJson, SessionJson

SCRIPT = """
document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const token = document.querySelector("input").value;
  const answer = await fetch("/api/session", {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify({token}),
  });
  if (answer.ok) location.reload();
  else document.querySelector("output").textContent = "That is not the token.";
});
"""
STYLE = "body{font:16px system-ui;max-width:24rem;margin:20vh auto;padding:0 1rem}"
PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>latentgraph</title><style>{STYLE}</style></head>
<body><h1>latentgraph</h1>
<form><label>Token <input type="password" autocomplete="current-password" autofocus></label>
<button>Enter</button> <output role="status"></output></form>
<p>It was given to <code>latentgraph serve</code> with --token or LATENTGRAPH_TOKEN.</p>
<script>{SCRIPT}</script></body></html>
"""


def source_hash(text: str) -> str:
    """A script or style as a Content-Security-Policy names it."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


POLICY = (
    f"default-src 'none'; script-src {source_hash(SCRIPT)}; style-src {source_hash(STYLE)}; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def login_page() -> web.Response:
    headers = {"Content-Security-Policy": POLICY, "WWW-Authenticate": "Bearer"}
    return web.Response(status=401, text=PAGE, content_type="text/html", headers=headers)


async def sign_in(call: Call) -> web.StreamResponse:
    access = call.house.access
    if not access.token:
        return json_reply({"token_needed": False})
    if not access.knows_token(call.given(TokenBody).token):
        raise ApiError(401, "unauthorized", "That is not this server's token.")
    reply = json_reply({"token_needed": True})
    reply.set_cookie(
        COOKIE,
        access.session(),
        httponly=True,
        samesite="Strict",
        path="/",
        secure=call.request.secure,
        max_age=30 * 86_400,
    )
    return reply


async def sign_out(call: Call) -> web.StreamResponse:
    reply = web.Response(status=204)
    reply.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict")
    return reply


ROUTES = (
    Route(
        "POST",
        "/api/session",
        "signIn",
        "Exchange the token for a cookie",
        sign_in,
        tag="session",
        body=TokenBody,
        example=examples.TOKEN,
        answers={
            200: Answer("The cookie is set, where a token is asked for.", SessionJson),
            401: Answer("That is not the token.", ErrorJson),
        },
        public=True,
    ),
    Route(
        "DELETE",
        "/api/session",
        "signOut",
        "Forget the cookie",
        sign_out,
        tag="session",
        answers={204: Answer("The cookie is gone.")},
        public=True,
    ),
)
