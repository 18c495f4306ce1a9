"""Shift, scale and flip of a whole batch at once. Shape suffixes: B batch, C channels, H and W pixels."""

import torch
import torch.nn.functional as F
from torch import Tensor

from trainer.recipe import Augment


def augment(pixels_BCHW: Tensor, config: Augment, draws_B4: Tensor) -> Tensor:
    """Moves each image by up to `shift` of its side, scales it by 1 ± `scale`, mirrors half of them if `flip`.

    `draws_B4` are uniform in [0, 1): zoom, right, down, mirror.
    """
    x_BCHW = pixels_BCHW.float()
    if not (config.shift or config.scale or config.flip):
        return x_BCHW
    zoom_B = 1 + config.scale * (2 * draws_B4[:, 0] - 1)
    mirror_B = torch.where(draws_B4[:, 3] < 0.5, -1.0, 1.0) if config.flip else torch.ones_like(zoom_B)
    theta_B23 = torch.zeros(len(draws_B4), 2, 3)
    theta_B23[:, 0, 0] = zoom_B * mirror_B
    theta_B23[:, 1, 1] = zoom_B
    # affine_grid's coordinates run from -1 to 1: a whole side is 2.
    theta_B23[:, :, 2] = 2 * config.shift * (2 * draws_B4[:, 1:3] - 1)
    grid = F.affine_grid(theta_B23.to(x_BCHW.device), list(x_BCHW.shape), align_corners=False)
    return F.grid_sample(x_BCHW, grid, mode="bilinear", padding_mode="border", align_corners=False)
