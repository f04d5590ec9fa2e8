#!/usr/bin/env python3
"""What Transformers' Trainer.hyperparameter_search gives for a tiny model: test/fixtures/trials.json.

    pip install transformers==5.23.0 accelerate optuna==5.0.0 && python3 test/reference/trial_reference.py
"""

import json
import tempfile
from pathlib import Path

import accelerate
import optuna
import torch
import transformers
from fixture_file import FIXTURES
from hubert_fixtures import tiny
from trainer_fixtures import COMMON, EVALUATION, SILENT, TRAIN, examples
from transformers import Trainer, TrainingArguments, Wav2Vec2FeatureExtractor
from transformers.trainer_utils import default_compute_objective

GRID = {"learning_rate": [1e-3, 2e-3, 4e-3], "num_train_epochs": [1, 2]}
METRICS = [
    {"eval_loss": 0.5, "eval_runtime": 2.0, "eval_samples_per_second": 3.5, "eval_steps_per_second": 1.5, "epoch": 1.0},
    {"eval_loss": 0.5, "eval_accuracy": 0.75, "eval_runtime": 2.0, "epoch": 1.0},
    {"eval_loss": 0.5, "eval_accuracy": 0.75, "eval_macro_f1": 0.5, "eval_model_preparation_time": 0.001, "epoch": 2.0},
]


def search(folder: Path) -> dict:
    storage = optuna.storages.InMemoryStorage()
    args = {**COMMON, "save_strategy": "epoch", "warmup_steps": 2}
    trainer = Trainer(
        model_init=lambda: tiny("group", **SILENT),
        args=TrainingArguments(output_dir=str(folder), report_to="none", use_cpu=True, disable_tqdm=True, **args),
        train_dataset=examples(TRAIN, 0),
        eval_dataset=examples(EVALUATION, 1),
        processing_class=Wav2Vec2FeatureExtractor(return_attention_mask=True),
    )
    best = trainer.hyperparameter_search(
        hp_space=lambda trial: {name: trial.suggest_categorical(name, values) for name, values in GRID.items()},
        compute_objective=lambda metrics: metrics["eval_loss"],
        n_trials=6,
        hp_name=lambda trial: f"try-{trial.number}",
        study_name="search",
        storage=storage,
        sampler=optuna.samplers.GridSampler(GRID, seed=1),
        pruner=optuna.pruners.NopPruner(),
    )
    study = optuna.load_study(study_name="search", storage=storage)
    trials = [{"params": t.params, "value": t.value, "intermediateValues": t.intermediate_values} for t in study.trials]
    checkpoints = sorted(str(path.relative_to(folder)) for path in folder.glob("*/checkpoint-*"))
    state = json.loads((folder / checkpoints[0] / "trainer_state.json").read_text())
    return {
        "args": args,
        "grid": GRID,
        "trials": trials,
        "best": {"run_id": best.run_id, "objective": best.objective, "hyperparameters": best.hyperparameters},
        "checkpoints": checkpoints,
        "state": {key: state[key] for key in ("is_hyper_param_search", "trial_name", "trial_params")},
        "modelAfterwards": trainer.model,
    }


def main() -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    packages = {"torch": torch, "transformers": transformers, "accelerate": accelerate, "optuna": optuna}
    with tempfile.TemporaryDirectory() as folder:
        content = {
            "versions": {name: package.__version__ for name, package in packages.items()},
            "search": search(Path(folder)),
            "objectives": [{"metrics": metrics, "objective": default_compute_objective(metrics)} for metrics in METRICS],
        }
    path = FIXTURES / "trials.json"
    path.write_text(json.dumps(content) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
