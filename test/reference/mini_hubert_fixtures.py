"""What librosa, PyTorch and scikit-learn give for the parts of mini-hubert's pre-training and evaluation."""

import librosa
import numpy as np
import sklearn
import torch
from fixture_file import write
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch.nn import functional as F

SAMPLE_RATE, HOP, FIELD = 16000, 320, 400
LAGS = range(3, 63, 2)


def measured(samples: np.ndarray) -> dict:
    """What is measured of each frame, from librosa's functions."""
    x = (samples - samples.mean()) / samples.std()
    mel = librosa.feature.melspectrogram(y=x, sr=SAMPLE_RATE, n_fft=FIELD, hop_length=HOP, n_mels=40, center=False)
    level = librosa.power_to_db(mel, amin=1e-4)
    mfcc = librosa.feature.mfcc(S=level, n_mfcc=13)
    timbre = np.concatenate([mfcc, librosa.feature.delta(mfcc), librosa.feature.delta(mfcc, order=2)])
    rise = np.maximum(0, np.diff(level, axis=1, prepend=level[:, :1]))
    onsets = np.stack([band.mean(0) for band in np.array_split(rise, 3)])
    chroma = librosa.feature.chroma_stft(y=x[FIELD // 2 :], sr=SAMPLE_RATE, n_fft=4096, hop_length=HOP, tuning=0.0)
    harmony = np.concatenate([chroma[:, : level.shape[1]], onsets])
    return {"timbre": timbre, "level": level, "harmony": harmony}


def summary(features: torch.Tensor) -> torch.Tensor:
    deviation, mean = torch.std_mean(features, 0)
    onsets = features[:, 12:15] - mean[12:15]
    power = onsets.square().mean(0) + 1e-3
    alike = [(onsets[lag:] * onsets[:-lag]).mean(0) / power for lag in LAGS]
    return torch.cat([mean, deviation, 3 * torch.cat(alike)])


def losses(rng: np.random.Generator) -> dict:
    rows, codes = (torch.from_numpy(rng.normal(size=shape).astype(np.float32)) for shape in ((12, 8), (5, 8)))
    clusters = torch.from_numpy(rng.integers(0, 5, 12))
    masked = torch.arange(12) % 3 == 0
    logits = F.normalize(rows, dim=-1) @ F.normalize(codes, dim=-1).T / 0.1
    of_clusters = F.cross_entropy(logits[masked], clusters[masked]) + 0.3 * F.cross_entropy(logits[~masked], clusters[~masked])
    unit = F.normalize(rows, dim=-1)
    of_pieces = F.cross_entropy(unit @ unit.T / 0.1 - 1e4 * torch.eye(12), torch.arange(12).roll(6))
    return {"rows": rows, "codes": codes, "clusters": clusters.int(), "masked": masked.int(), "logits": logits,
            "clusterLoss": of_clusters.reshape(1), "samePieceLoss": of_pieces.reshape(1)}  # fmt: skip


def learning_rates(steps: int, highest: float, warm_up: int) -> np.ndarray:
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], highest)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, highest, total_steps=steps, pct_start=warm_up / steps, cycle_momentum=False
    )
    rates = []
    for _ in range(steps):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return np.array(rates)


def classes(rng: np.random.Generator) -> dict:
    """Classes of overlapping clouds, and which of them a logistic regression finds for other points."""
    labels = rng.integers(0, 4, 80)
    rows = rng.normal(size=(80, 6)) * [1, 2, 3, 4, 5, 6] + 2 * rng.normal(size=(4, 6))[labels]
    others = rng.normal(size=(200, 6)) * [1, 2, 3, 4, 5, 6]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=3000, tol=1e-8)).fit(rows, labels)
    return {"points": rows, "labels": labels.astype(np.int32), "others": others, "found": model.predict(others).astype(np.int32)}


def make(signals: dict) -> None:
    rng = np.random.default_rng(7)
    features = torch.from_numpy(rng.normal(size=(80, 94)).astype(np.float32))
    tensors = measured(signals["trumpet"]) | losses(rng) | classes(rng)
    tensors |= {"features": features, "summary": summary(features), "learningRates": learning_rates(40, 1.5e-3, 5)}
    arrays = {name: np.asarray(each) for name, each in tensors.items()}
    write("mini-hubert", arrays, versions={"torch": torch.__version__, "scikit-learn": sklearn.__version__})
