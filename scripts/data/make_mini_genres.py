#!/usr/bin/env python3
"""Makes data/mini-genres, GTZAN in miniature, and one clip more in data/audio for the inference lesson.

Ten genres, in GTZAN's layout (Tzanetakis and Cook 2002, https://doi.org/10.1109/TSA.2002.800560): clips of 5 s, mono,
22,050 Hz, as genres/<genre>/<genre>.<number>.ogg. music.py composes each from its own seed and has FluidSynth play it.

    python3 scripts/data/make_mini_genres.py [output folder]

Needs what music.py needs, and ffmpeg. About 3 minutes on one core; versions are in data/README.md.
"""

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from music import STYLES, compose, play, programs

DATA = Path(__file__).resolve().parents[2] / "data"
CLIPS = 30  # of each genre
SECONDS, SAMPLE_RATE = 5, 22050
SONG = ("reggae", 20)  # the clip outside the set: its genre, and how long it is in seconds

# The styles of music.py are broad; a genre keeps to its most typical instruments, and to a beat of its own.
TYPICAL = {
    "blues": dict(keys=programs("honky-tonk drawbar-organ piano"), leads=programs("harmonica clean-guitar tenor-sax")),
    "country": dict(keys=programs("steel-guitar banjo nylon-guitar"), leads=programs("fiddle banjo steel-guitar"), kits=("standard",)),
    "disco": dict(keys=programs("muted-guitar clean-guitar rhodes"), leads=programs("strings synth-strings brass"),
                  basses=programs("slap-bass finger-bass"), kits=("standard",)),
    "hiphop": dict(keys=programs("rhodes vibraphone strings"), leads=programs("square-lead flute koto"),
                   basses=programs("synth-bass synth-bass-2 bass-lead"), kits=("808", "electronic")),
    "jazz": dict(keys=programs("piano jazz-guitar"), leads=programs("alto-sax tenor-sax trumpet muted-trumpet vibraphone")),
    "pop": dict(keys=programs("bright-piano poly-pad steel-guitar"), leads=programs("saw-lead voice synth-brass"),
                drums=(STYLES["pop"].drums[0], STYLES["pop"].drums[2]), kits=("standard", "room")),
    "reggae": dict(keys=programs("muted-guitar percussive-organ clean-guitar"), basses=programs("fretless-bass finger-bass"),
                   leads=programs("percussive-organ trombone brass")),
    "rock": dict(keys=programs("overdriven distortion"), leads=programs("overdriven rock-organ")),
}  # fmt: skip


def clip(genre: str, name: str, seconds: float) -> np.ndarray:
    rng = random.Random(name)
    return play(compose(replace(STYLES[genre], **TYPICAL.get(genre, {})), rng, seconds), rng, seconds, SAMPLE_RATE)


def encode(samples: np.ndarray, path: Path, *options: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pcm = np.round(32767 * samples).astype("<i2").tobytes()
    command = ["ffmpeg", "-v", "error", "-y", "-f", "s16le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-i", "-"]
    command += ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", *options, str(path)]
    subprocess.run(command, input=pcm, check=True)


def main() -> None:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    for genre in STYLES:
        for number in range(CLIPS):
            name = f"{genre}.{number:05d}"
            samples = clip(genre, f"mini-genres {name}", SECONDS)
            encode(samples, data / "mini-genres" / "genres" / genre / f"{name}.ogg", "-c:a", "libvorbis", "-q:a", "1")
    genre, seconds = SONG
    encode(clip(genre, f"song {genre}", seconds), data / "audio" / f"{genre}.flac", "-c:a", "flac", "-compression_level", "12")


if __name__ == "__main__":
    main()
