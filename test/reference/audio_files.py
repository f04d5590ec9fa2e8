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


def fmt(code: int, channels: int, sample_rate: int, bits: int) -> bytes:
    frame = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", code, channels, sample_rate, sample_rate * frame, frame, bits))


def wav_layouts() -> None:
    """WAV files as other programs lay them out: chunks of odd length around the samples, or a length left unknown."""
    samples = (tones(22050, 0.1, 1) * 32767).round().astype("<i2").tobytes()
    fmt16 = fmt(1, 1, 22050, 16)
    title = chunk(b"LIST", b"INFO" + chunk(b"INAM", b"abc"))
    junk = chunk(b"JUNK", b"\1\2\3")
    note = chunk(b"note", b"data after the samples")
    (AUDIO / "wav-16-chunks.wav").write_bytes(riff(junk, fmt16, title, chunk(b"data", samples), note))
    streamed = b"RIFF\xff\xff\xff\xffWAVE" + fmt16 + b"data\xff\xff\xff\xff" + samples
    (AUDIO / "wav-16-streamed.wav").write_bytes(streamed)
    odd = ((tones(22050, 0.05, 1)[:1001] + 1) * 127.5).round().astype("u1").tobytes()
    (AUDIO / "wav-8-odd.wav").write_bytes(riff(fmt(1, 1, 22050, 8), chunk(b"data", odd), title))
    # Floating-point files may pass ±1.
    for name, rate, channels, kind in [("float-stereo", 22050, 2, "<f4"), ("double", 16000, 1, "<f8")]:
        data = (1.5 * tones(rate, 0.05, channels)).astype(kind)
        header = fmt(3, channels, rate, 8 * data.itemsize)
        (AUDIO / f"wav-{name}.wav").write_bytes(riff(header, chunk(b"data", data.tobytes())))


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
        ("wav-24-extensible-stereo.wav", 22050, 2, "PCM_24", "WAVEX"),
        ("flac-16.flac", 22050, 1, "PCM_16", None),
        ("flac-16-stereo.flac", 44100, 2, "PCM_16", None),
        ("flac-24-stereo.flac", 48000, 2, "PCM_24", None),
    ]
    for name, rate, channels, subtype, container in plain:
        soundfile.write(AUDIO / name, tones(rate, 0.05, channels), rate, subtype, format=container)
    wav_layouts()
    source = AUDIO / "source.wav"
    soundfile.write(source, tones(44100, 0.15, 2), 44100, "PCM_16")
    encode(source, "mp3-stereo.mp3", "-c:a", "libmp3lame", "-b:a", "96k")
    # Without the header that tells decoders how many samples of delay and padding to drop.
    encode(source, "mp3-bare.mp3", "-c:a", "libmp3lame", "-b:a", "96k", "-write_xing", "0", "-id3v2_version", "0")
    encode(source, "vorbis-stereo.ogg", "-c:a", "libvorbis", "-q:a", "3")
    encode(source, "vorbis.ogg", "-c:a", "libvorbis", "-q:a", "3", "-ar", "22050", "-ac", "1")
    encode(source, "mp3-22050.mp3", "-c:a", "libmp3lame", "-q:a", "4", "-ar", "22050", "-ac", "1")
    source.unlink()
