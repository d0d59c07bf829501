"""`python -m nodes.demo.train [--out DIR] [--minutes N]`: every stage, resumed."""

import argparse
import time
from pathlib import Path

from nodes.demo import MODEL_DIR
from nodes.demo.train import stages
from nodes.demo.train.export import Parts, export
from nodes.demo.train.pools import Encoders
from nodes.demo.train.progress import Progress

SHARES = {"vae": 0.07, "unet": 0.75, "decoder": 0.04, "control": 0.07, "lora": 0.015}
# of the minutes; the rest draws and encodes


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="nodes.demo.train", description=__doc__)
    parser.add_argument(
        "--out",
        type=Path,
        default=MODEL_DIR,
        help="the diffusers folder to write, replaced as a whole at the end; "
        "default: the shipped model's",
    )
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("out/demo-model"),
        help="checkpoints; a run that was cut short goes on from them; default: %(default)s",
    )
    parser.add_argument("--minutes", type=float, default=200.0, help="in all, roughly")
    parser.add_argument(
        "--pictures", type=float, default=1.0, help="share of the pictures to draw, for a trial"
    )
    return parser.parse_args()


def main() -> None:
    """Trains and writes the model folder."""
    said = options()
    work: Path = said.work
    work.mkdir(parents=True, exist_ok=True)
    log = Progress(time.time())
    minutes = {name: share * said.minutes for name, share in SHARES.items()}
    sizes = stages.Sizes(said.pictures)
    stages.seed_everything()
    tokenizer, encoder = stages.text_stage(work, sizes, log)
    encoders = Encoders(tokenizer, encoder, stages.vae_stage(work, sizes, minutes["vae"], log))
    unet = stages.unet_stage(work, sizes, encoders, minutes["unet"], log)
    vae = stages.decoder_stage(work, sizes, encoders.vae, minutes["decoder"], log)
    guide = stages.control_stage(work, sizes, encoders, minutes["control"], log)
    style = stages.lora_stage(work, sizes, encoders, minutes["lora"], log)
    export(Parts(tokenizer, encoder, unet, vae, guide, style), said.out)
    log(f"wrote {said.out}")


if __name__ == "__main__":
    main()
