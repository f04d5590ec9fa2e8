"""What librosa.load and librosa.resample give."""

import librosa
import numpy as np
from audio_files import RECORDINGS
from fixture_file import AUDIO, positions, write


def load() -> None:
    """The recordings in part (the first and last 256 samples, and one in 97), with ranges; excerpts of the trumpet."""
    tensors, cases = {}, {}
    for name in RECORDINGS:
        y, sample_rate = librosa.load(AUDIO / name)
        at = np.unique(np.concatenate([np.arange(256), np.arange(0, len(y), 97), np.arange(len(y) - 256, len(y))]))
        tensors |= {f"{name}/at": at.astype(np.int32), f"{name}/values": y[at]}
        facts = {"length": len(y), "sampleRate": sample_rate, "least": float(y.min()), "most": float(y.max())}
        cases[name] = {"file": name, "options": {}} | facts
    # Not from the last half second: on the last page of an Ogg file libsndfile 1.2.2 seeks to a wrong sample.
    excerpts = [(1.0, 0.5), (0.12345, 0.1), (4.5, 1.0), (0.0, 0.01), (4.0, None)]
    for offset, duration in excerpts:
        y, sample_rate = librosa.load(AUDIO / "trumpet.ogg", offset=offset, duration=duration)
        name = f"trumpet.ogg from {offset} s for {duration} s"
        at = positions(len(y), 64)
        tensors |= {f"{name}/at": at, f"{name}/values": y[at]}
        options = {"offset": offset} | ({} if duration is None else {"duration": duration})
        cases[name] = {"file": "trumpet.ogg", "options": options, "length": len(y), "sampleRate": sample_rate}
    write("load", tensors, cases)


def formats() -> None:
    """Every small file in full, mixed to one channel, at its own sampling rate."""
    tensors, cases = {}, {}
    for path in sorted(AUDIO.iterdir()):
        if path.is_dir() or path.name in RECORDINGS:
            continue
        y, sample_rate = librosa.load(path, sr=None)
        tensors[path.name] = y
        cases[path.name] = {"sampleRate": int(sample_rate), "length": len(y)}
    write("formats", tensors, cases)


def band_limited(sample_rate: int, length: int, highest: float, seed: int) -> np.ndarray:
    """Noise and a few tones up to `highest` Hz, faded in and out; peak 0.9."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.standard_normal(length))
    frequencies = np.fft.rfftfreq(length, 1 / sample_rate)
    spectrum[frequencies > 0.97 * highest] = 0
    t = np.arange(length) / sample_rate
    y = np.fft.irfft(spectrum, length)
    for share in (0.1, 0.37, 0.8, 0.95):
        y += np.sin(2 * np.pi * share * highest * t)
    y *= np.hanning(length)
    return (0.9 * y / np.abs(y).max()).astype(np.float32)


def resample(trumpet: np.ndarray) -> None:
    tensors, cases = {}, {}
    pairs = [
        (22050, 16000),
        (16000, 22050),
        (44100, 16000),
        (16000, 44100),
        (48000, 44100),
        (8000, 16000),
        (22050, 22051),
        (48000, 16000),
        (24000, 16000),
        (44100, 22050),
        (44101, 8000),
        (44100, 24000),
        (8000, 56000),
    ]
    for seed, (before, after) in enumerate(pairs):
        name = f"{before} to {after}"
        x = band_limited(before, before // 5, 0.9 * min(before, after) / 2, seed)
        y = librosa.resample(x, orig_sr=before, target_sr=after)
        tensors |= {f"{name}/x": x, f"{name}/y": y}
        cases[name] = {"from": before, "to": after}
    tensors["trumpet at 16000"] = librosa.resample(trumpet, orig_sr=22050, target_sr=16000)

    lengths = []
    for before, after in [*pairs, (11025, 16000), (32000, 8000)]:
        for n in (1, 2, 3, 7, 10, 100, 441, 999, 1000, 4096, before, before + 1, 3 * before - 1):
            y = librosa.resample(np.zeros(n, np.float32), orig_sr=before, target_sr=after)
            lengths.append((before, after, n, len(y)))
    tensors["lengths"] = np.array(lengths, np.int32)
    write("resample", tensors, cases)
