"""What Transformers' Trainer does: the order of the examples, and the training of tiny models step by step.

Weights and audio come from seeded_weights.py. To make these alone: `python -c "import trainer_fixtures as t; t.make()"`.
"""

import shutil
import tempfile

import accelerate
import numpy as np
import torch
import transformers
from fixture_file import write
from hubert_fixtures import CONFIGURATIONS, TINY, configuration_of, tensors_of, tiny
from seeded_weights import audio
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import RandomSampler
from transformers import Trainer, TrainingArguments, Wav2Vec2FeatureExtractor, get_scheduler

# Nothing random in the model; the embedding of masked frames is there, but never gets a gradient.
SILENT = {
    "hidden_dropout": 0.0,
    "activation_dropout": 0.0,
    "attention_dropout": 0.0,
    "feat_proj_dropout": 0.0,
    "layerdrop": 0.0,
    "apply_spec_augment": False,
}
# 7 batches an epoch, the last one smaller; 4 optimiser steps, the last one of a single batch.
TRAIN = [3000 + 397 * i % 2900 for i in range(20)]
EVALUATION = [3200 + 611 * i % 2300 for i in range(7)]
COMMON = {
    "num_train_epochs": 10,
    "per_device_train_batch_size": 3,
    "per_device_eval_batch_size": 4,
    "gradient_accumulation_steps": 2,
    "adam_epsilon": 1e-6,
    "logging_steps": 1,
    "eval_strategy": "epoch",
    "save_strategy": "no",
}
CASES = {
    "padded batches": {
        "model": "group",
        "mask": True,
        "args": {"learning_rate": 2e-3, "weight_decay": 0.1, "warmup_steps": 8, "max_grad_norm": 1.0},
    },
    "averaged losses, frozen encoder, wav2vec 2.0": {
        "model": "wav2vec2-stable",
        "mask": False,
        "frozen": True,
        "averaged": True,
        "args": {"learning_rate": 2e-3, "lr_scheduler_type": "cosine", "warmup_steps": 0.1, "max_grad_norm": 0.5},
    },
}


def examples(lengths: list, first: int) -> list:
    """The label is told by the pitch."""
    return [
        {"input_values": audio((first + i) % 5, length), "labels": (first + i) % 5} for i, length in enumerate(lengths)
    ]


class Recorded(torch.utils.data.Dataset):
    """Notes in which order its examples are asked for."""

    def __init__(self, rows: list):
        self.rows = rows
        self.asked: list = []

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict:
        self.asked.append(index)
        return self.rows[index]


def train(case: dict) -> tuple[dict, dict]:
    """The tensors and the facts of a training."""
    model = tiny(case["model"], **SILENT)
    if case.get("frozen"):
        model.freeze_feature_encoder()
    dataset = Recorded(examples(TRAIN, 0))
    folder = tempfile.mkdtemp()
    arguments = TrainingArguments(output_dir=folder, report_to="none", use_cpu=True, disable_tqdm=True, **COMMON, **case["args"])
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=dataset,
        eval_dataset=examples(EVALUATION, 1),
        processing_class=Wav2Vec2FeatureExtractor(return_attention_mask=case["mask"]),
        compute_metrics=lambda p: {"accuracy": float((p.predictions.argmax(-1) == p.label_ids).mean())},
    )
    if case.get("averaged"):
        trainer.loss_is_scaled_for_ga = False
    decayed = sorted(trainer.get_decay_parameter_names(model))
    trainer.train()
    predicted = trainer.predict(examples(EVALUATION, 1))
    shutil.rmtree(folder)
    timed = ("runtime", "per_second")
    history = [{k: v for k, v in entry.items() if not k.endswith(timed)} for entry in trainer.state.log_history]
    tensors = {f"weights/{name}": x.detach().numpy() for name, x in model.state_dict().items() if x.dtype == torch.float32}
    tensors["logits"] = predicted.predictions
    facts = {
        **case,
        "args": {**COMMON, **case["args"]},
        "config": configuration_of(model),
        "tensors": tensors_of(model),
        "order": dataset.asked,
        "decayed": decayed,
        "history": history,
        "state": {"global_step": trainer.state.global_step, "max_steps": trainer.state.max_steps},
    }
    return tensors, facts


def permutations() -> dict:
    """What RandomSampler draws under accelerate's SeedableRandomSampler."""
    result = {}
    for length, seed in ((1, 0), (2, 42), (5, 42), (20, 43), (799, 42), (799, 51), (1500, 2**31 - 1)):
        generator = torch.Generator().manual_seed(seed)
        order = list(RandomSampler(range(length), generator=generator))
        result[f"permutation/{length}/{seed}"] = np.array(order, np.int32)
    return result


def schedules() -> tuple[dict, dict]:
    """Learning rates of 0 … 30 steps, of 30."""
    tensors, cases = {}, {}
    for kind in ("linear", "cosine", "constant", "constant_with_warmup"):
        for warmup in (0, 7):
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=3e-4)
            scheduler: LambdaLR = get_scheduler(kind, optimizer, num_warmup_steps=warmup, num_training_steps=30)
            rates = []
            for _ in range(31):
                rates.append(scheduler.get_last_lr()[0])
                optimizer.step()
                scheduler.step()
            name = f"{kind}, {warmup}"
            tensors[f"rates/{name}"] = np.array(rates)
            cases[name] = {"lrSchedulerType": kind, "warmupSteps": warmup}
    return tensors, cases


def decays() -> dict:
    """The parameters with weight decay, of each model of the family."""
    result = {}
    for name in CONFIGURATIONS:
        model = tiny(name)
        trainer = Trainer.__new__(Trainer)
        result[name] = {
            "all": sorted(key for key, _ in model.named_parameters()),
            "decayed": sorted(Trainer.get_decay_parameter_names(trainer, model)),
        }
    return result


def make() -> None:
    assert TINY["num_labels"] == 5
    versions = {"torch": torch.__version__, "transformers": transformers.__version__, "accelerate": accelerate.__version__}
    tensors = permutations()
    rates, kinds = schedules()
    runs = {}
    for name, case in CASES.items():
        own, runs[name] = train(case)
        tensors |= {f"{name}/{key}": value for key, value in own.items()}
    lengths = {"train": TRAIN, "evaluation": EVALUATION}
    cases = {"runs": runs, "schedules": kinds, "decays": decays(), "lengths": lengths}
    write("trainer", tensors | rates, cases, versions)


if __name__ == "__main__":
    make()
