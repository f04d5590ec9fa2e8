"""What Transformers' Trainer tells its callbacks, when EarlyStoppingCallback stops it, and how it goes on with another length.

The models and clips are those of trainer_fixtures.py. To make these alone: `python callback_fixtures.py`.
"""

import json
import logging
import math
import shutil
import tempfile
from pathlib import Path

import accelerate
import torch
import transformers
from fixture_file import FIXTURES
from hubert_fixtures import tiny
from trainer_fixtures import SILENT, Recorded, examples
from transformers import EarlyStoppingCallback, Trainer, TrainerCallback, TrainingArguments, Wav2Vec2FeatureExtractor

# 5 batches of 2, so 3 optimiser steps an epoch, of which the last has one batch.
TRAIN = [2400, 3100, 2700, 3500, 2900, 2500, 3300, 2600, 3000]
EVALUATION = [2500, 2900, 2700]
COMMON = {
    "num_train_epochs": 2,
    "per_device_train_batch_size": 2,
    "per_device_eval_batch_size": 2,
    "gradient_accumulation_steps": 2,
    "learning_rate": 1e-3,
    "save_strategy": "no",
}
EVENTS = (
    "init_end train_begin train_end epoch_begin epoch_end step_begin pre_optimizer_step optimizer_step substep_end step_end "
    "evaluate predict save log prediction_step"
).split()
FLAGS = ("training_stop", "epoch_stop", "save", "evaluate", "log")

# `acts`: what the callback sets in an event, the first time that this many optimiser steps are done.
CASES = {
    "steps": {
        "args": {"logging_steps": 2, "eval_strategy": "steps", "eval_steps": 3, "save_strategy": "steps", "save_steps": 2}
    },
    "epochs": {
        "args": {
            "logging_strategy": "epoch",
            "logging_first_step": True,
            "eval_strategy": "epoch",
            "save_strategy": "epoch",
        }
    },
    "an end within an epoch": {
        "args": {"max_steps": 4, "logging_steps": 3, "eval_strategy": "steps", "eval_steps": 3, "save_strategy": "steps"}
    },
    "one batch a step, shares of the steps": {
        "args": {
            "gradient_accumulation_steps": 1,
            "logging_steps": 0.3,
            "eval_strategy": "steps",
            "eval_steps": 0.5,
            "save_strategy": "steps",
            "save_steps": 0.5,
        }
    },
    "the best alone is saved": {
        "args": {"num_train_epochs": 3, "eval_strategy": "epoch", "save_strategy": "best", "metric_for_best_model": "score"},
        "scores": [0.5, 0.4, 0.6],
    },
    "early stopping": {
        "args": {
            "num_train_epochs": 6,
            "eval_strategy": "epoch",
            "save_strategy": "epoch",
            "load_best_model_at_end": True,
            "metric_for_best_model": "score",
        },
        "scores": [0.5, 0.6, 0.55, 0.6, 0.9, 0.9, 0.9, 0.9],
        "stopping": {"early_stopping_patience": 2},
    },
    "early stopping within an epoch": {
        "args": {
            "num_train_epochs": 3,
            "eval_strategy": "steps",
            "eval_steps": 2,
            "save_strategy": "steps",
            "save_steps": 2,
            "load_best_model_at_end": True,
            "save_total_limit": 1,
        },
        "scores": [0.0] * 9,
        "stopping": {"early_stopping_patience": 1, "early_stopping_threshold": 10.0},
    },
    "saved, evaluated and logged by hand": {
        "args": {},
        "acts": [
            ["step_end", 1, {"save": True}],
            ["step_begin", 1, {"evaluate": True}],
            ["substep_end", 2, {"log": True, "evaluate": True}],
            ["epoch_end", 3, {"save": True, "log": True}],
            ["epoch_begin", 3, {"save": True}],
            ["evaluate", 2, {"save": True}],
            ["log", 6, {"save": True}],
        ],
    },
    "epochs that are stopped": {
        "args": {"num_train_epochs": 3, "eval_strategy": "epoch", "save_strategy": "epoch", "logging_steps": 1},
        "acts": [["step_end", 1, {"epoch_stop": True}], ["epoch_begin", 4, {"epoch_stop": True}]],
    },
    "a training that is stopped": {
        "args": {"num_train_epochs": 3, "eval_strategy": "epoch", "save_strategy": "epoch", "logging_steps": 1},
        "acts": [["step_end", 4, {"training_stop": True}]],
    },
    "a training that is stopped between two batches": {
        "args": {"num_train_epochs": 3, "eval_strategy": "epoch", "save_strategy": "epoch", "logging_steps": 5},
        "acts": [["substep_end", 4, {"training_stop": True}]],
    },
    "a training that is stopped before it begins": {
        "args": {"gradient_accumulation_steps": 1},
        "acts": [["train_begin", 0, {"training_stop": True}]],
    },
}

