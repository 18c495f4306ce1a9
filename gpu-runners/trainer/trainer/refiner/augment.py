"""Batched augmentation that turns one vendor's drawing into many styles. B batch, C channels, S side in pixels."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def augment(images_BCSS: Tensor, size: int, strength: float = 1.0) -> Tensor:
    """Moves, recolours, redraws and hides parts of uint8 images; returns floats in 0..1 at `size` pixels."""
    x = images_BCSS.float() / 255
    x = _warp(x, size, strength)
    x = _redraw_lines(x, 0.3 * strength)
    x = _recolour(x, strength)
    x = _cut_out(x, 0.5 * strength)
    return x.clamp(0, 1)


def resize(images_BCSS: Tensor, size: int) -> Tensor:
    """The plain view of an image: uint8 to floats in 0..1, shrunk with anti-aliasing."""
    x = images_BCSS.float() / 255
    if x.shape[-1] == size:
        return x
    return F.interpolate(x, size=(size, size), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)


def _warp(x: Tensor, size: int, strength: float) -> Tensor:
    batch = x.shape[0]
    angle = _uniform(batch, -1, 1) * math.radians(20) * strength
    angle = torch.where(torch.rand(batch) < 0.5, angle, angle * 0.2)
    scale = 1 + _uniform(batch, -0.2, 0.35) * strength
    aspect = 1 + _uniform(batch, -0.15, 0.15) * strength
    shear = _uniform(batch, -0.15, 0.15) * strength
    cos, sin = angle.cos() * scale, angle.sin() * scale
    rows = torch.stack(
        [
            torch.stack([cos * aspect, -sin + shear, _uniform(batch, -0.18, 0.18) * strength], 1),
            torch.stack([sin, cos / aspect, _uniform(batch, -0.18, 0.18) * strength], 1),
        ],
        1,
    )
    grid = F.affine_grid(rows, [batch, 3, size, size], align_corners=False)
    # Sampling the inverse keeps what lies outside the drawing white.
    return 1 - F.grid_sample(1 - x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def _redraw_lines(x: Tensor, chance: float) -> Tensor:
    """Black outlines, thicker and thinner strokes, blur: what differs most between vendors' styles."""
    dark, light = -F.max_pool2d(-x, 3, 1, 1), F.max_pool2d(x, 3, 1, 1)
    edge = (light - dark).amax(1, keepdim=True)
    outlined = x * (1 - (edge * 1.5).clamp(0, 1))
    blurred = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    for variant, share in ((outlined, chance), (dark, chance / 3), (light, chance / 3), (blurred, chance)):
        x = torch.where(_chosen(x, share), variant, x)
    return x


def _recolour(x: Tensor, strength: float) -> Tensor:
    batch = x.shape[0]
    grey = x.mean(1, keepdim=True)
    saturation = (1 + _uniform(batch, -0.6, 0.5) * strength).view(-1, 1, 1, 1)
    saturation = torch.where(_chosen(x, 0.1 * strength), torch.zeros(()), saturation)
    x = grey + (x - grey) * saturation
    gain = 1 + (torch.rand(batch, 3, 1, 1) - 0.5) * 0.4 * strength
    bias = (torch.rand(batch, 3, 1, 1) - 0.5) * 0.2 * strength
    x = (x * gain + bias).clamp(0, 1)
    return torch.where(_chosen(x, 0.3 * strength), x ** (_uniform(batch, -0.6, 0.6).exp().view(-1, 1, 1, 1)), x)


def _cut_out(x: Tensor, chance: float) -> Tensor:
    batch, _, size, _ = x.shape
    side = _uniform(batch, 0.1, 0.35) * size
    centre = torch.rand(batch, 2) * size
    pixel = torch.arange(size)
    rows = (pixel[None] - centre[:, :1]).abs() < side[:, None] / 2
    columns = (pixel[None] - centre[:, 1:]).abs() < side[:, None] / 2
    hole = (rows[:, :, None] & columns[:, None, :])[:, None] & _chosen(x, chance)
    return torch.where(hole, torch.rand(batch, 3, 1, 1), x)


def _uniform(batch: int, low: float, high: float) -> Tensor:
    return torch.rand(batch) * (high - low) + low


def _chosen(x: Tensor, chance: float) -> Tensor:
    return torch.rand(x.shape[0], 1, 1, 1) < chance
