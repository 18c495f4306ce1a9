import pytest
import torch

from trainer.captions import choose_positive, cut, positive_texts
from trainer.recipe import Captions, Recipe

LONG = "A red bird sits on a branch. Snow falls, softly, behind it! It sings."
DRAWS = torch.rand(4000, generator=torch.Generator().manual_seed(0))


def shares(recipe: Recipe, count: int) -> list[float]:
    chosen = choose_positive(torch.full((4000,), count), DRAWS, recipe)
    assert chosen.max() < count
    return [float((chosen == i).float().mean()) for i in range(count)]


def test_a_description_is_shown_whole_or_in_sentences_or_in_clauses() -> None:
    assert cut(LONG, "whole") == [LONG]
    assert cut(LONG, "sentences") == ["A red bird sits on a branch.", "Snow falls, softly, behind it!", "It sings."]
    assert cut(LONG, "clauses") == [
        "A red bird sits on a branch.", "Snow falls, softly,", "behind it!", "It sings.",
    ]  # fmt: skip


@pytest.mark.parametrize("pieces", ["whole", "sentences", "clauses"])
def test_no_word_is_lost_or_doubled(pieces: str) -> None:
    assert " ".join(cut(LONG, pieces)) == LONG


def test_without_a_refinement_there_is_only_the_raw_text() -> None:
    recipe = Recipe(positive_probability=1, captions=Captions(pieces="sentences"))

    assert positive_texts("raw", None, recipe) == ["raw"]
    assert positive_texts("raw", {"positive_description": ""}, recipe) == ["raw"]
    assert shares(recipe, 1) == [1]


def test_a_fixed_share_goes_to_the_description_and_its_parts_share_it_alike() -> None:
    one, three = (shares(Recipe(positive_probability=0.8), count) for count in (2, 4))

    assert one == pytest.approx([0.2, 0.8], abs=0.02)
    assert three == pytest.approx([0.2, 0.8 / 3, 0.8 / 3, 0.8 / 3], abs=0.025)
    assert shares(Recipe(positive_probability=1), 2) == [0, 1]
    assert shares(Recipe(positive_probability=0), 2) == [1, 0]


def test_uniform_shows_every_text_alike_whatever_the_probability() -> None:
    recipe = Recipe(positive_probability=0, captions=Captions(schedule="uniform"))

    assert shares(recipe, 4) == pytest.approx([0.25] * 4, abs=0.025)


def test_arms_that_differ_in_the_share_alone_show_refined_text_to_the_same_samples() -> None:
    few, many = (choose_positive(torch.full((4000,), 2), DRAWS, Recipe(positive_probability=p)) for p in (0.2, 0.8))

    assert (many[few == 1] == 1).all()


def test_sentences_without_spaces_between_them_are_parted_too() -> None:
    snow, bird = "\u96ea\u304c\u964d\u308b\u3002", "\u9ce5\u304c\u9cf4\u304f\uff01"

    assert cut(snow + bird, "sentences") == [snow, bird]
