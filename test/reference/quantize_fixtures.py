"""What NumPy makes of rounding to few bits, with triangular noise from its own generator before it."""

import numpy as np
from fixture_file import write

SEEDS = {1: 4, 2: 0, 4: 7, 8: 42, 16: 2**32 - 1}


def make() -> None:
    samples = np.random.default_rng(5).uniform(-1.2, 1.2, 400).astype(np.float32)
    tensors, cases = {"samples": samples}, {}
    for bits, seed in SEEDS.items():
        steps = 2 ** (bits - 1)
        noise = np.random.RandomState(seed).random((len(samples), 2)).sum(axis=1) - 1
        levels = np.clip(np.rint(samples.astype(np.float64) * steps + noise), -steps, steps - 1)
        name = f"{bits} bits"
        tensors[name] = (levels / steps).astype(np.float32)
        cases[name] = {"bits": bits, "seed": seed}
    write("quantize", tensors, cases)


if __name__ == "__main__":
    make()
