"""What librosa's MFCC and deltas give, and scikit-learn's k-means on them."""

import librosa
import numpy as np
import scipy.fft
import sklearn
from fixture_file import AUDIO, VERSIONS, sampled, write
from sklearn.cluster import KMeans

NAMES = {"nMfcc": "n_mfcc", "dctType": "dct_type", "melNorm": "mel_norm", "nMels": "n_mels", "fMax": "fmax"}
NAMES |= {"nFft": "n_fft", "hopLength": "hop_length"}


def mfcc(signals: dict) -> None:
    plans = [
        ("librosa's default", "trumpet.ogg", {}),
        ("of the reading", "libri.ogg", {}),
        ("13 of 40 bands, 25 ms", "trumpet", {"nMfcc": 13, "nMels": 40, "nFft": 400, "hopLength": 320}),
        ("lifted", "trumpet", {"lifter": 22}),
        ("without norm", "trumpet", {"norm": None, "nMfcc": 13}),
        ("of triangles of height 1", "trumpet", {"melNorm": None, "nMels": 40}),
        ("by HTK, up to 4 kHz, not centred", "trumpet", {"htk": True, "fMax": 4000.0, "nMels": 40, "center": False}),
        ("as many as bands", "trumpet", {"nMfcc": 40, "nMels": 40}),
        ("by DCT 1", "trumpet", {"dctType": 1, "nMels": 40}),
        ("by DCT 1 without norm", "trumpet", {"dctType": 1, "nMels": 40, "norm": None}),
        ("by DCT 3", "trumpet", {"dctType": 3, "nMels": 40}),
        ("by DCT 3 without norm", "trumpet", {"dctType": 3, "nMels": 40, "norm": None}),
        ("of silence", "silence", {}),
    ]
    tensors, cases = {}, {}
    for name, source, options in plans:
        if source == "silence":
            y = np.zeros(5000, np.float32)
        else:
            y = signals[source] if source in signals else librosa.load(AUDIO / source)[0]
        arguments = {NAMES.get(key, key): value for key, value in options.items()}
        coefficients = librosa.feature.mfcc(y=y, sr=22050, **arguments)
        part, facts = sampled(name, coefficients, 20, 16)
        tensors |= part
        cases[name] = {"signal": source, "options": options} | facts
    write("mfcc", tensors, cases)


def dct() -> None:
    x = np.random.default_rng(5).normal(size=9)
    tensors = {"x": x}
    for kind in (1, 2, 3):
        for norm in ("ortho", None):
            tensors[f"type {kind}, norm {norm or 'null'}"] = scipy.fft.dct(x, type=kind, norm=norm)
    write("dct", tensors)


def delta() -> None:
    features = np.random.default_rng(6).normal(size=(4, 20)).astype(np.float32)
    tensors, cases = {"features": features}, {}
    for options in ({}, {"order": 2}, {"width": 3}, {"width": 5, "order": 2}, {"width": 19}, {"width": 3, "order": 2}):
        name = f"order {options.get('order', 1)} over {options.get('width', 9)} frames"
        tensors[name] = librosa.feature.delta(features, **options)
        cases[name] = options
    write("delta", tensors, cases)


def kmeans(signals: dict) -> None:
    """From given centres, so that both sides take the same steps; and blobs that every start sorts out."""
    frames = librosa.feature.mfcc(y=signals["trumpet"], sr=22050, n_mfcc=13, n_mels=40).T
    rng = np.random.default_rng(7)
    blobs = np.concatenate([rng.normal(center, 0.3, (30, 3)) for center in ([0, 0, 0], [5, 0, 0], [0, 5, 0], [0, 0, 9])])
    tensors, cases = {}, {}
    for name, points, init in [("frames", frames, frames[[3, 11, 19, 27, 35]]), ("blobs", blobs, blobs[::30])]:
        points, init = points.astype(np.float32), init.astype(np.float32)
        fitted = KMeans(len(init), init=init.astype(float), n_init=1, tol=0).fit(points.astype(float))
        tensors |= {f"{name}/points": points, f"{name}/init": init}
        tensors |= {f"{name}/labels": fitted.labels_.astype(np.int32), f"{name}/centers": fitted.cluster_centers_}
        cases[name] = {"inertia": fitted.inertia_}
    VERSIONS["scikit-learn"] = sklearn.__version__
    write("kmeans", tensors, cases)
    del VERSIONS["scikit-learn"]


def make(signals: dict) -> None:
    mfcc(signals)
    dct()
    delta()
    kmeans(signals)
