"""test/fixtures/audio: the two librosa recordings, and a fraction of a second in each format that `load` reads."""

import os
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import soundfile
from fixture_file import AUDIO

CACHE = Path(os.environ["ONPA_CACHE"]) / "librosa"
RECORDINGS = {"trumpet.ogg": "sorohanro_-_solo-trumpet-06.ogg", "libri.ogg": "198-209-0000.ogg"}


def tones(sample_rate: int, seconds: float, channels: int) -> np.ndarray:
    """Two tones and noise, different in each channel; frames × channels in (−1, 1)."""
    rng = np.random.default_rng(channels)
    t = np.arange(int(sample_rate * seconds))[:, None] / sample_rate
    pitch = 440 * 1.5 ** np.arange(channels)
    noise = rng.uniform(-1, 1, (len(t), channels))
    return 0.5 * np.sin(2 * np.pi * pitch * t) + 0.3 * np.sin(2 * np.pi * 3.7 * pitch * t) + 0.15 * noise


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def riff(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def wav_layouts() -> None:
    """WAV files as other programs lay them out: chunks of odd length around the samples, or a length left unknown."""
    samples = (tones(22050, 0.1, 1)[:, 0] * 32767).round().astype("<i2").tobytes()
    fmt = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 22050, 44100, 2, 16))
    title = chunk(b"LIST", b"INFO" + chunk(b"INAM", b"abc"))
    junk = chunk(b"JUNK", b"\1\2\3")
    (AUDIO / "wav-16-chunks.wav").write_bytes(
        riff(junk, fmt, title, chunk(b"data", samples), chunk(b"note", b"data after the samples"))
    )
    streamed = b"RIFF\xff\xff\xff\xffWAVE" + fmt + b"data\xff\xff\xff\xff" + samples
    (AUDIO / "wav-16-streamed.wav").write_bytes(streamed)
    odd = ((tones(22050, 0.05, 1)[:1001, 0] + 1) * 127.5).round().astype("u1").tobytes()
    fmt8 = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 22050, 22050, 1, 8))
    (AUDIO / "wav-8-odd.wav").write_bytes(riff(fmt8, chunk(b"data", odd), title))


def encode(source: Path, name: str, *options: str) -> None:
    command = ["ffmpeg", "-v", "error", "-y", "-i", source, "-map_metadata", "-1", "-fflags", "+bitexact"]
    subprocess.run([*command, *options, AUDIO / name], check=True)


def make() -> None:
    AUDIO.mkdir(parents=True, exist_ok=True)
    for name, file in RECORDINGS.items():
        shutil.copyfile(CACHE / file, AUDIO / name)
    plain = [
        ("wav-8.wav", 22050, 1, "PCM_U8", None),
        ("wav-16.wav", 22050, 1, "PCM_16", None),
        ("wav-16-stereo.wav", 44100, 2, "PCM_16", None),
        ("wav-24-stereo.wav", 48000, 2, "PCM_24", None),
        ("wav-32.wav", 22050, 1, "PCM_32", None),
        ("wav-float-stereo.wav", 22050, 2, "FLOAT", None),
        ("wav-double.wav", 16000, 1, "DOUBLE", None),
        ("wav-24-extensible-stereo.wav", 22050, 2, "PCM_24", "WAVEX"),
        ("flac-16.flac", 22050, 1, "PCM_16", None),
        ("flac-16-stereo.flac", 44100, 2, "PCM_16", None),
        ("flac-24-stereo.flac", 48000, 2, "PCM_24", None),
        ("vorbis.ogg", 22050, 1, "VORBIS", None),
        ("vorbis-stereo.ogg", 44100, 2, "VORBIS", None),
    ]
    for name, rate, channels, subtype, container in plain:
        # Floating-point files may pass ±1.
        gain = 1.5 if subtype in ("FLOAT", "DOUBLE") else 1
        seconds = 0.3 if subtype == "VORBIS" else 0.05
        soundfile.write(AUDIO / name, gain * tones(rate, seconds, channels), rate, subtype, format=container)
    wav_layouts()
    source = AUDIO / "source.wav"
    soundfile.write(source, tones(44100, 0.15, 2), 44100, "PCM_16")
    encode(source, "mp3-stereo.mp3", "-c:a", "libmp3lame", "-b:a", "96k")
    encode(source, "mp3-bare.mp3", "-c:a", "libmp3lame", "-b:a", "96k", "-write_xing", "0", "-id3v2_version", "0")
    encode(source, "mp3-22050.mp3", "-c:a", "libmp3lame", "-q:a", "4", "-ar", "22050", "-ac", "1")
    source.unlink()
