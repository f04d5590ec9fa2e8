"""What PyTorch, scikit-learn and Transformers' Trainer do with losses, schedules, optimisers and orders of examples.

To make these alone: `python -c "import training_options_fixtures as t; t.make()"`.
"""

import shutil
import tempfile

import numpy as np
import sklearn
import torch
import transformers
from fixture_file import write
from hubert_fixtures import tiny
from seeded_weights import audio
from sklearn.utils.class_weight import compute_class_weight
from torch.nn.functional import cross_entropy
from trainer_fixtures import SILENT
from transformers import Trainer, TrainingArguments, Wav2Vec2FeatureExtractor, get_scheduler
from transformers.trainer_optimizer import OptimizerContext, _get_sgd, _parse_optim_args
from transformers.trainer_pt_utils import LabelSmoother, get_length_grouped_indices

CLASSES = 5
WEIGHTS = [0.5, 2.0, 1.0, 0.25, 3.0]
# Optimiser steps of a training.
STEPS = 40

SCHEDULES = [
    ("linear", 7, {}),
    ("cosine", 7, {"num_cycles": 1.25}),
    ("cosine_with_restarts", 0, {}),
    ("cosine_with_restarts", 7, {"num_cycles": 3}),
    ("polynomial", 0, {}),
    ("polynomial", 7, {"lr_end": 1e-5, "power": 2.0}),
    ("inverse_sqrt", 0, {}),
    ("inverse_sqrt", 7, {}),
    ("inverse_sqrt", 7, {"timescale": 20}),
    ("cosine_with_min_lr", 7, {"min_lr": 3e-5}),
    ("cosine_with_min_lr", 0, {"min_lr_rate": 0.25, "num_cycles": 1.0}),
    ("cosine_warmup_with_min_lr", 7, {"min_lr_rate": 0.1}),
    ("cosine_warmup_with_min_lr", 7, {"min_lr": 3e-5, "warmup_lr_rate": 0.4}),
    ("warmup_stable_decay", 7, {"num_decay_steps": 12}),
    ("warmup_stable_decay", 8, {"num_decay_steps": 9, "num_stable_steps": 15, "warmup_type": "cosine", "decay_type": "linear"}),
    ("warmup_stable_decay", 6, {"num_decay_steps": 10, "warmup_type": "1-sqrt", "decay_type": "1-sqrt", "min_lr_ratio": 0.2}),
    ("warmup_stable_decay", 0, {"num_decay_steps": 20, "min_lr_ratio": 0.1, "num_cycles": 1.5}),
]
SGD = [
    {},
    {"momentum": 0.9},
    {"momentum": 0.9, "nesterov": True},
    {"momentum": 0.8, "dampening": 0.3},
]
# Number of examples, and of those that are to be of about one length.
GROUPED = [(1, 4), (9, 4), (50, 4), (333, 2), (1000, 3)]

LENGTHS = [2400, 3100, 2700, 3500, 2900, 2500, 3300, 2600, 3000]
EVALUATION = [2600, 3400, 3000]
COMMON = {
    "num_train_epochs": 3,
    "per_device_train_batch_size": 2,
    "per_device_eval_batch_size": 2,
    "gradient_accumulation_steps": 2,
    "logging_steps": 1,
    "eval_strategy": "epoch",
    "save_strategy": "no",
    "seed": 7,
}
RUNS = {
    "label smoothing": {"args": {"learning_rate": 2e-3, "label_smoothing_factor": 0.2}},
    "a loss of one's own": {"args": {"learning_rate": 2e-3}, "compute_loss": True},
    "sgd, polynomial, sequential": {
        "args": {
            "learning_rate": 0.05,
            "optim": "sgd",
            "optim_args": "momentum=0.9,nesterov=true",
            "weight_decay": 0.1,
            "lr_scheduler_type": "polynomial",
            "lr_scheduler_kwargs": {"power": 2.0, "lr_end": 1e-3},
            "train_sampling_strategy": "sequential",
        }
    },
}
KEPT = ("classifier.weight", "hubert.encoder.layers.1.attention.q_proj.weight", "projector.bias")


