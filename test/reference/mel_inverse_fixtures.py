"""What librosa makes of mel spectrograms: magnitudes by non-negative least squares, and sound by Griffin-Lim."""

import functools

import librosa
import numpy as np
import scipy.optimize
from feature_fixtures import arguments
from fixture_file import sampled, write
from rhythm_fixtures import clip

RATE = 22050
STEPS = []


def counted(*args, **kwargs):
    """SciPy's L-BFGS-B, whose steps are written down."""
    answer = minimize(*args, **kwargs)
    STEPS.append(answer[2]["nit"])
    return answer


minimize = scipy.optimize.fmin_l_bfgs_b
pinv = np.linalg.pinv


def in_float64(a: np.ndarray) -> np.ndarray:
    """The pseudo-inverse that librosa begins with, computed more precisely than librosa does."""
    return pinv(a.astype(np.float64)).astype(a.dtype)


def mel_to_stft(signals: dict) -> None:
    scipy.optimize.fmin_l_bfgs_b = counted
    trumpet, noise, music = signals["trumpet"], signals["noise"], clip("rock.00001.ogg")[:11025]
    tensors, cases = {}, {}
    for name, y, mel, options in [
        ("librosa's default", trumpet[:11025], {}, {}),
        ("80 bands of 1024 samples", trumpet, {"nMels": 80, "nFft": 1024, "hopLength": 256}, {}),
        ("of amplitudes", trumpet, {"nMels": 80, "nFft": 1024, "hopLength": 512, "power": 1.0}, {}),
        ("of the power 1.5", 30 * music, {"nMels": 40, "nFft": 512, "hopLength": 512, "power": 1.5}, {}),
        ("louder by 20 dB", 10 * music, {"nMels": 40, "nFft": 512, "hopLength": 512}, {}),
        ("louder by 40 dB", 100 * music, {"nMels": 40, "nFft": 512, "hopLength": 512}, {}),
        ("by HTK, between 100 and 6000 Hz", trumpet[:11025], {"htk": True, "fMin": 100.0, "fMax": 6000.0, "nMels": 64}, {}),
        ("of triangles of height 1", 0.1 * trumpet[:11025], {"norm": None, "nMels": 40, "nFft": 512}, {}),
        ("of an odd frame", trumpet[:11025], {"nMels": 40, "nFft": 801}, {}),
        ("of noise at another rate", noise, {"nMels": 32, "nFft": 512, "hopLength": 256}, {"sampleRate": 16000}),
        ("of few bins", 1000 * music[:3000], {"nMels": 5, "nFft": 24, "hopLength": 24}, {}),
        ("of bands that hold no bin", trumpet[:6000], {"nMels": 128, "nFft": 512}, {}),
        ("of one frame", noise[:300], {"nMels": 40}, {}),
        ("of silence", np.zeros(5000, np.float32), {"nMels": 40, "nFft": 1024}, {}),
    ]:
        y = y.astype(np.float32)
        rate = options.get("sampleRate", RATE)
        spectrogram = librosa.feature.melspectrogram(y=y, sr=rate, **arguments(mel))
        inverse = options | {key: value for key, value in mel.items() if key not in ("nMels", "hopLength")}
        STEPS.clear()
        magnitude = librosa.feature.inverse.mel_to_stft(spectrogram, **arguments(inverse))
        # How far librosa's own answer moves with the rounding of its start: the same solver stops elsewhere.
        taken = list(STEPS)
        np.linalg.pinv = in_float64
        other = librosa.feature.inverse.mel_to_stft(spectrogram, **arguments(inverse))
        np.linalg.pinv = pinv
        spread = float(np.abs(other - magnitude).max() / max(np.abs(magnitude).max(), 1e-30))
        bands = {key: value for key, value in inverse.items() if key != "power"}
        filters = librosa.filters.mel(**({"n_fft": 2048, "sr": RATE} | arguments(bands)), n_mels=len(spectrogram))
        back = filters.astype(float) @ magnitude.astype(float) ** inverse.get("power", 2)
        part, facts = sampled(name, magnitude, 120, 12)
        tensors |= {f"{name}/mel": spectrogram} | part
        residual = np.linalg.norm(back - spectrogram) / max(np.linalg.norm(spectrogram), 1e-30)
        cases[name] = {"options": inverse, "steps": taken, "spread": spread, "residual": float(residual)} | facts
    scipy.optimize.fmin_l_bfgs_b = minimize
    write("mel-to-stft", tensors, cases)


def minimum() -> None:
    """SciPy's solver itself, from a given start, with a memory shorter and longer than the way."""
    rng = np.random.default_rng(15)
    tensors, cases = {}, {}
    for name, rows, columns, scale, memory in [
        ("more unknowns than equations", 12, 40, 1.0, 40),
        ("more unknowns than equations and a short memory", 12, 40, 100.0, 3),
        ("as many unknowns as equations", 30, 30, 30.0, 10),
        ("fewer unknowns", 60, 20, 10.0, 5),
        ("one unknown", 3, 1, 2.0, 4),
        ("where it begins at the minimum", 5, 5, 0.0, 5),
        ("a minimum at zero", 20, 25, -1.0, 10),
    ]:
        a = rng.uniform(0, 1, (rows, columns)) * (rng.uniform(0, 1, (rows, columns)) < 0.5)
        b = scale * rng.uniform(0, 1, rows)
        x0 = np.maximum(rng.normal(0, max(abs(scale), 0.1), columns), 0) * (scale != 0)

        def objective(x: np.ndarray) -> tuple[float, np.ndarray]:
            difference = a @ x - b
            return 0.5 * difference @ difference, a.T @ difference

        x, value, found = minimize(objective, x0, bounds=[(0, None)] * columns, m=memory)
        tensors |= {f"{name}/a": a, f"{name}/b": b, f"{name}/x0": x0, f"{name}/x": x}
        cases[name] = {"memory": memory, "value": float(value), "steps": int(found["nit"])}
    write("nnls", tensors, cases)


def mel_to_audio(signals: dict) -> None:
    """With the phases of a seed, which mel_to_audio does not take."""
    librosa.feature.inverse.griffinlim = functools.partial(librosa.griffinlim, random_state=0)
    tensors, cases = {}, {}
    for name, mel, options in [
        ("librosa's defaults, 4 iterations", {}, {"nIter": 4}),
        ("80 bands, 2 iterations", {"nMels": 80, "nFft": 1024, "hopLength": 256}, {"nIter": 2, "hopLength": 256}),
        ("amplitudes, a short window", {"nMels": 40, "nFft": 512, "hopLength": 128, "winLength": 400, "power": 1.0},
         {"nIter": 1, "hopLength": 128, "winLength": 400, "length": 4000}),
    ]:
        spectrogram = librosa.feature.melspectrogram(y=signals["trumpet"][5000:9000], sr=RATE, **arguments(mel))
        given = {key: value for key, value in mel.items() if key in ("nFft", "power")} | options
        tensors[f"{name}/mel"] = spectrogram
        tensors[name] = librosa.feature.inverse.mel_to_audio(spectrogram, **arguments(given))
        cases[name] = {"options": given}
    write("mel-to-audio", tensors, cases)


def make(signals: dict) -> None:
    mel_to_stft(signals)
    minimum()
    mel_to_audio(signals)
