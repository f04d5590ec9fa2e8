"""How far Transformers' results under torch.autocast in bfloat16 are from those in float32.

The weights come from seeded_weights.py, models and runs are those of forward.safetensors. To make these alone:
`python -c "import bfloat16_fixtures as b; b.make()"`.
"""

import numpy as np
import torch
from hubert_fixtures import RUNS, inputs, tiny, write

# One for each way through the encoder.
NAMES = ["group", "distil-like", "group-conv-bias", "layer", "stable", "stable-group", "wav2vec2", "three-convolutions"]


def results(model: torch.nn.Module, given: dict) -> dict:
    with torch.no_grad():
        whole = model(**given, output_hidden_states=True)
    return {"logits": whole.logits.float(), "hiddenStates": torch.stack(whole.hidden_states).float()}


def error(rounded: torch.Tensor, exact: torch.Tensor) -> float:
    """The root of the mean square of the difference."""
    return (rounded - exact).square().mean().sqrt().item()


def make() -> None:
    cases = {}
    for name in NAMES:
        model = tiny(name)
        cases[name] = {}
        for run, plan in RUNS.items():
            given = inputs(plan)
            exact = results(model, given)
            with torch.autocast("cpu", torch.bfloat16):
                rounded = results(model, given)
            cases[name][run] = {key: error(rounded[key], exact[key]) for key in exact}
    write("bfloat16", {"empty": np.zeros(1, np.float32)}, cases)
