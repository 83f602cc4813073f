"""Writes torch_recurrent.json: PyTorch's nn.RNN and its gradients in float64.

Usage: python3 torch_recurrent.py > torch_recurrent.json   (made with PyTorch 1.13)

weight is [W_ih | W_hh] transposed, (in+units)×units, and bias the sum of both biases. seed
is the gradient at the output: all states, or the last one.
"""
import json
import torch

torch.manual_seed(1)
cases = []
for n, t, features, units, sequences in [(1, 1, 2, 3, True), (2, 4, 3, 2, True), (3, 5, 2, 4, False), (2, 6, 1, 3, False)]:
    rnn = torch.nn.RNN(features, units, batch_first=True).double()
    x = torch.randn(n, t, features, dtype=torch.float64, requires_grad=True)
    states, last = rnn(x)
    y = states if sequences else last[0]
    seed = torch.randn_like(y)
    y.backward(seed)
    weight = torch.cat([rnn.weight_ih_l0, rnn.weight_hh_l0], 1).t()
    dw = torch.cat([rnn.weight_ih_l0.grad, rnn.weight_hh_l0.grad], 1).t()
    flat = lambda v: v.detach().contiguous().reshape(-1).tolist()
    cases.append({
        "n": n, "t": t, "in": features, "units": units, "sequences": sequences,
        "weight": flat(weight), "bias": flat(rnn.bias_ih_l0 + rnn.bias_hh_l0), "x": flat(x), "seed": flat(seed),
        "y": flat(y), "dx": flat(x.grad), "dw": flat(dw), "db": flat(rnn.bias_ih_l0.grad),
    })
print(json.dumps(cases, indent=1))