NAN, INF = math.nan, math.inf
# The scores of one evaluation after the other; greater is better; patience; threshold.
STOPS = [
    [[0.5, 0.4, 0.3, 0.2], True, 2, 0.0],
    [[0.5, 0.5, 0.6, 0.6, 0.6], True, 2, 0.0],
    [[0.5, 0.55, 0.6, 0.65, 0.7], True, 2, 0.1],
    [[0.9, 0.5, 0.45, 0.3, 0.31], False, 1, 0.1],
    [[0.9, 0.8, 0.7, 0.6], False, 1, 0.0],
    [[NAN, 0.5, NAN, NAN, 0.6], True, 2, 0.0],
    [[NAN, NAN, NAN, NAN], True, 2, 0.0],
    [[NAN, NAN, NAN, NAN], False, 3, 0.5],
    [[NAN, 0.5, 0.6, 0.55], False, 2, 0.0],
    [[INF, 0.5, 0.6, 0.7], True, 1, 0.0],
    [[-INF, 0.5, 0.6, 0.7], True, 1, 0.0],
    [[0.5, 0.4, 0.6, 0.5, 0.7], True, 1, 0.0],
]

RESUMED = {
    "an epoch goes on to two": [
        {"num_train_epochs": 1, "warmup_steps": 0.3},
        {"num_train_epochs": 2, "warmup_steps": 0.3},
    ],
    "four steps go on to eight": [
        {"max_steps": 4, "lr_scheduler_type": "cosine"},
        {"max_steps": 8, "lr_scheduler_type": "cosine"},
    ],
    "three epochs become two, with another schedule": [
        {"num_train_epochs": 3, "save_steps": 4, "max_grad_norm": 1.0, "stop": 4},
        {"num_train_epochs": 2, "lr_scheduler_type": "constant_with_warmup", "warmup_steps": 6, "max_grad_norm": 0.1},
    ],
}


class Recorder(TrainerCallback):
    """Notes each event, with what is done and what `control` says; and sets in it what is to be set."""

    def __init__(self, acts: list):
        self.acts = list(acts)
        self.events: list = []

    def note(self, event: str, state, control, more: dict) -> None:
        flags = "".join(name[0].upper() if getattr(control, f"should_{name}") else "-" for name in FLAGS)
        given = more.get("logs") or more.get("metrics")
        keys = [sorted(given)] if given else []
        self.events.append([event, state.global_step, round(state.epoch or 0, 6), flags, *keys])
        for act in self.acts:
            if act[:2] == [event, state.global_step]:
                self.acts.remove(act)
                for name, value in act[2].items():
                    setattr(control, f"should_{name}", value)
                break


def _listen(event: str):
    def on(self, args, state, control, *rest, **more):
        self.note(event, state, control, more | ({"metrics": rest[0]} if rest else {}))

    return on


for _event in EVENTS:
    setattr(Recorder, f"on_{_event}", _listen(_event))


def trainer_of(args: dict, folder: str, scores: list | None = None, callbacks: list = (), dataset: list | None = None) -> Trainer:
    left = list(scores or [])
    return Trainer(
        model=tiny("group", **SILENT),
        args=TrainingArguments(output_dir=folder, report_to="none", use_cpu=True, disable_tqdm=True, **{**COMMON, **args}),
        train_dataset=dataset or Recorded(examples(TRAIN, 0)),
        eval_dataset=examples(EVALUATION, 1),
        processing_class=Wav2Vec2FeatureExtractor(return_attention_mask=True),
        compute_metrics=(lambda _: {"score": left.pop(0)}) if scores else None,
        callbacks=list(callbacks),
    )


