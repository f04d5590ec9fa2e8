"""What librosa's pitch tracker, tuning, chroma filters and chromagram give."""

import warnings

import librosa
import numpy as np
from feature_fixtures import arguments, source
from fixture_file import sampled, sparse, write

RATE = 22050


def tone(cents: float) -> np.ndarray:
    """A quarter of a second of A4, C#5 and E5 with overtones, all `cents` sharp."""
    t = np.arange(RATE // 4) / RATE
    y = np.zeros(len(t))
    for step in (0, 4, 7):
        for overtone in (1, 2, 3):
            y += np.sin(2 * np.pi * 440 * 2 ** ((step + cents / 100) / 12) * overtone * t) / overtone
    return (0.2 * y).astype(np.float32)


def piptrack(signals: dict) -> None:
    tensors, cases = {}, {}
    for name, signal, options in [
        ("librosa's default", "trumpet", {}),
        ("from 500 Hz to 1 kHz", "trumpet", {"fMin": 500.0, "fMax": 1000.0}),
        ("above half of the highest peak", "trumpet", {"threshold": 0.5}),
        ("above a magnitude", "trumpet", {"ref": 2.0}),
        ("short frames", "trumpet", {"nFft": 512, "winLength": 400}),
        ("an odd frame, not centred", "noise", {"nFft": 401, "hopLength": 77, "center": False, "fMax": 20000.0}),
        ("of silence", "silence", {}),
    ]:
        pitches, magnitudes = librosa.piptrack(y=source(signals, signal), sr=RATE, **arguments(options))
        tensors |= sparse(f"{name}/pitches", pitches) | sparse(f"{name}/magnitudes", magnitudes)
        cases[name] = {"signal": signal, "options": options, "shape": list(pitches.shape)}
    write("piptrack", tensors, cases)


def tuning(signals: dict) -> None:
    tensors, cases = {}, {"tuning": {}, "frequencies": {}}
    for name, signal, options in [
        ("of the trumpet", "trumpet.ogg", {}),
        ("of the reading", "libri.ogg", {}),
        ("in quarter tones", "trumpet", {"binsPerOctave": 24}),
        ("coarsely", "trumpet", {"resolution": 0.3}),
        ("of short frames", "trumpet", {"nFft": 1024, "hopLength": 300}),
        ("of low pitches", "trumpet", {"fMin": 100.0, "fMax": 700.0, "threshold": 0.3}),
        ("of silence", "silence", {}),
    ] + [(f"of a chord {cents} cents sharp", cents, {}) for cents in (-45, -13, 27, 50)]:
        y = tone(signal) if isinstance(signal, int) else source(signals, signal)
        if isinstance(signal, int):
            tensors[f"chord/{signal}"] = y
        cases["tuning"][name] = {
            "signal": signal,
            "options": options,
            "tuning": float(librosa.estimate_tuning(y=y, sr=RATE, **arguments(options))),
        }
    for name, frequencies, options in [
        ("sharp", [442.0, 884.0, 331.0], {}),
        ("on a border", [440.0 * 2 ** (0.5 / 12)] * 2, {}),
        ("with zeros", [0.0, 261.6, -3.0], {"binsPerOctave": 36, "resolution": 0.05}),
        ("none", [], {}),
    ]:
        answer = librosa.pitch_tuning(np.array(frequencies), **arguments(options))
        cases["frequencies"][name] = {"frequencies": frequencies, "options": options, "tuning": float(answer)}
    write("tuning", tensors, cases)


def chroma(signals: dict) -> None:
    tensors, cases = {}, {"filters": {}, "chroma": {}, "spectrogram": {}}
    for name, options in [
        ("librosa's default", {"sampleRate": 22050, "nFft": 2048}),
        ("tuned sharp", {"sampleRate": 22050, "nFft": 2048, "tuning": 0.3}),
        ("quarter tones", {"sampleRate": 22050, "nFft": 1024, "nChroma": 24}),
        ("15 steps, from A", {"sampleRate": 16000, "nFft": 512, "nChroma": 15, "baseC": False}),
        ("7 steps", {"sampleRate": 16000, "nFft": 512, "nChroma": 7}),
        ("of the same weight everywhere", {"sampleRate": 22050, "nFft": 512, "octwidth": None}),
        ("around two octaves", {"sampleRate": 22050, "nFft": 512, "ctroct": 2.0, "octwidth": 0.5}),
        ("without norm", {"sampleRate": 22050, "nFft": 512, "norm": None}),
        ("whose largest weight is 1", {"sampleRate": 22050, "nFft": 401, "norm": 1.0}),
    ]:
        filters = librosa.filters.chroma(**arguments(options))
        part, facts = sampled(name, filters, 24, 60)
        tensors |= part
        cases["filters"][name] = {"options": options} | facts
    for name, signal, options in [
        ("librosa's default", "trumpet.ogg", {}),
        ("of the reading", "libri.ogg", {}),
        ("of a known tuning", "trumpet", {"tuning": 0.0}),
        ("in quarter tones, up to sums of 1", "trumpet", {"nChroma": 24, "norm": 1.0}),
        ("without norm", "trumpet", {"norm": None}),
        ("of squares, from A", "trumpet", {"norm": 2.0, "baseC": False}),
        ("of low octaves", "trumpet", {"ctroct": 4.0, "octwidth": 1.0}),
        ("of the same weight everywhere", "trumpet", {"octwidth": None}),
        ("an odd frame, not centred", "noise", {"nFft": 401, "hopLength": 77, "center": False, "window": "hamming"}),
        ("of one frame", "noise[:300]", {}),
        ("of silence", "silence", {}),
    ]:
        chromagram = librosa.feature.chroma_stft(y=source(signals, signal), sr=RATE, **arguments(options))
        part, facts = sampled(f"chroma {name}", chromagram, 24, 16)
        tensors |= part
        cases["chroma"][name] = {"signal": signal, "options": options} | facts
    power = np.abs(librosa.stft(signals["trumpet"], n_fft=1024)) ** 2
    for name, options in [("of a power spectrogram", {"sampleRate": 22050}), ("of a rate", {"sampleRate": 44100, "nFft": 1025})]:
        chromagram = librosa.feature.chroma_stft(S=power, **arguments(options))
        part, facts = sampled(f"chroma {name}", chromagram, 24, 16)
        tensors |= part
        cases["spectrogram"][name] = {"options": options} | facts
    write("chroma", tensors, cases)


def make(signals: dict) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # short signals, and no pitch in silence
        piptrack(signals)
        tuning(signals)
        chroma(signals)
