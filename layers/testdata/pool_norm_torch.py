#!/usr/bin/env python3
"""Writes pool_norm_torch.json: what PyTorch's pooling and normalisation layers give in float64.

Run it with Debian's python3-torch in this folder: python3 pool_norm_torch.py
Images are turned to N x H x W x C. Every case has an input x, a cotangent u, the output y and the gradient dx of <u, y>.
"""
import json
import sys

import torch
from torch import nn

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)


def last(t):
    return t.movedim(1, -1) if t.dim() > 2 else t


def flat(t):
    return [float("%.15g" % v) for v in last(t).contiguous().flatten().tolist()]


def case(layer, x):
    """Runs the layer on x, forward and back."""
    x = x.detach().requires_grad_()
    layer.zero_grad()
    y = layer(x)
    u = torch.randn_like(y)
    y.backward(u)
    found = {"shape": list(last(x).shape), "x": flat(x.detach()), "u": flat(u), "out": list(last(y).shape), "y": flat(y.detach()), "dx": flat(x.grad)}
    for name, p in layer.named_parameters():
        found[name], found["d" + name] = p.detach().flatten().tolist(), p.grad.flatten().tolist()
    return found


def pool(kind, window, stride, padding, shape, **more):
    layer = kind(window, stride=stride, padding=padding, **more)
    found = case(layer, torch.randn(*shape))
    found.update(window=list(window), stride=list(stride), padding=list(padding))
    return found


def randomised(layer):
    for p in layer.parameters():
        nn.init.normal_(p)
    return layer


def batchnorm():
    """Two mini-batches in training mode, then one in evaluation mode."""
    layer, steps = randomised(nn.BatchNorm2d(3)), []
    for n in (4, 2):
        step = case(layer, 2 * torch.randn(n, 3, 2, 3) + torch.tensor([1.0, -30.0, 0.1]).view(1, 3, 1, 1))
        step.update(mean=layer.running_mean.tolist(), var=layer.running_var.tolist())
        steps.append(step)
    layer.eval()
    return {"train": steps, "eval": case(layer, torch.randn(2, 3, 2, 3))}


def rows(layer, *shape):
    return case(randomised(layer), 3 * torch.randn(*shape) + 1)


class Locations(nn.Module):
    """LayerNorm over the channels of each location of images N x C x H x W."""

    def __init__(self, channels):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.empty(channels)), nn.Parameter(torch.empty(channels))

    def forward(self, x):
        return nn.functional.layer_norm(x.movedim(1, -1), self.weight.shape, self.weight, self.bias).movedim(-1, 1)


json.dump({
    "torch": torch.__version__,
    "max": [
        pool(nn.MaxPool2d, (2, 2), (2, 2), (0, 0), (2, 3, 4, 6)),
        pool(nn.MaxPool2d, (3, 2), (2, 1), (1, 1), (2, 2, 5, 4)),
        pool(nn.MaxPool2d, (2, 3), (3, 4), (0, 1), (1, 2, 6, 7)),
    ],
    "avg": [
        pool(nn.AvgPool2d, (2, 2), (2, 2), (0, 0), (2, 3, 4, 6), count_include_pad=False),
        pool(nn.AvgPool2d, (3, 2), (2, 1), (1, 1), (2, 2, 5, 4), count_include_pad=False),
    ],
    "avg_counting_padding": [pool(nn.AvgPool2d, (3, 2), (2, 1), (1, 1), (2, 2, 5, 4), count_include_pad=True)],
    "batchnorm": batchnorm(),
    "layernorm": [rows(nn.LayerNorm(5), 4, 5), rows(Locations(3), 2, 3, 2, 2)],
    "groupnorm": [rows(nn.GroupNorm(2, 4), 3, 4, 2, 3), rows(nn.GroupNorm(3, 6), 2, 6)],
    "instancenorm": [rows(nn.InstanceNorm2d(3, affine=True), 2, 3, 3, 2)],
}, open("pool_norm_torch.json", "w"), indent=None, separators=(",", ":"))
print("written with torch", torch.__version__, file=sys.stderr)
