"""Newton-Schulz makes singular values near one and keeps the singular directions."""

import torch

from nodes.demo.train.muon import Muon, orthogonal


def test_singular_values_come_near_one() -> None:
    torch.manual_seed(0)
    matrices = [torch.randn(16, 64), torch.randn(64, 16), torch.randn(32, 100)]
    for matrix, made in zip(matrices, orthogonal(matrices), strict=True):
        values = torch.linalg.svdvals(made)
        assert made.shape == matrix.shape
        assert values.min() > 0.5
        assert values.max() < 1.4
        assert (made * matrix).sum() > 0.9 * torch.linalg.svdvals(matrix).sum() * values.min()


def test_steps_lower_the_loss() -> None:
    torch.manual_seed(0)
    layer = torch.nn.Linear(8, 8)
    wanted = torch.nn.Linear(8, 8)
    opt = Muon(layer, 0.05, 0.01, ())
    data = torch.randn(64, 8)
    losses = []
    for step in range(60):
        loss = (layer(data) - wanted(data)).pow(2).mean()
        loss.backward()
        opt.step(1 - step / 60)
        losses.append(loss.item())
    assert losses[-1] < 0.05 * losses[0]
