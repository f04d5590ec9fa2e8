"""test/fixtures/audio/encodings: a fortieth of a second in each container and sample format that libsndfile reads and
writes, and what librosa reads from it; odd/: files as other programs leave them, which no script makes (README.md)."""

import librosa
import numpy as np
import soundfile
from audio_files import tones
from fixture_file import AUDIO, write

CONTAINERS = ["WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "FLAC", "OGG", "MP3", "NIST", "VOC", "SVX", "AVR"]
ENDINGS = {"WAVEX": "wav", "RF64": "wav", "AIFF": "aiff", "OGG": "ogg", "SVX": "8svx", "NIST": "sph"}
# What libsndfile writes and no other program has ever been seen to.
RARE = ("NMS_ADPCM", "DWVW", "MPEG_LAYER_I")


def variants():
    """(name, container, sample format, byte order)"""
    for container in CONTAINERS:
        for subtype in soundfile.available_subtypes(container):
            if not subtype.startswith(RARE) or subtype == "MPEG_LAYER_III":
                ending = ENDINGS.get(container, container.lower())
                yield f"{container.lower()}-{subtype.lower()}.{ending}", container, subtype, "FILE"
    for container, order in [("WAV", "BIG"), ("AU", "LITTLE"), ("AIFF", "LITTLE")]:
        for subtype in ("PCM_16", "PCM_24", "FLOAT"):
            name = f"{container.lower()}-{subtype.lower()}-{order.lower()}.{ENDINGS.get(container, container.lower())}"
            yield name, container, subtype, order


def make() -> None:
    folder = AUDIO / "encodings"
    folder.mkdir(exist_ok=True)
    tensors, cases = {}, {}
    for name, container, subtype, order in variants():
        one = container in ("SVX",) or subtype.startswith(("GSM", "G72"))
        rate = 48000 if subtype == "OPUS" else 16000
        try:
            soundfile.write(folder / name, tones(rate, 0.025, 1 if one else 2), rate, subtype, order, container)
            add(name, folder / name, tensors, cases)
        except (soundfile.LibsndfileError, ValueError):
            # Not every combination that is listed can be written, and read again.
            (folder / name).unlink(missing_ok=True)
    for path in sorted((AUDIO / "odd").iterdir()):
        if path.suffix in (".webm", ".m4a") or path.name in ("flac-in-ogg.ogg", "zeros-within.mp3"):
            continue
        add(path.name, path, tensors, cases)
    write("encodings", tensors, cases)


def add(name: str, path, tensors: dict, cases: dict) -> None:
    samples, rate = librosa.load(path, sr=None, mono=False)
    facts = soundfile.info(path)
    tensors[name] = np.atleast_2d(samples)
    cases[name] = {"sampleRate": int(rate), "format": facts.format, "subtype": facts.subtype, "frames": facts.frames}


if __name__ == "__main__":
    make()
