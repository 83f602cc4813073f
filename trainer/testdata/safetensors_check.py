"""Rebuilds a gokfac model from its file, or writes a model of PyTorch's, for the tests of package trainer.

    safetensors_check.py predict MODEL INPUTS     prints the outputs, by numpy, and by torch where it is installed
    safetensors_check.py write FILE MLP|CNN|NORM  writes a torch model's state_dict; prints inputs and outputs
"""
import json
import struct
import sys

import numpy as np


def load(path):
    """All tensors and the metadata of a file, by the format's own library if it is installed."""
    with open(path, "rb") as f:
        (n,) = struct.unpack("<Q", f.read(8))
        head = json.loads(f.read(n))
        data = f.read()
    metadata = head.pop("__metadata__", {})
    try:
        from safetensors.numpy import load_file
        return load_file(path), metadata
    except ImportError:
        pass
    types = {"F32": "<f4", "F64": "<f8"}
    tensors = {}
    for name, t in head.items():
        begin, end = t["data_offsets"]
        assert begin % np.dtype(types[t["dtype"]]).itemsize == 0, name
        tensors[name] = np.frombuffer(data[begin:end], types[t["dtype"]]).reshape(t["shape"])
    return tensors, metadata


def save(path, tensors):
    """Writes torch tensors as safetensors.torch.save_file does: by size of elements, then by name."""
    try:
        from safetensors.torch import save_file
        save_file(tensors, path)
        return
    except ImportError:
        pass
    types = {"torch.float32": "F32", "torch.float64": "F64", "torch.float16": "F16", "torch.bfloat16": "BF16", "torch.int64": "I64"}
    head, data = {}, b""
    for name in sorted(tensors, key=lambda n: (-tensors[n].element_size(), n)):
        t = tensors[name].detach().contiguous()
        import torch
        raw = bytes(t.reshape(-1).view(torch.uint8).tolist())
        head[name] = {"dtype": types[str(t.dtype)], "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def scaled(x, tensors, metadata):
    if "input.mean" not in tensors:
        return x
    std = tensors["input.std"].reshape(-1)
    inverse = np.where(std == 0, 0, 1 / np.where(std == 0, 1, std))
    x = (x - tensors["input.mean"].reshape(-1)) * inverse
    bound = float(metadata.get("input.bound", "inf"))
    return np.clip(x, -bound, bound)


def predict(path, inputs):
    tensors, metadata = load(path)
    x = scaled(np.array(json.loads(inputs)), tensors, metadata)
    net = json.loads(metadata["architecture"])
    functions = {"ReLU": lambda v: np.maximum(v, 0), "Tanh": np.tanh, "Sigmoid": lambda v: 1 / (1 + np.exp(-v)), "Identity": lambda v: v}
    outputs = {}
    y = x
    for layer in net["layers"]:
        s = layer.get("settings", {})
        if layer["kind"] == "dense":
            y = y @ tensors[s["name"] + ".weight"].astype(np.float64)
            if not s.get("no_bias"):
                y = y + tensors[s["name"] + ".bias"]
        elif layer["kind"] == "activation":
            y = functions[s["function"]](y)
        else:
            assert layer["kind"] in ("flatten", "dropout"), layer
    loss = json.loads(metadata["loss"])["kind"]
    assert loss == "softmax-cross-entropy", loss
    y = np.exp(y - y.max(axis=1, keepdims=True))
    outputs["numpy"] = (y / y.sum(axis=1, keepdims=True)).tolist()
    try:
        import torch
    except ImportError:
        print(json.dumps(outputs))
        return
    modules = []
    for layer in net["layers"]:
        s = layer.get("settings", {})
        if layer["kind"] == "dense":
            weight = torch.tensor(tensors[s["name"] + ".weight"].T.copy())
            linear = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=not s.get("no_bias"), dtype=weight.dtype)
            with torch.no_grad():
                linear.weight.copy_(weight)
                if not s.get("no_bias"):
                    linear.bias.copy_(torch.tensor(tensors[s["name"] + ".bias"]))
            modules.append(linear.double())
        elif layer["kind"] == "activation":
            modules.append(getattr(torch.nn, s["function"])())
        elif layer["kind"] == "dropout":
            modules.append(torch.nn.Dropout(s["rate"]))
    model = torch.nn.Sequential(*modules, torch.nn.Softmax(dim=1)).eval()
    with torch.no_grad():
        outputs["torch"] = model(torch.tensor(x)).tolist()
    print(json.dumps(outputs))


def write(path, which):
    import torch
    torch.manual_seed(1)
    torch.set_default_dtype(torch.float64)
    nn = torch.nn
    if which == "MLP":
        model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 6), nn.Tanh(), *[nn.Identity()] * 6, nn.Linear(6, 3, bias=False))
        x = torch.randn(5, 4)
        given = x
    elif which == "NORM":
        model = nn.Sequential(
            nn.Conv2d(2, 3, 3, bias=False), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(3, 2, 1), nn.GroupNorm(3, 3),
            nn.AvgPool2d(2, 1), nn.Flatten(), nn.Linear(3 * 2 * 2, 4), nn.LayerNorm(4), nn.Linear(4, 3))
        x = 3 * torch.randn(5, 2, 7, 7) + 1
        given = x.permute(0, 2, 3, 1)
        model(x)  # running statistics
        for p in model.parameters():
            nn.init.normal_(p)
        model.eval()
    else:
        model = nn.Sequential(
            nn.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(1, 0)), nn.Tanh(), nn.Conv2d(3, 4, (2, 3)), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 3 * 4, 3))
        x = torch.randn(5, 2, 7, 7)
        given = x.permute(0, 2, 3, 1)  # height×width×channels
    save(path, model.state_dict())
    with torch.no_grad():
        y = torch.softmax(model(x), dim=1)
    print(json.dumps({"names": list(model.state_dict()), "x": given.flatten().tolist(), "y": y.flatten().tolist()}))


{"predict": predict, "write": write}[sys.argv[1]](*sys.argv[2:])
