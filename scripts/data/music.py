"""Composes short pieces of music in ten styles and plays them with FluidSynth and the SoundFont FluidR3 GM.

A style says what its pieces have in common: tempo, swing, harmony, what drums, bass and chords play in a bar, and on
which instruments. Everything else is drawn from a seeded generator, so no two pieces are alike and each comes back:

    rng = random.Random("reggae 7")
    sound = play(compose(STYLES["reggae"], rng, 5), rng, 5, 22050)

It needs NumPy, soxr and the program fluidsynth; Debian packages: fluidsynth, fluid-soundfont-gm.
"""

import os
import random
import re
import subprocess
import tempfile
import wave
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import soxr

SOUNDFONT = os.environ.get("SOUNDFONT", "/usr/share/sounds/sf2/FluidR3_GM.sf2")
RENDER_RATE = 44100  # FluidSynth does not filter out aliases, so it plays at the SoundFont's own rate
TICKS = 120  # of MIDI, per step; a step is a sixteenth note, a bar has four per beat
BASS, CHORDS, LEAD, PAD, DRUMS = 0, 1, 2, 3, 9  # MIDI channels

# General MIDI programs, counted from 0
PROGRAMS = {
    "piano": 0, "bright-piano": 1, "honky-tonk": 3, "rhodes": 4, "e-piano": 5, "harpsichord": 6, "vibraphone": 11,
    "drawbar-organ": 16, "percussive-organ": 17, "rock-organ": 18, "accordion": 21, "harmonica": 22,
    "nylon-guitar": 24, "steel-guitar": 25, "jazz-guitar": 26, "clean-guitar": 27, "muted-guitar": 28,
    "overdriven": 29, "distortion": 30, "double-bass": 32, "finger-bass": 33, "picked-bass": 34, "fretless-bass": 35,
    "slap-bass": 36, "synth-bass": 38, "synth-bass-2": 39, "violin": 40, "viola": 41, "cello": 42, "harp": 46,
    "strings": 48, "slow-strings": 49, "synth-strings": 50, "choir": 52, "voice": 53, "trumpet": 56, "trombone": 57,
    "muted-trumpet": 59, "horn": 60, "brass": 61, "synth-brass": 62, "alto-sax": 65, "tenor-sax": 66, "oboe": 68,
    "bassoon": 70, "clarinet": 71, "flute": 73, "square-lead": 80, "saw-lead": 81, "bass-lead": 87, "warm-pad": 89,
    "poly-pad": 90, "banjo": 105, "koto": 107, "fiddle": 110,
}  # fmt: skip
KITS = {"standard": 0, "room": 8, "power": 16, "electronic": 24, "808": 25, "jazz": 32, "brush": 40}
PERCUSSION = {
    "kick": 36, "stick": 37, "snare": 38, "clap": 39, "hat": 42, "pedal": 44, "open": 46, "crash": 49, "ride": 51,
    "tambourine": 54, "cowbell": 56, "shaker": 70, "conga": 63, "low-tom": 43, "mid-tom": 47, "high-tom": 50,
}  # fmt: skip

NUMERALS = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}
# Semitones above the root; lower case is minor.
QUALITIES = {
    "I": (0, 4, 7), "i": (0, 3, 7), "I7": (0, 4, 7, 10), "i7": (0, 3, 7, 10), "Imaj7": (0, 4, 7, 11),
    "I9": (0, 4, 10, 14), "i9": (0, 3, 10, 14), "I13": (0, 4, 10, 21), "I5": (0, 7, 12), "idim": (0, 3, 6, 9),
}  # fmt: skip
SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10), "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10), "blues": (0, 3, 5, 6, 7, 10), "pentatonic": (0, 2, 4, 7, 9),
    "minor-pentatonic": (0, 3, 5, 7, 10),
}  # fmt: skip


def programs(names: str) -> tuple[int, ...]:
    return tuple(PROGRAMS[name] for name in names.split())


