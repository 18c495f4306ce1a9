"""The CIFAR-10 test set as benchmarks, made from true classes and measured colours, without any model."""

import random
from pathlib import Path

from recipes.proof.cifar import read_test
from recipes.proof.score import load_encoders, pairs, retrieval, zero_shot
from recipes.proof.texts import CLASSES, COLOURS, Seen, contradiction


def score_cifar(package: Path, source: Path) -> dict[str, float]:
    """Zero-shot, retrieval and SugarCrepe's kinds of pairs: an object or attribute replaced, two attributes swapped."""
    pixels, labels, colours = read_test(source)
    images, encode = load_encoders(package)
    image_ND = images(pixels)
    seen = [Seen(CLASSES[label], *pair) for label, pair in zip(labels, colours, strict=True)]
    true = [one.caption() for one in seen]
    false: dict[str, list[Seen]] = {"object": [], "attribute": [], "swapped": [], "all": []}
    for i, one in enumerate(seen):
        rng = random.Random(f"pairs {i}")
        other = contradiction(one, [name for name in CLASSES if name != one.name], rng)
        false["object"].append(one._replace(name=other.name))
        false["attribute"].append(one._replace(colour=rng.choice([c for c in COLOURS if c != one.colour])))
        false["swapped"].append(one._replace(colour=one.background, background=one.colour))
        false["all"].append(other)
    result = {
        "zeroShot": zero_shot(image_ND, labels, [f"a photo of a {name}" for name in CLASSES], encode),
        "retrieval": retrieval(image_ND, true, encode),
    }
    for kind, twins in false.items():
        differs = [i for i, (one, twin) in enumerate(zip(seen, twins, strict=True)) if one != twin]
        texts = [true[i] for i in differs], [twins[i].caption() for i in differs]
        result[f"pairs.{kind}"] = pairs(image_ND[differs], *texts, encode)
    return result
