#!/usr/bin/env python3
"""Writes torch_*.safetensors, state_dicts of small networks in float32, and torch_layers.json, what they give in evaluation.

Run it with Debian's python3-torch in this folder: python3 torch_layers.py
Images are turned to N x H x W x C, sequences to N x T x features. Running statistics are of three mini-batches.
"""
import json
import struct

import torch
from torch import nn
from torch.nn import functional

torch.manual_seed(15)
TYPES = {torch.float32: "F32", torch.int64: "I64"}


def save(path, tensors):
    """Writes a file as safetensors.torch.save_file does."""
    head, data = {}, b""
    for name in sorted(tensors, key=lambda n: (-tensors[n].element_size(), n)):
        t = tensors[name].detach().contiguous()
        raw = t.numpy().tobytes()
        head[name] = {"dtype": TYPES[t.dtype], "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body, self.shortcut = body, shortcut or nn.Identity()

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


class Beside(nn.ModuleList):
    """Gives its input to all and joins their outputs at axis 1, the channels."""

    def forward(self, x):
        return torch.cat([m(x) for m in self], 1)


def residual_net():
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
        Residual(nn.Sequential(nn.Conv2d(4, 6, (3, 1), padding=(1, 0), groups=2), nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, 4, 3, padding=1))),
        nn.ReLU(), nn.MaxPool2d(2),
        Residual(nn.Sequential(nn.Conv2d(4, 8, 3, padding=1, groups=4), nn.GroupNorm(2, 8), nn.Tanh()), nn.Conv2d(4, 8, 1)),
        Beside([nn.Conv2d(8, 3, 2), nn.Sequential(nn.AvgPool2d(2, stride=1), nn.Conv2d(8, 2, 1))]),
        nn.Flatten(), nn.BatchNorm1d(5 * 2 * 3), nn.ReLU(), nn.Linear(5 * 2 * 3, 7), nn.Tanh(), nn.LayerNorm(7), nn.Linear(7, 3))


def flat_net():
    """Numbers alone name its modules."""
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, stride=2), nn.BatchNorm2d(6, affine=False), nn.ReLU(), nn.Conv2d(6, 6, 2, groups=3), nn.BatchNorm2d(6), nn.SiLU(),
        nn.MaxPool2d(2, stride=1), nn.Flatten(), nn.Dropout(0.5), nn.Linear(6 * 1 * 2, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 3))


def decoder():
    return nn.Sequential(
        nn.Linear(5, 3 * 2 * 4), nn.ReLU(), nn.Unflatten(1, (3, 2, 4)), nn.ConvTranspose2d(3, 4, (3, 2), stride=2, padding=(1, 0), output_padding=(1, 0)),
        nn.Tanh(), nn.ConvTranspose2d(4, 2, 3, dilation=2, bias=False), nn.Flatten(), nn.Linear(2 * 8 * 12, 3))


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.conv1, self.norm, self.conv2, self.head = (
            nn.Embedding(11, 4), nn.Conv1d(4, 6, 3, groups=2), nn.BatchNorm1d(6), nn.Conv1d(6, 3, 2, dilation=2), nn.Linear(9, 3))

    def forward(self, x):
        y = functional.gelu(self.norm(self.conv1(self.table(x.long()).transpose(1, 2))))
        return self.head(self.conv2(y).flatten(1))


class Times(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn1, self.rnn2, self.head = nn.RNN(3, 4, batch_first=True), nn.RNN(4, 2, batch_first=True, bias=False), nn.Linear(10, 3)

    def forward(self, x):
        return self.head(self.rnn2(self.rnn1(x)[0])[0].flatten(1))


def case(name, net, x, turn=None):
    for p in net.parameters():
        if p.dim() == 1:
            nn.init.normal_(p, 0.5, 0.5)
    net.train()
    with torch.no_grad():
        for i in range(3):
            net(x + i if x.max() < 10 and name != "words" else x)
        net.eval()
        y = torch.softmax(net(x), 1)
    save("torch_%s.safetensors" % name, net.state_dict())
    if turn:
        x = x.permute(turn)
    modules = []
    for n in net.state_dict():
        if n.rsplit(".", 1)[0] not in modules:
            modules.append(n.rsplit(".", 1)[0])
    flat = lambda t: [float("%.9g" % v) for v in t.contiguous().flatten().tolist()]
    return {"modules": modules, "x": flat(x), "y": flat(y)}


cases = {
    "residual": case("residual", residual_net(), torch.randn(4, 2, 6, 8), (0, 2, 3, 1)),
    "flat": case("flat", flat_net(), torch.randn(4, 3, 8, 9), (0, 2, 3, 1)),
    "decoder": case("decoder", decoder(), torch.randn(4, 5)),
    "words": case("words", Words(), torch.randint(0, 11, (4, 7)).float()),
    "times": case("times", Times(), torch.randn(4, 5, 3)),
}
with open("torch_layers.json", "w") as f:
    json.dump(cases, f, separators=(",", ":"))
    f.write("\n")
for name, c in cases.items():
    print(name, c["modules"])
