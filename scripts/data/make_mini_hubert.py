#!/usr/bin/env python3
"""Makes data/models/mini-hubert: a small HuBERT, pre-trained on music that music.py composes.

It learns by the first iteration of HuBERT (Hsu et al. 2021, https://arxiv.org/abs/2106.07447): spans of the frames are
masked, and the model predicts which cluster each masked frame belongs to. As in the paper's ensembles there are two
sets of clusters. One is of MFCCs and their differences, as there; the other, for music, is of chroma and onsets. A
linear layer also estimates what was measured of each frame, and another one, from the mean over time, how that is spread and
repeated over the clip; and two excerpts of one piece are to be found among those of others, as in COLA (Saeed et al.
2021, https://arxiv.org/abs/2010.10915): a richer signal for the little time it has. No style or instrument is told to
the model.

    python3 scripts/data/make_mini_hubert.py <cache folder> [output folder]

Needs torch, transformers, librosa, scikit-learn, soxr and FluidSynth (see music.py). About 50 minutes on two cores:
17 for the music on one of them, 30 for the model. Versions are in data/README.md.
"""

import sys
import time
from pathlib import Path

import librosa
import numpy as np
import torch
from make_mini_hubert_music import COUNTS, SAMPLE_RATE, piece
from sklearn.cluster import MiniBatchKMeans
from torch import nn
from torch.nn import functional as F
from transformers import HubertConfig, HubertModel, Wav2Vec2FeatureExtractor

OUTPUT = Path(__file__).resolve().parents[2] / "data" / "models" / "mini-hubert"
CLIP = 8  # s

HOP, FIELD = 320, 400  # samples from frame to frame, and that a frame sees
FRAMES = 124  # of 2.5 s, what the model is shown at a time: two such excerpts of a clip
CLUSTERS = (100, 64)
FEATURES, ONSETS = 94, slice(12, 15)  # of a frame; where its onsets are, before which there is the chroma
LAGS = range(3, 63, 2)  # frames, after which a rhythm may repeat itself: 60 ms to 1.2 s
MASK_START, MASK_LENGTH = 0.05, 10  # frames
STEPS, BATCH, LEARNING_RATE, WARM_UP = 5000, 10, 1.5e-3, 200

CONFIG = HubertConfig(
    hidden_size=128, num_hidden_layers=2, num_attention_heads=4, intermediate_size=512, conv_dim=[64] * 7,
    feat_proj_layer_norm=False, feat_proj_dropout=0.0, layerdrop=0.0, classifier_proj_size=128,
    num_conv_pos_embeddings=128, num_conv_pos_embedding_groups=16, apply_spec_augment=False,
    hidden_dropout=0.0, attention_dropout=0.0, activation_dropout=0.0, final_dropout=0.0,
)  # fmt: skip
DROPOUT = {"hidden_dropout": 0.1, "attention_dropout": 0.1, "activation_dropout": 0.1}  # for those who fine-tune it


def all_clips(cache: Path) -> tuple[np.ndarray, np.ndarray]:
    """Those to learn from and those to test with: (clips, samples), int16. Each is kept in the cache."""
    sets = ([], [])
    for kind, counts in COUNTS.items():
        for number in range(sum(counts)):
            path = cache / f"{kind}-{number}.npy"
            if not path.exists():
                np.save(path, piece(kind, number))
            sets[number >= counts[0]].append(np.load(path))
    return np.stack(sets[0]), np.stack(sets[1])


