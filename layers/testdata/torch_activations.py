"""Writes torch_activations.json: PyTorch's activations and their gradients in float64.

Usage: python3 torch_activations.py > torch_activations.json   (made with PyTorch 1.13)
"""
import json
import torch
from torch.nn import functional as f

X = [-30.0, -8.0, -3.5, -1.5, -0.75, -0.1, -1e-9, 0.0, 1e-9, 0.1, 0.5, 1.0, 2.5, 8.0, 30.0]
FUNCTIONS = {
    "LeakyReLU(0.1)": lambda x: f.leaky_relu(x, 0.1),
    "ELU(0.7)": lambda x: f.elu(x, 0.7),
    "Softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),  # softplus itself is x beyond 20
    "SiLU": f.silu,
    "GELU": f.gelu,
    "GELUTanh": lambda x: f.gelu(x, approximate="tanh"),
}
out = {"x": X, "functions": {}}
for name, function in FUNCTIONS.items():
    x = torch.tensor(X, dtype=torch.float64, requires_grad=True)
    y = function(x)
    y.sum().backward()
    out["functions"][name] = {"y": y.tolist(), "dx": x.grad.tolist()}
print(json.dumps(out, indent=1))
