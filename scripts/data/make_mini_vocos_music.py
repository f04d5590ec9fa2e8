#!/usr/bin/env python3
"""Composes what mini-vocos learns from: pieces for one trumpet, as WAV files of 5 s at 22,050 Hz.

    python3 scripts/data/make_mini_vocos_music.py <cache folder>

Writes train/ and held-out/ there; pieces that are there are kept. Needs what music.py needs.
"""

import random
import sys
import wave
from pathlib import Path

import numpy as np
from music import PROGRAMS, compose, play, solo

COUNTS = {"train": 400, "held-out": 20}
SECONDS, SAMPLE_RATE = 5, 22050


def main() -> None:
    cache = Path(sys.argv[1])
    for kind, count in COUNTS.items():
        (cache / kind).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            path = cache / kind / f"{number:03d}.wav"
            if path.exists():
                continue
            rng = random.Random(f"mini-vocos {kind} {number}")
            samples = play(compose(solo(rng, PROGRAMS["trumpet"]), rng, SECONDS), rng, SECONDS, SAMPLE_RATE)
            partial = path.with_suffix(".part")
            with wave.open(str(partial), "wb") as file:
                file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
                file.writeframes(np.round(32767 * samples).astype("<i2").tobytes())
            partial.replace(path)


if __name__ == "__main__":
    main()
