"""ControlNets and T2I adapters out of single files, in diffusers' names or the original ones."""

from __future__ import annotations

import json
from typing import Any

import torch
from torch import Tensor

from .controlnames import adapter_names, control_names
from .recipes import FilePart


def build_control(part: FilePart, tensors: dict[str, Tensor], dtype: torch.dtype) -> Any:
    """The part's module; what the file lacks stays on the device "meta".

    Raises ValueError for a tensor that the module has not, or has in another shape.
    """
    import diffusers

    with torch.device("meta"):
        module = getattr(diffusers, part.kind)(**json.loads(part.config))
    own = {name.replace(".", "_"): name for name in module.state_dict()}
    names = (control_names if part.kind == "ControlNetModel" else adapter_names)(tensors)
    shapes = {name: tensor.shape for name, tensor in module.state_dict().items()}
    state = {}
    for name, tensor in tensors.items():
        found = own.get(names[name])
        if found is None or shapes[found] != tensor.shape:
            raise ValueError(f"'{name}' of the shape {list(tensor.shape)} is none of its tensors")
        state[found] = tensor.to(dtype)
    module.load_state_dict(state, strict=False, assign=True)
    return module
