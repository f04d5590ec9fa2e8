"""Writes test/fixtures/plot.json: ticks, ranges, scales and colours as librosa and matplotlib draw them.

Run with librosa 0.11.0 and matplotlib 3.11: python test/reference/plot_ticks.py
"""

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import librosa
import librosa.display
import matplotlib.pyplot as plt
import numpy as np


def seen(axis):
    low, high = sorted(axis.get_view_interval())
    return [float(t) for t in axis.get_majorticklocs() if low <= t <= high]


def axes(ax):
    plt.gcf().canvas.draw()
    low, high = ax.get_xlim()
    labels = [t.get_text() for t in ax.get_xticklabels() if low <= t.get_position()[0] <= high]
    return {
        "xDomain": list(map(float, ax.get_xlim())),
        "yDomain": list(map(float, ax.get_ylim())),
        "xTicks": seen(ax.xaxis),
        "yTicks": seen(ax.yaxis),
        "xLabels": labels,
    }


def figure(draw):
    plt.figure().set_figwidth(12)
    draw()
    result = axes(plt.gcf().axes[0])
    plt.close()
    return result


def wave(samples):
    y = np.sin(np.arange(samples)).astype(np.float32) * 0.6848
    return figure(lambda: librosa.display.waveshow(y, sr=22050))


def spectrogram(rows, columns, **options):
    ramp = np.linspace(-80, 0, rows * columns).reshape(rows, columns)
    return figure(lambda: librosa.display.specshow(ramp, x_axis="time", **options))


def spectrum():
    frequencies = librosa.fft_frequencies(sr=22050, n_fft=4096)

    def draw():
        plt.plot(frequencies, np.linspace(-80, 0, len(frequencies)))
        plt.xscale("log")

    return figure(draw)


def symlog(**options):
    fig, ax = plt.subplots()
    ax.set_yscale("symlog", base=2, **options)
    hz = [0.0, 10.0, 65.0, 66.0, 440.0, 999.0, 1000.0, 1001.0, 4096.0, 8000.0, 11025.0]
    warped = ax.yaxis.get_transform().transform(np.array(hz))
    plt.close(fig)
    return {"hz": hz, "warped": warped.tolist()}


def colors(name):
    rgb = (matplotlib.colormaps[name](np.arange(256))[:, :3] * 255).round().astype(int)
    return ["%02x%02x%02x" % tuple(c) for c in rgb]


def plotted(y):
    """A plain axis far from 0, around one number, tiny or vast."""
    plt.figure().set_size_inches(12, 4.8)
    plt.plot(y)
    result = axes(plt.gcf().axes[0])
    plt.close("all")
    return {"y": y, "domain": result["yDomain"], "ticks": result["yTicks"]}


OFFSETS = [
    [1e9, 1e9 + 1, 1e9 + 2],
    [-1e9, -1e9 + 0.5],
    [1e-12, 3e-12],
    [-2e-7, 1e-7],
    [0.6931, 0.69311],
    [1e11, 1e11 + 40],
    [5.0, 5.0],
    [0.0, 0.0],
    [-1e9, -1e9],
    [1e20, 9e20],
    [1.0, 1.0 + 1e-9],
    [1e5, 1.3e6],
]

result = {
    "versions": {"librosa": librosa.__version__, "matplotlib": matplotlib.__version__},
    # samples of the trumpet, of a short clip, of 20 s and of two minutes
    "wave": {str(n): wave(n) for n in (117601, 15000, 441000, 2646000)},
    "spectrum": spectrum(),
    "hz": spectrogram(1025, 230, y_axis="hz"),
    "log": spectrogram(1025, 230, y_axis="log"),
    "mel": spectrogram(128, 230, y_axis="mel", fmax=8000),
    "mel16k": spectrogram(40, 94, y_axis="mel", sr=16000, hop_length=160),
    "symlogMel": symlog(linthresh=1000.0),
    "symlogLog": symlog(linthresh=float(librosa.note_to_hz("C2")), linscale=0.5),
    "offsets": [plotted(y) for y in OFFSETS],
    "magma": colors("magma"),
    "coolwarm": colors("coolwarm"),
}
path = Path(__file__).parents[1] / "fixtures" / "plot.json"
path.write_text(json.dumps(result) + "\n")
