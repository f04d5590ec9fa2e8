"""DistilHuBERT's objective as s3prl defines it, around Transformers' HubertModel: losses and gradients.

The formulas are those of s3prl's `pretrain/distiller/pretrain_expert.py` and `upstream/distiller/model.py`. Weights come
from seeded_weights.py; the teacher's names have `teacher.` before them.
To make these alone: `python -c "import distillation_fixtures as d; d.make()"`.
"""

from types import SimpleNamespace

import hubert_fixtures as hubert
import torch
import torch.nn.functional as F
import transformers
from fixture_file import write
from pretraining_fixtures import GradMultiply
from seeded_weights import weights
from torch import nn
from transformers import HubertConfig, HubertModel

VERSIONS = {"torch": torch.__version__, "transformers": transformers.__version__, "s3prl": "formulas of 0.4.18"}

PAPER = {
    "layers": [1, 2, 4],
    "loss_type": "l1",
    "cosine_loss": 1.0,
    "feat_pen_loss": 0.0,
    "feature_grad_mult": 0.1,
    "out_layer_inter_dim": -1,
}
CASES = {
    "paper": ("batch-masked", {}, {}),
    "paper without a mask": ("batch", {}, {}),
    "one layer and all else": (
        "batch-masked",
        {
            "layers": [3],
            "loss_type": "l2",
            "cosine_loss": 0.5,
            "feat_pen_loss": 0.3,
            "feature_grad_mult": 1.0,
            "out_layer_inter_dim": 6,
        },
        {},
    ),
    "a narrower student": ("batch", {"layers": [2, 4], "cosine_loss": 0.0}, {"hidden_size": 8, "intermediate_size": 24}),
}


class SplitLinear(nn.Module):
    def __init__(self, in_dim: int, in_split: int, out_dim: int):
        super().__init__()
        self.in_dim, self.in_split, self.out_dim = in_dim, in_split, out_dim
        if in_split > 1:
            self.weight = nn.Parameter(torch.zeros(in_split, in_dim, out_dim))
            self.bias = nn.Parameter(torch.zeros(1, 1, in_split, out_dim))
        else:
            self.layer = nn.Linear(in_dim, out_dim)

    def forward(self, x):
        if self.in_split == 1:
            return self.layer(x)
        x = x.reshape(x.shape[0], x.shape[1], self.in_split, 1, self.in_dim)
        out = torch.einsum("...klm,kmn->...kln", x, self.weight).squeeze(3) + self.bias
        return out.reshape(x.shape[0], x.shape[1], -1)


class Distiller(nn.Module):
    """task_emb_type and out_layer_type "expand-last"; the student has no norm of its features, as in s3prl."""

    def __init__(self, teacher: HubertModel, config: HubertConfig, settings: dict):
        super().__init__()
        self.s = SimpleNamespace(**settings)
        self.hubert = HubertModel(config)
        self.held = [teacher]  # in a list, so that it is no part of the checkpoint
        tasks = len(self.s.layers)
        inner = self.s.out_layer_inter_dim if self.s.out_layer_inter_dim > 0 else config.hidden_size
        self.output_layer = nn.Sequential(
            nn.Linear(config.hidden_size, inner * tasks),
            nn.GELU(),
            SplitLinear(inner, tasks, teacher.config.hidden_size),
        )

    def forward(self, input_values, labels=None, attention_mask=None):
        feat = self.hubert.feature_extractor(input_values)
        if self.s.feature_grad_mult != 1.0:
            feat = GradMultiply.apply(feat, self.s.feature_grad_mult)
        feat = feat.transpose(1, 2)
        sound = None
        if attention_mask is not None:
            sound = self.hubert._get_feature_vector_attention_mask(feat.size(1), attention_mask).bool()
        hidden = self.hubert.encoder(self.hubert.feature_projection(feat), attention_mask=sound)[0]
        b, t, _ = hidden.shape
        pred = self.output_layer(hidden).reshape(b, t, len(self.s.layers), -1).permute(0, 2, 1, 3)
        teacher = self.held[0].to(input_values.dtype)
        with torch.no_grad():
            states = teacher(input_values, attention_mask=attention_mask, output_hidden_states=True).hidden_states
            target = torch.stack([states[i] for i in self.s.layers], dim=1)
        loss_func = nn.L1Loss(reduction="none") if self.s.loss_type == "l1" else nn.MSELoss(reduction="none")
        loss = loss_func(pred, target).mean() + feat.pow(2).mean() * self.s.feat_pen_loss
        if self.s.cosine_loss > 0:
            loss = loss + -F.logsigmoid(F.cosine_similarity(pred, target, dim=-1)).mean() * self.s.cosine_loss
        return SimpleNamespace(loss=loss)


def seed(model: nn.Module, prefix: str) -> nn.Module:
    shapes = {name: tuple(x.shape) for name, x in model.state_dict().items()}
    model.load_state_dict({name: torch.from_numpy(weights(prefix + name, shape)) for name, shape in shapes.items()})
    return model.eval()


def make() -> None:
    shape = {**hubert.TINY, **hubert.QUIET, "mask_time_prob": 0.05, "attn_implementation": "eager"}
    tensors, cases = {}, {}
    for title, (run, changes, narrower) in CASES.items():
        teacher = seed(HubertModel(HubertConfig(**{**shape, "num_hidden_layers": 4})), "teacher.")
        settings = {**PAPER, **changes}
        student = {**shape, "num_hidden_layers": 2, "feat_proj_layer_norm": False, **narrower}
        model = seed(Distiller(teacher, HubertConfig(**student), settings), "")
        part, facts = hubert.gradients_of(title, model, hubert.inputs(hubert.RUNS[run]), [0], 64)
        tensors |= part
        cases[title] = {
            "teacher": {"config": hubert.configuration_of(teacher), "tensors": hubert.tensors_of(teacher)},
            "tensors": hubert.tensors_of(model),
            "student": narrower,
            "settings": settings,
            "run": run,
            **facts,
        }
    write("pretraining/distillation", tensors, cases, VERSIONS)