def numbers(rng: np.random.Generator, *shape: int) -> torch.Tensor:
    return torch.from_numpy(rng.normal(size=shape).astype(np.float32))


def losses() -> tuple[dict, dict]:
    """Losses and their gradients by the logits, with and without smoothing, weights, and second classes."""
    rng = np.random.default_rng(5)
    logits = numbers(rng, 7, CLASSES) * 2
    labels = torch.tensor([3, 0, -100, 4, 1, 2, 0])
    others = torch.tensor([1, 0, -100, 2, 3, 3, 4])
    shares = torch.tensor([0.25, 0.5, 0.3, 0.0, 1.0, 0.125, 0.75])
    weights = torch.tensor(WEIGHTS)
    counts = labels.ne(-100)
    smoother = LabelSmoother(epsilon=0.1)

    def mixed(x: torch.Tensor, smoothing: float, weight: torch.Tensor) -> torch.Tensor:
        one = cross_entropy(x, labels, weight=weight, label_smoothing=smoothing, reduction="none")
        other = cross_entropy(x, others, weight=weight, label_smoothing=smoothing, reduction="none")
        own = weight[labels.clamp(min=0)] * (1 - shares) + weight[others.clamp(min=0)] * shares
        return ((1 - shares) * one + shares * other).sum() / own[counts].sum()

    ones = torch.ones(CLASSES)
    cases = {
        "plain": ({}, lambda x: cross_entropy(x, labels)),
        "smoothed, as the Trainer does": ({"labelSmoothing": 0.1}, lambda x: smoother({"logits": x}, labels)),
        "weighted": ({"classWeights": WEIGHTS}, lambda x: cross_entropy(x, labels, weight=weights)),
        "smoothed and weighted": (
            {"labelSmoothing": 0.3, "classWeights": WEIGHTS},
            lambda x: cross_entropy(x, labels, weight=weights, label_smoothing=0.3),
        ),
        "mixed": ({"mixed": True}, lambda x: mixed(x, 0.0, ones)),
        "mixed, smoothed and weighted": (
            {"mixed": True, "labelSmoothing": 0.3, "classWeights": WEIGHTS},
            lambda x: mixed(x, 0.3, weights),
        ),
    }
    tensors = {"loss/logits": logits.numpy()}
    facts = {}
    for name, (options, compute) in cases.items():
        x = logits.clone().requires_grad_()
        loss = compute(x)
        loss.backward()
        tensors[f"loss/{name}"] = x.grad.numpy()
        facts[name] = {**options, "value": loss.item()}
    rows = {"labels": labels.tolist(), "others": others.tolist(), "shares": shares.tolist()}
    return tensors, {"rows": rows, "cases": facts}


def schedules() -> tuple[dict, list]:
    """Learning rates of 0 … 40 steps, of 40."""
    tensors, cases = {}, []
    for i, (kind, warmup, kwargs) in enumerate(SCHEDULES):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=3e-4)
        scheduler = get_scheduler(
            kind, optimizer, num_warmup_steps=warmup, num_training_steps=STEPS, scheduler_specific_kwargs=kwargs
        )
        rates = []
        for _ in range(STEPS + 1):
            rates.append(scheduler.get_last_lr()[0])
            optimizer.step()
            scheduler.step()
        tensors[f"rates/{i}"] = np.array(rates)
        cases.append({"lr_scheduler_type": kind, "warmup_steps": warmup, "lr_scheduler_kwargs": kwargs})
    return tensors, cases


