#!/usr/bin/python3
# Writes pictures/CLASS/*.png and *.jpg with Pillow 9.4, and pictures.csv: the path of each and its pixels as Pillow reads
# them, laid over black, in 255ths: rows × columns × (red, green, blue). 16-bit values are divided by 257.
# resized.csv has exact/colour.png cut around its middle and scaled to other sizes with the kernel of Catmull and Rom, in
# 255ths. Pillow's bicubic kernel is the same one, but Pillow rounds to 8 bits between rows and columns.
import os

import numpy
from PIL import Image

rows, columns = 6, 8
y, x = numpy.mgrid[0:rows, 0:columns]
smooth = numpy.stack([60 + 8 * x, 80 + 6 * y, 150 - 4 * (x + y)], axis=2).astype(numpy.uint8)
sharp = numpy.random.RandomState(1).randint(0, 256, (rows, columns, 3)).astype(numpy.uint8)
opacity = (255 - 30 * y).astype(numpy.uint8)
deep = (8000 * y + 1000 * x + 17).astype(numpy.uint16)

here = os.path.dirname(os.path.abspath(__file__))
lines = []


def save(name, image, **options):
    path = os.path.join(here, "pictures", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    image.save(path, **options)
    again = Image.open(path)
    if again.mode in ("I", "I;16"):
        pixels = numpy.repeat(numpy.asarray(again, dtype=float)[:, :, None], 3, axis=2) / 257
    elif again.mode in ("RGBA", "LA") or "transparency" in again.info:
        again = numpy.asarray(again.convert("RGBA"), dtype=float)
        pixels = again[:, :, :3] * again[:, :, 3:] / 255
    else:
        pixels = numpy.asarray(again.convert("RGB"), dtype=float)
    assert pixels.shape == (rows, columns, 3), pixels.shape
    lines.append(name + "," + ",".join("%.6g" % v for v in pixels.ravel()))


colour = Image.fromarray(sharp, "RGB")
save("exact/colour.png", colour)
save("exact/deep.png", Image.fromarray(deep))
save("exact/grey.png", Image.fromarray(sharp[:, :, 0], "L"))
save("exact/opacity.png", Image.fromarray(numpy.dstack([sharp, opacity]), "RGBA"))
save("exact/greyopacity.png", Image.fromarray(numpy.dstack([sharp[:, :, 0], opacity]), "LA"))
save("exact/palette.png", colour.quantize(7))
save("exact/transparent.png", colour.quantize(7), transparency=3)
save("exact/bits.png", Image.fromarray(sharp[:, :, 0] > 100))
save("lossy/colour.jpg", colour, quality=95, subsampling=0)
save("lossy/progressive.jpg", colour, quality=90, subsampling=0, progressive=True)
save("lossy/grey.jpg", Image.fromarray(sharp[:, :, 0], "L"), quality=90)
save("lossy/cmyk.jpg", colour.convert("CMYK"), quality=95, subsampling=0)
save("lossy/subsampled.jpg", Image.fromarray(smooth, "RGB"), quality=95, subsampling=2)
save("lossy/no.name", Image.fromarray(smooth, "RGB"), format="PNG")
with open(os.path.join(here, "pictures.csv"), "w") as f:
    f.write("\n".join(lines) + "\n")



def kernel(t):
    t = numpy.abs(t)
    return numpy.where(t < 1, 1.5 * t**3 - 2.5 * t**2 + 1, numpy.where(t < 2, -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2, 0))


def weights(to, size):
    scale = size / to
    middle = (numpy.arange(to)[:, None] + 0.5) * scale - 0.5
    w = kernel((numpy.arange(size)[None, :] - middle) / max(scale, 1))
    return w / w.sum(axis=1, keepdims=True)


def resized(pixels, to_rows, to_columns, box):
    part = pixels[box[1] : box[3], box[0] : box[2]].astype(float)
    out = numpy.einsum("ri,cj,ijk->rck", weights(to_rows, part.shape[0]), weights(to_columns, part.shape[1]), part)
    return numpy.clip(out, 0, 255)


with open(os.path.join(here, "resized.csv"), "w") as f:
    for to_rows, to_columns, box in [(4, 4, (1, 0, 7, 6)), (9, 12, (0, 0, 8, 6)), (3, 8, (0, 1, 8, 4)), (2, 1, (2, 0, 5, 6))]:
        pillow = Image.fromarray(smooth).crop(box).resize((to_columns, to_rows), Image.BICUBIC)
        assert numpy.abs(pillow - resized(smooth, to_rows, to_columns, box)).max() < 1.01
        pixels = resized(sharp, to_rows, to_columns, box)
        f.write("%d,%d," % (to_rows, to_columns) + ",".join("%.6g" % v for v in pixels.ravel()) + "\n")
