"""HuBERT's pre-training as fairseq defines it, around Transformers' HubertModel: losses, gradients and masks.

fairseq does not install beside today's PyTorch. The formulas here are those of its `models/hubert/hubert.py`,
`criterions/hubert_criterion.py` and, for masks, `data/data_utils.py` of version 0.12.2, which draws from `numpy.random`.
What is padding is Transformers' rule: fairseq's may count one frame more. Weights come from seeded_weights.py.
To make these alone: `python -c "import pretraining_fixtures as p; p.make()"`.
"""

from types import SimpleNamespace

import hubert_fixtures as hubert
import numpy as np
import torch
import torch.nn.functional as F
import transformers
from fixture_file import write
from seeded_weights import uniform, weights
from torch import nn
from transformers import HubertConfig, HubertModel

VERSIONS = {"torch": torch.__version__, "transformers": transformers.__version__, "fairseq": "formulas of 0.12.2"}

# fairseq's recipe of HuBERT Base, without dropout, so that chance decides the masks alone.
RECIPE = {
    "label_rate": 50,
    "sampling_rate": 16000,
    "final_dim": 12,
    "untie_final_proj": True,
    "logit_temp": 0.1,
    "target_glu": False,
    "feature_grad_mult": 0.1,
    "pred_masked_weight": 1.0,
    "pred_nomask_weight": 0.0,
    "loss_weights": [10.0],
    "mask_prob": 0.8,
    "mask_length": 10,
    "mask_channel_prob": 0.0,
    "mask_channel_length": 10,
    "skip_masked": False,
    "skip_nomask": False,
}
EVERYTHING = {
    "num_classes": [5, 9],
    "label_rate": 100,
    "untie_final_proj": False,
    "logit_temp": 0.2,
    "target_glu": True,
    "feature_grad_mult": 0.3,
    "pred_masked_weight": 0.7,
    "pred_nomask_weight": 0.5,
    "loss_weights": [3.0],
    "mask_prob": 0.5,
    "mask_length": 4,
    "mask_channel_prob": 0.5,
    "mask_channel_length": 3,
}
# The model in hubert_fixtures.py, its run, the seed of the masks, and what differs from the recipe.
CASES = {
    "recipe": ("group", "batch-masked", 0, {"num_classes": [7]}),
    "two sets of labels": ("group", "batch-masked", 1, {"num_classes": [7, 4]}),
    "every option": ("group", "batch-masked", 2, EVERYTHING),
    "width of the transformer": ("layer", "single", 3, {"num_classes": [7], "final_dim": 0, "feature_grad_mult": 1.0}),
    "no penalty": ("stable", "batch-masked", 4, {"num_classes": [7], "loss_weights": []}),
    "unmasked frames alone": (
        "group",
        "batch-masked",
        5,
        {"num_classes": [7], "pred_masked_weight": 0.0, "pred_nomask_weight": 1.0, "skip_masked": True},
    ),
    "convolutions that stay": ("distil-like", "batch-masked", 6, {"num_classes": [7], "feature_grad_mult": 0.0}),
}


