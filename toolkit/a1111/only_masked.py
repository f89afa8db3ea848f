"""The crop of AUTOMATIC1111's "Inpaint area: Only masked", for studios that reproduce or continue such work.

The crop follows the mask of each frame: its bounds, padded, widened to the aspect ratio of the canvas, then moved and
clipped until it lies inside the image. It is never rotated, and it changes size with the mask (``crops.py`` explains
why that is not the default). Integer arithmetic on one mask; each frame is independent.

Source of the algorithm: AUTOMATIC1111's ``modules/masking.py`` (crop region, expansion) and ``modules/images.py``
("resize and fill"), also implemented in diffusers' ``VaeImageProcessor``. Tested against the latter on random masks.
"""

from __future__ import annotations

from toolkit.documents import Affine

Size = tuple[int, int]
"""width, height in pixels."""
Region = tuple[int, int, int, int]
"""left, top, right, bottom in pixels; right and bottom excluded."""


def crop_region(bounds: Region, padding: int, image: Size) -> Region:
    """The ``bounds`` of a mask plus ``padding`` pixels all round, clipped to the image."""
    left, top, right, bottom = bounds
    return (
        max(left - padding, 0),
        max(top - padding, 0),
        min(right + padding, image[0]),
        min(bottom + padding, image[1]),
    )


def expand_crop_region(region: Region, processing: Size, image: Size) -> Region:
    """Widen ``region`` in one direction to the aspect ratio of ``processing``, as far as the image allows.

    The missing pixels are split evenly, an odd one goes to the right or bottom. A region that then extends beyond the
    image is moved inside, and clipped if the image is too small. Fractional sizes are rounded down.
    """
    left, top, right, bottom = region
    aspect = processing[0] / processing[1]
    if (right - left) / (bottom - top) > aspect:
        top, bottom = _widen(top, bottom, (right - left) / aspect, image[1])
    else:
        left, right = _widen(left, right, (bottom - top) * aspect, image[0])
    return left, top, right, bottom


def _widen(low: int, high: int, desired: float, limit: int) -> tuple[int, int]:
    missing = int(desired - (high - low))
    low -= missing // 2
    high += missing - missing // 2
    over = max(0, high - limit)
    low, high = low - over, high - over
    under = max(0, -low)
    return low + under, min(high + under, limit)


def region_to_canvas(region: Region, canvas: Size) -> Affine:
    """The 2x3 affine of "resize and fill": the region fitted into the canvas and centred, with its edges repeated.

    A resize aligns the outer edges of the pixels, not their centres: hence the halves. Sizes and offsets are whole
    canvas pixels, so the two scales may differ by less than one pixel over a side.
    """
    left, top, right, bottom = region
    width, height = right - left, bottom - top
    is_wider = canvas[0] / canvas[1] < width / height
    fitted_width = canvas[0] if is_wider else max(1, width * canvas[1] // height)
    fitted_height = max(1, height * canvas[0] // width) if is_wider else canvas[1]
    x_scale, y_scale = fitted_width / width, fitted_height / height
    shift_x = canvas[0] // 2 - fitted_width // 2 + (0.5 - left) * x_scale - 0.5
    shift_y = canvas[1] // 2 - fitted_height // 2 + (0.5 - top) * y_scale - 0.5
    return round(x_scale, 9), 0.0, round(shift_x, 9), 0.0, round(y_scale, 9), round(shift_y, 9)
