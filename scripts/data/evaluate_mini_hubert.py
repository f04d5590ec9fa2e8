#!/usr/bin/env python3
"""Measures what the features of mini-hubert are worth, beside those of the same model with random weights.

A logistic regression learns the ten genres of data/mini-genres from the mean over time of each hidden state; five-fold
cross-validation tells how many clips it gets right.

    python3 scripts/data/evaluate_mini_hubert.py [model folder]

Needs what make_mini_hubert.py needs, but for FluidSynth.
"""

import sys
from pathlib import Path

import librosa
import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from transformers import HubertConfig, HubertModel

DATA = Path(__file__).resolve().parents[2] / "data"
SAMPLE_RATE, SECONDS = 16000, 5


def clips() -> tuple[torch.Tensor, np.ndarray]:
    """(clips, samples) of zero mean and unit variance, and the number of each one's genre."""
    files = sorted(DATA.glob("mini-genres/genres/*/*.ogg"))
    sound = np.stack([librosa.util.fix_length(librosa.load(file, sr=SAMPLE_RATE)[0], size=SECONDS * SAMPLE_RATE) for file in files])
    sound = (sound - sound.mean(1, keepdims=True)) / np.sqrt(sound.var(1, keepdims=True) + 1e-7)
    genres = sorted({file.parent.name for file in files})
    return torch.from_numpy(sound), np.array([genres.index(file.parent.name) for file in files])


def probe(name: str, model: HubertModel, sound: torch.Tensor, labels: np.ndarray) -> None:
    model.eval()
    with torch.no_grad():
        parts = [model(part, output_hidden_states=True).hidden_states for part in sound.split(15)]
    for layer in range(len(parts[0])):
        features = torch.cat([part[layer].mean(1) for part in parts]).numpy()
        classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=3000))
        folds = StratifiedKFold(5, shuffle=True, random_state=0)
        accuracy = cross_val_score(classifier, features, labels, cv=folds).mean()
        print(f"{name} weights, hidden state {layer}: accuracy {accuracy:.3f}", flush=True)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "models" / "mini-hubert"
    sound, labels = clips()
    torch.manual_seed(0)
    probe("random", HubertModel(HubertConfig.from_pretrained(folder)), sound, labels)
    probe("pre-trained", HubertModel.from_pretrained(folder), sound, labels)


if __name__ == "__main__":
    main()
