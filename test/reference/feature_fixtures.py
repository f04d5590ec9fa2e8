"""What librosa's features of a frame, its emphasis filters and its trim give."""

import librosa
import numpy as np
from fixture_file import AUDIO, write

# librosa's names for onpa's parameters, where they are not the same words joined in another way
NAMES = {"sampleRate": "sr", "fMin": "fmin", "fMax": "fmax"}


def arguments(options: dict) -> dict:
    """onpa's options as librosa's keyword arguments."""

    def snake(name: str) -> str:
        return NAMES.get(name) or "".join("_" + c.lower() if c.isupper() else c for c in name)

    return {snake(name): np.max if isinstance(value, str) and value == "max" else value for name, value in options.items()}


def source(signals: dict, name: str) -> np.ndarray:
    """A signal by its name in the tests: a recording, silence, or the first samples of one in `signals`."""
    if name.endswith(".ogg"):
        return librosa.load(AUDIO / name)[0]
    if name == "silence":
        return np.zeros(5000, np.float32)
    base, _, end = name.partition("[:")
    return signals[base][: int(end[:-1])] if end else signals[base]


def rms(signals: dict) -> None:
    plans = [
        ("librosa's default", "trumpet.ogg", {}),
        ("of the reading", "libri.ogg", {}),
        ("short frames", "trumpet", {"frameLength": 400, "hopLength": 160}),
        ("an odd frame", "noise", {"frameLength": 401, "hopLength": 77}),
        ("not centred", "noise", {"frameLength": 512, "center": False}),
        ("reflected ends", "noise", {"padMode": "reflect"}),
        ("repeated ends", "noise", {"padMode": "edge"}),
        ("a hop longer than the frame", "noise", {"frameLength": 100, "hopLength": 300}),
        ("of one sample", "noise[:1]", {}),
        ("of no sample", "noise[:0]", {}),
        ("of silence", "silence", {}),
    ]
    tensors, cases = {}, {}
    for name, signal, options in plans:
        tensors[name] = librosa.feature.rms(y=source(signals, signal), **arguments(options))[0]
        cases[name] = {"signal": signal, "options": options}
    for name, length in (("of magnitudes", 512), ("of magnitudes of an odd frame", 401), ("of magnitudes of silence", 64)):
        y = source(signals, "silence" if "silence" in name else "noise")
        magnitude = np.abs(librosa.stft(y, n_fft=length, hop_length=length))
        tensors[name] = librosa.feature.rms(S=magnitude, frame_length=length)[0]
        cases[name] = {"signal": "silence" if "silence" in name else "noise", "stft": length}
    write("rms", tensors, cases)


def zero_crossing_rate(signals: dict) -> None:
    plans = [
        ("librosa's default", "trumpet.ogg", {}),
        ("of the reading", "libri.ogg", {}),
        ("short frames", "trumpet", {"frameLength": 400, "hopLength": 160}),
        ("an odd frame", "noise", {"frameLength": 401, "hopLength": 77}),
        ("not centred", "noise", {"frameLength": 512, "center": False}),
        ("of what is above a threshold", "trumpet", {"threshold": 0.01}),
        ("with zero as a sign of its own", "trumpet", {"threshold": 0.01, "zeroPos": False}),
        ("with the first sample as a crossing", "noise", {"frameLength": 512, "pad": True}),
        ("of one sample", "noise[:1]", {}),
        ("of silence", "silence", {}),
    ]
    tensors, cases = {}, {}
    for name, signal, options in plans:
        tensors[name] = librosa.feature.zero_crossing_rate(source(signals, signal), **arguments(options))[0]
        cases[name] = {"signal": signal, "options": options}
    write("zero-crossing-rate", tensors, cases)


def spectral_centroid(signals: dict) -> None:
    plans = [
        ("librosa's default", "trumpet.ogg", {}),
        ("of the reading", "libri.ogg", {}),
        ("of frames of 25 ms", "trumpet", {"nFft": 512, "winLength": 400, "hopLength": 160}),
        ("an odd frame", "noise", {"nFft": 401, "hopLength": 77}),
        ("not centred", "noise", {"nFft": 512, "center": False}),
        ("reflected ends, Hamming window", "noise", {"padMode": "reflect", "window": "hamming"}),
        ("of one sample", "noise[:1]", {}),
        ("of silence", "silence", {}),
    ]
    tensors, cases = {}, {}
    for name, signal, options in plans:
        tensors[name] = librosa.feature.spectral_centroid(y=source(signals, signal), sr=22050, **arguments(options))[0]
        cases[name] = {"signal": signal, "options": options}
    magnitude = np.abs(librosa.stft(signals["noise"], n_fft=400, hop_length=200))
    mel = librosa.mel_frequencies(201)
    for name, options in [
        ("of magnitudes", {"sampleRate": 16000}),
        ("of magnitudes, in bands", {"freq": mel}),
        ("of magnitudes of another nFft", {"nFft": 401}),
    ]:
        tensors[name] = librosa.feature.spectral_centroid(S=magnitude, **arguments(options))[0]
        told = {key: value.tolist() if key == "freq" else value for key, value in options.items()}
        cases[name] = {"signal": "noise", "stft": {"nFft": 400, "hopLength": 200}, "options": told}
    write("spectral-centroid", tensors, cases)


def emphasis(signals: dict) -> None:
    plans = [("by default", 5000, {}), ("of two samples", 2, {}), ("with a state", 100, {"coef": 0.5, "zi": 0.25})]
    plans += [("of one sample with a state", 1, {"zi": 0.25}), ("of coef 1", 100, {"coef": 1.0}), ("of coef 0", 9, {"coef": 0.0})]
    tensors, cases = {}, {}
    for name, length, options in plans:
        y = signals["noise"][:length]
        given = {key: [value] if key == "zi" else value for key, value in options.items()}
        tensors[f"{name}/pre"] = librosa.effects.preemphasis(y, **given)
        tensors[f"{name}/de"] = librosa.effects.deemphasis(y, **given)
        cases[name] = {"length": length, "options": options}
    write("emphasis", tensors, cases)


def trim(signals: dict) -> None:
    """Of a tone that grows out of silence and fades into it, so that each level has its place."""
    y = signals["trumpet"] * (np.sin(np.linspace(0, np.pi, len(signals["trumpet"]))) ** 8).astype(np.float32)
    cases = {}
    for name, signal, options in [
        ("by default", y, {}),
        ("at 20 dB", y, {"topDb": 20}),
        ("at 45.5 dB", y, {"topDb": 45.5}),
        ("against full scale", y, {"ref": 1.0, "topDb": 40}),
        ("short frames", y, {"frameLength": 256, "hopLength": 64, "topDb": 30}),
        ("silence", np.zeros(5000, np.float32), {}),
        ("silence against full scale", np.zeros(5000, np.float32), {"ref": 1.0}),
        ("one sample", y[10000:10001], {}),
        ("no sample", y[:0], {}),
    ]:
        index = librosa.effects.trim(signal, **arguments(options))[1]
        cases[name] = {"length": len(signal), "options": options, "index": [int(i) for i in index]}
    write("trim", {"faded": y}, cases)


def make(signals: dict) -> None:
    rms(signals)
    zero_crossing_rate(signals)
    spectral_centroid(signals)
    emphasis(signals)
    trim(signals)
