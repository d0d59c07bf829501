"""The route table: everything the server answers."""

from __future__ import annotations

from . import (
    checking,
    document,
    editor,
    filing,
    info,
    keeping,
    named,
    running,
    signin,
    streaming,
    submitting,
    templates,
    unpacking,
)
from .route import Route

API: tuple[Route, ...] = (
    *submitting.ROUTES,
    *running.ROUTES,
    *named.ROUTES,
    *checking.ROUTES,
    *keeping.ROUTES,
    *templates.ROUTES,
    *filing.ROUTES,
    *unpacking.ROUTES,
    *streaming.ROUTES,
    *info.ROUTES,
    *signin.ROUTES,
    *document.ROUTES,
)
ROUTES: tuple[Route, ...] = (*API, *editor.ROUTES)