def descents() -> tuple[dict, list]:
    """Five steps of PyTorch's SGD, as Transformers makes it, with a weight that decays and a bias that does not."""
    rng = np.random.default_rng(6)
    start = {"layer.weight": numbers(rng, 3, 4), "layer.bias": numbers(rng, 3)}
    gradients = [{name: numbers(rng, *x.shape) for name, x in start.items()} for _ in range(5)]
    tensors = {f"sgd/start/{name}": x.numpy() for name, x in start.items()}
    tensors |= {f"sgd/gradient/{i}/{name}": x.numpy() for i, step in enumerate(gradients) for name, x in step.items()}
    for i, options in enumerate(SGD):
        text = ",".join(f"{key}={value}" for key, value in options.items())
        context = OptimizerContext(None, None, {"lr": 0.1}, {}, _parse_optim_args(text))
        optimizer_class, kwargs = _get_sgd(context)
        parameters = {name: torch.nn.Parameter(x.clone()) for name, x in start.items()}
        groups = [
            {"params": [parameters["layer.weight"]], "weight_decay": 0.1},
            {"params": [parameters["layer.bias"]], "weight_decay": 0.0},
        ]
        optimizer = optimizer_class(groups, **kwargs)
        for step in gradients:
            for name, parameter in parameters.items():
                parameter.grad = step[name].clone()
            optimizer.step()
        tensors |= {f"sgd/{i}/{name}": x.detach().numpy() for name, x in parameters.items()}
    return tensors, SGD


def orders() -> tuple[dict, list]:
    """The order of examples by their lengths, from the seed 42."""
    tensors, cases = {}, []
    for count, size in GROUPED:
        lengths = np.random.default_rng(count).integers(1, 200, count)
        generator = torch.Generator().manual_seed(42)
        order = get_length_grouped_indices(lengths.tolist(), size, generator=generator)
        name = f"grouped/{count}"
        tensors |= {f"{name}/lengths": lengths.astype(np.int32), f"{name}/order": np.array(order, np.int32)}
        cases.append({"count": count, "size": size})
    return tensors, cases


def balanced() -> dict:
    labels = [0, 0, 0, 1, 2, 2, 2, 2, 3, 4, 4]
    return {"labels": labels, "weights": compute_class_weight("balanced", classes=np.arange(CLASSES), y=labels).tolist()}


def own_loss(outputs: object, labels: torch.Tensor, num_items_in_batch: int) -> torch.Tensor:
    """The mean square of what the probabilities lack (Brier 1950), over the examples of the optimiser step."""
    targets = torch.nn.functional.one_hot(labels, CLASSES).float()
    return ((outputs.logits.softmax(-1) - targets) ** 2).sum() / num_items_in_batch


def examples(lengths: list, first: int) -> list:
    return [
        {"input_values": audio((first + i) % 5, length), "labels": (first + i) % 5} for i, length in enumerate(lengths)
    ]


def train(case: dict) -> tuple[dict, dict]:
    """Some weights, and the log, of a training."""
    model = tiny("group", **SILENT)
    folder = tempfile.mkdtemp()
    arguments = TrainingArguments(
        output_dir=folder, report_to="none", use_cpu=True, disable_tqdm=True, **COMMON, **case["args"]
    )
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=examples(LENGTHS, 0),
        eval_dataset=examples(EVALUATION, 1),
        processing_class=Wav2Vec2FeatureExtractor(return_attention_mask=True),
        compute_loss_func=own_loss if case.get("compute_loss") else None,
    )
    trainer.train()
    shutil.rmtree(folder)
    timed = ("runtime", "per_second")
    history = [{k: v for k, v in entry.items() if not k.endswith(timed)} for entry in trainer.state.log_history]
    weights = {name: model.state_dict()[name].numpy() for name in KEPT}
    return weights, {**case, "args": {**COMMON, **case["args"]}, "history": history}


def make() -> None:
    versions = {"torch": torch.__version__, "transformers": transformers.__version__, "scikit-learn": sklearn.__version__}
    tensors, cases = {}, {"steps": STEPS, "balanced": balanced(), "lengths": {"train": LENGTHS, "evaluation": EVALUATION}}
    for name, made in (("losses", losses()), ("schedules", schedules()), ("sgd", descents()), ("orders", orders())):
        own, cases[name] = made
        tensors |= own
    cases["runs"] = {}
    for name, case in RUNS.items():
        weights, cases["runs"][name] = train(case)
        tensors |= {f"run/{name}/{key}": x for key, x in weights.items()}
    write("training-options", tensors, cases, versions)


if __name__ == "__main__":
    make()
