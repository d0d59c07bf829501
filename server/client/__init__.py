"""A client of the server's public API: `Client`, and `AsyncClient` for event loops.

Imports neither torch nor the engine; a program that only submits graphs needs no more than this.
"""

from .answers import Artifact, Event, File, Page, Run, Timing, Value
from .asynchronous import AsyncClient
from .client import Client
from .errors import ClientError, Problem, RefusedError, RunFailedError, UnreachableError
from .saved import Forecast, SavedGraph, Upload

__all__ = [
    "Artifact",
    "AsyncClient",
    "Client",
    "ClientError",
    "Event",
    "File",
    "Forecast",
    "Page",
    "Problem",
    "RefusedError",
    "Run",
    "RunFailedError",
    "SavedGraph",
    "Timing",
    "UnreachableError",
    "Upload",
    "Value",
]
