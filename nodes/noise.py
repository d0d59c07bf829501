"""Random streams as values, and the noise drawn from them.

Everything is drawn on the CPU in fp32, so a seed gives the same noise on every device.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import torch
from torch import Generator, Tensor

from engine import Field, NodeError, Value, Widget, node

from .latent import Latent

Seed = Annotated[int, Field(ge=0, le=2**53 - 1), Widget("seed")]
SEEDS = 2**53


@dataclass(frozen=True, eq=False)
class Random(Value):
    """Where one random stream stands, or one stream an image: CPU generator states (uint8).

    A value: drawing gives a new one and leaves this one as it was.
    """

    port: ClassVar[str] = "random"
    states: tuple[Tensor, ...]

    @classmethod
    def seeded(cls, seed: int, images: int | None = None) -> Random:
        """One stream from `seed`; with `images`, one an image from seed, seed+1, ..."""
        seeds = [seed] if images is None else [seed + index for index in range(images)]
        return cls.after([Generator().manual_seed(one) for one in seeds])

    @classmethod
    def after(cls, generators: Generator | Sequence[Generator]) -> Random:
        """The place that these generators have come to."""
        several = [generators] if isinstance(generators, Generator) else generators
        return cls(tuple(generator.get_state() for generator in several))

    def generators(self) -> Generator | list[Generator]:
        """New torch generators that stand here: one, or a list of one an image, as diffusers
        takes them."""
        made = []
        for state in self.states:
            generator = Generator()
            generator.set_state(state)
            made.append(generator)
        return made[0] if len(made) == 1 else made

    def draw(self, shape: Sequence[int]) -> tuple[Tensor, Random]:
        """Normal noise of `shape` [B,...], fp32 on the CPU, and the stream after it.

        One stream draws all images at once, several draw one image each, as diffusers'
        `randn_tensor` does. Raises NodeError where B streams were wanted and others came.
        """
        self.check(shape[0])
        made = self.generators()
        if isinstance(made, Generator):
            return torch.randn(tuple(shape), generator=made), Random.after(made)
        single = (1, *shape[1:])
        noise = torch.cat([torch.randn(single, generator=generator) for generator in made])
        return noise, Random.after(made)

    def draw_seeds(self) -> tuple[int | list[int], Random]:
        """A whole number from each stream, for a source of noise that wants a seed."""
        made = self.generators()
        several = [made] if isinstance(made, Generator) else made
        seeds = [int(torch.randint(0, SEEDS, (), generator=one).item()) for one in several]
        return seeds[0] if len(seeds) == 1 else seeds, Random.after(several)

    def check(self, images: int) -> None:
        """Raises NodeError unless this is one stream, or one for each of `images`."""
        if len(self.states) not in {1, images}:
            raise NodeError(
                f"There are {len(self.states)} random streams, one an image, for a batch of "
                f"{images}.",
                port="random",
                fix="Draw the noise from a latent of the same batch size, or switch per_image off.",
            )


class Noise(NamedTuple):
    """Outputs of `RandomNoise`."""

    noise: Latent
    random: Random


@node(
    "RandomNoise",
    category="sampling",
    keeps={"noise": "latent"},
    aliases=("NoiseGenerator", "LatentNoise"),
)
def random_noise(
    latent: Latent, seed: Seed = 0, per_image: bool = False, random: Random | None = None
) -> Noise:
    """Draw normal noise of a latent's shape from a seed.

    latent: only its shape [B,C,H,W], dtype and device matter. Drawn in fp32 on the CPU, then
    cast, as `randn_tensor` of diffusers does with a CPU generator.
    seed: of one stream for the batch. per_image: image i has its own stream from seed+i, like a
    list of generators in diffusers, so it does not depend on its neighbours.
    random: a stream to go on with; seed and per_image are then unused.
    Gives the noise [B,C,H,W] and the stream after it: wire both on, as the steps of an
    ancestral solver draw from where the noise ended.
    Errors: `random` has one stream an image and the batch is of another size.
    """
    drawn, after = stream_for(latent, seed, per_image, random).draw(latent.samples.shape)
    return Noise(latent.with_samples(drawn.to(latent.samples)), after)


def stream_for(latent: Latent, seed: int, per_image: bool, random: Random | None) -> Random:
    """The stream a node goes on with: `random` where it is wired, else one from the seed."""
    if random is not None:
        return random
    return Random.seeded(seed, len(latent.samples) if per_image else None)
