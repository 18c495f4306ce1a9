"""`python -m trainer.pretrained ViT-B-32 --output folder`: a model of others as a package of ours."""

import argparse
import sys
from pathlib import Path

from trainer.pretrained.make_package import make_package
from trainer.pretrained.start import Origin
from trainer.spec import SpecError


def main() -> int:
    parser = argparse.ArgumentParser(prog="trainer.pretrained", description="Make a package to register.")
    parser.add_argument("model", help="a checkpoint's folder, owner/name on the hub, or an architecture of open_clip")
    parser.add_argument("--revision", help="commit of the hub's repository, 40 digits")
    parser.add_argument("--name", help="of the model; by default the last part of `model`")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    model = arguments.model
    try:
        difference = make_package(
            to_origin(model, arguments.revision), arguments.name or Path(model).name, arguments.output
        )
    except SpecError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{arguments.output}: ONNX differs from PyTorch by {difference:.2g} at most")
    return 0


def to_origin(model: str, revision: str | None) -> Origin:
    if Path(model).is_dir():
        return Origin(folder=Path(model))
    if "/" in model:
        return Origin(hub_id=model, revision=revision)
    return Origin(architecture=model)


if __name__ == "__main__":
    sys.exit(main())