class GradMultiply(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        return x.new(x)

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.scale, None


def span_mask(shape, padding_mask, mask_prob, mask_length, min_masks) -> np.ndarray:
    """compute_mask_indices with mask_type "static", no_overlap False and require_same_masks True."""
    rows, size = shape
    mask = np.full(shape, False)
    all_spans = max(min_masks, int(mask_prob * size / float(mask_length) + np.random.rand()))
    found = []
    for row in range(rows):
        sound, spans = size, all_spans
        if padding_mask is not None:
            sound = size - int(padding_mask[row].sum())
            spans = max(min_masks, int(mask_prob * sound / float(mask_length) + np.random.rand()))
        shortest = mask_length
        if sound - shortest <= spans:
            shortest = sound - spans - 1
        starts = np.random.choice(sound - shortest, spans, replace=False)
        indices = np.asarray([start + offset for start in starts for offset in range(mask_length)])
        found.append(np.unique(indices[indices < sound]))
    fewest = min(len(indices) for indices in found)
    for row, indices in enumerate(found):
        if len(indices) > fewest:
            indices = np.random.choice(indices, fewest, replace=False)
        mask[row, indices] = True
    return mask


class Pretraining(nn.Module):
    """fairseq's HubertModel and its criterion, with Transformers' encoder."""

    def __init__(self, config: HubertConfig, settings: dict, seed: int):
        super().__init__()
        self.s, self.seed = SimpleNamespace(**settings), seed
        self.hubert = HubertModel(config)
        width = self.s.final_dim if self.s.final_dim > 0 else config.hidden_size
        sets = len(self.s.num_classes)
        self.target_glu = nn.Sequential(nn.Linear(width, width * 2), nn.GLU()) if self.s.target_glu else None
        self.final_proj = nn.Linear(config.hidden_size, width * sets if self.s.untie_final_proj else width)
        self.label_embs_concat = nn.Parameter(torch.zeros(sum(self.s.num_classes), width))
        self.ratio = self.s.label_rate * int(np.prod(config.conv_stride)) / self.s.sampling_rate

    def masks(self, shape, channels, padding_mask):
        np.random.seed(self.seed)
        time = span_mask(shape, padding_mask, self.s.mask_prob, self.s.mask_length, 2)
        channel = None
        if self.s.mask_channel_prob > 0:
            options = (self.s.mask_channel_prob, self.s.mask_channel_length, 0)
            channel = torch.from_numpy(span_mask((shape[0], channels), None, *options))
        return torch.from_numpy(time), channel

    def net_output(self, input_values, targets, attention_mask=None):
        if self.s.feature_grad_mult > 0:
            features = self.hubert.feature_extractor(input_values)
            if self.s.feature_grad_mult != 1.0:
                features = GradMultiply.apply(features, self.s.feature_grad_mult)
        else:
            with torch.no_grad():
                features = self.hubert.feature_extractor(input_values)
        frames = features.size(2)
        labels = min(t.size(1) for t in targets)
        if self.ratio * frames > labels:
            frames = int(labels / self.ratio)
            features = features[..., :frames]
        indices = (torch.arange(frames).float() * self.ratio).long()
        targets = [t[:, indices] for t in targets]
        features_pen = features.pow(2).mean()
        features = features.transpose(1, 2)
        if attention_mask is None:
            sound = torch.ones(features.shape[:2], dtype=torch.bool)
        else:
            sound = self.hubert._get_feature_vector_attention_mask(frames, attention_mask).bool()
        x = self.hubert.feature_projection(features)
        mask, channels = self.masks(x.shape[:2], x.shape[2], ~sound)
        x = x.clone()
        x[mask] = self.hubert.masked_spec_embed
        if channels is not None:
            x[channels.unsqueeze(1).expand(-1, frames, -1)] = 0
        x = self.hubert.encoder(x, attention_mask=None if attention_mask is None else sound)[0]
        embeddings = self.label_embs_concat.split(self.s.num_classes, 0)

        def logits_of(chosen):
            projected = self.final_proj(x[chosen])
            sets = len(targets)
            each = projected.chunk(sets, dim=-1) if self.s.untie_final_proj else [projected] * sets
            return [self.predict(p, t[chosen], embeddings[i]) for i, (p, t) in enumerate(zip(each, targets))]

        masked = None if self.s.skip_masked else logits_of(sound & mask)
        unmasked = None if self.s.skip_nomask else logits_of(sound & ~mask)
        return masked, unmasked, features_pen, mask

    def predict(self, projected, target, embeddings):
        """compute_pred and compute_nce: the right class comes first, and is left out among the others."""
        positive = torch.index_select(embeddings, 0, target)
        others = embeddings.unsqueeze(1).expand(-1, projected.size(0), -1)
        if self.target_glu is not None:
            positive, others = self.target_glu(positive), self.target_glu(others)
        same = (positive == others).all(-1)
        all_targets = torch.cat([positive.unsqueeze(0), others], dim=0)
        logits = torch.cosine_similarity(projected, all_targets, dim=-1) / self.s.logit_temp
        if same.any():
            logits[1:][same] = float("-inf")
        return logits.transpose(0, 1)

    def forward(self, input_values, labels, attention_mask=None):
        targets = [t for t in labels]
        masked, unmasked, features_pen, _ = self.net_output(input_values, targets, attention_mask)
        loss, size = 0.0, 0
        for logits, weight in ((masked, self.s.pred_masked_weight), (unmasked, self.s.pred_nomask_weight)):
            if weight > 0:
                first = [torch.zeros(x.size(0), dtype=torch.long) for x in logits]
                loss = loss + weight * sum(F.cross_entropy(x, t, reduction="sum") for x, t in zip(logits, first))
                size += first[0].numel()
        for coefficient in self.s.loss_weights:
            loss = loss + coefficient * features_pen * size
        return SimpleNamespace(loss=loss / size)


def right(logits) -> list:
    """compute_correct: how many are right, of how many."""
    return [[int((x.argmax(-1) == 0).sum()), x.size(0)] for x in logits or []]


def seeded(config: HubertConfig, settings: dict, seed: int) -> Pretraining:
    model = Pretraining(config, settings, seed)
    state = {name: torch.from_numpy(weights(name, tuple(x.shape))) for name, x in model.state_dict().items()}
    model.load_state_dict(state)
    return model.eval()


def losses() -> None:
    tensors, cases = {}, {}
    for title, (name, run, seed, changes) in CASES.items():
        settings = {**RECIPE, **changes}
        shape = {**hubert.TINY, **hubert.CONFIGURATIONS[name], **hubert.QUIET, "mask_time_prob": 0.05}
        config = HubertConfig(**shape, attn_implementation="eager")
        model = seeded(config, settings, seed)
        given = hubert.inputs(hubert.RUNS[run])
        rows, samples = given["input_values"].shape
        frames = int(model.hubert._get_feat_extract_output_lengths(samples))
        count = int(np.ceil(frames * model.ratio))
        labels = [
            np.floor((uniform(f"labels {i}", rows * count) + 1) / 2 * classes).astype(np.int32).reshape(rows, count)
            for i, classes in enumerate(settings["num_classes"])
        ]
        part, facts = hubert.gradients_of(title, model, given, np.stack(labels).astype(np.int64).tolist(), 64)
        with torch.no_grad():
            targets = [torch.from_numpy(x).long() for x in labels]
            masked, unmasked, _, mask = model.net_output(given["input_values"], targets, given.get("attention_mask"))
        tensors |= part | {f"{title}/labels {i}": x for i, x in enumerate(labels)}
        tensors[f"{title}/mask"] = mask.numpy().astype(np.int16)
        facts["labels"] = []
        written = hubert.configuration_of(model.hubert) | {"pretraining": settings}
        cases[title] = {"config": written, "tensors": hubert.tensors_of(model), "run": run, "seed": seed, **facts}
        cases[title] |= {"right": {"masked": right(masked), "unmasked": right(unmasked)}}
    write("pretraining/losses", tensors, cases, VERSIONS)


def masks() -> None:
    """The very frames, by NumPy's seed; and how many of a clip are masked on average."""
    plans = {
        "speech": {"shape": [3, 249], "maskProb": 0.8, "maskLength": 10, "minMasks": 2},
        "padded rows": {"shape": [4, 249], "maskProb": 0.8, "maskLength": 10, "minMasks": 2, "lengths": [249, 99, 37, 249]},
        "short rows": {"shape": [3, 24], "maskProb": 0.8, "maskLength": 10, "minMasks": 2, "lengths": [24, 12, 7]},
        "at least two spans": {"shape": [2, 49], "maskProb": 0.1, "maskLength": 5, "minMasks": 2, "lengths": [49, 49]},
        "channels": {"shape": [2, 768], "maskProb": 0.3, "maskLength": 64, "minMasks": 0},
        "single frames": {"shape": [2, 40], "maskProb": 0.5, "maskLength": 1, "minMasks": 0, "lengths": [40, 33]},
    }
    tensors, cases = {}, {}
    for title, plan in plans.items():
        padding = None
        if "lengths" in plan:
            padding = np.arange(plan["shape"][1])[None] >= np.array(plan["lengths"])[:, None]
        for seed in range(4):
            np.random.seed(seed)
            drawn = [
                span_mask(plan["shape"], padding, plan["maskProb"], plan["maskLength"], plan["minMasks"])
                for _ in range(2)
            ]
            tensors[f"{title}/{seed}"] = np.stack(drawn).astype(np.int16)
        cases[title] = {"seeds": 4, **plan}
    write("pretraining/masks", tensors, cases, VERSIONS)


def make() -> None:
    losses()
    masks()
