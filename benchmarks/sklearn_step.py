"""Training steps of scikit-learn's MLPClassifier, timed on request.

Each line of standard input asks for some steps, as in torch_step.py:

    STEPS BATCH OPTIMIZER RATE LOSS WIDTHS    10 512 adam 0.002 softmax 784,512,512,10

and is answered by the milliseconds that a step took on average: gathering a
mini-batch by index, and partial_fit on it, without weight decay. LOSS is softmax
only. The lines of exchange.py are answered, too.

The first line written is scikit-learn's version.
"""
import sys
import time

import numpy
import sklearn
from sklearn.neural_network import MLPClassifier

import exchange

EXAMPLES, FEATURES, CLASSES = 60000, 784, 10


class Training:
    def __init__(self, batch, optimizer, rate, loss, widths):
        if loss != "softmax":
            sys.exit("scikit-learn's classifier has softmax only")
        self.batch, self.order = int(batch), []
        widths = [int(w) for w in widths.split(",")]
        self.features, self.classes = widths[0], widths[-1]
        self.net = MLPClassifier(
            widths[1:-1], solver=optimizer, learning_rate_init=float(rate), alpha=0, batch_size=self.batch,
            momentum=0.9, nesterovs_momentum=False, shuffle=False, random_state=1)

    def update(self, x, labels):
        self.net.partial_fit(x, labels, numpy.arange(self.classes))

    def step(self):
        if not self.order:  # a new epoch; the examples left over are dropped
            whole = EXAMPLES // self.batch
            self.order = list(random.permutation(EXAMPLES)[:whole * self.batch].reshape(whole, self.batch))
        chosen = self.order.pop()
        self.update(images[chosen], labels[chosen])

    def load(self, parameters):
        # The first call makes the weights; the optimizer that it has used keeps averages and is made anew.
        self.update(numpy.zeros((self.batch, self.features), numpy.float32), numpy.zeros(self.batch, numpy.int32))
        del self.net._optimizer
        self.fed = 0
        for own, given in zip(self.parameters(), parameters):
            own[...] = given

    def parameters(self):
        return [p for pair in zip(self.net.coefs_, self.net.intercepts_) for p in pair]

    def feed(self, x, labels):
        # Adam adds epsilon to the root of v here, not of v/(1-beta2^t): this one means what 1e-8 means elsewhere.
        self.fed += 1
        self.net.epsilon = 1e-8 * (1 - self.net.beta_2 ** self.fed) ** 0.5
        if hasattr(self.net, "_optimizer"):
            self.net._optimizer.epsilon = self.net.epsilon
        self.update(x, labels)
        return float(self.net.loss_)


random = numpy.random.default_rng(1)
images = random.random((EXAMPLES, FEATURES), numpy.float32)
images *= random.random((EXAMPLES, FEATURES), numpy.float32) < 0.2
labels = random.integers(CLASSES, size=EXAMPLES, dtype=numpy.int32)
print(sklearn.__version__, flush=True)

present, training = None, None
for line in sys.stdin:
    steps, *wanted = line.split()
    if not steps.isdigit():
        print(exchange.answer(line, lambda words: Training(*words)), flush=True)
        continue
    if wanted != present:
        training, present = Training(*wanted), wanted
    start = time.perf_counter()
    for _ in range(int(steps)):
        training.step()
    print(1e3 * (time.perf_counter() - start) / int(steps), flush=True)
