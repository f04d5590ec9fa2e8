"""What Transformers' model cards say of trainings: metadata, tables, results and hyperparameters.

To make these alone: `python -c "import model_card_fixtures as m; m.make()"`.
"""

import json
import tempfile
from types import SimpleNamespace

import transformers
from fixture_file import FIXTURES
from transformers import TrainingArguments
from transformers.modelcard import (
    TrainingSummary,
    _maybe_round,
    extract_hyperparameters_from_trainer,
    make_markdown_table,
    parse_log_history,
)


def evaluation(step: int, epoch: float, loss: float, accuracy: float, **more: float) -> dict:
    timed = {"eval_runtime": 1.25, "eval_samples_per_second": 48.0, "eval_steps_per_second": 6.4}
    return {"eval_loss": loss, "eval_accuracy": accuracy, **more, **timed, "epoch": epoch, "step": step}


def tutorial() -> list:
    """Ten epochs of 100 steps, two logs in each; the best model is measured once more at the end."""
    log = []
    for epoch in range(1, 11):
        for step in range(100 * epoch - 50, 100 * epoch + 1, 50):
            log.append({"loss": 2.3 / (1 + step / 300), "grad_norm": 3.5, "learning_rate": 5e-5, "epoch": step / 100, "step": step})
        log.append(evaluation(100 * epoch, float(epoch), 1.8 / epoch + 0.4, (140 + 3 * epoch) / 200))
    log.append({"train_runtime": 3600.5, "train_loss": 0.9, "total_flos": 1e17, "epoch": 10.0, "step": 1000})
    return [*log, evaluation(1000, 10.0, 0.58, 0.85)]


NONE_LOGGED = [
    evaluation(3, 0.5, 0.03125, 0.90625, eval_macro_f1=0.5),
    evaluation(6, 1.0, 1.23456e-5, 1.0, eval_macro_f1=0.84375),
    {"train_runtime": 9.0, "train_loss": 1.5, "epoch": 1.0, "step": 6},
]
GTZAN = {
    "dataset_tags": "marsyas/gtzan",
    "dataset": "GTZAN",
    "model_name": "ft-hubert-on-gtzan",
    "finetuned_from": "ntu-spml/distilhubert",
    "tasks": "audio-classification",
}
TUTORIAL_ARGS = {"learning_rate": 5e-5, "per_device_train_batch_size": 8, "per_device_eval_batch_size": 8, "num_train_epochs": 10}
CASES = {
    "the tutorial's": (tutorial(), TUTORIAL_ARGS, GTZAN),
    "with configuration and split": (
        tutorial(),
        TUTORIAL_ARGS,
        {**GTZAN, "dataset_args": "all", "dataset_metadata": [{"config": "all", "split": "train"}], "license": "apache-2.0"},
    ),
    "without a logged loss": (
        NONE_LOGGED,
        {"learning_rate": 1e-3, "gradient_accumulation_steps": 4, "warmup_steps": 7, "max_steps": 6, "seed": 3},
        {**GTZAN, "language": "en", "tags": ["music", "hubert"]},
    ),
    "of two data sets": (
        tutorial(),
        {**TUTORIAL_ARGS, "learning_rate": 0.01, "lr_scheduler_type": "cosine"},
        {**GTZAN, "dataset_tags": ["marsyas/gtzan", "me/mine"], "dataset": ["GTZAN", "Mine"], "tags": "generated_from_trainer"},
    ),
    "of no data set": (tutorial(), TUTORIAL_ARGS, {"model_name": "untold", "tasks": "audio-classification"}),
    "of another task": (tutorial(), TUTORIAL_ARGS, {**GTZAN, "tasks": "humming"}),
    "evaluated, not trained": ([evaluation(0, 0.0, 2.3026, 0.1)], TUTORIAL_ARGS, GTZAN),
    "evaluated before training alone": (
        [evaluation(0, 0.0, 2.3026, 0.1), {"loss": 1.0, "epoch": 1.0, "step": 5}, {"train_runtime": 9.0, "epoch": 1.0, "step": 5}],
        TUTORIAL_ARGS,
        GTZAN,
    ),
    "with nothing in the log": ([], TUTORIAL_ARGS, GTZAN),
    "with smoothed labels and SGD": (
        tutorial(),
        {**TUTORIAL_ARGS, "label_smoothing_factor": 0.1, "optim": "sgd", "lr_scheduler_type": "inverse_sqrt", "warmup_steps": 5},
        GTZAN,
    ),
}


def tagged(tags: object) -> list:
    """As TrainingSummary.from_trainer completes them."""
    listed = [tags] if isinstance(tags, str) else list(tags or [])
    return listed if "generated_from_trainer" in listed else [*listed, "generated_from_trainer"]


def describe(log: list, arguments: dict, options: dict) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        args = TrainingArguments(output_dir=folder, report_to="none", use_cpu=True, **arguments)
    _, lines, results = parse_log_history(log)
    named = {**options, "tags": tagged(options.get("tags"))}
    # Without its look at the Hub for a licence.
    base = named.pop("finetuned_from", None)
    summary = TrainingSummary(eval_results=results, eval_lines=lines, **named)
    summary.finetuned_from = base
    hyperparameters = extract_hyperparameters_from_trainer(SimpleNamespace(args=args))
    return {
        "log": log,
        "arguments": arguments,
        "options": options,
        "metadata": summary.create_metadata(),
        "table": None if lines is None else make_markdown_table(lines),
        "results": None if results is None else [f"- {name}: {_maybe_round(value)}" for name, value in results.items()],
        "hyperparameters": [f"- {name}: {value}" for name, value in hyperparameters.items()],
    }


def make() -> None:
    cases = {name: describe(*case) for name, case in CASES.items()}
    path = FIXTURES / "model-card.json"
    path.write_text(json.dumps({"transformers": transformers.__version__, "cases": cases}, indent=1) + "\n")
    print(f"{path.name}: {len(cases)} trainings, {path.stat().st_size} bytes")
