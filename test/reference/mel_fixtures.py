"""What librosa's decibels, mel scale, mel filters and mel spectrograms give."""

import warnings

import librosa
import numpy as np
from fixture_file import AUDIO, sampled, sparse, write


def decibel() -> None:
    rng = np.random.default_rng(2)
    inputs = {
        "matrix": np.exp(rng.uniform(-30, 5, (6, 7))).astype(np.float32),
        "vector": np.exp(rng.uniform(-30, 5, 40)).astype(np.float32),
        "double": np.exp(rng.uniform(-30, 5, 40)),
        "silence": np.zeros((3, 4), np.float32),
        "one": np.full(1, 0.25, np.float32),
        "signed": np.array([-2, -1e-3, 0, 1e-12, 0.5, 1], np.float32),
    }
    plans = [
        {},
        {"ref": 1.0, "topDb": None},
        {"ref": 0.25},
        {"ref": -2.0},
        {"ref": 0.0},
        {"ref": "max"},
        {"ref": "max", "topDb": None},
        {"ref": "max", "topDb": 40},
        {"ref": "max", "topDb": 0},
        {"amin": 1e-3},
        {"amin": 1e-3, "topDb": None, "ref": 4.0},
    ]
    tensors, cases = dict(inputs), {}
    for function in ("amplitudeToDb", "powerToDb"):
        convert = librosa.amplitude_to_db if function == "amplitudeToDb" else librosa.power_to_db
        for source, x in inputs.items():
            for i, options in enumerate(plans):
                arguments = {{"topDb": "top_db"}.get(key, key): value for key, value in options.items()}
                if arguments.get("ref") == "max":
                    arguments["ref"] = np.max
                name = f"{function} {source} {i}"
                tensors[name] = convert(x, **arguments)
                cases[name] = {"function": function, "input": source, "options": options}
    write("decibel", tensors, cases)


def mel() -> None:
    hz = np.concatenate([np.linspace(0, 2000, 41), np.linspace(2500, 24000, 40), [999.999, 1000.001]])
    tensors, cases = {"hz": hz}, {"frequencies": {}, "filterbank": {}}
    for scale, htk in (("slaney", False), ("htk", True)):
        mels = librosa.hz_to_mel(hz, htk=htk)
        tensors |= {f"mel/{scale}": mels, f"hz/{scale}": librosa.mel_to_hz(mels, htk=htk)}
    for n, options in [
        (128, {}),
        (40, {"fMax": 8000.0}),
        (80, {"htk": True, "fMax": 8000.0}),
        (10, {"fMin": 300.0, "fMax": 3000.0}),
        (1, {}),
        (2, {}),
    ]:
        arguments = {key.lower(): value for key, value in options.items()}
        name = f"{n} frequencies {options}"
        tensors[name] = librosa.mel_frequencies(n, **arguments)
        cases["frequencies"][name] = {"n": n, "options": options}
    for sample_rate, n_fft in [(22050, 2048), (16000, 400), (44100, 401), (8000, 1), (22050, 5)]:
        tensors[f"fft_frequencies {sample_rate} {n_fft}"] = librosa.fft_frequencies(sr=sample_rate, n_fft=n_fft)

    for name, sample_rate, n_fft, n_mels, more in [
        ("librosa's default", 22050, 2048, 128, {}),
        ("up to 8 kHz", 22050, 2048, 128, {"fMax": 8000.0}),
        ("40 bands", 22050, 2048, 40, {"fMax": 8000.0}),
        ("80 bands", 22050, 2048, 80, {"fMax": 8000.0}),
        ("HTK, 25 ms at 16 kHz", 16000, 400, 80, {"htk": True}),
        ("HTK without norm", 16000, 512, 40, {"htk": True, "norm": None}),
        ("without norm", 22050, 2048, 128, {"norm": None}),
        ("from 300 Hz", 22050, 1024, 64, {"fMin": 300.0}),
        ("an odd frame", 22050, 401, 40, {}),
        ("bands that hold no bin", 22050, 512, 256, {}),
        ("above the Nyquist frequency", 22050, 512, 40, {"fMax": 20000.0}),
        ("one band", 22050, 512, 1, {}),
    ]:
        arguments = {key.lower(): value for key, value in more.items()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "Empty filters detected"
            filters = librosa.filters.mel(sr=sample_rate, n_fft=n_fft, n_mels=n_mels, **arguments)
        tensors |= sparse(name, filters)
        empty = int(np.sum(filters.max(axis=1) == 0))
        options = {"sampleRate": sample_rate, "nFft": n_fft, "nMels": n_mels} | more
        cases["filterbank"][name] = {"options": options, "shape": list(filters.shape), "empty": empty}
    write("mel", tensors, cases)


def mel_spectrogram(signals: dict) -> None:
    names = {"nFft": "n_fft", "hopLength": "hop_length", "winLength": "win_length", "nMels": "n_mels"}
    names |= {"padMode": "pad_mode", "fMax": "fmax", "fMin": "fmin"}
    plans = [
        ("librosa's default", "trumpet.ogg", {}),
        ("the tutorial's", "trumpet.ogg", {"nMels": 128, "fMax": 8000.0}),
        ("of the reading", "libri.ogg", {}),
        ("of magnitudes", "trumpet", {"power": 1.0}),
        ("of magnitudes to the power 1.5", "trumpet", {"power": 1.5}),
        ("HTK", "trumpet", {"htk": True}),
        ("25 ms", "trumpet", {"nFft": 512, "winLength": 400, "hopLength": 160, "nMels": 40}),
        ("not centred", "trumpet", {"center": False}),
        ("reflected ends", "trumpet", {"padMode": "reflect"}),
        ("Hamming window", "trumpet", {"window": "hamming", "norm": None}),
        ("an odd frame", "trumpet", {"nFft": 1001, "nMels": 40}),
    ]
    tensors, cases = {}, {}
    for name, source, options in plans:
        y = signals[source] if source in signals else librosa.load(AUDIO / source)[0]
        arguments = {names.get(key, key): value for key, value in options.items()}
        spectrogram = librosa.feature.melspectrogram(y=y, sr=22050, **arguments)
        part, facts = sampled(name, spectrogram, 128, 16)
        tensors |= part
        cases[name] = {"signal": source, "options": options} | facts
    write("mel-spectrogram", tensors, cases)
