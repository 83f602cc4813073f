"""Parameters and mini-batches in files of plain float32 and int32, for checking that steps are the same everywhere.

answer(line, begin) takes these lines, besides those that a script times:

    begin BATCH OPTIMIZER RATE LOSS WIDTHS FILE    a new network with the parameters in FILE: weights (inputs x outputs)
                                                   and biases, layer by layer; answered by ok
    feed FILE                                      a step on the mini-batch in FILE: inputs, and classes after them if
                                                   LOSS is softmax; answered by the loss before the step
    keep FILE                                      writes the parameters; answered by ok

begin(words) makes a network with load(parameters), feed(x, labels) and parameters().
"""
import numpy

present = None


def split(flat, shapes):
    list, at = [], 0
    for shape in shapes:
        size = int(numpy.prod(shape))
        list.append(flat[at:at + size].reshape(shape))
        at += size
    return list


def answer(line, begin):
    global present
    verb, path = line.rstrip("\n").split(" ", 1)
    if verb == "begin":
        *words, path = path.split(" ", 5)
        batch, _, _, _, widths = words
        widths = [int(w) for w in widths.split(",")]
        network = begin(words)
        shapes = [s for i, o in zip(widths, widths[1:]) for s in ((i, o), (o,))]
        network.load(split(numpy.fromfile(path, numpy.float32), shapes))
        present = network, int(batch), widths[0]
        return "ok"
    network, batch, features = present
    if verb == "feed":
        data = numpy.fromfile(path, numpy.uint8)
        x = data[:4 * batch * features].view(numpy.float32).reshape(batch, features)
        return network.feed(x, data[4 * batch * features:].view(numpy.int32))
    numpy.concatenate([p.ravel() for p in network.parameters()]).astype(numpy.float32).tofile(path)
    return "ok"
