#!/usr/bin/env python3
"""Writes torch_hessian.json: products of curvature matrices and a vector by PyTorch's autograd, in float64.

Run it with Debian's python3-torch in this folder: python3 torch_hessian.py > torch_hessian.json   (made with PyTorch 1.13)
The matrices are written out: the Hessian of the mean cost over all parameters, and J'HJ with J, the Jacobian of the
outputs, and H, the Hessian of the mean cost (gauss_newton) or of the mean of -log p (fisher) over the outputs. Parameters
are in the order and the layout of this house: weights in x out, of a convolution kh.kw.C x F; images are N x H x W x C.
"""
import json

import torch
from torch.autograd.functional import hessian, jacobian
from torch.nn import functional as f

torch.manual_seed(16)
torch.set_default_dtype(torch.float64)


def conv(x, w, b, kernel, **more):
    """x is N x C x H x W."""
    kh, kw = kernel
    w = w.reshape(kh, kw, x.shape[1], -1).permute(3, 2, 0, 1)
    return f.conv2d(x, w, b, **more)


def mlp(x, p):
    w1, b1, w2, b2, w3, b3 = p
    return f.silu(torch.tanh(x @ w1 + b1) @ w2 + b2) @ w3 + b3


def convnet(x, p):
    w1, scale, shift, w2, b2, w3, b3 = p
    x = conv(x.permute(0, 3, 1, 2), w1, None, (3, 3), padding=1)
    x = f.gelu(f.batch_norm(x, None, None, scale, shift, training=True))
    x = f.elu(conv(f.max_pool2d(x, 2), w2, b2, (2, 2)))
    return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1) @ w3 + b3


def words(x, p):
    table, w, b, scale, shift, w2, b2 = p
    rows = table[x.long()]
    h = torch.zeros(x.shape[0], b.shape[0])
    for t in range(x.shape[1]):
        h = torch.tanh(torch.cat([rows[:, t], h], 1) @ w + b)
    return f.layer_norm(h, h.shape[1:], scale, shift) @ w2 + b2


def cross_entropy(z, y):
    return f.cross_entropy(z, y.long())


def smoothed(z, y):
    return f.cross_entropy(z, y.long(), label_smoothing=0.1)


def squares(z, y):
    return ((z - y) ** 2).sum() / 2 / z.shape[0]


def bernoulli(z, y):
    return f.binary_cross_entropy_with_logits(z, y, reduction="sum") / z.shape[0]


def case(net, x, y, shapes, cost, surprise):
    p = [torch.randn(s) * (0.6 if len(s) > 1 else 0.3) + (1.0 if name == "scale" else 0.0) for name, s in shapes]
    sizes = [q.numel() for q in p]
    theta = torch.cat([q.reshape(-1) for q in p])

    def outputs(flat):
        return net(x, [q.reshape(s) for q, (_, s) in zip(flat.split(sizes), shapes)])

    z = outputs(theta)
    j = jacobian(outputs, theta).reshape(z.numel(), -1)

    def at_outputs(c):
        return hessian(lambda flat: c(flat.reshape(z.shape), y), z.reshape(-1))

    v = torch.randn(theta.numel())
    return {
        "shape": list(x.shape), "x": x.reshape(-1).tolist(), "y": y.reshape(-1).tolist(), "targets": list(y.shape),
        "theta": theta.tolist(), "v": v.tolist(), "loss": cost(z, y).item(),
        "hessian": (hessian(lambda t: cost(outputs(t), y), theta) @ v).tolist(),
        "gauss_newton": (j.T @ (at_outputs(cost) @ (j @ v))).tolist(),
        "fisher": (j.T @ (at_outputs(surprise) @ (j @ v))).tolist(),
    }


labels = torch.tensor([0.0, 2.0, 1.0, 1.0])
dense = [("w", (4, 5)), ("b", (5,)), ("w", (5, 4)), ("b", (4,)), ("w", (4, 3)), ("b", (3,))]
images = [("w", (3 * 3 * 2, 3)), ("scale", (3,)), ("b", (3,)), ("w", (2 * 2 * 3, 2)), ("b", (2,)), ("w", (1 * 2 * 2, 3)), ("b", (3,))]
text = [("table", (6, 3)), ("w", (3 + 4, 4)), ("b", (4,)), ("scale", (4,)), ("b", (4,)), ("w", (4, 3)), ("b", (3,))]
print(json.dumps({
    "mlp, cross-entropy": case(mlp, torch.randn(4, 4), labels, dense, cross_entropy, cross_entropy),
    "mlp, squares": case(mlp, torch.randn(4, 4), torch.randn(4, 3), dense, squares, squares),
    "mlp, squares for Bernoulli": case(mlp, torch.randn(4, 4), torch.rand(4, 3).round(), dense, squares, bernoulli),
    "convnet, smoothed": case(convnet, torch.randn(4, 4, 6, 2), labels, images, smoothed, cross_entropy),
    "words, Bernoulli": case(words, torch.tensor([[0.0, 3, 5, 1], [2, 2, 4, 0], [1, 5, 5, 3], [4, 0, 1, 2]]), torch.rand(4, 3).round(), text, bernoulli, bernoulli),
}, indent=None))
