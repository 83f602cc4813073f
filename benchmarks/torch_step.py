"""Training steps in PyTorch, timed on request.

Each line of standard input asks for some steps:

    STEPS BATCH OPTIMIZER RATE LOSS WIDTHS    10 512 adam 0.002 softmax 784,512,512,10

and is answered by the milliseconds that a step took on average: gathering a
mini-batch by index, forward, backward, and the optimizer's step. LOSS is softmax
(ReLU, cross-entropy of classes) or sigmoid (tanh with a linear code layer in the
middle, cross-entropy of the inputs as targets). A network stays until another
one is asked for, so asking for a few steps first warms it up.

The first line written is PyTorch's version and its number of threads.
"""
import sys
import time

import torch
from torch import nn
from torch.nn import functional

import exchange

EXAMPLES, FEATURES, CLASSES = 60000, 784, 10


class Training:
    def __init__(self, batch, optimizer, rate, loss, widths):
        self.batch, self.loss, self.order = batch, loss, []
        layers, last = [], len(widths) - 1
        for i in range(1, last + 1):
            layers.append(nn.Linear(widths[i - 1], widths[i]))
            if i < last and loss == "softmax":
                layers.append(nn.ReLU())
            elif i < last and i != last // 2:
                layers.append(nn.Tanh())
        self.net = nn.Sequential(*layers)
        if optimizer == "adam":
            self.optimizer = torch.optim.Adam(self.net.parameters(), lr=rate)
        else:
            self.optimizer = torch.optim.SGD(self.net.parameters(), lr=rate, momentum=0.9)

    def step(self):
        if not self.order:  # a new epoch; the examples left over are dropped
            self.order = list(torch.randperm(EXAMPLES).split(self.batch))
            if EXAMPLES % self.batch:
                self.order.pop()
        chosen = self.order.pop()
        self.update(images[chosen], labels[chosen] if self.loss == "softmax" else None)

    def update(self, x, labels):
        self.optimizer.zero_grad()
        output = self.net(x)
        if self.loss == "softmax":
            cost = functional.cross_entropy(output, labels)
        else:
            cost = functional.binary_cross_entropy_with_logits(output, x, reduction="sum") / self.batch
        cost.backward()
        self.optimizer.step()
        return cost

    def load(self, parameters):
        with torch.no_grad():
            for own, given in zip(self.net.parameters(), parameters):
                own.copy_(torch.from_numpy(given).T)  # PyTorch's weights are outputs x inputs

    def parameters(self):
        return [p.detach().numpy().T for p in self.net.parameters()]

    def feed(self, x, labels):
        return self.update(torch.from_numpy(x), torch.from_numpy(labels).long()).item()


torch.manual_seed(1)
images = torch.rand(EXAMPLES, FEATURES)
images *= torch.rand(EXAMPLES, FEATURES) < 0.2
labels = torch.randint(CLASSES, (EXAMPLES,))
print(torch.__version__, torch.get_num_threads(), flush=True)


def begin(words):
    batch, optimizer, rate, loss, widths = words
    return Training(int(batch), optimizer, float(rate), loss, [int(w) for w in widths.split(",")])


present, training = None, None
for line in sys.stdin:
    steps, *wanted = line.split()
    if not steps.isdigit():
        print(exchange.answer(line, begin), flush=True)
        continue
    if wanted != present:
        training, present = begin(wanted), wanted
    start = time.perf_counter()
    for _ in range(int(steps)):
        training.step()
    print(1e3 * (time.perf_counter() - start) / int(steps), flush=True)
