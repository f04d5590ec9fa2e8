"""What the package audiomentations makes of a trumpet by changes whose amounts are given, for lib/src/dataset/augment.

Needs `audiomentations==0.43.1`, which asks for other versions of NumPy and soxr than the rest: in an environment of its own."""

import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
import soundfile
from audiomentations import AddBackgroundNoise, Gain, PolarityInversion, Shift
from fixture_file import FIXTURES, write
from safetensors.numpy import load_file

GAINS = [-18.0, -0.5, 6.0]
SHARES = [-1.0, -0.5, -0.3337, 0.0, 0.1234, 0.5, 1.0]
RATIOS = [-5.0, 3.0, 30.0]
RATE = 22050


def changed(transform, parameters: dict, samples: np.ndarray) -> np.ndarray:
    transform.parameters = {"should_apply": True, **parameters}
    transform.freeze_parameters()
    return transform(samples.copy(), RATE).astype(np.float32)


def make() -> None:
    signals = {name: x.astype(np.float32) / 32768 for name, x in load_file(FIXTURES / "signals.safetensors").items()}
    noise = signals["noise"][:1000]
    trumpet = signals["trumpet"][10000:11000]
    tensors = {"inverted": changed(PolarityInversion(), {}, trumpet)}
    for gain in GAINS:
        ratio = 10 ** (gain / 20)
        tensors[f"gain {gain:g}"] = changed(Gain(gain, gain), {"amplitude_ratio": ratio}, trumpet)
    for share in SHARES:
        for rollover in (True, False):
            transform = Shift(rollover=rollover, fade_duration=0.0)
            name = f"shift {share:g} {'rolled' if rollover else 'zeros'}"
            tensors[name] = changed(transform, {"shift_amount": share}, trumpet)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "noise.wav"
        soundfile.write(path, noise, RATE, subtype="FLOAT")
        for ratio in RATIOS:
            parameters = {"noise_file_path": str(path), "offset": 0.0, "duration": len(noise) / RATE, "snr_db": ratio}
            tensors[f"noise {ratio:g}"] = changed(AddBackgroundNoise(folder), parameters, trumpet)
    cases = {"gains": GAINS, "shares": SHARES, "ratios": RATIOS}
    write("augment", tensors, cases, {"audiomentations": version("audiomentations")})


if __name__ == "__main__":
    make()
