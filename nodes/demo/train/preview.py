"""`python -m nodes.demo.train.preview`: fits the linear decoder for previews of latents.

Each cell of a latent, with the cells around it, becomes a square of pixels: least squares over
drawn pictures, in one pass. Nothing is trained; a minute on a CPU. To be done again for another
autoencoder: the file says whose latents it is for.
"""

import torch
from diffusers import AutoencoderKL
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from engine import Files
from nodes.demo import MODEL_DIR, PREVIEW_FILE
from nodes.demo.train.pictures import Pixels, draw_many
from nodes.demo.train.vae import to_tensor
from nodes.demo.train.whiten import latents
from nodes.latentpreview import surroundings
from nodes.models import read

COUNT, SEED, RIDGE = 2000, 909_000, 1e-4
ROWS = 100


def fit(vae: AutoencoderKL, pixels: Pixels) -> Tensor:
    """The map [C*k*k + 1, f*f*3] from a cell's surroundings to its pixels, -1 to 1."""
    gram, cross = torch.zeros(1), torch.zeros(1)
    for at in range(0, len(pixels), ROWS):
        coded = latents(vae, pixels[at : at + ROWS]).float()
        factor = pixels.shape[1] // coded.shape[-1]
        cells = surroundings(coded)
        wanted = functional.unfold(to_tensor(pixels[at : at + ROWS]), factor, stride=factor)
        rows = wanted.transpose(1, 2).flatten(0, 1)
        gram, cross = gram + cells.T @ cells, cross + cells.T @ rows
    ridge = RIDGE * gram.diagonal().mean() * torch.eye(len(gram))
    solved: Tensor = torch.linalg.solve(gram + ridge, cross)
    return solved


def main() -> None:
    """Writes the fit for the shipped autoencoder."""
    torch.set_num_threads(1)
    space = read(MODEL_DIR, "demo", Files({}), "float32", "auto").vae.space
    vae = AutoencoderKL.from_pretrained(MODEL_DIR / "vae", local_files_only=True).eval()
    _, pixels = draw_many(COUNT, SEED)
    save_file({space: fit(vae, pixels).half().contiguous()}, PREVIEW_FILE)
    print(f"wrote {PREVIEW_FILE.name} for {space}")


if __name__ == "__main__":
    main()
