#!/usr/bin/env python3
"""Measures what the features of mini-hubert are worth, beside those of the same model with random weights.

On ten styles of music (160 clips of 5 s to learn from, 200 others to test with; other seeds than it was pre-trained on):
a linear probe and nearest neighbours on mean-pooled hidden states, and the fine-tuning of the whole model. On single
instruments: how often the nearest other clip is of the same family of General MIDI.

    python3 scripts/data/evaluate_mini_hubert.py <cache folder> [model folder]

Needs what make_mini_hubert.py needs.
"""

import random
import sys
import time
from pathlib import Path

import numpy as np
import torch
from make_mini_hubert import OUTPUT, SAMPLE_RATE
from music import STYLES, compose, play, solo
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from transformers import HubertConfig, HubertForSequenceClassification, HubertModel

SECONDS = 5
EPOCHS, BATCH, LEARNING_RATE = 10, 8, 1e-3


def music(cache: Path) -> tuple[np.ndarray, np.ndarray]:
    """360 clips in the ten styles by turns and 160 solos: (clips, samples), zero mean and unit variance."""
    path = cache / "evaluation.npz"
    if not path.exists():
        styles, solos = [], []
        for number in range(360):
            rng = random.Random(f"evaluation {number}")
            style = list(STYLES.values())[number % len(STYLES)]
            styles.append(play(compose(style, rng, SECONDS), rng, SECONDS, SAMPLE_RATE))
        for number in range(160):
            rng = random.Random(f"evaluation solo {number}")
            solos.append(play(compose(solo(rng, number % 80), rng, SECONDS), rng, SECONDS, SAMPLE_RATE))
        np.savez(path, styles=np.stack(styles), solos=np.stack(solos))
    with np.load(path) as file:
        return tuple((x - x.mean(1, keepdims=True)) / (x.std(1, keepdims=True) + 1e-4) for x in (file["styles"], file["solos"]))


def embeddings(model: HubertModel, clips: np.ndarray) -> list[np.ndarray]:
    """The mean over time of each hidden state: a list of (clips, hidden)."""
    model.eval()
    with torch.no_grad():
        states = [model(torch.from_numpy(part), output_hidden_states=True).hidden_states for part in np.array_split(clips, 20)]
    return [torch.cat([part[layer].mean(1) for part in states]).numpy() for layer in range(len(states[0]))]


def probes(model: HubertModel, styles: np.ndarray, solos: np.ndarray) -> None:
    labels, families = np.arange(360) % 10, np.arange(160) % 80 // 8
    for layer, (x, y) in enumerate(zip(embeddings(model, styles), embeddings(model, solos))):
        linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)).fit(x[:160], labels[:160])
        nearest = make_pipeline(StandardScaler(), KNeighborsClassifier(5)).fit(x[:160], labels[:160])
        y = (y - y.mean(0)) / y.std(0)
        distance = np.square(y[:, None] - y).sum(-1) + np.diag(np.full(160, np.inf))
        alike = (families[distance.argmin(1)] == families).mean()
        print(f"  hidden state {layer}: linear probe {linear.score(x[160:], labels[160:]):.3f}, "
              f"5 neighbours {nearest.score(x[160:], labels[160:]):.3f}, nearest solo of the same family {alike:.3f}", flush=True)  # fmt: skip


def fine_tune(model: HubertForSequenceClassification, clips: np.ndarray) -> None:
    torch.manual_seed(0)
    x, labels = torch.from_numpy(clips), torch.arange(360) % 10
    optimizer = torch.optim.AdamW(model.parameters(), LEARNING_RATE, weight_decay=0.01)
    steps = EPOCHS * 160 // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, steps, 0.1, anneal_strategy="linear", cycle_momentum=False
    )
    spent = 0.0
    for epoch in range(1, EPOCHS + 1):
        model.train()
        started = time.time()
        for rows in torch.randperm(160).split(BATCH):
            loss = model(x[rows], labels=labels[rows]).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        spent += time.time() - started
        if epoch % 2 == 0:
            model.eval()
            with torch.no_grad():
                right = torch.cat([model(part).logits.argmax(-1) for part in x[160:].split(20)]) == labels[160:]
            print(f"  epoch {epoch}: loss {loss:.3f}, accuracy {right.float().mean():.3f} of 200, "
                  f"{right[:40].float().mean():.3f} of the first 40; {spent:.0f} s of training", flush=True)  # fmt: skip


def main() -> None:
    torch.set_num_threads(1)
    cache, folder = Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else OUTPUT
    styles, solos = music(cache)
    config = HubertConfig.from_pretrained(folder, num_labels=10)
    torch.manual_seed(0)
    for name, model in (("random", HubertModel(config)), ("pre-trained", HubertModel.from_pretrained(folder))):
        print(f"{name} weights", flush=True)
        probes(model, styles, solos)
        classifier = HubertForSequenceClassification(config)
        classifier.hubert.load_state_dict(model.state_dict())
        fine_tune(classifier, styles)


if __name__ == "__main__":
    main()
