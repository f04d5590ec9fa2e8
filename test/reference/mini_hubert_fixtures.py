"""What librosa, PyTorch, Transformers and scikit-learn give for the parts of mini-hubert's pre-training and evaluation."""

import librosa
import numpy as np
import sklearn
import torch
import transformers
from fixture_file import write
from seeded_weights import audio, uniform, weights
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional as F
from transformers import HubertConfig, HubertModel

SAMPLE_RATE, HOP, FIELD = 16000, 320, 400
LAGS = range(3, 63, 2)
FRAMES, CLUSTERS = 128, {"timbre": 100, "harmony": 64}
CONFIG = HubertConfig(
    hidden_size=128, num_hidden_layers=2, num_attention_heads=4, intermediate_size=512, conv_dim=[64] * 7,
    feat_proj_layer_norm=False, feat_proj_dropout=0.0, layerdrop=0.0, apply_spec_augment=False,
    hidden_dropout=0.0, attention_dropout=0.0, activation_dropout=0.0,
)  # fmt: skip


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


def cosines(rows: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
    return F.normalize(rows, dim=-1) @ F.normalize(codes, dim=-1).T / 0.1


def cluster_loss(logits: torch.Tensor, clusters: torch.Tensor, masked: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(logits[masked], clusters[masked]) + 0.3 * F.cross_entropy(logits[~masked], clusters[~masked])


def same_piece_loss(excerpts: torch.Tensor) -> torch.Tensor:
    count = len(excerpts)
    alike = cosines(excerpts, excerpts) - 1e4 * torch.eye(count)
    return F.cross_entropy(alike, torch.arange(count).roll(count // 2))


class PreTraining(nn.Module):
    """The model with its heads, whose weights are seeded by their names in onpa."""

    def __init__(self) -> None:
        super().__init__()
        self.hubert = HubertModel(CONFIG)
        width = CONFIG.hidden_size
        self.heads = nn.ModuleDict({f"{kind}_project": nn.Linear(width, 64) for kind in CLUSTERS})
        self.heads.update({"features": nn.Linear(width, 94), "summary": nn.Linear(width, 278), "piece": nn.Linear(width, 64)})
        self.codes = nn.ParameterDict({kind: torch.zeros(count, 64) for kind, count in CLUSTERS.items()})
        for name, parameter in self.named().items():
            parameter.data = torch.from_numpy(weights(name, tuple(parameter.shape)))

    def named(self) -> dict:
        heads = {name.replace("_", "."): parameter for name, parameter in self.heads.named_parameters()}
        codes = {f"{kind}.codes": parameter for kind, parameter in self.codes.items()}
        return dict(self.hubert.named_parameters()) | heads | codes

    def forward(self, samples, clusters, features, masked) -> torch.Tensor:
        extracted = self.hubert.feature_extractor(samples).transpose(1, 2)
        hidden = self.hubert.feature_projection(extracted)
        hidden = torch.where(masked[..., None], self.hubert.masked_spec_embed, hidden)
        states = self.hubert.encoder(hidden).last_hidden_state
        means = states.mean(1)
        loss = 1e-3 * extracted.square().mean() + same_piece_loss(self.heads["piece"](means))
        for kind in CLUSTERS:
            logits = cosines(self.heads[f"{kind}_project"](states), self.codes[kind])
            loss = loss + cluster_loss(logits, clusters[kind], masked)
        loss = loss + 0.5 * F.mse_loss(self.heads["features"](states), features)
        return loss + 2 * F.mse_loss(self.heads["summary"](means), torch.stack([summary(each) for each in features]))


def pre_training() -> dict:
    """The loss of four excerpts, and of each gradient its norm and its product with the seeded weights of its name."""
    model = PreTraining()
    samples = torch.from_numpy(np.stack([audio(row, HOP * (FRAMES - 1) + FIELD) for row in range(4)]))
    frames = torch.arange(4 * FRAMES).reshape(4, FRAMES)
    clusters = {kind: frames * 7 % count for kind, count in CLUSTERS.items()}
    features = torch.from_numpy(uniform("features", 4 * FRAMES * 94).astype(np.float32).reshape(4, FRAMES, 94))
    loss = model(samples, clusters, features, frames % 20 < 10)
    loss.backward()
    gradients = {name: parameter.grad for name, parameter in model.named().items()}
    facts = {name: [each.norm(), (each * model.named()[name].detach()).sum()] for name, each in gradients.items()}
    return {"loss": loss.detach().reshape(1)} | {
        f"gradient {name}": np.array([float(fact) for fact in both]) for name, both in facts.items()
    }


def losses(rng: np.random.Generator) -> dict:
    rows, codes = (torch.from_numpy(rng.normal(size=shape).astype(np.float32)) for shape in ((12, 8), (5, 8)))
    clusters = torch.from_numpy(rng.integers(0, 5, 12))
    masked = torch.arange(12) % 3 == 0
    logits = cosines(rows, codes)
    return {"rows": rows, "codes": codes, "clusters": clusters.int(), "masked": masked.int(), "logits": logits,
            "clusterLoss": cluster_loss(logits, clusters, masked).reshape(1), "samePieceLoss": same_piece_loss(rows).reshape(1)}  # fmt: skip


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
    tensors = measured(signals["trumpet"]) | losses(rng) | classes(rng) | pre_training()
    tensors |= {"features": features, "summary": summary(features), "learningRates": learning_rates(40, 1.5e-3, 5)}
    arrays = {name: np.asarray(each) for name, each in tensors.items()}
    versions = {"torch": torch.__version__, "transformers": transformers.__version__, "scikit-learn": sklearn.__version__}
    write("mini-hubert", arrays, versions=versions)