def describe(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is measured of each frame: MFCCs with differences, chroma with onsets, log-mel spectrum."""
    x = samples.astype(np.float32)
    x = (x - x.mean()) / max(x.std(), 1.0)
    mel = librosa.feature.melspectrogram(y=x, sr=SAMPLE_RATE, n_fft=FIELD, hop_length=HOP, n_mels=40, center=False)
    level = librosa.power_to_db(mel, amin=1e-4)
    mfcc = librosa.feature.mfcc(S=level, n_mfcc=13)
    mfcc = np.concatenate([mfcc, librosa.feature.delta(mfcc), librosa.feature.delta(mfcc, order=2)])
    rise = np.maximum(0, np.diff(level, axis=1, prepend=level[:, :1]))
    onsets = np.stack([band.mean(0) for band in np.array_split(rise, 3)])
    middle = x[FIELD // 2 :]  # chroma needs a longer window, around the middle of the frame
    chroma = librosa.feature.chroma_stft(y=middle, sr=SAMPLE_RATE, n_fft=4096, hop_length=HOP, tuning=0.0)
    return mfcc.T, np.concatenate([chroma[:, : mfcc.shape[1]], onsets]).T, level.T


class Targets:
    """Clusters (clips, frames, 2) and features (clips, frames, 94) of the clips; scaled as those that were learnt from."""

    def __init__(self, clips: np.ndarray, fitted: "Targets | None" = None):
        views = [np.stack(view) for view in zip(*map(describe, clips))]
        if fitted is None:
            self.scales = [(view.mean((0, 1)), view.std((0, 1)) + 1e-6) for view in views]
        else:
            self.scales = fitted.scales
        views = [(view - mean) / deviation for view, (mean, deviation) in zip(views, self.scales)]
        self.features = torch.from_numpy(np.concatenate([views[1], views[0], views[2]], -1).astype(np.float32))
        flat = [view.reshape(-1, view.shape[-1]).astype(np.float32) for view in views[:2]]
        self.kmeans = fitted.kmeans if fitted else [
            MiniBatchKMeans(count, batch_size=8192, n_init=3, random_state=0).fit(view)
            for count, view in zip(CLUSTERS, flat)
        ]  # fmt: skip
        found = [kmeans.predict(view).reshape(len(clips), -1) for kmeans, view in zip(self.kmeans, flat)]
        self.clusters = torch.from_numpy(np.stack(found, -1)).long()


def summaries(features: torch.Tensor) -> torch.Tensor:
    """Of each clip: mean and deviation of its features over time, and how alike its onsets are after each lag: (clips, 278)."""
    deviation, mean = torch.std_mean(features, 1)
    onsets = features[..., ONSETS] - mean[:, None, ONSETS]
    power = onsets.square().mean(1) + 1e-3
    alike = [(onsets[:, lag:] * onsets[:, :-lag]).mean(1) / power for lag in LAGS]
    return torch.cat([mean, deviation, 3 * torch.cat(alike, -1)], -1)


def same_piece(excerpts: torch.Tensor) -> torch.Tensor:
    """How badly the other excerpt of each piece is told from all others; the second ones follow all first ones."""
    unit = F.normalize(excerpts, dim=-1)
    alike = unit @ unit.T / 0.1 - 1e4 * torch.eye(len(unit))
    return F.cross_entropy(alike, torch.arange(len(unit)).roll(len(unit) // 2))


class Codebook(nn.Module):
    """Logits of clusters: the cosine between a projected frame and each cluster's code, over a temperature of 0.1."""

    def __init__(self, hidden: int, clusters: int, size: int = 64):
        super().__init__()
        self.project = nn.Linear(hidden, size)
        self.codes = nn.Parameter(torch.randn(clusters, size))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        return F.normalize(self.project(states).float(), dim=-1) @ F.normalize(self.codes, dim=-1).T / 0.1


class PreTraining(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hubert = HubertModel(CONFIG)
        self.codebooks = nn.ModuleList(Codebook(CONFIG.hidden_size, count) for count in CLUSTERS)
        self.regression = nn.Linear(CONFIG.hidden_size, FEATURES)
        self.summary = nn.Linear(CONFIG.hidden_size, 2 * FEATURES + 3 * len(LAGS))
        self.piece = nn.Linear(CONFIG.hidden_size, 64)

    def forward(self, samples, clusters, features, masked) -> tuple[torch.Tensor, list[float]]:
        """The loss, and for each set of clusters the share of masked frames whose cluster was found."""
        extracted = self.hubert.feature_extractor(samples).transpose(1, 2)  # (B, T, 64)
        hidden = self.hubert.feature_projection(extracted)
        hidden = torch.where(masked[..., None], self.hubert.masked_spec_embed, hidden)
        states = self.hubert.encoder(hidden).last_hidden_state  # (B, T, 128)
        loss, found = 1e-3 * extracted.float().square().mean(), []
        for index, codebook in enumerate(self.codebooks):
            logits, wanted = codebook(states), clusters[..., index]
            loss = loss + F.cross_entropy(logits[masked], wanted[masked])
            loss = loss + 0.3 * F.cross_entropy(logits[~masked], wanted[~masked])
            found.append((logits[masked].argmax(-1) == wanted[masked]).float().mean().item())
        loss = loss + 0.5 * F.mse_loss(self.regression(states).float(), features)
        loss = loss + 2 * F.mse_loss(self.summary(states.mean(1)).float(), summaries(features))
        return loss + same_piece(self.piece(states.mean(1)).float()), found


def batch(clips: np.ndarray, targets: Targets, rows: np.ndarray, rng: np.random.Generator) -> tuple[torch.Tensor, ...]:
    """An excerpt of either half of these clips, what is to be found there, and where it is masked."""
    half = targets.clusters.shape[1] // 2
    starts = np.concatenate([first + rng.integers(0, half - FRAMES + 1, len(rows)) for first in (0, half)])
    rows = np.concatenate([rows, rows])
    length = HOP * (FRAMES - 1) + FIELD
    cut = np.stack([clips[row, HOP * start : HOP * start + length] for row, start in zip(rows, starts)])
    samples = torch.from_numpy(cut.astype(np.float32) / 32768)
    samples = (samples - samples.mean(1, keepdim=True)) / (samples.var(1, keepdim=True) + 1e-7).sqrt()
    clusters, features = (
        torch.stack([of[row, start : start + FRAMES] for row, start in zip(rows, starts)])
        for of in (targets.clusters, targets.features)
    )
    begins = torch.from_numpy(rng.random((len(rows), 1, FRAMES)).astype(np.float32) < MASK_START).float()
    masked = F.max_pool1d(F.pad(begins, (MASK_LENGTH - 1, 0)), MASK_LENGTH, 1)[:, 0] > 0
    return samples, clusters, features, masked


def test(model: PreTraining, clips: np.ndarray, targets: Targets) -> str:
    model.eval()
    with torch.no_grad():
        loss, found = model(*batch(clips, targets, np.arange(len(clips)), np.random.default_rng(1)))
    chance = [(targets.clusters[..., i].flatten().bincount().max() / targets.clusters[..., i].numel()).item() for i in (0, 1)]
    return f"held out: loss {loss:.3f}, masked frames found {found[0]:.3f}, {found[1]:.3f} (the commonest cluster: {chance[0]:.3f}, {chance[1]:.3f})"


def save(model: HubertModel, folder: Path) -> None:
    model.save_pretrained(folder)
    HubertConfig(**{**model.config.to_diff_dict(), **DROPOUT}).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=True).save_pretrained(folder)


def main() -> None:
    torch.set_num_threads(2)
    torch.manual_seed(0)
    cache, output = Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else OUTPUT
    cache.mkdir(parents=True, exist_ok=True)
    clips, held_out = all_clips(cache)
    targets = Targets(clips)
    held_out_targets = Targets(held_out, targets)
    print(f"{len(clips)} clips of {CLIP} s", flush=True)

    model, rng = PreTraining(), np.random.default_rng(0)
    print(f"{sum(each.numel() for each in model.hubert.parameters()):,} parameters", flush=True)
    optimizer = torch.optim.AdamW(model.parameters(), LEARNING_RATE, (0.9, 0.98), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, STEPS, WARM_UP / STEPS, cycle_momentum=False)
    print(test(model, held_out, held_out_targets), flush=True)
    started = time.time()
    for step in range(1, STEPS + 1):
        model.train()
        with torch.autocast("cpu", torch.bfloat16):
            loss, found = model(*batch(clips, targets, rng.choice(len(clips), BATCH, replace=False), rng))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step}: loss {loss:.3f}, found {found[0]:.3f}, {found[1]:.3f}; {time.time() - started:.0f} s", flush=True)
        if step % 500 == 0 or step == STEPS:
            print(test(model, held_out, held_out_targets), flush=True)
            save(model.hubert, output)


if __name__ == "__main__":
    main()
