"""Where AUTOMATIC1111's "Inpaint area: Only masked" crops, for studios that reproduce or continue such work.

The crop is cut from the mask of each frame: its bounds, padded, widened to the shape of the canvas, moved and clipped
until it lies in the picture. It is never turned, and it breathes with the mask (``crops.py`` says why that is not the
default). All of it is integer arithmetic on one mask; nothing knows of the frame before.

Source of the algorithm: AUTOMATIC1111's ``modules/masking.py`` (crop region, expansion) and ``modules/images.py``
("resize and fill"), as diffusers' ``VaeImageProcessor`` repeats them. Held against the latter on random masks.
"""

from __future__ import annotations

from toolkit.documents import Affine

Size = tuple[int, int]
"""width, height in pixels."""
Region = tuple[int, int, int, int]
"""left, top, right, bottom in pixels; right and bottom excluded."""


def crop_region(bounds: Region, padding: int, image: Size) -> Region:
    """``bounds`` of a mask with ``padding`` pixels all round, clipped to the image."""
    left, top, right, bottom = bounds
    return (
        max(left - padding, 0),
        max(top - padding, 0),
        min(right + padding, image[0]),
        min(bottom + padding, image[1]),
    )


def expand_crop_region(region: Region, processing: Size, image: Size) -> Region:
    """``region`` widened, in the one direction it lacks, to the shape of ``processing``, as far as the image reaches.

    The missing pixels are halved, the odd one going right or down; what then sticks out of the image is moved in, and
    cut off where the image is too small. Widths of a fraction are rounded down.
    """
    left, top, right, bottom = region
    shape = processing[0] / processing[1]
    if (right - left) / (bottom - top) > shape:
        top, bottom = _widened(top, bottom, (right - left) / shape, image[1])
    else:
        left, right = _widened(left, right, (bottom - top) * shape, image[0])
    return left, top, right, bottom


def _widened(low: int, high: int, desired: float, limit: int) -> tuple[int, int]:
    missing = int(desired - (high - low))
    low -= missing // 2
    high += missing - missing // 2
    beyond = max(0, high - limit)
    low, high = low - beyond, high - beyond
    before = max(0, -low)
    return low + before, min(high + before, limit)


def region_to_canvas(region: Region, canvas: Size) -> Affine:
    """The 2x3 affine of "resize and fill": the region fitted into the canvas, in its middle, edges repeated around it.

    A resize lays the outer edges of the pixels upon each other, not their centres: hence the halves. Sizes and offsets
    are whole pixels of the canvas, so that the two scales may differ by less than one pixel over its side.
    """
    left, top, right, bottom = region
    width, height = right - left, bottom - top
    wide = canvas[0] / canvas[1] < width / height
    fitted_width = canvas[0] if wide else max(1, width * canvas[1] // height)
    fitted_height = max(1, height * canvas[0] // width) if wide else canvas[1]
    across, down = fitted_width / width, fitted_height / height
    shift_x = canvas[0] // 2 - fitted_width // 2 + (0.5 - left) * across - 0.5
    shift_y = canvas[1] // 2 - fitted_height // 2 + (0.5 - top) * down - 0.5
    return round(across, 9), 0.0, round(shift_x, 9), 0.0, round(down, 9), round(shift_y, 9)
