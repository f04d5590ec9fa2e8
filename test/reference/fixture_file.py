"""Writing fixtures: small safetensors files, whose metadata names the versions that made them."""

import json
import platform
from pathlib import Path

import librosa
import numpy as np
import safetensors
import scipy
import soundfile
import soxr
from safetensors.numpy import save_file

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
AUDIO = FIXTURES / "audio"

VERSIONS = {
    "python": platform.python_version(),
    "librosa": librosa.__version__,
    "numpy": np.__version__,
    "scipy": scipy.__version__,
    "soundfile": soundfile.__version__,
    "libsndfile": soundfile.__libsndfile_version__,
    "soxr": soxr.__version__,
    "safetensors": safetensors.__version__,
}


def write(name: str, tensors: dict, cases: dict | None = None, versions: dict | None = None) -> None:
    """`tensors` are numpy arrays; `cases` says in JSON with which options, in onpa's names, each was made, and
    `versions` by what besides the packages above."""
    arrays = {key: np.ascontiguousarray(value) for key, value in tensors.items()}
    metadata = {"fixture": json.dumps({"versions": VERSIONS | (versions or {}), "cases": cases or {}})}
    path = FIXTURES / f"{name}.safetensors"
    save_file(arrays, path, metadata=metadata)
    print(f"{path.name}: {len(arrays)} tensors, {path.stat().st_size} bytes")


def positions(length: int, count: int) -> np.ndarray:
    """About `count` of 0 … length − 1: the first and the last three, and others evenly between."""
    if length <= count:
        return np.arange(length, dtype=np.int32)
    edges = [0, 1, 2, length - 3, length - 2, length - 1]
    between = np.linspace(0, length - 1, count).round().astype(int)
    return np.unique(np.concatenate([edges, between])).astype(np.int32)


def sparse(name: str, matrix: np.ndarray) -> dict:
    """The entries of a matrix that are not zero, and where they are in row-major order."""
    index = np.flatnonzero(matrix).astype(np.int32)
    return {f"{name}/index": index, f"{name}/value": matrix.reshape(-1)[index]}


def sampled(name: str, matrix: np.ndarray, bins: int, frames: int) -> tuple[dict, dict]:
    """Some rows and columns of a real or complex matrix, and what is needed to compare them with the whole."""
    rows, columns = positions(matrix.shape[0], bins), positions(matrix.shape[1], frames)
    part = matrix[np.ix_(rows, columns)]
    tensors = {f"{name}/rows": rows, f"{name}/columns": columns}
    if np.iscomplexobj(part):
        tensors |= {f"{name}/re": part.real.copy(), f"{name}/im": part.imag.copy()}
    else:
        tensors[f"{name}/values"] = part
    norm = np.sqrt(np.sum(np.abs(matrix).astype(np.float64) ** 2))
    facts = {"shape": list(matrix.shape), "peak": float(np.abs(matrix).max(initial=0)), "norm": float(norm)}
    return tensors, facts
