"""The counterpart of onpa.ts: the modules of the package vocos in PyTorch. Arguments: the number of threads; the task as JSON."""

import json
import sys
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
from peer_process import peak_memory, serve


def load(folder: Path):
    """Backbone and head; the features, which need torchaudio, are not measured."""
    import yaml
    from safetensors.torch import load_file

    for name in ("encodec", "torchaudio", "torchaudio.functional", "torchaudio.functional.functional"):
        sys.modules[name] = MagicMock()
    from vocos.heads import ISTFTHead
    from vocos.models import VocosBackbone

    config = yaml.safe_load((folder / "config.yaml").read_text())
    weights = load_file(folder / "model.safetensors")
    modules = []
    for name, module_class in (("backbone", VocosBackbone), ("head", ISTFTHead)):
        module = module_class(**config[name]["init_args"]).eval()
        prefix = f"{name}."
        own = {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}
        module.load_state_dict(own)
        modules.append(module)
    return modules


def main() -> None:
    threads, task = int(sys.argv[1]), json.loads(sys.argv[2])
    import torch

    idle = peak_memory()
    torch.set_num_threads(threads)
    backbone, head = load(Path(task["model"]))
    mel = torch.from_numpy(np.fromfile(task["input"], np.float32).reshape(1, task["bands"], -1))
    samples = mel

    def work() -> None:
        nonlocal samples
        samples = head(backbone(mel))

    with torch.inference_mode():
        serve(work, {"idle": idle}, lambda: samples.ravel().tolist())


main()
