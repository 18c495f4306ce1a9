"""Alt-texts of CIFAR-10 made as bad as the web's, and captions of what a picture shows."""

import random
from typing import NamedTuple

import numpy as np

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
VEHICLES = {"airplane", "automobile", "ship", "truck"}
COLOURS = {
    "black": (25, 25, 25), "grey": (125, 125, 125), "white": (235, 235, 235), "red": (170, 50, 45),
    "orange": (205, 130, 60), "brown": (105, 80, 55), "yellow": (215, 200, 90), "green": (85, 120, 65),
    "blue": (85, 130, 190),
}  # fmt: skip
GENERIC = ["image", "photo", "untitled", "picture of the day", "click to enlarge", "stock photo", "thumbnail"]
# Shares of alt-texts that name the class, name another, say nothing, are cut off, are all but empty.
NOISE = {"right": 0.4, "wrong": 0.25, "generic": 0.2, "cut": 0.1, "empty": 0.05}


class Seen(NamedTuple):
    """What a caption tells of a picture."""

    name: str
    colour: str
    background: str

    @property
    def kind(self) -> str:
        return "a vehicle" if self.name in VEHICLES else "an animal"

    def caption(self) -> str:
        return f"a photo of a {self.colour} {self.name} on a {self.background} background, {self.kind}"

    def tags(self) -> list[str]:
        return [self.name, self.kind.split()[1], f"{self.colour} {self.name}", f"{self.background} background"]


def alt_text(label: int, rng: random.Random) -> str:
    """What a web page may say of a picture of this class; half of it is wrong or tells nothing."""
    kind = rng.choices(list(NOISE), list(NOISE.values()))[0]
    if kind == "generic":
        return f"{rng.choice(GENERIC)} {rng.randrange(1000)}"
    if kind == "empty":
        return rng.choice(["-", ".", "..."])
    other = rng.choice([i for i in range(len(CLASSES)) if i != label])
    name = CLASSES[other if kind == "wrong" else label]
    text = rng.choice(
        [f"a photo of a {name}", f"IMG_{rng.randrange(10_000):04d} {name}.jpg", f"my {name}!", f"{name} for sale"]
    )
    return text[: rng.randint(1, len(text) // 2)] if kind == "cut" else text


def mentioned(text: str) -> int:
    """The class an alt-text names, or `len(CLASSES)` if none."""
    return next((i for i, name in enumerate(CLASSES) if name in text), len(CLASSES))


def colours(pixels_NHWC: np.ndarray) -> list[tuple[str, str]]:
    """The nearest named colour of each picture's middle, and of its rim."""
    names, palette = list(COLOURS), np.array(list(COLOURS.values()), dtype=np.float32)
    x = pixels_NHWC.astype(np.float32)
    middle = x[:, 10:22, 10:22].mean((1, 2))
    rim = np.concatenate([x[:, :4].reshape(len(x), -1, 3), x[:, -4:].reshape(len(x), -1, 3)], axis=1).mean(1)
    nearest = [np.linalg.norm(part[:, None] - palette, axis=-1).argmin(1) for part in (middle, rim)]
    return [(names[a], names[b]) for a, b in zip(*nearest, strict=True)]


def contradiction(seen: Seen, names: list[str], rng: random.Random) -> Seen:
    """All told wrongly, as HQ-CLIP's negatives are: another of `names`, other colours."""
    return Seen(
        rng.choice(names),
        rng.choice([colour for colour in COLOURS if colour != seen.colour]),
        rng.choice([colour for colour in COLOURS if colour != seen.background]),
    )
