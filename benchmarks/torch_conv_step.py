"""Training steps of a convolutional network in PyTorch, timed on request.

Each line of standard input asks for some steps:

    STEPS BATCH FILTERS HIDDEN    10 128 32,64 128

and is answered by the milliseconds that a step took on average: gathering a mini-batch of
28x28 images by index, forward, backward, and a step of SGD with a momentum of 0.9. The
network has a 3x3 convolution and ReLU for each of FILTERS, a 2x2 max-pool, a dense layer and
ReLU for each of HIDDEN, and 10 classes; it stays until another one is asked for, so asking
for a few steps first warms it up.

The first line written is PyTorch's version and its number of threads.
"""
import sys
import time

import torch
from torch import nn
from torch.nn import functional

EXAMPLES, SIDE, CLASSES = 60000, 28, 10


def network(filters, hidden):
    layers, channels, side = [], 1, SIDE
    for n in filters:
        layers += [nn.Conv2d(channels, n, 3), nn.ReLU()]
        channels, side = n, side - 2
    layers += [nn.MaxPool2d(2), nn.Flatten()]
    width = channels * (side // 2) ** 2
    for n in hidden:
        layers += [nn.Linear(width, n), nn.ReLU()]
        width = n
    return nn.Sequential(*layers, nn.Linear(width, CLASSES))


class Training:
    def __init__(self, batch, filters, hidden):
        self.batch, self.order = batch, []
        self.net = network(filters, hidden)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.05, momentum=0.9)

    def step(self):
        if not self.order:  # a new epoch; the examples left over are dropped
            self.order = list(torch.randperm(EXAMPLES).split(self.batch))
            if EXAMPLES % self.batch:
                self.order.pop()
        chosen = self.order.pop()
        self.optimizer.zero_grad()
        functional.cross_entropy(self.net(images[chosen]), labels[chosen]).backward()
        self.optimizer.step()


def numbers(text):
    return [int(n) for n in text.split(",")]


torch.manual_seed(1)
images = torch.rand(EXAMPLES, 1, SIDE, SIDE)
images *= torch.rand(EXAMPLES, 1, SIDE, SIDE) < 0.2
labels = torch.randint(CLASSES, (EXAMPLES,))
print(torch.__version__, torch.get_num_threads(), flush=True)

present, training = None, None
for line in sys.stdin:
    steps, *wanted = line.split()
    if wanted != present:
        batch, filters, hidden = wanted
        training, present = Training(int(batch), numbers(filters), numbers(hidden)), wanted
    start = time.perf_counter()
    for _ in range(int(steps)):
        training.step()
    print(1e3 * (time.perf_counter() - start) / int(steps), flush=True)
