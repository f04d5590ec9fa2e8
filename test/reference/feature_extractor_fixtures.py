"""What Transformers' Wav2Vec2FeatureExtractor makes of audio, and what it writes to preprocessor_config.json."""

import json

import numpy as np
import transformers
from fixture_file import positions, write
from transformers import Wav2Vec2FeatureExtractor

NAMES = {
    "doNormalize": "do_normalize",
    "maxLength": "max_length",
    "padToMultipleOf": "pad_to_multiple_of",
    "paddingSide": "padding_side",
    "paddingValue": "padding_value",
    "returnAttentionMask": "return_attention_mask",
    "samplingRate": "sampling_rate",
}


def python_names(options: dict) -> dict:
    return {NAMES.get(key, key): value for key, value in options.items()}


def to(length: int) -> dict:
    return {"padding": "max_length", "maxLength": length}


def feature_extractor(signals: dict) -> None:
    rng = np.random.default_rng(7)
    inputs = {
        "short": rng.normal(0.2, 0.5, 37).astype(np.float32),
        "middle": rng.normal(-0.1, 0.02, 50).astype(np.float32),
        "long": rng.uniform(-1, 1, 64).astype(np.float32),
        "silence": np.zeros(20, np.float32),
        "constant": np.full(20, 0.5, np.float32),
        "one sample": np.full(1, 0.25, np.float32),
    }
    three, mask = ["short", "middle", "long"], {"returnAttentionMask": True}
    raw, cut, by16 = mask | {"doNormalize": False}, {"truncation": True}, {"padToMultipleOf": 16}
    plans = [
        ("one waveform", {}, ["short"], {}),
        ("one waveform, with its mask", mask, ["short"], {}),
        ("one waveform as it is", {"doNormalize": False}, ["short"], {}),
        ("silence", {}, ["silence"], {}),
        ("a constant", {}, ["constant"], {}),
        ("one sample", {}, ["one sample"], {}),
        ("rows of different lengths", {}, three, {}),
        ("rows of different lengths, with their masks", mask, three, {}),
        ("padding, without mask", {}, three, {"padding": True}),
        ("padding, with mask", mask, three, {"padding": True}),
        ("padding to the longest, mask asked for in the call", {}, three, {"padding": "longest"} | mask),
        ("padding, mask refused in the call", mask, three, {"padding": True, "returnAttentionMask": False}),
        ("padding without normalising", raw, three, {"padding": True}),
        ("padding with another value", mask | {"paddingValue": -2.5}, three, {"padding": True}),
        ("padding with another value, without mask", {"paddingValue": -2.5}, three, {"padding": True}),
        ("padding on the left", mask | {"paddingSide": "left", "paddingValue": 3.0}, three, {"padding": True}),
        ("padding on the left, without mask", {"paddingSide": "left"}, three, {"padding": True}),
        ("padding on the left, as it is", raw | {"paddingSide": "left"}, three, {"padding": True}),
        ("padding one waveform to 60", mask, ["short"], to(60)),
        # With masks of different lengths Transformers cannot normalise: NumPy refuses to stack them.
        ("padding to 45 leaves longer rows", {}, three, to(45)),
        ("padding to 45 leaves longer masks", raw, three, to(45)),
        ("padding and truncation to 45", mask, three, to(45) | cut),
        ("padding and truncation to 45, without mask", {}, three, to(45) | cut),
        ("truncation to 45", mask, three, {"maxLength": 45} | cut),
        ("truncation to 45, padding to the longest", mask, three, {"padding": True, "maxLength": 45} | cut),
        ("a maximum beyond the longest", mask, three, {"padding": True, "maxLength": 100} | cut),
        ("a maximum length that nothing asks for", mask, three, {"maxLength": 45}),
        ("padding to a multiple of 16", mask, three[:2], {"padding": True} | by16),
        ("padding to a multiple of 16 that fits", mask, three, {"padding": True} | by16),
        ("padding to 61, in multiples of 16", mask, three, to(61) | by16),
        ("truncation to 45, in multiples of 16", mask, three, {"maxLength": 45} | by16 | cut),
        ("padding and truncation to 33, in multiples of 16", mask, three, to(33) | by16 | cut),
        ("no padding, in multiples of 16", mask, three, {"padding": "do_not_pad"} | by16),
        ("silence beside sound", mask, ["silence", "long"], {"padding": True}),
        ("silence beside sound, without mask", {}, ["silence", "long"], {"padding": True}),
    ]
    tensors, cases = {f"input/{key}": value for key, value in inputs.items()}, {"batches": {}, "files": {}}
    for name, options, rows, call in plans:
        extractor = Wav2Vec2FeatureExtractor(**python_names(options))
        batch = inputs[rows[0]] if len(rows) == 1 else [inputs[row] for row in rows]
        made = extractor(batch, sampling_rate=16000, **python_names(call))
        for i, values in enumerate(made["input_values"]):
            tensors[f"{name}/{i}"] = values.astype(np.float32)
        for i, row in enumerate(made.get("attention_mask", [])):
            tensors[f"{name}/mask {i}"] = row
        masked = "attention_mask" in made
        cases["batches"][name] = {"options": options, "inputs": rows, "call": call, "masked": masked}

    # A clip as long as the tutorial's first batches, with an offset: float32 sums show here, if anywhere.
    trumpet = np.tile(signals["trumpet"], 22)[:480000] + np.float32(0.125)
    (values,) = Wav2Vec2FeatureExtractor()(trumpet, sampling_rate=16000)["input_values"]
    at = positions(len(values), 200)
    tensors |= {"30 s/at": at, "30 s/values": values[at]}

    for name, options in [
        ("the defaults", {}),
        ("the tutorial's", {"doNormalize": True, "returnAttentionMask": True}),
        ("others", {"doNormalize": False, "paddingValue": -1.5, "paddingSide": "left", "samplingRate": 8000}),
    ]:
        written = Wav2Vec2FeatureExtractor(**python_names(options)).to_json_string()
        cases["files"][name] = {"options": options, "json": json.loads(written)}
    write("feature-extractor", tensors, cases, {"transformers": transformers.__version__})
