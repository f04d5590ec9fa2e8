"""Weights and audio that lib/src/doctor/seeded-weights.ts makes too, number for number: no fixture has to hold them.

Everything is integer arithmetic modulo 2^32, or float64 addition, multiplication, division and square root, which IEEE
754 rounds in one way only; the last step is the rounding to float32.
"""

import numpy as np


def hash32(text: str) -> int:
    """FNV-1a of the text's bytes."""
    result = 0x811C9DC5
    for byte in text.encode():
        result = ((result ^ byte) * 0x01000193) & 0xFFFFFFFF
    return result


def uniform(key: str, count: int) -> np.ndarray:
    """Multiples of 2^-23 in [-1, 1): number i depends on the key and on i alone (MurmurHash3's finaliser)."""
    with np.errstate(over="ignore"):
        x = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(hash32(key))
        x = (x ^ (x >> 16)) * np.uint32(0x85EBCA6B)
        x = (x ^ (x >> 13)) * np.uint32(0xC2B2AE35)
        x ^= x >> 16
    return (x >> 8).astype(np.float64) / 2**23 - 1


def canonical(name: str) -> str:
    """A tensor's name without the prefix of the base model, and with the older names of a weight norm's two parts."""
    for prefix in ("hubert.", "wav2vec2."):
        name = name.removeprefix(prefix)
    name = name.replace(".parametrizations.weight.original0", ".weight_g")
    return name.replace(".parametrizations.weight.original1", ".weight_v")


def weights(name: str, shape: tuple) -> np.ndarray:
    """The tensor of this name: activations stay between 0.1 and 10 through the whole model."""
    name = canonical(name)
    u = uniform(name, int(np.prod(shape)))
    fan_in = int(np.prod(shape[1:]))
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    if name.endswith("masked_spec_embed"):
        values = u
    elif name.endswith("layer_weights"):
        values = 0.5 * u
    elif name.endswith((".bias", ".running_mean")):
        values = 0.1 * u
    elif name.endswith(".running_var"):
        values = 1 + 0.5 * u
    elif name.endswith(".weight_g") or len(shape) == 1:
        values = 1 + 0.25 * u
    elif "conv_layers" in name:
        values = 3 / np.sqrt(fan_in) * u  # an activation halves the variance or more
    else:
        values = np.sqrt(3 / fan_in) * u
    return values.astype(np.float32).reshape(shape)


def audio(row: int, length: int) -> np.ndarray:
    """Three arched tones that swell every second, and noise: `length` float32 samples at 16 kHz."""
    i = np.arange(length, dtype=np.int64)
    tones = np.zeros(length)
    for frequency, amplitude in ((131 + 37 * row, 1.0), (523 + 101 * row, 0.5), (2203 - 211 * row, 0.25)):
        phase = (i * frequency % 16000) / 8000 - 1
        tones += amplitude * 4 * phase * (1 - np.abs(phase))
    swell = (i % 16000) / 16000
    return (tones * (0.25 + swell) + 0.2 * uniform(f"audio{row}", length)).astype(np.float32)