@dataclass(frozen=True)
class Style:
    """A pattern is one bar, a character a step: `.` is silence, `-` goes on with the note before.

    Drums: `X` loud, `x` middling, `o` soft, `?` now and then.
    Bass: `R` root, `3`, `5`, `6`, `8` above it, `w` somewhere on the way to the next root.
    Chords: `C` the chord, `c` softly, `u` without its lowest note, `1` to `4` one of its notes.
    """

    tempo: tuple[int, int]  # quarter notes per minute
    scale: str
    harmony: tuple[str, ...]  # a chord per bar
    drums: tuple[dict[str, str], ...] = ()
    kits: tuple[str, ...] = ("standard",)
    bass: tuple[str, ...] = ()
    basses: tuple[int, ...] = programs("finger-bass")
    chords: tuple[str, ...] = ()
    keys: tuple[int, ...] = programs("piano")  # what plays the chords
    keys_from: int = 53  # the lowest pitch of the chords
    leads: tuple[int, ...] = ()
    density: tuple[float, float] = (0.3, 0.6)  # of the melody: the share of eighths on which a note begins
    register: tuple[int, int] = (62, 82)  # of the melody
    pads: tuple[int, ...] = ()
    swing: float = 0.0  # how late off-beat eighths come, in steps; 2 / 3 makes triplets
    swing16: float = 0.0  # the same for sixteenths
    loose: float = 0.06  # deviation of the players' timing, in steps
    force: int = 92  # mean velocity
    legato: float = 0.9  # the sounding part of a note


