#!/usr/bin/env python3
"""What Optuna's TPE sampler and median pruner compute, and how good what they find is: test/fixtures/search.json.

    pip install optuna==5.0.0 && python3 test/reference/search_reference.py
"""

import json
import math
from pathlib import Path

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.pruners import MedianPruner
from optuna.samplers import RandomSampler, TPESampler
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import _split_trials, default_gamma, default_weights
from optuna.trial import TrialState, create_trial

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "search.json"

# Under onpa's names.
SPACE = {
    "learningRate": {"low": 1e-6, "high": 1e-3, "log": True},
    "weightDecay": {"low": 0.0, "high": 0.3},
    "warmupRatio": {"low": 0.0, "high": 0.5, "step": 0.00390625},
    "numTrainEpochs": {"low": 1, "high": 200, "step": 1},
    "batch": {"low": 1, "high": 4096, "step": 1, "log": True},
    "scheduler": {"choices": ["linear", "cosine", "constant"]},
}


def distribution(dimension: dict):
    if "choices" in dimension:
        return CategoricalDistribution(dimension["choices"])
    low, high, step, log = (dimension[k] if k in dimension else None for k in ("low", "high", "step", "log"))
    if step is not None and float(step).is_integer():
        return IntDistribution(low, high, step=step, log=bool(log))
    return FloatDistribution(low, high, step=step, log=bool(log))


def point(rng: np.random.Generator) -> dict:
    params = {}
    for name, dimension in SPACE.items():
        if "choices" in dimension:
            params[name] = dimension["choices"][int(rng.integers(len(dimension["choices"])))]
            continue
        low, high, step = dimension["low"], dimension["high"], dimension.get("step")
        u = rng.random()
        value = math.exp(math.log(low) + u * math.log(high / low)) if dimension.get("log") else low + u * (high - low)
        params[name] = value if step is None else low + round((value - low) / step) * step
    return params


def different(rng: np.random.Generator, count: int) -> list:
    """Points that have no number in common: NumPy leaves open in which order it sorts what is equal."""
    points = []
    while len(points) < count:
        new = point(rng)
        if not any(new[n] == old[n] for old in points for n in SPACE if n != "scheduler"):
            points.append(new)
    return points


def densities() -> list:
    """The logarithm of the density at some points, from 0, 1, 2, 9 and 40 observations."""
    rng = np.random.default_rng(5)
    space = {name: distribution(dimension) for name, dimension in SPACE.items()}
    internal = lambda points: {n: np.asarray([d.to_internal_repr(p[n]) for p in points]) for n, d in space.items()}
    cases = []
    for count in (0, 1, 2, 9, 40):
        observed = different(rng, count)
        points = [point(rng) for _ in range(12)]
        settings = _ParzenEstimatorParameters(1.0, True, False, default_weights, True)
        estimator = _ParzenEstimator(internal(observed), space, settings)
        log_pdf = estimator.log_pdf(internal(points))
        cases.append({"observed": observed, "points": points, "logDensities": log_pdf.tolist()})
    return cases


def normal_masses() -> list:
    """ln P(a < Z < b), by Optuna's own function, also far out."""
    from optuna.samplers._tpe._truncnorm import _log_gauss_mass

    edges = [(-1, 1), (0, 0.1), (-0.3, 2), (1.9, 2.1), (2.4, 2.6), (3, 3.5), (-9, -8), (20, 21), (60, 61), (-90, 3), (-40, -39.5)]
    return [[a, b, float(_log_gauss_mass(np.array([float(a)]), np.array([float(b)]))[0])] for a, b in edges]


def trials_of(rng: np.random.Generator, count: int, states: list) -> list:
    records = []
    for number in range(count):
        state = states[number % len(states)]
        steps = [10, 20, 30] if state == "complete" else [10, 20][: 1 + number % 2]
        values = {step: float(np.round(rng.normal(), 3)) for step in steps}
        records.append({"number": number, "state": state, "value": values[steps[-1]], "intermediateValues": values})
    return records


