"""Predictions in PyTorch, timed on request.

Each line of standard input asks for some calls:

    CALLS BATCH WIDTHS    1000 10 784,512,512,10

and is answered by the milliseconds that a call took on average: the probabilities of
10 classes for BATCH raw examples, rows of a float64 tensor of pixels from 0 to 255,
which are scaled to float32 from 0 to 1. The network, ReLU and softmax, stays until another
one is asked for, so asking for a few calls first warms it up.

The first line written is PyTorch's version and its number of threads.
"""
import sys
import time

import torch
from torch import nn

EXAMPLES = 1000


def network(widths):
    layers = []
    for i in range(1, len(widths)):
        layers.append(nn.Linear(widths[i - 1], widths[i]))
        if i < len(widths) - 1:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers).eval()


torch.manual_seed(1)
print(torch.__version__, torch.get_num_threads(), flush=True)

present = None
with torch.inference_mode():
    for line in sys.stdin:
        calls, batch, widths = line.split()
        batch = int(batch)
        if widths != present:
            present, sizes = widths, [int(w) for w in widths.split(",")]
            net = network(sizes)
            pixels = torch.randint(256, (EXAMPLES, sizes[0])) * (torch.rand(EXAMPLES, sizes[0]) < 0.2)
            pixels = pixels.to(torch.float64)
        raw = pixels[:batch]
        start = time.perf_counter()
        for _ in range(int(calls)):
            torch.softmax(net(raw.to(torch.float32) / 255), 1)
        print(1e3 * (time.perf_counter() - start) / int(calls), flush=True)
