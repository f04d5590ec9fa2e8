"""What Transformers' Trainer pushes to the Hub while it trains: the commits, with the paths of their files.

Nothing is sent: commits are noted where huggingface_hub would make them. To make these alone:
`python -c "import hub_fixtures as h; h.make()"`.
"""

import json
import os
import tempfile
import threading
from types import SimpleNamespace

import huggingface_hub
import numpy as np
import torch
import transformers
from fixture_file import FIXTURES
from huggingface_hub import HfApi
from transformers import (
    HubertConfig,
    HubertForSequenceClassification,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    Wav2Vec2FeatureExtractor,
)

STRATEGIES = ["end", "every_save", "checkpoint", "all_checkpoints"]
# 3 optimiser steps an epoch, and as in the tests checkpoints after 2, 4, 6, 8 and 9.
COMMON = {
    "num_train_epochs": 3,
    "per_device_train_batch_size": 2,
    "gradient_accumulation_steps": 2,
    "save_steps": 2,
    "report_to": "none",
    "disable_tqdm": True,
    "push_to_hub": True,
    "hub_model_id": "owner/ft",
    "hub_token": "none",
    "use_cpu": True,
}
CONFIGURATION = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "conv_dim": [8, 8],
    "conv_kernel": [10, 3],
    "conv_stride": [50, 20],
    "num_feat_extract_layers": 2,
    "num_conv_pos_embeddings": 4,
    "num_conv_pos_embedding_groups": 2,
    "num_labels": 5,
    "apply_spec_augment": False,
}


class Recorder:
    """In place of the Hub; a commit for which `held` is set is not made before `release`."""

    def __init__(self) -> None:
        self.commits: list = []
        self.held = threading.Event()
        self.held.set()

    def create_repo(self, _, repo_id: str, **__) -> SimpleNamespace:
        return SimpleNamespace(repo_id=repo_id)

    def create_commit(self, _, repo_id: str, operations, *, commit_message: str, **__) -> SimpleNamespace:
        self.held.wait()
        paths = sorted(operation.path_in_repo for operation in operations)
        self.commits.append({"title": commit_message, "files": paths})
        address = f"https://huggingface.co/{repo_id}"
        return huggingface_hub.CommitInfo(
            commit_url=f"{address}/commit/{len(self.commits)}",
            commit_message=commit_message,
            commit_description="",
            oid=str(len(self.commits)),
        )


class Slow(TrainerCallback):
    """The first push lasts from the save after step 2 to step 7; those after it are done at once."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.trainer = None

    def on_step_end(self, args, state, control, **_) -> None:
        if state.global_step == 1:
            self.recorder.held.clear()
        if state.global_step >= 7:
            self.recorder.held.set()
            self.trainer._finish_current_push()


def train(slow: bool = False, **arguments) -> dict:
    recorder = Recorder()
    # With Xet a folder of many files would become several commits.
    huggingface_hub.constants.HF_HUB_DISABLE_XET = True
    HfApi.create_repo = lambda *args, **options: recorder.create_repo(*args, **options)
    # It would ask the Hub whether a model card is well-formed.
    HfApi._validate_yaml = lambda *_, **__: None
    HfApi.create_commit = lambda *args, **options: recorder.create_commit(*args, **options)
    rows = [{"input_values": np.ones(4000, np.float32) * i, "labels": i % 5} for i in range(9)]
    with tempfile.TemporaryDirectory() as folder:
        args = TrainingArguments(output_dir=os.path.join(folder, "out"), **COMMON, **arguments)
        slowness = Slow(recorder)
        trainer = Trainer(
            model=HubertForSequenceClassification(HubertConfig(**CONFIGURATION)),
            args=args,
            train_dataset=rows,
            processing_class=Wav2Vec2FeatureExtractor(),
            callbacks=[slowness] if slow else [],
        )
        slowness.trainer = trainer
        trainer.train()
        during = list(recorder.commits)
        trainer.push_to_hub()
        trainer.save_model()
        return {"training": during, "after": recorder.commits[len(during) :]}


def make() -> None:
    always = {strategy: train(hub_strategy=strategy, hub_always_push=True) for strategy in STRATEGIES}
    cases = {
        "versions": {
            "transformers": transformers.__version__,
            "huggingface_hub": huggingface_hub.__version__,
            "torch": torch.__version__,
        },
        "always": always,
        "epochs": train(hub_strategy="checkpoint", hub_always_push=True, save_strategy="epoch"),
        "slow": train(slow=True, hub_strategy="checkpoint"),
    }
    path = FIXTURES / "hub-uploads.json"
    path.write_text(json.dumps(cases, indent=1) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")
