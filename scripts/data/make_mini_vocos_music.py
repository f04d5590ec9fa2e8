#!/usr/bin/env python3
"""Composes what mini-vocos learns from: pieces for one of eight instruments, as WAV files of 5 s at 22,050 Hz.

    python3 scripts/data/make_mini_vocos_music.py <cache folder>

Writes train/ and held-out/ there; pieces that are there are kept. Needs what music.py needs.
"""

import random
import sys
from itertools import product
from pathlib import Path

import numpy as np
from music import PROGRAMS, compose, play, solo, write_wav

INSTRUMENTS = "piano vibraphone nylon-guitar violin cello trumpet clarinet flute".split()
# The numbers of an instrument's pieces
NUMBERS = {"train": range(60), "held-out": range(60, 65)}
SECONDS, SAMPLE_RATE = 5, 22050


def main() -> None:
    cache = Path(sys.argv[1])
    for kind, numbers in NUMBERS.items():
        for number, instrument in product(numbers, INSTRUMENTS):
            path = cache / kind / f"{instrument}-{number:02d}.wav"
            if path.exists():
                continue
            rng = random.Random(f"mini-vocos {instrument} {number}")
            samples = play(compose(solo(rng, PROGRAMS[instrument]), rng, SECONDS), rng, SECONDS, SAMPLE_RATE)
            write_wav(np.round(32767 * samples), path, SAMPLE_RATE)


if __name__ == "__main__":
    main()
