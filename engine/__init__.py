"""The engine: graphs of typed nodes, validated, planned, keyed, cached and run.

Knows no diffusion and no HTTP, and importing it does not import torch.
"""

from pydantic import Field

from .context import Artifact, Context, ModelPool, Recipe
from .declare import node
from .errors import GraphError, LatentgraphError, NodeError, Problem, RunCancelled
from .files import Files
from .ports import Choices, Product, Widget
from .values import Packed, Value

__all__ = [
    "Artifact",
    "Choices",
    "Context",
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
    "node",
]