def study_of(records: list, direction: str) -> optuna.Study:
    study = optuna.create_study(direction=direction)
    for record in records:
        state = TrialState.COMPLETE if record["state"] == "complete" else TrialState.PRUNED
        study.add_trial(
            create_trial(state=state, value=record["value"], intermediate_values=record["intermediateValues"])
        )
    return study


def splits() -> list:
    rng = np.random.default_rng(6)
    cases = []
    for count, states in ((4, ["complete"]), (23, ["complete", "pruned"]), (31, ["pruned"])):
        for direction in ("minimize", "maximize"):
            records = trials_of(rng, count, states)
            study = study_of(records, direction)
            below, above = _split_trials(study, study.trials, default_gamma(count))
            cases.append(
                {
                    "trials": records,
                    "direction": direction,
                    "below": [t.number for t in below],
                    "above": [t.number for t in above],
                }
            )
    return cases


def prunings() -> list:
    rng = np.random.default_rng(7)
    cases = []
    for count in (4, 5, 8):
        for direction in ("minimize", "maximize"):
            records = trials_of(rng, count, ["complete"] if count < 8 else ["complete", "complete", "pruned"])
            study = study_of(records, direction)
            for values in ({10: 0.0}, {10: -0.4}, {10: 0.4}, {10: 0.9, 20: 0.6}, {10: -0.9, 20: -0.6}, {15: 3.0}, {10: math.nan}):
                trial = create_trial(state=TrialState.RUNNING, intermediate_values=values)
                pruned = MedianPruner().prune(study, trial)
                listed = {step: None if math.isnan(value) else value for step, value in values.items()}
                cases.append({"trials": records, "direction": direction, "values": listed, "pruned": bool(pruned)})
    return cases


def valley(params: dict) -> float:
    """As trainings are: a best learning rate, more epochs help less and less, one scheduler is better."""
    lr = math.log10(params["learningRate"]) + 4.2
    scheduler = {"linear": 0.1, "cosine": 0.0, "constant": 0.3}[params["scheduler"]]
    return lr**2 + 1 / params["numTrainEpochs"] + 10 * (params["weightDecay"] - 0.1) ** 2 + scheduler


def branin(params: dict) -> float:
    x, y = params["x"], params["y"]
    bowl = (y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6) ** 2
    return bowl + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


FUNCTIONS = {
    "valley": (
        valley,
        {
            "learningRate": SPACE["learningRate"],
            "weightDecay": SPACE["weightDecay"],
            "numTrainEpochs": {"low": 1, "high": 6, "step": 1},
            "scheduler": SPACE["scheduler"],
        },
    ),
    "branin": (branin, {"x": {"low": -5, "high": 10}, "y": {"low": 0, "high": 15}}),
}
SEEDS, TRIALS = 100, 40


def found(function, space: dict, sampler) -> float:
    study = optuna.create_study(sampler=sampler)
    distributions = {
        name: FloatDistribution(d["low"], d["high"]) if name in "xy" else distribution(d) for name, d in space.items()
    }
    for _ in range(TRIALS):
        trial = study.ask(distributions)
        study.tell(trial, function(trial.params))
    return study.best_value


def searches() -> dict:
    """The best of 40 trials, by 100 seeds: mean, and what half and nine tenths of the searches reach."""
    cases = {}
    for name, (function, space) in FUNCTIONS.items():
        cases[name] = {"space": space}
        for kind, make in (("tpe", TPESampler), ("random", RandomSampler)):
            best = [found(function, space, make(seed=seed)) for seed in range(SEEDS)]
            cases[name][kind] = {
                "mean": float(np.mean(best)),
                "median": float(np.median(best)),
                "ninth": float(np.quantile(best, 0.9)),
            }
            print(name, kind, cases[name][kind])
    return cases


def main() -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    content = {
        "versions": {"optuna": optuna.__version__, "numpy": np.__version__},
        "space": SPACE,
        "densities": densities(),
        "masses": normal_masses(),
        "splits": splits(),
        "prunings": prunings(),
        "searches": {"seeds": SEEDS, "trials": TRIALS, "functions": searches()},
    }
    FIXTURE.write_text(json.dumps(content) + "\n")
    print(f"{FIXTURE.name}: {FIXTURE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
