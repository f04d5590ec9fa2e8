"""The weights of test/fixtures/pipeline in several files, as Transformers saves them, and beside other values.

Transformers loads each and gives the same logits, which this script asserts. To make these fixtures alone:

    python3 test/reference/sharded_fixtures.py
"""

import json
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import torch
from huggingface_hub import split_torch_state_dict_into_shards
from transformers import AutoModelForAudioClassification

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
FOLDER = FIXTURES / "sharded"
SHARD = "12KB"


def make() -> None:
    model = AutoModelForAudioClassification.from_pretrained(FIXTURES / "pipeline").eval()
    state = dict(model.state_dict())
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name in ("safetensors", "pytorch", "beside"):
        (FOLDER / name).mkdir(parents=True)
    model.save_pretrained(FOLDER / "safetensors", max_shard_size=SHARD)
    (FOLDER / "safetensors" / "config.json").unlink()
    in_several_pickles(state)
    torch.save(state | others(state), FOLDER / "beside" / "pytorch_model.bin")
    sound = torch.linspace(-1, 1, 4000)[None]
    for folder in FOLDER.iterdir():
        with tempfile.TemporaryDirectory() as whole:
            shutil.copytree(folder, whole, dirs_exist_ok=True)
            shutil.copy(FIXTURES / "pipeline" / "config.json", whole)
            loaded = AutoModelForAudioClassification.from_pretrained(whole).eval()
            assert torch.allclose(loaded(sound).logits, model(sound).logits, atol=1e-6), folder


def in_several_pickles(state: dict) -> None:
    """As save_pretrained(safe_serialization=False) did before Transformers 5."""
    plan = split_torch_state_dict_into_shards(state, filename_pattern="pytorch_model{suffix}.bin", max_shard_size=SHARD)
    for file, names in plan.filename_to_tensors.items():
        torch.save({name: state[name].clone() for name in names}, FOLDER / "pytorch" / file)
    index = {"metadata": plan.metadata, "weight_map": plan.tensor_to_filename}
    text = json.dumps(index, indent=2, sort_keys=True) + "\n"
    (FOLDER / "pytorch" / "pytorch_model.bin.index.json").write_text(text)


def others(state: dict) -> dict:
    """What people save beside tensors."""
    return {
        "epoch": 3,
        "best": float("nan"),
        "seed": -(2**80),
        "note": "fine-tuned",
        "scheduler": None,
        "done": True,
        "history": [0.5, {"loss": [1.0]}],
        "betas": (0.9, 0.999),
        "args": {"lr": 5e-5, "optimizer": {"state": {0: state["classifier.bias"]}}},
        "shape": torch.Size([1, 2]),
        "dtype": torch.float32,
        "device": torch.device("cpu"),
        "frozen": {"projector", "classifier"},
        "bytes": b"abc",
        "count": Counter("aab"),
        "phase": 1 + 2j,
    }


if __name__ == "__main__":
    make()
