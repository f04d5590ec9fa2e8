"""What librosa's onset strength, tempo and beat tracker give."""

import librosa
import numpy as np
from feature_fixtures import arguments, source
from fixture_file import FIXTURES, write

RATE = 22050
CLIPS = FIXTURES.parent.parent / "data" / "mini-genres" / "genres"


def clip(name: str) -> np.ndarray:
    """A clip of the course's small data set, music of a known tempo."""
    return librosa.load(CLIPS / name.split(".")[0] / name)[0]


def onset_strength(signals: dict) -> None:
    rng = np.random.default_rng(12)
    s = rng.uniform(-80, 0, (10, 40)).astype(np.float32)
    other = rng.uniform(-80, 0, (10, 40)).astype(np.float32)
    tensors, cases = {"s": s, "other": other}, {}
    for name, signal, options in [
        ("librosa's default", "trumpet.ogg", {}),
        ("of the reading", "libri.ogg", {}),
        ("by the median", "trumpet.ogg", {"aggregate": "median"}),
        ("two frames on, among three bands", "trumpet", {"lag": 2, "maxSize": 3}),
        ("detrended", "trumpet", {"detrend": True}),
        ("not moved", "trumpet", {"center": False}),
        ("of 40 bands, short frames", "trumpet", {"nMels": 40, "nFft": 512, "hopLength": 160}),
        ("up to 2 kHz by HTK", "trumpet", {"fMax": 2000.0, "htk": True}),
        ("of one frame", "noise[:300]", {}),
        ("of one frame, not moved, five on", "noise[:300]", {"center": False, "lag": 5}),
        ("of silence", "silence", {}),
    ]:
        given = arguments(options)
        if "aggregate" in given:
            given["aggregate"] = np.median
        tensors[name] = librosa.onset.onset_strength(y=source(signals, signal), sr=RATE, **given).astype(np.float32)
        cases[name] = {"signal": signal, "options": options}
    for name, options in [
        ("of decibels", {}),
        ("of decibels, among two bands", {"maxSize": 2}),
        ("of decibels, among four bands, by the median", {"maxSize": 4, "aggregate": "median"}),
        ("of decibels, among more bands than there are", {"maxSize": 25}),
        ("of decibels, of a long frame", {"nFft": 4096, "hopLength": 256}),
        ("of decibels against others", {"ref": "other"}),
    ]:
        given = arguments(options) | ({"ref": other} if "ref" in options else {})
        if "aggregate" in given:
            given["aggregate"] = np.median
        tensors[name] = librosa.onset.onset_strength(S=s, **given)
        cases[name] = {"options": options}
    write("onset-strength", tensors, cases)


def beat_track(signals: dict) -> None:
    """Tempo and beats of sounds, and of onset strengths that are written down."""
    rng = np.random.default_rng(13)
    envelopes = {
        "random": rng.uniform(0, 3, 500).astype(np.float32),
        "regular": ((np.arange(600) % 37 == 5) * rng.uniform(1, 2, 600)).astype(np.float32),
        "one onset": (np.arange(200) == 60).astype(np.float32),
        "two frames": np.array([0, 1], np.float32),
        "first frame alone": np.array([1, 0, 0, 0, 0], np.float32),
        "nothing": np.zeros(100, np.float32),
    }
    tensors = {f"envelope/{name}": x for name, x in envelopes.items()}
    cases = {}
    for signal, options in [
        ("trumpet.ogg", {}),
        ("libri.ogg", {}),
        ("disco.00003.ogg", {}),
        ("rock.00001.ogg", {}),
        ("rock.00001.ogg", {"units": "time"}),
        ("rock.00001.ogg", {"units": "samples"}),
        ("rock.00001.ogg", {"startBpm": 60}),
        ("disco.00003.ogg", {"hopLength": 256}),
        ("disco.00003.ogg", {"trim": False, "tightness": 10}),
        ("disco.00003.ogg", {"bpm": 45}),
        ("silence", {}),
        ("noise[:300]", {}),
    ]:
        y = clip(signal) if signal.count(".") == 2 else source(signals, signal)
        tempo, beats = librosa.beat.beat_track(y=y, sr=RATE, **arguments(options))
        name = f"{signal} {options or ''}".strip()
        tensors[name] = beats.astype(np.float64)
        cases[name] = {"signal": signal, "options": options, "tempo": float(np.atleast_1d(tempo)[0])}
    for envelope, options in [
        ("random", {}),
        ("random", {"trim": False}),
        ("random", {"tightness": 1000.0, "bpm": 200.0}),
        ("random", {"tightness": 0.5}),
        ("regular", {}),
        ("regular", {"bpm": 70.0}),
        ("one onset", {}),
        ("two frames", {}),
        ("first frame alone", {}),
        ("nothing", {}),
    ]:
        tempo, beats = librosa.beat.beat_track(onset_envelope=envelopes[envelope], sr=RATE, **arguments(options))
        name = f"{envelope} {options or ''}".strip()
        tensors[name] = beats.astype(np.float64)
        cases[name] = {"envelope": envelope, "options": options, "tempo": float(np.atleast_1d(tempo)[0])}
    write("beat-track", tensors, cases)


def tempo(signals: dict) -> None:
    rng = np.random.default_rng(14)
    envelope = rng.uniform(0, 3, 300).astype(np.float32)
    cases = {}
    for name, options in [
        ("librosa's default", {}),
        ("near 60", {"startBpm": 60.0}),
        ("very near 60", {"startBpm": 60.0, "stdBpm": 0.1}),
        ("over 2 s", {"acSize": 2.0}),
        ("below 100", {"maxTempo": 100.0}),
        ("without limit", {"maxTempo": None, "startBpm": 2000.0}),
        ("of a short hop", {"hopLength": 100}),
    ]:
        bpm = librosa.feature.tempo(onset_envelope=envelope, sr=RATE, **arguments(options))
        cases[name] = {"options": options, "bpm": float(bpm[0])}
    for name, signal in (("of the trumpet", "trumpet.ogg"), ("of the reading", "libri.ogg"), ("of silence", "silence")):
        cases[name] = {"signal": signal, "options": {}, "bpm": float(librosa.feature.tempo(y=source(signals, signal))[0])}
    write("tempo", {"envelope": envelope}, cases)


def make(signals: dict) -> None:
    onset_strength(signals)
    tempo(signals)
    beat_track(signals)
