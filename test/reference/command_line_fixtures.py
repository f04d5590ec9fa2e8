"""What Transformers' HfArgumentParser reads from command lines, and which training arguments it has.

To make these alone: `python -c "import command_line_fixtures as c; c.make()"`.
"""

import contextlib
import io
import json
from dataclasses import dataclass, fields
from enum import Enum

import transformers
from fixture_file import FIXTURES
from transformers import HfArgumentParser, TrainingArguments


@dataclass
class ModelArguments:
    """Two fields as example scripts have them: one that is true by default, and one that must not be lost beside others."""

    model_name_or_path: str = "facebook/wav2vec2-base"
    freeze_feature_encoder: bool = True


LINES = [
    ["--learning_rate", "1e-3", "--num_train_epochs=2", "--max_steps", "-1"],
    ["--learning-rate", "0.5", "--per-device-train-batch-size=4"],
    ["--logging_first_step"],
    ["--logging_first_step", "--seed", "7"],
    ["--logging_first_step", "true"],
    ["--logging_first_step=No"],
    ["--logging_first_step", "T", "--disable_tqdm", "0"],
    ["--logging_first_step", "maybe"],
    ["--freeze_feature_encoder", "false"],
    ["--no_freeze_feature_encoder"],
    ["--no-freeze-feature-encoder"],
    ["--freeze_feature_encoder"],
    ["--greater_is_better", "y"],
    ["--eval_strategy", "epoch", "--eval_strategy", "steps"],
    ["--report_to", "tensorboard"],
    ["--metric_for_best_model", "accuracy", "--run_name", "a name"],
    ["--run_name=a=b"],
    ["--save_total_limit", "2"],
    ["--model_name_or_path", "ntu-spml/distilhubert", "--logging_first_step"],
    ["--seed"],
    ["--seed", "seven"],
    ["--learning_rte", "1"],
    ["stray"],
]


def plain(value):
    return value.value if isinstance(value, Enum) else value


def parse(line: list) -> dict | None:
    """The values that the line names, or None where the parser refuses it."""
    parser = HfArgumentParser((ModelArguments, TrainingArguments))
    before = vars(parser.parse_args([]))
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            after = vars(parser.parse_args(line))
    except (SystemExit, ValueError):
        return None
    named = [word.lstrip("-").split("=")[0].replace("-", "_").removeprefix("no_") for word in line if word.startswith("--")]
    return {name: plain(after[name]) for name in before if name in named}


def make() -> None:
    defaults = vars(HfArgumentParser(TrainingArguments).parse_args([]))
    known = {field.name: plain(defaults[field.name]) for field in fields(TrainingArguments) if field.name in defaults}
    cases = [{"line": line, "values": parse(line)} for line in LINES]
    path = FIXTURES / "command-line.json"
    path.write_text(json.dumps({"transformers": transformers.__version__, "defaults": known, "cases": cases}, indent=1) + "\n")
    print(f"{path.name}: {len(cases)} command lines, {path.stat().st_size} bytes")