STYLES: dict[str, Style] = {
    "blues": Style(
        tempo=(58, 118), swing=0.67, scale="blues", register=(58, 79), density=(0.3, 0.55), keys_from=50,
        harmony=("I7 I7 IV7 I7 V7 IV7 I7 V7", "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7", "i7 i7 iv7 i7 V7 i7"),
        drums=({"ride": "X.x.X.x.X.x.X.x.", "snare": "....X..o....X..?", "kick": "X.....?.X.x....."},
               {"hat": "X.x.X.x.X.x.X.x.", "snare": "....X.......X.?.", "kick": "X.....x.x......."}),
        bass=("R-R-3-3-5-5-6-6-", "R-3-5-6-8-6-5-3-", "R---3---5---w---"), basses=programs("finger-bass double-bass"),
        chords=("C-C.C-C.C-C.C-C.", "....C-.....C--..", "C-----c-..C---c-", "..C-..C-..C-..C-"),
        keys=programs("piano honky-tonk drawbar-organ clean-guitar overdriven"),
        leads=programs("harmonica overdriven clean-guitar tenor-sax jazz-guitar"),
    ),
    "classical": Style(
        tempo=(56, 132), scale="major", register=(66, 90), density=(0.4, 0.9), keys_from=52, force=74, loose=0.1,
        harmony=("I IV V I", "I vi ii V", "I V vi iii IV I IV V", "vi ii III vi", "I V7 V7 I", "I IV I V I ii V7 I"),
        bass=("R---------------", "R-------5-------", "R---3---5---3---", "R-----------", "R---5---3---"),
        basses=programs("cello bassoon cello viola"),
        chords=("1-3-2-3-1-3-2-3-", "1-2-3-4-3-2-3-2-", "C---------------", "1---u-u-1---u-u-", "1---u---u---",
                "1-2-3-4-3-2-", "C-----------"),
        keys=programs("piano harpsichord harp strings nylon-guitar piano"),
        leads=programs("violin flute oboe clarinet violin horn piano"), pads=programs("strings slow-strings choir"),
        legato=1.0,
    ),
    "country": Style(
        tempo=(96, 150), scale="pentatonic", register=(62, 84), density=(0.45, 0.8), keys_from=55,
        harmony=("I IV V I", "I I IV V", "I V I I IV I V I", "I vi IV V", "I IV I V"),
        drums=({"snare": "xox?Xox?xox?Xox?", "kick": "X.......X......."},
               {"hat": "x.x.x.x.x.x.x.x.", "stick": "....X.......X...", "kick": "X.......X.....?."},
               {"hat": "..x...x...x...x.", "snare": "....x.......x...", "kick": "X...x...X...x..."}),
        kits=("standard", "brush"), bass=("R---....5---....", "R---5---R---5---", "R---....5---w-w-"),
        basses=programs("double-bass finger-bass picked-bass"),
        chords=("....C-u-....C-u-", "..C...C...C...C.", "1-u-3-u-1-u-3-u-", "1324132413241324"),
        keys=programs("steel-guitar nylon-guitar banjo steel-guitar"),
        leads=programs("fiddle banjo harmonica steel-guitar fiddle"),
    ),
    "disco": Style(
        tempo=(112, 130), scale="dorian", register=(65, 86), density=(0.2, 0.5), force=98, loose=0.02,
        harmony=("i7 IV7 i7 IV7", "i7 bVII bVImaj7 V7", "Imaj7 vi7 ii7 V7", "i7 i7 bVImaj7 bVII"),
        drums=({"kick": "X...X...X...X...", "open": "..X...X...X...X.", "snare": "....X.......X...", "hat": "x.o.x.o.x.o.x.o."},
               {"kick": "X...X...X...X...", "open": "..X...X...X...X.", "clap": "....X.......X..?", "tambourine": "xoxxxoxxxoxxxoxx"},
               {"kick": "X...X...X...X...", "hat": "xxXxxxXxxxXxxxXx", "snare": "....X.......X...", "conga": "x..x..x.x..x.xx."}),
        kits=("standard", "electronic"), bass=("R-8-R-8-R-8-R-8-", "R.R8..R8R.R8..58", "R---8.R.R-8-5-8-"),
        basses=programs("finger-bass slap-bass synth-bass"),
        chords=("C..Cu.CuC..Cu.Cu", "..C...C...C...C.", "....C..C....C..C", "C.u.C.uCC.u.C.uC"),
        keys=programs("clean-guitar muted-guitar rhodes e-piano"), keys_from=57,
        leads=programs("strings brass synth-strings trumpet voice"), pads=programs("strings synth-strings"),
    ),
    "hiphop": Style(
        tempo=(76, 102), scale="minor-pentatonic", register=(58, 79), density=(0.1, 0.3), swing16=0.3, force=100,
        harmony=("i7 i7 bVImaj7 v7", "i9 iv7 i9 iv7", "i i i bVII", "i i bVI V7"), loose=0.03,
        drums=({"kick": "X..x..x...X..?..", "snare": "....X.......X..o", "hat": "x.x.x.xxx.x.x.x."},
               {"kick": "X.....xX..x.....", "clap": "....X.......X...", "hat": "xxx.x.xxxxx.x?xx"},
               {"kick": "X.x.......Xx..?.", "snare": "....X..o.o..X...", "hat": "x.x.x.x.x.x.x.xx", "cowbell": "......?.......?."}),
        kits=("808", "electronic", "room"), bass=("R----..R--5---..", "R-------....R-R-", "R--R--..R---..5-"),
        basses=programs("synth-bass synth-bass-2 finger-bass bass-lead"),
        chords=("C--2--u----C----", "C---------------", "c..c..c.c..c....", "1-2-3-2-1-2-3-4-"),
        keys=programs("rhodes piano vibraphone e-piano strings"),
        leads=programs("square-lead flute vibraphone koto muted-trumpet"), pads=programs("warm-pad slow-strings"),
    ),
    "jazz": Style(
        tempo=(112, 224), swing=0.6, scale="major", register=(57, 81), density=(0.5, 0.9), force=80, loose=0.09,
        harmony=("ii9 V13 Imaj7 VI7", "Imaj7 vi7 ii7 V9", "i9 IV9 iidim V9", "I13 IV9 I13 I13 IV9 idim Imaj7 VI7 ii9 V13"),
        drums=({"ride": "X...X.x.X...X.x.", "pedal": "....x.......x...", "kick": "o...?...o...?...", "snare": "..?...?o..?...?."},
               {"ride": "X...X.xoX...X.x.", "pedal": "....x.......x...", "snare": "......o.?.o....."},
               {"snare": "xooxxooxxooxxoox", "pedal": "....x.......x...", "kick": "o.......o......."}),
        kits=("jazz", "brush"), bass=("R---w---5---w---", "R---3---5---w---", "R---w---w---w---"), basses=programs("double-bass"),
        chords=("C-....C-........", "......C-......C-", "C---..C.....C-..", "....C-....C-...."), keys_from=55,
        keys=programs("piano jazz-guitar piano rhodes"),
        leads=programs("alto-sax tenor-sax trumpet muted-trumpet vibraphone piano trombone"),
    ),
    "metal": Style(
        tempo=(124, 200), scale="phrygian", register=(64, 89), density=(0.5, 1.0), force=116, keys_from=38, loose=0.03,
        harmony=("I5 I5 bII5 I5", "I5 bVI5 bVII5 I5", "I5 bIII5 bII5 bV5", "I5 I5 bVI5 bII5"),
        drums=({"kick": "XxXxXxXxXxXxXxXx", "snare": "....X.......X...", "ride": "X...X...X...X..."},
               {"kick": "X.XX..XXX.XX..XX", "snare": "....X.......X...", "open": "X...X...X...X..."},
               {"kick": "X.X.X.X.X.X.X.X.", "snare": ".X.X.X.X.X.X.X.X", "crash": "X.......X......."},
               {"kick": "X..X..X.X..X..X.", "snare": "........X.......", "crash": "X...X...X...X..."}),
        kits=("power", "room"), bass=("R.RRR.RRR.RRR.RR", "RRRRRRRRRRRRRRRR", "R-R-R-R-R-R-R-R-"), basses=programs("picked-bass"),
        chords=("C.CCC.CCC.CCC.CC", "CCCC-.CCCCCC-.CC", "C--C--C-C--C--C-", "C-------CCCC-CCC", "CCCCCCCCCCCCCCCC"),
        keys=programs("distortion"), leads=programs("distortion overdriven"), legato=0.8,
    ),
    "pop": Style(
        tempo=(92, 130), scale="pentatonic", register=(63, 84), density=(0.35, 0.6), force=94, loose=0.03, keys_from=57,
        harmony=("I V vi IV", "vi IV I V", "I vi IV V", "IV V iii vi", "I IV vi V"),
        drums=({"kick": "X.....x.X.x.....", "snare": "....X.......X...", "hat": "x.x.x.x.x.x.x.x."},
               {"kick": "X...X...X...X...", "clap": "....X.......X...", "hat": "..x...x...x...x.", "shaker": "oxoxoxoxoxoxoxox"},
               {"kick": "X......xX.......", "snare": "....X.......X...", "hat": "xxxxxxxxxxxxxxxx", "tambourine": "....x.......x..."}),
        kits=("standard", "electronic", "room"), bass=("R-R-R-R-R-R-R-R-", "R------RR-------", "R--R--R-R--R--5-"),
        basses=programs("synth-bass synth-bass-2 finger-bass"),
        chords=("C---C---C---C---", "C---------------", "1-2-3-4-3-2-3-2-", "C--C--C-C--C--C-"),
        keys=programs("piano bright-piano e-piano poly-pad steel-guitar"),
        leads=programs("square-lead saw-lead voice bass-lead synth-brass"), pads=programs("warm-pad poly-pad synth-strings"),
    ),
    "reggae": Style(
        tempo=(62, 90), scale="pentatonic", register=(60, 79), density=(0.15, 0.45), swing16=0.15, keys_from=57,
        harmony=("I IV I V", "i bVII i bVII", "I V vi IV", "i iv i iv", "I I IV IV"),
        drums=({"kick": "........X.......", "stick": "........X......?", "hat": "x.x.x.xox.x.x.xo"},
               {"kick": "X...X...X...X...", "snare": "........X.......", "hat": "x.xxx.x.x.xxx.x."},
               {"kick": "X.......X.......", "stick": "....x...X..?x...", "hat": "x.x.x.x.x.x.x.x.", "conga": "..x.....x...x.x."}),
        bass=("..R-3-5-..5-3-R-", "R--R--3-....5-3-", "R-R-..5-8-5-....", "....R-R-3---5---"),
        basses=programs("finger-bass double-bass fretless-bass"),
        chords=("..C...C...C...C.", "....C.......C...", "..C.c.C...C.c.C."),
        keys=programs("clean-guitar muted-guitar drawbar-organ percussive-organ piano"),
        leads=programs("percussive-organ trumpet brass harmonica trombone"),
    ),
    "rock": Style(
        tempo=(102, 152), scale="minor-pentatonic", register=(62, 84), density=(0.3, 0.6), force=107, keys_from=43,
        harmony=("I5 bVII5 IV5 I5", "I5 IV5 V5 IV5", "I V IV IV", "I5 bIII5 IV5 I5", "vi IV I V"),
        drums=({"kick": "X......xX.x.....", "snare": "....X.......X...", "hat": "X.x.X.x.X.x.X.x."},
               {"kick": "X.x...x.X.x.....", "snare": "....X.......X...", "open": "X...X...X...X..."},
               {"kick": "X.......X.x.....", "snare": "....X.......X..o", "ride": "x.x.x.x.x.x.x.x."}),
        kits=("standard", "room", "power"), bass=("R-R-R-R-R-R-R-R-", "R---R-R-R---5-R-", "R--R--R-R-R-5-3-"),
        basses=programs("picked-bass finger-bass"),
        chords=("C-C-C-C-C-C-C-C-", "C-----C---C-----", "C--C--C-C-C-C---", "C---C-c-C-c-C-c-"),
        keys=programs("overdriven clean-guitar overdriven distortion"), leads=programs("overdriven clean-guitar rock-organ"),
    ),
}  # fmt: skip


