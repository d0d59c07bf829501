"""Products in bfloat16, everything else in single precision: the processors' fast path.

Autocast alone would send attention and norms through bfloat16 as well, where the CPU kernels
have no fast path for their gradients.
"""

from contextlib import AbstractContextManager

import torch
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn
from torch.nn import functional


def narrow() -> AbstractContextManager[None]:
    """Where convolutions and linear layers multiply in bfloat16; the weights stay as they are."""
    context: AbstractContextManager[None] = torch.autocast("cpu", torch.bfloat16)
    return context


def widen(model: nn.Module) -> None:
    """Has the model's norms and attentions reckon in single precision inside `narrow`."""
    for module in model.modules():
        if isinstance(module, nn.GroupNorm | nn.LayerNorm):
            module.register_forward_pre_hook(_single)
        if isinstance(module, Attention):
            module.set_processor(SingleAttention())


def _single(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (inputs[0].float(), *inputs[1:])


class SingleAttention:
    """Attention of [B, L, D] over [B, S, E] as in diffusers' `AttnProcessor2_0`, without masks."""

    def __call__(
        self,
        attention: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: None = None,
    ) -> Tensor:
        """The attended values, [B, L, D]; the softmax and its gradient in single precision."""
        source = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        heads = [
            layer(states).float().unflatten(-1, (attention.heads, -1)).transpose(1, 2)
            for layer, states in (
                (attention.to_q, hidden_states),
                (attention.to_k, source),
                (attention.to_v, source),
            )
        ]
        with torch.autocast("cpu", enabled=False):
            mixed = functional.scaled_dot_product_attention(*heads)
        made: Tensor = attention.to_out[0](mixed.transpose(1, 2).flatten(2))
        return made
