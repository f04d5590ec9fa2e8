#!/usr/bin/env python3
"""Makes data/mini-genres, GTZAN in miniature, and one clip more in data/audio for the inference lesson.

Ten genres, in GTZAN's layout (Tzanetakis and Cook 2002, https://doi.org/10.1109/TSA.2002.800560): clips of 5 s, mono,
22,050 Hz, as genres/<genre>/<genre>.<number>.ogg. music.py composes each from its own seed and has FluidSynth play it.

    python3 scripts/data/make_mini_genres.py [output folder]
    python3 scripts/data/make_mini_genres.py --large 1000 <output folder>

The second composes GTZAN at its size, 30 s a clip as WAV (1.3 GB), for `npm run bench -- endurance`; it needs no ffmpeg.

Needs what music.py needs, and ffmpeg. About 3 minutes on one core; versions are in data/README.md.
"""

import argparse
import random
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from music import STYLES, compose, play, programs, write_wav

DATA = Path(__file__).resolve().parents[2] / "data"
CLIPS = 30  # of each genre
SECONDS, SAMPLE_RATE = 5, 22050
LARGE_SECONDS = 30
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


def make_large(folder: Path, clips: int) -> None:
    """GTZAN at its size: so many clips of 30 s as WAV, of each genre in turn; those that are there are kept."""
    names = [(genre, f"{genre}.{number:05d}") for number in range(100) for genre in STYLES][:clips]
    missing = [(genre, name) for genre, name in names if not (folder / "genres" / genre / f"{name}.wav").exists()]
    with ThreadPoolExecutor() as pool:
        sounds = pool.map(lambda one: clip(one[0], f"genres {one[1]}", LARGE_SECONDS), missing)
        for (genre, name), samples in zip(missing, sounds):
            write_wav(np.round(32767 * samples), folder / "genres" / genre / f"{name}.wav", SAMPLE_RATE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", nargs="?", type=Path, default=DATA)
    parser.add_argument("--large", type=int, metavar="CLIPS", help="so many clips of 30 s as WAV instead, at most 1000")
    options = parser.parse_args()
    if options.large is not None:
        make_large(options.output, options.large)
        return
    data = options.output
    for genre in STYLES:
        for number in range(CLIPS):
            name = f"{genre}.{number:05d}"
            samples = clip(genre, f"mini-genres {name}", SECONDS)
            encode(samples, data / "mini-genres" / "genres" / genre / f"{name}.ogg", "-c:a", "libvorbis", "-q:a", "1")
    genre, seconds = SONG
    encode(clip(genre, f"song {genre}", seconds), data / "audio" / f"{genre}.flac", "-c:a", "flac", "-compression_level", "12")


if __name__ == "__main__":
    main()
