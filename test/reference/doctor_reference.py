"""What `npx onpa doctor` compares with: lib/doctor/reference.json, by librosa, PyTorch and Transformers.

Sound and weights come from seeded_weights.py, so that the file holds results alone, of large ones every n-th number:
    /tmp/reference/bin/python test/reference/doctor_reference.py
"""

import base64
import io
import json
from pathlib import Path

import librosa
import numpy as np
import soundfile
import torch
import transformers
from hubert_fixtures import model_of
from seeded_weights import audio

FILE = Path(__file__).resolve().parents[2] / "lib" / "doctor" / "reference.json"
# Numbers that are kept of a result.
KEPT = 100

MODEL = {
    "model_type": "hubert",
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "conv_dim": [8, 12, 10],
    "conv_kernel": [10, 3, 5],
    "conv_stride": [5, 4, 4],
    "num_conv_pos_embeddings": 8,
    "num_conv_pos_embedding_groups": 2,
    "classifier_proj_size": 12,
    "num_labels": 5,
}
LABELS = [3, 0]
TRAINING = {"learning_rate": 2e-3, "weight_decay": 0.1, "max_grad_norm": 1.0, "adam_epsilon": 1e-6}


def kept(values: np.ndarray) -> dict:
    flat = np.ascontiguousarray(values, np.float32).reshape(-1)
    every = max(1, flat.size // KEPT)
    numbers = [float(f"{x:.9g}") for x in flat[::every]]
    return {"length": int(flat.size), "every": every, "peak": float(f"{np.abs(flat).max():.9g}"), "values": numbers}


def tones() -> np.ndarray:
    """Half a second of three tones that swell and fade, at 22,050 Hz."""
    t = np.arange(11025) / 22050
    sound = sum(np.sin(2 * np.pi * f * t) for f in (220, 1500, 5000)) / 3
    return (sound * np.sin(2 * np.pi * t) ** 2).astype(np.float32)


def dsp() -> dict:
    y = audio(0, 22050)
    spectrum = librosa.stft(y)
    return {
        "stft": kept(np.concatenate([spectrum.real, spectrum.imag])),
        "melSpectrogram": kept(librosa.feature.melspectrogram(y=y, sr=22050)),
        "mfcc": kept(librosa.feature.mfcc(y=y, sr=22050)),
        "resample": kept(librosa.resample(tones(), orig_sr=22050, target_sr=16000)),
    }


def decoded() -> tuple[str, dict]:
    """A FLAC file of a tenth of a second at 8 kHz in base64, and what librosa reads from it."""
    file = io.BytesIO()
    soundfile.write(file, tones()[:800], 8000, format="FLAC", subtype="PCM_16")
    file.seek(0)
    y, _ = librosa.load(file, sr=None)
    return base64.b64encode(file.getvalue()).decode(), kept(y)


def model() -> dict:
    network = model_of(MODEL)
    sound = torch.from_numpy(np.stack([audio(row, 4000) for row in range(len(LABELS))]))
    labels = torch.tensor(LABELS)
    before = network(sound, labels=labels)
    before.loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(network.parameters(), TRAINING["max_grad_norm"])
    # Transformers' groups: biases and norms keep their size.
    small = [p for name, p in network.named_parameters() if "bias" in name or "norm" in name]
    large = [p for name, p in network.named_parameters() if not ("bias" in name or "norm" in name)]
    groups = [{"params": large, "weight_decay": TRAINING["weight_decay"]}, {"params": small, "weight_decay": 0.0}]
    torch.optim.AdamW(groups, lr=TRAINING["learning_rate"], eps=TRAINING["adam_epsilon"]).step()
    after = network(sound)
    return {
        "forward pass": kept(before.logits.detach().numpy()),
        "training step": kept(
            np.concatenate([[before.loss.item(), norm.item()], after.logits.detach().numpy().reshape(-1)])
        ),
    }


def main() -> None:
    flac, sound = decoded()
    versions = {"librosa": librosa.__version__, "PyTorch": torch.__version__.split("+")[0]}
    reference = {
        "versions": versions | {"Transformers": transformers.__version__},
        "model": MODEL,
        "labels": LABELS,
        "training": TRAINING,
        "flac": flac,
        "results": dsp() | {"load": sound} | model(),
    }
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(reference, separators=(",", ":")) + "\n")
    print(f"{FILE}: {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
