"""Writes the ONNX files of this directory by PyTorch's exporter, each with inputs and the outputs
that PyTorch computes for them: python3 make.py. PyTorch 1.13 wrote those that are kept."""

import io
import json
import os

import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))


class Flat(nn.Module):
    """As old code flattens: the size of the batch goes through Shape, Gather and Concat."""

    def forward(self, x):
        return x.view(x.size(0), -1)


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        y = self.body(x)
        return y + (x if self.shortcut is None else self.shortcut(x))


class Branches(nn.Module):
    """Branches whose outputs are set side by side, as in Inception's blocks."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([b(x) for b in self.branches], 1)


class ChannelsLast(nn.Module):
    """As TensorFlow's exporter writes a network of images: transposed around each convolution."""

    def __init__(self):
        super().__init__()
        self.conv, self.dense = nn.Conv2d(2, 3, 3), nn.Linear(3 * 4 * 3, 4)
        self.bias = nn.Parameter(torch.randn(4))

    def forward(self, x):
        y = torch.relu(self.conv(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1))
        return torch.softmax(torch.matmul(y.reshape(-1, 36), self.dense.weight.t()) + self.bias, 1)


class TanhGELU(nn.Module):
    def forward(self, x):
        return 0.5 * x * (1 + torch.tanh(0.7978845608028654 * (x + 0.044715 * x**3)))


def conv(*args, **named):
    return nn.Conv2d(*args, **named)


def networks():
    yield "mlp", nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3), nn.Softmax(1)), (6,), {}
    lenet = lambda: nn.Sequential(
        conv(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), conv(4, 6, 3, bias=False), nn.ReLU(),
        nn.AvgPool2d(2), Flat(), nn.Dropout(0.5), nn.Linear(6 * 2 * 1, 7), nn.LogSoftmax(1))
    # The exporter folds a BatchNorm into the convolution before it, unless it is told to leave the network as it is.
    yield "lenet", lenet(), (1, 13, 9), {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}
    yield "lenet-folded", lenet(), (1, 13, 9), {}
    yield "resnet", nn.Sequential(
        conv(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
        Residual(nn.Sequential(conv(4, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), conv(4, 4, 3, padding=1))), nn.ReLU(),
        Residual(nn.Sequential(conv(4, 6, 3, stride=2, padding=1), nn.SiLU()), conv(4, 6, 1, stride=2)),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5)), (3, 8, 6), {"training": torch.onnx.TrainingMode.PRESERVE}
    norm = lambda: nn.Sequential(
        nn.Linear(5, 8), nn.LayerNorm(8), nn.GELU(), Residual(nn.Sequential(nn.Linear(8, 8), TanhGELU())), nn.LayerNorm(8, eps=1e-3),
        nn.Linear(8, 2), nn.Sigmoid())
    yield "layernorm", norm(), (5,), {"opset_version": 17}
    yield "layernorm-decomposed", norm(), (5,), {"opset_version": 13}
    yield "inception", nn.Sequential(
        conv(2, 6, 3, padding=1), nn.GroupNorm(3, 6), nn.LeakyReLU(0.2),
        Branches(conv(6, 2, 1), nn.Sequential(conv(6, 6, 3, padding=1, groups=6), nn.ELU(), conv(6, 4, 1, groups=2)),
                 nn.AvgPool2d(3, stride=1, padding=1)),
        nn.Softplus(), nn.MaxPool2d(3, stride=2, padding=1), nn.Flatten(), nn.LayerNorm(12 * 3 * 4), nn.Linear(12 * 3 * 4, 3)), (2, 5, 7), {}
    yield "sequence", nn.Sequential(
        nn.Conv1d(2, 4, 3, padding=1, dilation=1), nn.BatchNorm1d(4), nn.ReLU(), nn.Conv1d(4, 3, 2, stride=2), nn.Tanh(),
        nn.Flatten(), nn.Linear(3 * 4, 2)), (2, 8), {"training": torch.onnx.TrainingMode.PRESERVE}
    yield "channels-last", ChannelsLast(), (6, 5, 2), {}


def main():
    for seed, (name, net, shape, options) in enumerate(networks()):
        torch.manual_seed(seed)
        for p in net.parameters():
            nn.init.normal_(p, std=0.5)
        for module in net.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                nn.init.normal_(module.running_mean)
                nn.init.uniform_(module.running_var, 0.5, 2)
        net.eval()
        x = torch.randn(3, *shape)
        out = io.BytesIO()
        named = {"opset_version": 13, **options}
        torch.onnx.export(net, x, out, input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}}, **named)
        with open(os.path.join(HERE, name + ".onnx"), "wb") as f:
            f.write(out.getvalue())
        with torch.no_grad():
            y = net(x)
        case = {"shape": list(shape), "inputs": x.reshape(3, -1).tolist(), "outputs": y.reshape(3, -1).tolist()}
        for key in "inputs", "outputs":
            case[key] = [[float("%.8g" % v) for v in row] for row in case[key]]
        with open(os.path.join(HERE, name + ".json"), "w") as f:
            json.dump(case, f, separators=(",", ":"))
            f.write("\n")


if __name__ == "__main__":
    main()