def mixture(rng: random.Random) -> Style:
    """A style put together from parts of the ten, for any of General MIDI's melodic programs."""
    chosen = {field.name: getattr(rng.choice(list(STYLES.values())), field.name) for field in fields(Style)}
    style = Style(**chosen)
    some = {name: tuple(rng.sample(range(112), 3)) for name in ("keys", "leads", "pads") if rng.random() < 0.7}
    return replace(style, tempo=(60, 190), **some)


def solo(rng: random.Random, program: int) -> Style:
    """One instrument alone, with a melody, with chords, or (a bass) with a bass line."""
    style = replace(rng.choice(list(STYLES.values())), drums=(), bass=(), chords=(), leads=(), pads=(), tempo=(60, 160))
    if 32 <= program < 40:
        return replace(style, bass=rng.choice(list(STYLES.values())).bass, basses=(program,))
    if program < 32 and rng.random() < 0.6:
        chords = [pattern for other in STYLES.values() for pattern in other.chords]
        return replace(style, chords=(rng.choice(chords),), keys=(program,), keys_from=rng.randint(45, 60))
    low = rng.randint(50, 72)
    return replace(style, leads=(program,), register=(low, low + 18), density=(0.4, 0.9))


def chord(numeral: str) -> tuple[int, tuple[int, ...]]:
    """`bVII7` → semitones from the key to the root, and from the root to each note."""
    flat, name, kind = re.fullmatch(r"(b?)([IViv]+)(.*)", numeral).groups()
    return NUMERALS[name.upper()] - len(flat), QUALITIES[("I" if name.isupper() else "i") + kind]


