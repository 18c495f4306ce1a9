"""The samples a training looks at: those held out or, without them, a seeded handful of the training samples."""

import torch

from trainer.order import seeded
from trainer.spec import SpecError
from trainer.step import Training
from trainer.text import ClipTokenizer
from trainer.watch.look import Probe

HANDFUL = 64


def make_probe(training: Training, tokenizer: ClipTokenizer) -> Probe | None:
    """None where the recipe asks for nothing to be looked at. Refuses a hold-out too small to tell anything."""
    watch, batches, place = training.spec.recipe.watch, training.batches, training.place
    if watch.patience and not watch.holdout_share:
        raise SpecError("recipe.watch.patience needs recipe.watch.holdoutShare above 0: nothing is held out")
    if watch.holdout_share:
        index_N = batches.held_N
        if len(index_N) < 2:
            raise SpecError(
                f"recipe.watch.holdoutShare {watch.holdout_share} holds out {len(index_N)} samples: raise it"
            )
    elif watch.predictions:
        index_N = batches.train_N
    else:
        return None
    order_N = torch.randperm(len(index_N), generator=seeded(training.spec.seed, "probe"))
    index_N = index_N[order_N if watch.holdout_share else order_N[:HANDFUL]]
    tokens_NL = batches.texts(index_N, "probe texts")
    return Probe(
        index_N=index_N,
        tokens_NL=tokens_NL.to(place.device),
        uids=[training.corpus.uids[i] for i in index_N.tolist()],
        texts=[tokenizer.decode(row) for row in tokens_NL.tolist()],
        images=training.pixels,
        chunk=min(batches.size, len(index_N)),
    )
