# Makes torch_conv.json: convolutions by PyTorch in float64, with their gradients, in the
# layouts of package layers (images N×H×W×C, weights as matrices).
#
#	python3 layers/testdata/torch_conv.py > layers/testdata/torch_conv.json
import json

import torch
import torch.nn.functional as F

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)


def last(x):  # N×C×… to N×…×C
    return x.movedim(1, -1)


def record(name, settings, x, w, b, y, flat):
    g = torch.randn_like(y)
    dx, dw, db = torch.autograd.grad((y * g).sum(), (x, w, b))
    numbers = lambda t: [float("%.17g" % v) for v in t.detach().reshape(-1)]
    return dict(name=name, **settings, shape=list(last(x).shape), x=numbers(last(x)), w=numbers(flat(w)), b=numbers(b), g=numbers(last(g)),
                out=list(last(y).shape), y=numbers(last(y)), dx=numbers(last(dx)), dw=numbers(flat(dw)), db=numbers(db))


def conv(name, n, size, c, filters, kernel, stride=1, padding=0, dilation=1, groups=1):
    pair = lambda v: list(v) if isinstance(v, tuple) else [v] * len(kernel)
    x = torch.randn(n, c, *size, requires_grad=True)
    w = torch.randn(filters, c // groups, *kernel, requires_grad=True)
    b = torch.randn(filters, requires_grad=True)
    f = F.conv2d if len(kernel) == 2 else F.conv1d
    y = f(x, w, b, stride=stride, padding=padding, dilation=dilation, groups=groups)

    def flat(w):  # group × window × filter of the group
        parts = last(w).reshape(groups, filters // groups, -1)
        return parts.transpose(1, 2)

    same = padding == "same"
    return record(name, dict(kind="conv%dd" % len(kernel), filters=filters, kernel=list(kernel), stride=pair(stride),
                             padding=[0] * len(kernel) if same else pair(padding), same=same, dilation=pair(dilation), groups=groups,
                             output_padding=[0] * len(kernel)), x, w, b, y, flat)


def transposed(name, n, size, c, filters, kernel, stride=(1, 1), padding=(0, 0), dilation=(1, 1), output_padding=(0, 0)):
    x = torch.randn(n, c, *size, requires_grad=True)
    w = torch.randn(c, filters, *kernel, requires_grad=True)
    b = torch.randn(filters, requires_grad=True)
    y = F.conv_transpose2d(x, w, b, stride=stride, padding=padding, dilation=dilation, output_padding=output_padding)
    return record(name, dict(kind="transposed", filters=filters, kernel=list(kernel), stride=list(stride), padding=list(padding), same=False,
                             dilation=list(dilation), groups=1, output_padding=list(output_padding)), x, w, b, y, last)


cases = [
    conv("plain", 2, (4, 5), 2, 3, (3, 2)),
    conv("stride, padding", 2, (5, 4), 2, 2, (3, 3), stride=(2, 1), padding=(1, 2)),
    conv("dilation", 1, (5, 6), 1, 2, (2, 3), dilation=(3, 2), padding=(0, 1)),
    conv("groups", 2, (4, 4), 4, 6, (2, 2), groups=2),
    conv("groups, stride, dilation", 1, (5, 6), 6, 3, (2, 2), groups=3, stride=(1, 2), padding=1, dilation=(2, 1)),
    conv("depthwise", 2, (4, 4), 3, 3, (3, 3), groups=3, padding=1),
    conv("depthwise, multiplier", 1, (4, 5), 2, 4, (2, 3), groups=2, stride=2),
    conv("same", 1, (4, 5), 2, 2, (3, 5), padding="same"),
    conv("same, odd", 2, (4, 3), 1, 2, (2, 4), padding="same"),
    conv("same, dilation", 1, (5, 4), 1, 1, (2, 3), padding="same", dilation=(3, 1)),
    conv("conv1d", 2, (7,), 3, 2, (3,), stride=2, padding=1),
    conv("conv1d, groups", 2, (8,), 4, 4, (2,), groups=4, dilation=3),
    conv("conv1d, same", 1, (6,), 2, 3, (4,), padding="same"),
    transposed("transposed", 2, (2, 3), 2, 3, (3, 2)),
    transposed("transposed, stride", 1, (3, 2), 3, 2, (3, 3), stride=(2, 3), padding=(1, 0)),
    transposed("transposed, output padding", 2, (2, 2), 1, 2, (3, 2), stride=(2, 3), padding=(1, 1), output_padding=(1, 2)),
    transposed("transposed, dilation", 1, (2, 3), 2, 1, (2, 3), stride=(2, 1), padding=(0, 2), dilation=(3, 2), output_padding=(2, 1)),
]
print("[" + ",\n".join(json.dumps(c) for c in cases) + "]")
