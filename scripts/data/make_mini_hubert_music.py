#!/usr/bin/env python3
"""Composes the music that mini-hubert learns from: 1,320 pieces of 8 s, mono, 16 kHz, as WAV.

Half are in the ten styles of music.py, a quarter in mixtures of them, a quarter for a single instrument. The seeds are
the kinds and numbers, so that each piece comes back. Those in train/ are to learn from, those in held-out/ to test with.

    python3 scripts/data/make_mini_hubert_music.py <cache folder>

Needs what music.py needs. A quarter of an hour on one core; pieces that are there already are not made again. What learns from
them: scripts/data/mini-hubert/.
"""

import random
import sys
from pathlib import Path

import numpy as np
from music import STYLES, compose, mixture, play, solo, write_wav

SAMPLE_RATE, SECONDS = 16000, 8
# How many to learn from, and how many to test with
COUNTS = {"styles": (600, 60), "mixtures": (300, 20), "solos": (300, 40)}


def piece(kind: str, number: int) -> np.ndarray:
    """Music of one kind, int16."""
    rng = random.Random(f"mini-hubert {kind} {number}")
    style = {
        "styles": lambda: list(STYLES.values())[number % len(STYLES)],
        "mixtures": lambda: mixture(rng),
        "solos": lambda: solo(rng, number * 5 % 112),
    }[kind]()
    return (32767 * play(compose(style, rng, SECONDS), rng, SECONDS, SAMPLE_RATE)).astype("<i2")


def main() -> None:
    cache = Path(sys.argv[1])
    for kind, counts in COUNTS.items():
        for number in range(sum(counts)):
            path = cache / ("train" if number < counts[0] else "held-out") / f"{kind}-{number:03}.wav"
            if not path.exists():
                write_wav(piece(kind, number), path, SAMPLE_RATE)
        print(f"{sum(counts)} {kind}", flush=True)


if __name__ == "__main__":
    main()
