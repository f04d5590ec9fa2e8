"""What numpy.fft.rfft, scipy.signal.get_window, librosa.stft, librosa.istft and librosa.griffinlim give."""

import warnings

import librosa
import numpy as np
import scipy.signal
from fixture_file import AUDIO, sampled, write

# onpa's names for librosa's parameters
NAMES = {
    "n_fft": "nFft",
    "hop_length": "hopLength",
    "win_length": "winLength",
    "window": "window",
    "center": "center",
    "pad_mode": "padMode",
    "length": "length",
    "n_iter": "nIter",
    "momentum": "momentum",
    "random_state": "seed",
    "init": "init",
}


def renamed(options: dict) -> dict:
    return {NAMES[key]: value for key, value in options.items() if not isinstance(value, np.ndarray)}


def fft() -> None:
    rng = np.random.default_rng(0)
    tensors = {}
    for n in (1, 2, 3, 4, 5, 7, 12, 31, 100, 441, 1000, 1009, 4096):
        x = rng.standard_normal(n)
        spectrum = np.fft.rfft(x)
        tensors |= {f"{n}/x": x, f"{n}/re": spectrum.real.copy(), f"{n}/im": spectrum.imag.copy()}
    write("fft", tensors)


def window() -> None:
    tensors, cases = {"numpy.hanning(4096)": np.hanning(4096)}, {}
    for name in ("hann", "hamming", "blackman", "blackmanharris", "boxcar"):
        for periodic in (True, False):
            for length in (1, 2, 3, 4, 5, 400):
                key = f"{name} of {length}, {'periodic' if periodic else 'symmetric'}"
                tensors[key] = scipy.signal.get_window(name, length, fftbins=periodic)
                cases[key] = {"window": name, "length": length, "periodic": periodic}
    write("window", tensors, cases)


def stft(signals: dict) -> None:
    trumpet, libri = (librosa.load(AUDIO / name)[0] for name in ("trumpet.ogg", "libri.ogg"))
    sources = signals | {"trumpet.ogg": trumpet, "libri.ogg": libri, "silence": np.zeros(5000, np.float32)}
    sources |= {f"noise[:{n}]": signals["noise"][:n] for n in (0, 1, 2, 5, 100, 300, 1000, 2047)}
    gaussian = scipy.signal.windows.gaussian(400, 60)
    plans = [
        ("the whole trumpet", "trumpet.ogg", {}),
        ("the whole reading", "libri.ogg", {}),
        ("a second of trumpet", "trumpet", {}),
        ("frames of 25 ms each 6 ms", "trumpet", dict(n_fft=512, hop_length=100, win_length=400)),
        ("an odd frame", "noise", dict(n_fft=401)),
        ("an odd frame, not centred", "noise", dict(n_fft=401, hop_length=77, center=False)),
        ("a frame of 1000", "noise", dict(n_fft=1000)),
        ("a frame of a prime length", "noise", dict(n_fft=509, hop_length=127)),
        ("an odd window in an even frame", "noise", dict(n_fft=512, win_length=301)),
        ("a window of one sample", "noise", dict(n_fft=64, win_length=1, hop_length=16)),
        ("a hop longer than the frame", "noise", dict(n_fft=128, hop_length=300)),
        ("a frame of 3", "noise[:100]", dict(n_fft=3, hop_length=1)),
        ("a frame of 1", "noise[:100]", dict(n_fft=1, hop_length=1)),
        ("not centred", "noise", dict(n_fft=512, center=False)),
        ("not centred, one frame", "noise[:1000]", dict(n_fft=1000, center=False)),
        ("reflected ends", "noise", dict(n_fft=512, pad_mode="reflect")),
        ("repeated ends", "noise", dict(n_fft=512, pad_mode="edge")),
        ("odd frame, reflected ends", "noise", dict(n_fft=401, pad_mode="reflect")),
        ("a Hamming window", "noise", dict(n_fft=512, window="hamming")),
        ("a Blackman window", "noise", dict(n_fft=512, window="blackman")),
        ("no window", "noise", dict(n_fft=512, window="boxcar")),
        ("a window given as numbers", "noise", dict(n_fft=512, win_length=400, window=gaussian)),
        ("silence", "silence", dict(n_fft=512)),
    ]
    for mode in ("constant", "reflect", "edge"):
        for n in (0, 1, 2, 5, 100, 1000, 2047) if mode == "constant" else (1, 2, 5, 100, 1000, 2047):
            plans.append((f"a signal of {n}, shorter than a frame, {mode}", f"noise[:{n}]", dict(pad_mode=mode)))
    for mode in ("reflect", "edge"):
        plans.append((f"a signal of 300, hop 10, {mode}", "noise[:300]", dict(hop_length=10, pad_mode=mode)))
    tensors, cases = {"gaussian": gaussian}, {}
    for name, source, options in plans:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "n_fft is too large for input signal"
            spectrogram = librosa.stft(sources[source], **options)
        part, facts = sampled(name, spectrogram, 40, 20)
        tensors |= part
        cases[name] = {"signal": source, "options": renamed(options)} | facts
        if isinstance(options.get("window"), np.ndarray):
            cases[name]["window"] = "gaussian"
    write("stft", tensors, cases)