def checkpoints(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir() if path.name.startswith("checkpoint-"))


def events_of(case: dict) -> dict:
    """A training, then an evaluation and a prediction alone."""
    folder = tempfile.mkdtemp()
    recorder = Recorder(case.get("acts", []))
    stopping = [EarlyStoppingCallback(**case["stopping"])] if "stopping" in case else []
    trainer = trainer_of(case["args"], folder, case.get("scores"), [*stopping, recorder])
    output = trainer.train()
    saved = checkpoints(folder)
    states = {name: json.loads((Path(folder) / name / "trainer_state.json").read_text()) for name in saved}
    found = {
        "steps": output.global_step,
        "epoch": trainer.state.epoch,
        "best": [trainer.state.best_metric, trainer.state.best_global_step],
        "checkpoints": saved,
        "callbacks": {name: state["stateful_callbacks"] for name, state in states.items()},
    }
    if not case.get("scores"):
        trainer.evaluate()
        trainer.predict(examples(EVALUATION, 1))
    shutil.rmtree(folder)
    return {**case, "args": {**COMMON, **case["args"]}, "events": recorder.events, **found}


def stop_of(scores: list, greater: bool, patience: int, threshold: float) -> dict:
    """After how many evaluations a training stops, and the callback's counter then."""
    folder = tempfile.mkdtemp()
    callback = EarlyStoppingCallback(early_stopping_patience=patience, early_stopping_threshold=threshold)
    args = {
        "num_train_epochs": len(scores),
        "max_steps": len(scores),
        "eval_strategy": "steps",
        "eval_steps": 1,
        "metric_for_best_model": "score",
        "greater_is_better": greater,
    }
    trainer = trainer_of(args, folder, scores, [callback], examples(TRAIN[:2], 0))
    trainer.train()
    shutil.rmtree(folder)
    told = {"scores": [str(score) for score in scores], "greater": greater, "patience": patience, "threshold": threshold}
    return {**told, "steps": trainer.state.global_step, "counter": callback.early_stopping_patience_counter}


def resumed(first: dict, second: dict) -> dict:
    """The log and the order of the examples of both trainings, the second of which goes on from the first's last checkpoint."""
    folder = tempfile.mkdtemp()
    stop = first.get("stop")
    runs = []
    for args in (first, second):
        given = {"logging_steps": 1, "save_strategy": "steps", **{key: x for key, x in args.items() if key != "stop"}}
        dataset = Recorded(examples(TRAIN, 0))
        acts = [["step_end", stop, {"training_stop": True}]] if stop else []
        trainer = trainer_of(given, folder, dataset=dataset, callbacks=[Recorder(acts)] if args is first else [])
        trainer.train(resume_from_checkpoint=args is second)
        history = [
            {key: entry[key] for key in ("step", "epoch", "loss", "grad_norm", "learning_rate")}
            for entry in trainer.state.log_history
            if "loss" in entry
        ]
        runs.append({"args": {**COMMON, **given}, "stop": args.get("stop"), "order": dataset.asked, "history": history})
    shutil.rmtree(folder)
    return {"first": runs[0], "second": runs[1]}


def make() -> None:
    transformers.logging.set_verbosity_error()
    logging.disable(logging.WARNING)
    versions = {"torch": torch.__version__, "transformers": transformers.__version__, "accelerate": accelerate.__version__}
    content = {
        "versions": versions,
        "lengths": {"train": TRAIN, "evaluation": EVALUATION},
        "events": {name: events_of(case) for name, case in CASES.items()},
        "stops": [stop_of(*case) for case in STOPS],
        "resumed": {name: resumed(*pair) for name, pair in RESUMED.items()},
    }
    logging.disable(logging.NOTSET)
    path = FIXTURES / "callbacks.json"
    path.write_text(json.dumps(content) + "\n")
    print(f"{path.name}: {len(CASES)} cases, {path.stat().st_size} bytes")


if __name__ == "__main__":
    make()
