"""In which fold scikit-learn tests each row: with and without classes and groups."""

import numpy as np
import sklearn
from fixture_file import write
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

SEEDS = [0, 1, 42, 2**32 - 1]


def fold_of(splitter, classes: np.ndarray, groups: np.ndarray, rows: int) -> np.ndarray:
    folds = np.full(rows, -1, dtype=np.int16)
    takes_groups = isinstance(splitter, (GroupKFold, StratifiedGroupKFold))
    for fold, (_, test) in enumerate(splitter.split(np.zeros(rows), classes, groups if takes_groups else None)):
        folds[test] = fold
    return folds


def make() -> None:
    random = np.random.default_rng(5)
    # GTZAN's classes, of which one has lost a clip; uneven classes; classes whose first rows are not in their order.
    sets = {
        "genres": np.repeat(np.arange(10), 100)[:999],
        "uneven": random.choice(4, size=137, p=[0.5, 0.3, 0.15, 0.05]),
        "late": np.concatenate([[3, 0, 2, 1], random.integers(0, 4, 50)]),
    }
    tensors, cases = {}, {}
    for name, classes in sets.items():
        rows = len(classes)
        # Artists: some have one clip, some thirty, of one class or, one in twenty, of another one too.
        artists = np.array([int(c * 40 + random.geometric(0.1)) if random.random() < 0.95 else 7 for c in classes])
        tensors |= {f"{name}/classes": classes.astype(np.int32), f"{name}/groups": artists.astype(np.int32)}
        for folds in (2, 3, 5, 10):
            for seed in SEEDS:
                kinds = {
                    "plain": KFold(folds, shuffle=True, random_state=seed),
                    "stratified": StratifiedKFold(folds, shuffle=True, random_state=seed),
                    "stratifiedGroups": StratifiedGroupKFold(folds, shuffle=True, random_state=seed),
                    "groups": GroupKFold(folds, shuffle=True, random_state=seed),
                }
                for kind, splitter in kinds.items():
                    if kind == "stratified" and np.bincount(classes).min() < folds:
                        continue
                    key = f"{name}, {kind}, folds {folds}, seed {seed}"
                    cases[key] = {"set": name, "kind": kind, "folds": folds, "seed": seed}
                    tensors[key] = fold_of(splitter, classes, artists, rows)
            for kind, splitter in {"plain": KFold(folds), "stratified": StratifiedKFold(folds)}.items():
                if kind == "stratified" and np.bincount(classes).min() < folds:
                    continue
                key = f"{name}, {kind}, folds {folds}, in order"
                cases[key] = {"set": name, "kind": kind, "folds": folds}
                tensors[key] = fold_of(splitter, classes, artists, rows)
    write("dataset/folds", tensors, cases, {"scikit-learn": sklearn.__version__})


if __name__ == "__main__":
    make()