def istft() -> None:
    """Spectrograms of nothing: random numbers, of which each case takes the first rows and columns."""
    rng = np.random.default_rng(1)
    base = (rng.standard_normal((129, 24)) + 1j * rng.standard_normal((129, 24))).astype(np.complex64)
    small = dict(n_fft=256, hop_length=64)
    plans = [
        ("default", 129, 24, {}),
        ("odd frame", 129, 24, dict(n_fft=257, hop_length=64)),
        ("frame of 201, hop 50", 101, 20, dict(n_fft=201, hop_length=50)),
        ("frame of 200", 101, 20, dict(n_fft=200)),
        ("short window", 129, 24, dict(n_fft=256, win_length=200, hop_length=50)),
        ("odd short window", 129, 24, dict(n_fft=256, win_length=101, hop_length=25)),
        ("not centred", 129, 24, small | dict(center=False)),
        ("not centred, Hamming window", 129, 24, small | dict(center=False, window="hamming")),
        ("not centred, short window", 129, 12, dict(n_fft=256, win_length=200, hop_length=50, center=False)),
        ("hop that does not divide the window", 129, 12, dict(n_fft=256, hop_length=100)),
        ("hop longer than the window", 129, 6, dict(n_fft=256, hop_length=300)),
        ("hop of a whole frame, no window", 129, 8, dict(n_fft=256, hop_length=256, window="boxcar")),
        ("Hamming window", 129, 24, small | dict(window="hamming")),
        ("length 1000, shorter than the frames", 129, 24, small | dict(length=1000)),
        ("length 1472, as the frames", 129, 24, small | dict(length=1472)),
        ("length 2000, longer than the frames", 129, 24, small | dict(length=2000)),
        ("length 1", 129, 24, small | dict(length=1)),
        ("length 700, not centred", 129, 24, small | dict(length=700, center=False)),
        ("one frame", 129, 1, small),
        ("one frame, not centred", 129, 1, small | dict(center=False)),
        ("three frames", 129, 3, small),
    ]
    tensors, cases = {"re": base.real.copy(), "im": base.imag.copy()}, {}
    for name, rows, columns, options in plans:
        tensors[name] = librosa.istft(base[:rows, :columns], **options)
        cases[name] = {"rows": rows, "columns": columns, "options": renamed(options)}
    write("istft", tensors, cases)


def convergence(y: np.ndarray, magnitude: np.ndarray, **options) -> float:
    """How far the magnitudes of `y` are from those asked for, ‖|STFT(y)| − S‖ / ‖S‖."""
    got = np.abs(librosa.stft(y, **options)).astype(np.float64)
    return float(np.linalg.norm(got - magnitude) / np.linalg.norm(magnitude))


def griffin_lim(noise: np.ndarray) -> None:
    trumpet, _ = librosa.load(AUDIO / "trumpet.ogg")
    magnitude = np.abs(librosa.stft(trumpet))
    rates = [convergence(librosa.griffinlim(magnitude, random_state=seed), magnitude) for seed in range(5)]
    tensors, cases = {"trumpet": np.array(rates)}, {}
    options = dict(n_fft=256, hop_length=64)
    small = np.abs(librosa.stft(noise[:2000], **options))
    tensors["magnitude"] = small
    for name, extra in [
        ("no iteration", dict(n_iter=0, random_state=3)),
        ("one iteration", dict(n_iter=1, random_state=3)),
        ("two iterations", dict(n_iter=2, random_state=3)),
        ("five iterations from zero phase", dict(n_iter=5, init=None)),
        ("five iterations without momentum", dict(n_iter=5, momentum=0, init=None)),
        ("two iterations, 2000 samples", dict(n_iter=2, random_state=3, length=2000)),
    ]:
        tensors[name] = librosa.griffinlim(small, **options, **extra)
        cases[name] = {"options": renamed(options | extra)}
    print("Griffin-Lim's spectral convergence:", rates, "mean", np.mean(rates))
    write("griffin-lim", tensors, cases)
