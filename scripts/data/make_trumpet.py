#!/usr/bin/env python3
"""Makes data/audio/trumpet.ogg: a short phrase for solo trumpet, composed for this course.

The phrase is written as MIDI, played by FluidSynth with the SoundFont FluidR3 GM, resampled, scaled and encoded.
It needs nothing but Python >= 3.10 and two programs; Debian packages: fluidsynth, fluid-soundfont-gm, ffmpeg.

    python3 scripts/data/make_trumpet.py [output.ogg]

The same versions of the programs give the same bytes (see data/README.md).
"""

import array
import os
import struct
import subprocess
import sys
import tempfile
import wave

SOUNDFONT = os.environ.get("SOUNDFONT", "/usr/share/sounds/sf2/FluidR3_GM.sf2")
OUTPUT = os.path.join(os.path.dirname(__file__), "..", "..", "data", "audio", "trumpet.ogg")

RENDER_RATE = 44100  # FluidSynth does not filter out aliases, so it plays at the SoundFont's own rate
SAMPLE_RATE = 22050
DURATION = 5.3  # s
PEAK = 0.69
TRUMPET = 56  # General MIDI program, counted from 0

TICKS_PER_QUARTER = 480
TICKS_PER_SECOND = 960  # 120 quarters per minute

# start in s, length in s, MIDI pitch, velocity, expression (0 to 127) that the note has fallen to at its end
PHRASE = [
    (0.00, 0.23, 75, 112, 96),  # E flat 5
    (0.27, 0.10, 72, 92, 96),  # C 5
    (0.42, 0.10, 70, 96, 96),  # B flat 4
    (0.57, 0.24, 67, 118, 72),  # G 4
    (0.87, 0.11, 68, 90, 100),  # A flat 4
    (1.02, 0.42, 70, 110, 52),  # B flat 4
    (1.62, 0.11, 65, 100, 96),  # F 4
    (1.77, 0.11, 67, 92, 96),  # G 4
    (1.92, 0.26, 63, 114, 64),  # E flat 4
    (2.32, 0.13, 65, 96, 90),  # F 4
    (2.50, 1.50, 70, 118, 0),  # B flat 4, dying away
]
STEP = 0.01  # s between two changes of expression


def variable_length(value: int) -> bytes:
    """A MIDI variable-length quantity: seven bits a byte, the highest bit set on all but the last."""
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(0x80 | value & 0x7F)
    return bytes(reversed(parts))


def midi_file() -> bytes:
    events = [(0, bytes([0xC0, TRUMPET]))]
    for start, length, pitch, velocity, faded in PHRASE:
        steps = round(length / STEP)
        for step in range(steps):
            expression = round(127 + (faded - 127) * (step / steps) ** 0.8)
            events.append((start + step * STEP, bytes([0xB0, 11, expression])))
        events.append((start, bytes([0x90, pitch, velocity])))
        events.append((start + length, bytes([0x80, pitch, 0])))
    events.sort(key=lambda event: event[0])

    track, now = bytearray(), 0
    for seconds, message in events:
        tick = round(seconds * TICKS_PER_SECOND)
        track += variable_length(tick - now) + message
        now = tick
    end = round(DURATION * TICKS_PER_SECOND) - now
    track += variable_length(end) + bytes([0xFF, 0x2F, 0])
    header = struct.pack(">4sIHHH", b"MThd", 6, 0, 1, TICKS_PER_QUARTER)
    return header + struct.pack(">4sI", b"MTrk", len(track)) + bytes(track)


def run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    output = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else OUTPUT)
    with tempfile.TemporaryDirectory() as folder:
        score, played, mono, scaled = (
            os.path.join(folder, name) for name in ("score.mid", "played.wav", "mono.wav", "scaled.wav")
        )
        with open(score, "wb") as file:
            file.write(midi_file())
        reverb = ["-o", "synth.reverb.room-size=0.4", "-o", "synth.reverb.level=0.25"]
        run("fluidsynth", "-ni", "-q", "-C", "0", *reverb, "-g", "0.8", "-r", str(RENDER_RATE), "-O", "s16",
            "-F", played, SOUNDFONT, score)  # fmt: skip
        run("ffmpeg", "-v", "error", "-i", played, "-af", f"aresample={SAMPLE_RATE}:filter_size=128:cutoff=0.95",
            "-ac", "1", "-c:a", "pcm_s16le", mono)  # fmt: skip

        with wave.open(mono) as file:
            samples = array.array("h", file.readframes(file.getnframes()))
        samples = samples[: round(DURATION * SAMPLE_RATE)]
        scale = PEAK * 32768 / max(map(abs, samples))
        with wave.open(scaled, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(array.array("h", (round(sample * scale) for sample in samples)).tobytes())

        run("ffmpeg", "-v", "error", "-y", "-i", scaled, "-map_metadata", "-1", "-fflags", "+bitexact",
            "-c:a", "libvorbis", "-q:a", "5", output)  # fmt: skip
    print(f"{output}: {os.path.getsize(output)} bytes")


if __name__ == "__main__":
    main()
