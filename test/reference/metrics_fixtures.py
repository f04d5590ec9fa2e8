"""What scikit-learn's metrics give for predictions of ten classes, of two, and where classes are missing, and SciPy's
Wilson intervals of shares."""

import json

import numpy as np
import scipy
import sklearn
from fixture_file import FIXTURES
from scipy.special import softmax
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix

GENRES = ["blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock"]


def case(names: list[str], labels: np.ndarray, predictions: np.ndarray) -> dict:
    classes = np.arange(len(names))
    arguments = {"labels": classes, "target_names": names, "zero_division": 0}
    report = classification_report(labels, predictions, output_dict=True, **arguments)
    accuracy = accuracy_score(labels, predictions)
    report.pop("accuracy", None)
    return {
        "names": names,
        "labels": labels.tolist(),
        "predictions": predictions.tolist(),
        "accuracy": accuracy,
        "confusion": confusion_matrix(labels, predictions, labels=classes).tolist(),
        "report": report,
        "text": classification_report(labels, predictions, **arguments),
    }


def mistakes(rng: np.random.Generator) -> dict:
    """The wrong predictions among 40 clips, the most probable first; two logits are far beyond float32's exp."""
    logits = (rng.normal(size=(40, 10)) * 2).astype(np.float32)
    logits[3] *= 200
    logits[4] -= 1000
    labels = rng.integers(10, size=40)
    predicted = logits.argmax(axis=1)
    probability = softmax(logits.astype(float), axis=1).max(axis=1)
    wrong = [i for i in np.argsort(-probability, kind="stable") if predicted[i] != labels[i]]
    found = [
        {"index": int(i), "label": int(labels[i]), "predicted": int(predicted[i]), "probability": probability[i]}
        for i in wrong
    ]
    return {"logits": logits.tolist(), "labels": labels.tolist(), "mistakes": found}


def wilson() -> list[dict]:
    """Successes, trials, and both ends of the interval."""
    pairs = [(0, 1), (1, 1), (0, 10), (10, 10), (2, 2), (3, 5), (7, 9), (54, 60), (1, 1000), (999, 1000), (123456, 1000000)]
    found = []
    for count, trials in pairs:
        low, high = binomtest(count, trials).proportion_ci(confidence_level=0.95, method="wilson")
        found.append({"count": count, "trials": trials, "low": low, "high": high})
    return found


def make() -> None:
    rng = np.random.default_rng(11)
    labels = rng.integers(10, size=200)
    guesses = np.where(rng.random(200) < 0.7, labels, rng.integers(10, size=200))
    cases = {
        "ten genres": case(GENRES, labels, guesses),
        "two classes": case(["a", "b"], np.array([0, 1, 1, 0, 1, 1]), np.array([0, 1, 0, 0, 1, 1])),
        "a class that nobody predicts": case(["a", "b", "c"], np.array([0, 1, 2, 2]), np.array([0, 0, 1, 1])),
        "a class that does not occur": case(["a", "b", "c"], np.array([0, 1, 1]), np.array([0, 2, 1])),
        "all right": case(["a", "b"], np.array([0, 1, 1]), np.array([0, 1, 1])),
        "all wrong": case(["a", "b"], np.array([0, 1]), np.array([1, 0])),
    }
    path = FIXTURES / "metrics.json"
    versions = {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__}
    content = {"versions": versions, "cases": cases, "mistakes": mistakes(rng), "wilson": wilson()}
    path.write_text(json.dumps(content) + "\n")
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")


if __name__ == "__main__":
    make()
