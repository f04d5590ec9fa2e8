"""How far Transformers' results and gradients under torch.autocast in bfloat16 are from those in float32.

The weights come from seeded_weights.py, models and runs are those of forward.safetensors. To make these alone:
`python -c "import bfloat16_fixtures as b; b.make()"`.
"""

import numpy as np
import torch
from hubert_fixtures import LABELS, RUNS, inputs, tiny, write

# One for each way through the encoder.
NAMES = ["group", "distil-like", "group-conv-bias", "layer", "stable", "stable-group", "wav2vec2", "three-convolutions"]
LEARNING = ["group", "distil-like", "layer", "stable"]
STEPS = 40
RATE = 0.002


def results(model: torch.nn.Module, given: dict) -> dict:
    with torch.no_grad():
        whole = model(**given, output_hidden_states=True)
    return {"logits": whole.logits.float(), "hiddenStates": torch.stack(whole.hidden_states).float()}


def error(rounded: torch.Tensor, exact: torch.Tensor) -> float:
    """The root of the mean square of the difference."""
    return (rounded - exact).square().mean().sqrt().item()


def gradients(model: torch.nn.Module) -> torch.Tensor:
    """All in one row."""
    return torch.cat([parameter.grad.reshape(-1) for parameter in model.parameters() if parameter.grad is not None])


def backward(model: torch.nn.Module, rounded: bool) -> float:
    with torch.autocast("cpu", torch.bfloat16, enabled=rounded):
        loss = model(**inputs(RUNS["batch-masked"]), labels=torch.tensor(LABELS)).loss
    model.zero_grad()
    loss.backward()
    return loss.item()


def learn(name: str, rounded: bool) -> list:
    """The losses of plain gradient descent."""
    model = tiny(name)
    losses = []
    for _ in range(STEPS):
        losses.append(backward(model, rounded))
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.grad is not None:
                    parameter -= RATE * parameter.grad
    return losses


def training(name: str) -> dict:
    """Of the gradients the error relative to their length; of the losses the largest error."""
    model = tiny(name)
    backward(model, rounded=False)
    exact = gradients(model)
    backward(model, rounded=True)
    relative = ((gradients(model) - exact).norm() / exact.norm()).item()
    losses = [np.array(learn(name, rounded)) for rounded in (False, True)]
    return {"gradients": relative, "losses": losses[0].tolist(), "lossError": float(np.abs(losses[1] - losses[0]).max())}


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
    learning = {name: training(name) for name in LEARNING}
    write("bfloat16", {"empty": np.zeros(1, np.float32)}, {"forward": cases, "training": learning})