def notes_of(pattern: str) -> list[tuple[int, int, str]]:
    """The step, the length in steps and the character of each note of a pattern."""
    return [(found.start(), len(found[0]), found[0][0]) for found in re.finditer(r"[^.-]-*", pattern)]


class Score:
    """MIDI messages in time. A step is a sixteenth note."""

    def __init__(self, style: Style, rng: random.Random):
        self.style, self.rng, self.tempo = style, rng, rng.uniform(*style.tempo)
        self.messages: list[tuple[int, int, bytes]] = []  # tick, order within the tick, bytes

    def instrument(self, channel: int, program: int, volume: int) -> None:
        self.messages += [(0, 0, bytes([0xC0 | channel, program])), (0, 0, bytes([0xB0 | channel, 7, volume]))]

    def note(self, channel: int, step: int, length: float, pitch: int, velocity: float) -> None:
        late = {2: self.style.swing, 3: self.style.swing / 2}.get(step % 4, 0) + self.style.swing16 * (step % 2)
        start = max(0, round((step + late + self.rng.gauss(0, self.style.loose)) * TICKS))
        stop = start + max(TICKS // 4, round(length * self.style.legato * TICKS))
        loud = min(127, max(15, round(velocity + self.rng.gauss(0, 5))))
        self.messages += [(start, 2, bytes([0x90 | channel, pitch, loud])), (stop, 1, bytes([0x80 | channel, pitch, 0]))]

    def midi(self) -> bytes:
        """A standard MIDI file with one track."""
        track, now = bytearray(b"\0\xff\x51\x03" + round(60e6 / self.tempo).to_bytes(3, "big")), 0
        for tick, _, message in sorted(self.messages):
            track += variable_length(tick - now) + message
            now = tick
        track += b"\0\xff\x2f\0"
        header = b"MThd" + (6).to_bytes(4, "big") + b"\0\0\0\1" + (4 * TICKS).to_bytes(2, "big")
        return header + b"MTrk" + len(track).to_bytes(4, "big") + bytes(track)


def variable_length(value: int) -> bytes:
    """A MIDI variable-length quantity: seven bits a byte, the highest bit set on all but the last."""
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(0x80 | value & 0x7F)
    return bytes(reversed(parts))


def compose(style: Style, rng: random.Random, seconds: float) -> bytes:
    """A MIDI file of a little more than so many seconds."""
    score, key = Score(style, rng), rng.randrange(12)
    harmony = [chord(numeral) for numeral in rng.choice(style.harmony).split()]
    first, force = rng.randrange(len(harmony)), style.force + rng.uniform(-8, 8)
    groove = rng.choice(style.drums) if style.drums else {}
    bass = rng.choice(style.bass) if style.bass else ""
    chords = rng.choice([each for each in style.chords if not bass or len(each) == len(bass)] or [""])
    steps = len(bass or chords) or 16  # of a bar
    bars = int((seconds + 2.5) * score.tempo * 4 / 60 / steps) + 1

    # A part is silent now and then, as in an introduction or a break.
    rests = {DRUMS: 0.05 if groove else 1, BASS: 0.05 if bass else 1, CHORDS: 0.05 if chords else 1,
             LEAD: 0.25 if style.leads else 1, PAD: 0.4 if style.pads else 1}  # fmt: skip
    parts = [part for part, rest in rests.items() if rng.random() > rest]
    parts = parts or [part for part, rest in rests.items() if rest < 1]
    for channel, choice, low, high in (
        (DRUMS, [KITS[kit] for kit in style.kits], 85, 115), (BASS, style.basses, 90, 118),
        (CHORDS, style.keys, 75, 108), (LEAD, style.leads, 80, 112), (PAD, style.pads, 50, 85),
    ):  # fmt: skip
        if choice:
            score.instrument(channel, rng.choice(choice), rng.randint(low, high))

    for bar in range(bars):
        at, (root, tones) = bar * steps, harmony[(first + bar) % len(harmony)]
        following = harmony[(first + bar + 1) % len(harmony)][0]
        if DRUMS in parts:
            beat(score, groove, at, bar % 4 == 3 and rng.random() < 0.4, force)
        if BASS in parts:
            bass_line(score, bass, at, 33 + (key + root - 33) % 12, tones, (following - root + 6) % 12 - 6, force)
        voicing = sorted(style.keys_from + (key + root + tone - style.keys_from) % 12 for tone in tones)
        if tones[-1] == 12:  # a power chord stands on its root
            voicing = [style.keys_from + (key + root - style.keys_from) % 12 + tone for tone in tones]
        if CHORDS in parts:
            accompany(score, chords, at, voicing, force - 12)
        if PAD in parts:
            for pitch in voicing:
                score.note(PAD, at, steps, max(pitch, pitch % 12 + 48), force - 22)
    if LEAD in parts:
        melody(score, bars, steps, key, [[(key + root + tone) % 12 for tone in tones] for root, tones in harmony], first, force)
    return score.midi()


def beat(score: Score, groove: dict[str, str], at: int, fill: bool, force: float) -> None:
    rng = score.rng
    for drum, pattern in groove.items():
        for step, mark in enumerate(pattern):
            filled = fill and step >= 8 and drum != "kick"
            if mark != "." and not filled and rng.random() < {"?": 0.4}.get(mark, 0.97):
                score.note(DRUMS, at + step, 1, PERCUSSION[drum], force + {"X": 14, "x": -6, "o": -34, "?": -18}[mark])
    if fill:
        toms = sorted(rng.choices(("snare", "high-tom", "mid-tom", "low-tom"), k=8), key=lambda name: -PERCUSSION[name])
        for step, drum in enumerate(toms):
            if rng.random() < 0.8:
                score.note(DRUMS, at + 8 + step, 1, PERCUSSION[drum], force)


def bass_line(score: Score, pattern: str, at: int, root: int, tones: tuple[int, ...], to_next: int, force: float) -> None:
    third = next((tone for tone in tones if tone in (3, 4)), 7)
    for step, length, mark in notes_of(pattern):
        walk = round(to_next * step / len(pattern)) + score.rng.choice((-2, -1, 1, 2, 3, 5))
        interval = {"R": 0, "3": third, "5": 7, "6": 9, "8": 12, "w": walk}[mark]
        score.note(BASS, at + step, length, root + interval, force + (4 if step == 0 else -4))


def accompany(score: Score, pattern: str, at: int, voicing: list[int], force: float) -> None:
    for step, length, mark in notes_of(pattern):
        if score.rng.random() < 0.04:
            continue
        chosen = {"C": voicing, "c": voicing, "u": voicing[1:]}.get(mark)
        if chosen is None:  # an index; beyond the chord it goes on an octave higher
            octave, index = divmod(int(mark) - 1, len(voicing))
            chosen = [voicing[index] + 12 * octave]
        for pitch in chosen:
            score.note(CHORDS, at + step, length, pitch, force - (16 if mark in "cu" else 0))


def melody(score: Score, bars: int, steps: int, key: int, chords: list[list[int]], first: int, force: float) -> None:
    """Two motifs of a bar, repeated with changes; it meets the chord on each beat."""
    style, rng = score.style, score.rng
    lowest, highest = style.register
    density = rng.uniform(*style.density)
    scale = [(key + tone) % 12 for tone in SCALES[style.scale]]

    def motif() -> dict[int, int]:  # step → how far the melody moves there
        share = [density * (1.2, 0.25, 0.9, 0.25)[step % 4] for step in range(steps)]
        return {step: rng.choice((-5, -3, -2, -2, -1, 1, 2, 2, 3, 5)) for step in range(steps) if rng.random() < share[step]}

    motifs, form, pitch = (motif(), motif()), rng.choice(((0, 0, 1, 0), (0, 1, 0, 1), (0, 0, 0, 1))), rng.randint(lowest, highest)
    for bar in range(bars):
        if rng.random() < 0.1:
            continue
        moves = {step: move for step, move in motifs[form[bar % 4]].items() if rng.random() < 0.92}
        for step, move in moves.items():
            pitch += move if rng.random() < 0.7 else -move
            pitch = pitch - 7 if pitch > highest else pitch + 7 if pitch < lowest else pitch
            allowed = chords[(first + bar) % len(chords)] if step % 8 == 0 else scale
            pitch = min(range(pitch - 6, pitch + 7), key=lambda near: (near % 12 not in allowed, abs(near - pitch)))
            length = min((later for later in moves if later > step), default=steps) - step
            score.note(LEAD, bar * steps + step, min(length, 8), pitch, force + 4)


def play(midi: bytes, rng: random.Random, seconds: float, sample_rate: int) -> np.ndarray:
    """So many seconds of it: (samples,) in [-1, 1], mono, from a random start, in a random room, at a random level."""
    with tempfile.TemporaryDirectory() as folder:
        score, played = os.path.join(folder, "score.mid"), os.path.join(folder, "played.wav")
        with open(score, "wb") as file:
            file.write(midi)
        room = {"room-size": rng.uniform(0.1, 0.7), "level": rng.uniform(0.05, 0.5), "damp": rng.uniform(0.1, 0.7)}
        options = [part for name, value in room.items() for part in ("-o", f"synth.reverb.{name}={value:.3f}")]
        command = ["fluidsynth", "-ni", "-q", "-C", "0", *options, "-o", "synth.dynamic-sample-loading=1", "-g", "0.4"]
        command += ["-r", str(RENDER_RATE), "-O", "s16", "-F", played, SOUNDFONT, score]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with wave.open(played) as file:
            sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2).mean(1) / 32768
    sound = soxr.resample(sound[int(rng.uniform(0, 2) * RENDER_RATE) :], RENDER_RATE, sample_rate)
    wanted = round(seconds * sample_rate)
    sound = np.pad(sound[:wanted], (0, max(0, wanted - len(sound)))).astype(np.float32)
    return sound * (rng.uniform(0.3, 0.95) / max(1e-3, np.abs(sound).max()))


def write_wav(pcm: np.ndarray, path: Path, sample_rate: int) -> None:
    """Samples of 16 bits, mono, as a WAV file, which has its name only when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    with wave.open(str(partial), "wb") as file:
        file.setparams((1, 2, sample_rate, 0, "NONE", None))
        file.writeframes(pcm.astype("<i2").tobytes())
    partial.replace(path)
