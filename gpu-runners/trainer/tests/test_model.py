import pytest
import torch
from torch.testing import assert_close

from tests.conftest import CONTEXT, architecture
from trainer.model import Trainee, build_clip, clamp_scale, encode_texts


def rows(count: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    tokens_TL = torch.randint(1, 998, (count, CONTEXT), generator=generator)
    for row, end in zip(tokens_TL, torch.randint(1, CONTEXT, (count,), generator=generator).tolist(), strict=True):
        row[end] = 999
        row[end + 1 :] = 0
    return tokens_TL


@pytest.mark.parametrize("change", [{}, {"proj_bias": True}, {"no_causal_mask": True}, {"pool_type": "last"}])
def test_texts_in_groups_of_like_length_are_what_open_clip_gives(change: dict[str, object]) -> None:
    config = architecture()
    config["text_cfg"] |= change
    clip, tokens_TL = build_clip(config), rows(11)

    assert_close(encode_texts(clip, tokens_TL), clip.encode_text(tokens_TL), atol=1e-5, rtol=1e-5)


def test_a_custom_text_tower_is_run_as_it_is() -> None:
    clip, tokens_TL = build_clip(architecture() | {"custom_text": True}), rows(3)

    assert torch.equal(encode_texts(clip, tokens_TL), clip.encode_text(tokens_TL))


def test_the_tag_head_exists_only_while_there_are_tags() -> None:
    image, tokens = torch.randn(2, 3, 32, 32), rows(2)

    assert Trainee(build_clip(architecture()), 16, 0)(image, tokens).tag_logits_BV is None
    assert Trainee(build_clip(architecture()), 16, 5)(image, tokens).tag_logits_BV.shape == (2, 5)


def test_the_scale_stays_below_100() -> None:
    clip = build_clip(architecture())
    clip.logit_scale.data.fill_(9.0)

    clamp_scale(clip)

    assert clip.logit_scale.exp().item() == pytest.approx(100)
