import pytest
import torch
from torch.testing import assert_close

from tests.conftest import architecture
from trainer.class_token import ClassTokenBlock, for_class_token
from trainer.model import build_clip


@pytest.mark.parametrize("more", [{}, {"ls_init_value": 0.5}, {"final_ln_after_pool": True}, {"no_ln_pre": True}])
def test_the_class_token_alone_gives_the_same_embedding(more: dict[str, object]) -> None:
    clip = build_clip(plain_vit(more)).eval()
    image = torch.randn(3, 3, 32, 32)
    whole = clip.visual(image)

    lean = for_class_token(clip.visual)

    assert any(isinstance(module, ClassTokenBlock) for module in lean.modules())
    assert_close(lean(image), whole, atol=1e-6, rtol=1e-5)
    assert torch.equal(clip.visual(image), whole)


@pytest.mark.parametrize("config", ["averaged", "timm"])
def test_a_tower_that_reads_more_than_the_class_token_stays_as_it_is(config: str) -> None:
    clip = build_clip(architecture("test_resnet.r160_in1k") if config == "timm" else plain_vit({"pool_type": "avg"}))

    assert for_class_token(clip.visual) is clip.visual


def plain_vit(more: dict[str, object]) -> dict[str, object]:
    tower = {"image_size": 32, "patch_size": 16, "layers": 2, "width": 32, "head_width": 16}
    return {**architecture(), "vision_cfg": {**tower, **more}}
