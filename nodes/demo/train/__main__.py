"""`python -m nodes.demo.train --out DIR [--minutes N]`: every stage, resumed."""

import argparse
import time
from pathlib import Path

from nodes.demo.train import stages
from nodes.demo.train.export import export
from nodes.demo.train.progress import Progress

SHARES = {"vae": 0.13, "unet": 0.7, "decoder": 0.05}  # of the minutes; the rest draws and encodes


def main() -> None:
    """Trains and writes the model folder."""
    parser = argparse.ArgumentParser(prog="nodes.demo.train", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the diffusers folder to write")
    parser.add_argument("--work", type=Path, help="checkpoints; default: OUT with .work added")
    parser.add_argument("--minutes", type=float, default=120.0, help="in all, roughly")
    options = parser.parse_args()
    work: Path = options.work or options.out.with_name(options.out.name + ".work")
    work.mkdir(parents=True, exist_ok=True)
    log = Progress(time.time())
    minutes = {name: share * options.minutes for name, share in SHARES.items()}
    sizes = stages.Sizes()
    stages.seed_everything()
    tokenizer, encoder = stages.text_stage(work, sizes, log)
    vae = stages.vae_stage(work, sizes, minutes["vae"], log)
    data = stages.cache_stage(work, sizes, tokenizer, encoder, vae, log)
    unet = stages.unet_stage(work, data, minutes["unet"], log)
    vae = stages.decoder_stage(work, sizes, vae, minutes["decoder"], log)
    export(tokenizer, encoder, unet, vae, options.out)
    log(f"wrote {options.out}")


if __name__ == "__main__":
    main()
