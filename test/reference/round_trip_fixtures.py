"""A model as Transformers' Trainer leaves it, and the scores that Transformers' pipeline gives with it and with a model
that onpa has saved.

To make these alone: `python -c "import round_trip_fixtures as r; r.make()"`.
"""

import shutil
import tempfile
from pathlib import Path

import librosa
import torch
import transformers
from fixture_file import AUDIO, FIXTURES, write
from pipeline_fixtures import small_config
from seeded_weights import audio
from transformers import HubertForSequenceClassification, Trainer, TrainingArguments, Wav2Vec2FeatureExtractor
from transformers import pipeline as make_pipeline

DATA = FIXTURES.parent.parent / "data"
LABELS = ["low", "middle", "high"]
# Of the fixtures' recordings, at the rate that the models take.
SOUNDS = {"trumpet.ogg": AUDIO / "trumpet.ogg", "libri.ogg": AUDIO / "libri.ogg", "reggae.flac": DATA / "audio/reggae.flac"}


def train(target: Path) -> None:
    """Trains a tiny classifier for eight steps and saves it as a user of Transformers would."""
    torch.manual_seed(5)
    examples = [{"input_values": audio(i % 3, 4000 + 211 * i), "labels": i % 3} for i in range(12)]
    output = tempfile.mkdtemp()
    arguments = TrainingArguments(
        output_dir=output,
        num_train_epochs=2,
        per_device_train_batch_size=3,
        learning_rate=1e-2,
        eval_strategy="epoch",
        save_strategy="no",
        logging_steps=1,
        report_to="none",
        use_cpu=True,
        disable_tqdm=True,
    )
    trainer = Trainer(
        model=HubertForSequenceClassification(small_config(LABELS, mask_time_prob=0.0)),
        args=arguments,
        train_dataset=examples,
        eval_dataset=examples[:6],
        processing_class=Wav2Vec2FeatureExtractor(return_attention_mask=True),
        compute_metrics=lambda p: {"accuracy": float((p.predictions.argmax(-1) == p.label_ids).mean())},
    )
    trainer.train()
    trainer.save_model(output)
    trainer.save_state()
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for name in ("config.json", "model.safetensors", "preprocessor_config.json", "trainer_state.json"):
        shutil.copyfile(Path(output, name), target / name)
    shutil.rmtree(output)


def make() -> None:
    train(FIXTURES / "trained")
    cases = {}
    for model, folder in (("trained", FIXTURES / "trained"), ("mini-genres", DATA / "models/mini-genres")):
        classify = make_pipeline("audio-classification", model=str(folder), device="cpu")
        for name, path in SOUNDS.items():
            samples, _ = librosa.load(path, sr=16000)
            cases[f"{model}, {name}"] = {"model": model, "sound": name, "scores": classify(samples, top_k=None)}
    write("round-trip", {}, cases, {"torch": torch.__version__, "transformers": transformers.__version__})
