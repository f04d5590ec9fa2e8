#!/usr/bin/env python3
"""A model's way from onpa to Python and back, over a Hub on this machine that speaks the real one's protocol.

    npm run setup && python3 test/reference/round_trip.py

1. onpa pushes data/models/mini-genres as its Trainer does. huggingface_hub downloads it and reads the card, Transformers
   reads the state of the training and classifies sounds with the model.
2. Transformers pushes the model that its Trainer saved (test/fixtures/trained). onpa downloads it and classifies the same.

Prints how far the scores of both are apart, and fails where it is more than 1e-5. Made for huggingface_hub 2.4,
transformers 5.23, torch 2.13 and librosa 0.11; the project does not need them otherwise.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SERVER = ROOT / "build/test/test/hub/round-trip-process.js"
MODEL = ROOT / "data/models/mini-genres"
TRAINED = ROOT / "test/fixtures/trained"
SOUNDS = [ROOT / "test/fixtures/audio/trumpet.ogg", ROOT / "test/fixtures/audio/libri.ogg", ROOT / "data/audio/reggae.flac"]


class Onpa:
    """The process that keeps the Hub and runs onpa: it takes a line of JSON and answers one."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(["node", str(SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **request: object) -> dict:
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def difference(ours: list, theirs: list) -> float:
    """The largest one of the scores; both must name the same labels."""
    by_label = {entry["label"]: entry["score"] for entry in theirs}
    assert {entry["label"] for entry in ours} == set(by_label)
    return max(abs(entry["score"] - by_label[entry["label"]]) for entry in ours)


def main() -> None:
    onpa = Onpa()
    hub = onpa.ask(do="start")
    # Before the libraries are imported: they read these once.
    home = tempfile.TemporaryDirectory()
    os.environ |= {
        "HF_ENDPOINT": hub["url"],
        "HF_TOKEN": hub["token"],
        "HF_HOME": home.name,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    import librosa
    from huggingface_hub import ModelCard, snapshot_download, whoami
    from transformers import AutoFeatureExtractor, AutoModelForAudioClassification, TrainerState, pipeline

    waveforms = {str(path): librosa.load(path, sr=16000)[0] for path in SOUNDS}

    def compare(model: str, scores: dict) -> float:
        classify = pipeline("audio-classification", model=model, device="cpu")
        return max(difference(scores[path], classify(samples, top_k=None)) for path, samples in waveforms.items())

    print(f"logged in as {whoami()['name']}")
    pushed = onpa.ask(do="push", folder=str(MODEL), sounds=list(waveforms))
    snapshot = Path(snapshot_download(pushed["repository"]))
    files = sorted(str(path.relative_to(snapshot)) for path in snapshot.rglob("*") if path.is_file())
    print(f"onpa pushed, snapshot_download fetched: {', '.join(files)}")
    assert [file for file in files if file != ".gitattributes"] == pushed["files"]
    assert (snapshot / "model.safetensors").read_bytes() == (MODEL / "model.safetensors").read_bytes()
    card = ModelCard.load(snapshot / "README.md")
    [result] = card.data.eval_results
    print(f"card: {result.task_type}, {result.dataset_name}, {result.metric_type} {result.metric_value}")
    state = TrainerState.load_from_json(snapshot / "trainer_state.json")
    assert abs(state.best_metric - result.metric_value) < 1e-9
    there = compare(pushed["repository"], pushed["scores"])
    print(f"onpa → Transformers: scores differ by at most {there:.2g}")

    theirs = "owner/trained-in-python"
    AutoModelForAudioClassification.from_pretrained(TRAINED).push_to_hub(theirs)
    AutoFeatureExtractor.from_pretrained(TRAINED).push_to_hub(theirs)
    back = compare(theirs, onpa.ask(do="classify", model=theirs, sounds=list(waveforms))["scores"])
    print(f"Transformers → onpa: scores differ by at most {back:.2g}")
    onpa.close()
    assert max(there, back) < 1e-5


if __name__ == "__main__":
    main()
