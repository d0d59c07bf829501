"""The engine: graphs of typed nodes, validated, planned, keyed, cached and run.

Knows no diffusion and no HTTP, and importing it does not import torch. A pack takes `node`, `Value`
and the like from here; a program takes `Engine` and `load`, which are imported when asked for.
"""

from typing import TYPE_CHECKING, Any

from pydantic import Field

from .context import Artifact, Context, ModelPool, Recipe
from .declare import node
from .errors import GraphError, LatentgraphError, NodeError, Problem, RunCancelled
from .files import Files
from .ports import Choices, Product, Widget
from .values import Packed, Value

if TYPE_CHECKING:
    from .session import Engine, load

__all__ = [
    "Artifact",
    "Choices",
    "Context",
    "Engine",
    "Field",
    "Files",
    "GraphError",
    "LatentgraphError",
    "ModelPool",
    "NodeError",
    "Packed",
    "Problem",
    "Product",
    "Recipe",
    "RunCancelled",
    "Value",
    "Widget",
    "load",
    "node",
]


def __getattr__(name: str) -> Any:
    if name not in {"Engine", "load"}:
        raise AttributeError(f"module 'engine' has no attribute '{name}'")
    from . import session

    return getattr(session, name)
