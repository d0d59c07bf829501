"""Muon (K. Jordan, 2024): orthogonal momentum for matrices, AdamW for the rest."""

import torch
from torch import Tensor, nn

from nodes.demo.train.team import Team


def orthogonal(matrices: list[Tensor], steps: int = 5) -> list[Tensor]:
    """Newton-Schulz towards U V^T of each [rows, columns] matrix, run on their small squares.

    Squares of one size go through the iteration as one batch: many small products, run one by
    one, would cost more than the network's own.
    """
    wides = [m if m.shape[0] <= m.shape[1] else m.T for m in matrices]
    wides = [wide / (wide.norm() + 1e-7) for wide in wides]
    made: list[Tensor] = [torch.empty(0)] * len(matrices)
    for size in {len(wide) for wide in wides}:
        group = [i for i, wide in enumerate(wides) if len(wide) == size]
        square = torch.stack([wides[i] @ wides[i].T for i in group])
        product = _products(square, steps)
        for i, factor in zip(group, product, strict=True):
            full = factor @ wides[i]
            made[i] = full if matrices[i].shape[0] <= matrices[i].shape[1] else full.T
    return made


def _products(square: Tensor, steps: int) -> Tensor:
    """[N, s, s] squares X X^T to the factors by which X becomes orthogonal."""
    eye = torch.eye(square.shape[-1]).expand_as(square)
    product = eye
    for _ in range(steps):
        change = 3.4445 * eye + torch.baddbmm(square, square, square, beta=-4.7750, alpha=2.0315)
        product = change @ product
        square = change @ square @ change
    return product


class Muon:
    """One step for a module's weights: `rate` for matrices, `adam_rate` for the rest.

    A convolution's [out, in, k, k] kernel is the matrix [out, in * k * k]. Tables and the
    layers whose name holds one of `plain` (first and last, as a rule) go to AdamW.
    """

    def __init__(
        self, module: nn.Module, rate: float, adam_rate: float, plain: tuple[str, ...]
    ) -> None:
        named = [(n, p) for n, p in module.named_parameters() if p.requires_grad]
        self.matrices: list[Tensor] = [
            p for n, p in named if p.ndim >= 2 and not any(word in n for word in plain)
        ]
        chosen = {id(p) for p in self.matrices}
        rest = [p for _, p in named if id(p) not in chosen]
        groups = [{"params": rest}]  # an empty list in a group is allowed, an empty one alone not
        self.adam = torch.optim.AdamW(
            groups, lr=adam_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True
        )
        self.rate, self.adam_rate = rate, adam_rate
        self.momenta = [torch.zeros_like(p) for p in self.matrices]

    @torch.no_grad()
    def step(
        self, share: float, team: Team | None = None, momentum: float = 0.95, decay: float = 0.01
    ) -> None:
        """Moves the weights by `share` of the rates, and forgets the gradients.

        Each member of a team makes its part of the updates orthogonal and gets the others'.
        """
        team = team or Team()
        rate = self.rate * share
        grads = [p.grad if p.grad is not None else torch.zeros_like(p) for p in self.matrices]
        torch._foreach_lerp_(self.momenta, grads, 1 - momentum)
        mine = range(team.rank, len(grads), team.size)
        pushes = [grads[i].lerp(self.momenta[i], momentum) for i in mine]
        made = orthogonal([push.reshape(len(push), -1) for push in pushes])
        updates = [torch.zeros_like(p) for p in self.matrices]
        for i, update in zip(mine, made, strict=True):
            scale = max(1.0, len(update) / update.shape[1]) ** 0.5
            updates[i] = update.reshape(updates[i].shape) * scale
        team.add(updates)
        torch._foreach_mul_(self.matrices, 1 - rate * decay)
        torch._foreach_add_(self.matrices, updates, alpha=-rate)
        for p in self.matrices:
            p.grad = None
        for group in self.adam.param_groups:
            group["lr"] = self.adam_rate * share
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)

    def state_dict(self) -> dict[str, object]:
        """For a checkpoint."""
        return {"momenta": self.momenta, "adam": self.adam.state_dict()}

    def load_state_dict(self, state: dict[str, object]) -> None:
        """From a checkpoint."""
        momenta, adam = state["momenta"], state["adam"]
        assert isinstance(momenta, list)
        assert isinstance(adam, dict)
        self.momenta = momenta
        self.adam.load_state_dict(adam)
