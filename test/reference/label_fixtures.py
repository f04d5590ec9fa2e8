"""What HuBERT's labels are made of: torchaudio's MFCC with deltas as fairseq's `dump_mfcc_feature.py` takes them, and
scikit-learn's MiniBatchKMeans on them, with the options of its `learn_kmeans.py`.

torchaudio's own library needs the PyTorch that it was built with; what is used here is Python and runs without it.
To make these alone: `python -c "import label_fixtures as l; l.make()"`.
"""

import sys
import types

import librosa
import numpy as np
import sklearn
import torch
from fixture_file import AUDIO, write
from sklearn.cluster import MiniBatchKMeans
from sklearn.linear_model import RidgeClassifier

stub = types.ModuleType("torchaudio._extension")


def anything(name: str):
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda function: function


stub.__getattr__ = anything
sys.modules["torchaudio._extension"] = stub
torch.ops.torchaudio = stub

import torchaudio  # noqa: E402
import torchaudio.compliance.kaldi  # noqa: E402

VERSIONS = {"torch": torch.__version__, "torchaudio": torchaudio.__version__, "scikit-learn": sklearn.__version__}


def features(samples: np.ndarray, rate: int) -> np.ndarray:
    """MfccFeatureReader.get_feats: (frames, 39)."""
    x = torch.from_numpy(samples).float().view(1, -1)
    mfccs = torchaudio.compliance.kaldi.mfcc(waveform=x, sample_frequency=rate, use_energy=False).transpose(0, 1)
    deltas = torchaudio.functional.compute_deltas(mfccs)
    ddeltas = torchaudio.functional.compute_deltas(deltas)
    return torch.cat([mfccs, deltas, ddeltas], dim=0).transpose(0, 1).contiguous().numpy()


def make() -> None:
    speech, _ = librosa.load(AUDIO / "libri.ogg", sr=None, duration=2, offset=1)
    trumpet, _ = librosa.load(AUDIO / "trumpet.ogg", sr=None, duration=0.3)
    sounds = {
        "speech": (speech, 16000),
        "trumpet at its own rate": (trumpet, 22050),
        "silence": (np.zeros(1000, np.float32), 16000),
        "one frame": (speech[:400], 16000),
    }
    tensors, cases = {}, {}
    for name, (samples, rate) in sounds.items():
        # int16 over 32768, so that both sides begin with the same numbers.
        whole = (samples * 32768).round().astype(np.int16)
        tensors |= {f"{name}/samples": whole, f"{name}/features": features(whole.astype(np.float32) / 32768, rate)}
        cases[name] = {"sampleRate": rate}
    points = tensors["speech/features"].astype(np.float64)
    init = points[:: len(points) // 8][:8].copy()
    model = MiniBatchKMeans(8, init=init, n_init=1, reassignment_ratio=0.0, random_state=0)
    batches = [points[start : start + 30] for start in range(0, len(points), 30)]
    for batch in batches:
        model.partial_fit(batch)
    tensors |= {"init": init, "centers": model.cluster_centers_}
    tensors["labels"] = model.predict(points).astype(np.int32)
    # Which third of the reading a frame is of, learned from every other frame.
    thirds = np.arange(len(points)) * 3 // len(points)
    probe = RidgeClassifier(alpha=2.0).fit(points[::2], thirds[::2])
    tensors["probed"] = probe.predict(points).astype(np.int32)
    write("pretraining/labels", tensors, cases, VERSIONS)
