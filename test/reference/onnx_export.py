#!/usr/bin/env python3
"""What onnx, ONNX Runtime and Transformers say of the files that onpa's exportOnnx writes.

    npm run setup && npx tsc -b && python3 test/reference/onnx_export.py

Two models: data/models/mini-genres on its clips, and one of DistilHuBERT's size with seeded weights on seeded sound. Each
file passes onnx's checker with its shape inference; the logits are compared with Transformers', alone and in a batch with
a mask; beside int8 stands what ONNX Runtime's quantize_dynamic makes of the float32 file. Prints rows of a table, and fails
where float32 is off by more than 1e-3. Made for onnx 1.23.2, onnxruntime 1.32.0, transformers 5.23, torch 2.13 and librosa
0.11; the project does not need them otherwise.
"""

import subprocess
import tempfile
import time
from pathlib import Path

import librosa
import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from seeded_weights import audio, weights
from transformers import AutoFeatureExtractor, AutoModelForAudioClassification, HubertConfig, HubertForSequenceClassification

ROOT = Path(__file__).resolve().parent.parent.parent
EXPORT = ROOT / "build/test/test/onnx/export-process.js"
MINI_GENRES = ROOT / "data/models/mini-genres"
CLIPS = sorted((ROOT / "data/mini-genres/genres").glob("*/*.ogg"))
SECONDS = (1, 5, 30)
RATE = 16000

Batch = tuple[np.ndarray, np.ndarray]


def export(checkpoint: Path, folder: Path) -> dict[str, Path]:
    """The files by their dtypes, checked."""
    subprocess.run(["node", str(EXPORT), str(checkpoint), str(folder)], check=True, stderr=subprocess.DEVNULL)
    names = {"float32": "model", "float16": "model_fp16", "int8": "model_int8"}
    files = {dtype: folder / "onnx" / f"{name}.onnx" for dtype, name in names.items()}
    for file in files.values():
        onnx.checker.check_model(str(file), full_check=True)
        onnx.shape_inference.infer_shapes(onnx.load(file), check_type=True, strict_mode=True, data_prop=True)
    theirs = folder / "quantize_dynamic.onnx"
    quantize_dynamic(files["float32"], theirs, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul"])
    return files | {"quantize_dynamic": theirs}


def session(file: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def run(model: onnxruntime.InferenceSession, batch: Batch) -> np.ndarray:
    return model.run(None, dict(zip(("input_values", "attention_mask"), batch)))[0]


def reference(model: torch.nn.Module, batch: Batch) -> np.ndarray:
    values, mask = map(torch.from_numpy, batch)
    with torch.no_grad():
        return model(values, attention_mask=mask).logits.numpy()


def seconds(work) -> float:
    """Of one processor: the best of three."""
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def padded(rows: list[np.ndarray]) -> Batch:
    width = max(map(len, rows))
    mask = np.stack([np.arange(width) < len(row) for row in rows]).astype(np.int64)
    return np.stack([np.pad(row, (0, width - len(row))) for row in rows]).astype(np.float32), mask


def compare(name: str, model: torch.nn.Module, files: dict[str, Path], batches: dict[str, Batch], more) -> None:
    """A row for each file: size, the largest difference of each batch's logits, the time of 30 s on one
    thread, and what else is asked."""
    expected = {key: reference(model, batch) for key, batch in batches.items()}
    print(f"\n{name}\n| dtype | MB | {' | '.join(batches)} | 30 s takes | |")
    for dtype, file in files.items():
        ort = session(file)
        off = {key: np.abs(run(ort, batch) - expected[key]).max() for key, batch in batches.items()}
        assert dtype != "float32" or max(off.values()) < 1e-3, off
        took = seconds(lambda: run(ort, batches["30 s"]))
        row = [dtype, f"{file.stat().st_size / 1e6:.1f}", *(f"{value:.1e}" for value in off.values()), f"{took:.2f} s", more(ort)]
        print(f"| {' | '.join(row)} |", flush=True)


def batches_of(sound) -> dict[str, Batch]:
    """Clips of each length alone, and a second and five in a batch with a mask."""
    alone = {f"{length} s": padded([sound(0, length * RATE)]) for length in SECONDS}
    return alone | {"masked": padded([sound(1, RATE), sound(2, 5 * RATE)])}


def mini_genres(folder: Path) -> None:
    model = AutoModelForAudioClassification.from_pretrained(MINI_GENRES).eval()
    extractor = AutoFeatureExtractor.from_pretrained(MINI_GENRES)
    waveforms = [librosa.load(clip, sr=RATE)[0] for clip in CLIPS]
    labels = [model.config.label2id[clip.parent.name] for clip in CLIPS]

    def prepared(waveform: np.ndarray) -> Batch:
        batch = extractor(waveform, sampling_rate=RATE, return_tensors="np")
        return batch["input_values"].astype(np.float32), batch["attention_mask"].astype(np.int64)

    clips = [prepared(waveform) for waveform in waveforms]
    logits = np.concatenate([reference(model, clip) for clip in clips])

    def over_all(ort: onnxruntime.InferenceSession) -> str:
        found = np.concatenate([run(ort, clip) for clip in clips])
        accuracy, same = np.mean(found.argmax(1) == labels), np.mean(found.argmax(1) == logits.argmax(1))
        return f"{len(clips)} clips: accuracy {accuracy:.3f}, the same label for {same:.3f}, logits off by {np.abs(found - logits).max():.1e}"

    print(f"Transformers: accuracy {np.mean(logits.argmax(1) == labels):.3f}, logits up to {np.abs(logits).max():.1f}")
    long = np.concatenate(waveforms[:: len(waveforms) // 10])
    sound = lambda row, length: prepared(long[row * RATE : row * RATE + length])[0][0]
    compare("mini-genres", model, export(MINI_GENRES, folder), batches_of(sound), over_all)


def distilhubert(folder: Path) -> None:
    shape = {"num_hidden_layers": 2, "feat_proj_layer_norm": False, "num_labels": 10}
    model = HubertForSequenceClassification(HubertConfig(**shape)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.from_numpy(weights(name, tuple(parameter.shape))))
    model.save_pretrained(folder / "checkpoint")
    print(f"logits up to {np.abs(reference(model, padded([audio(0, RATE)]))).max():.1f}")
    compare("DistilHuBERT's size", model, export(folder / "checkpoint", folder), batches_of(audio), lambda _: "")


def main() -> None:
    for work in (mini_genres, distilhubert):
        with tempfile.TemporaryDirectory() as folder:
            work(Path(folder))


if __name__ == "__main__":
    main()
