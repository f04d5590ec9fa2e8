"""The counterpart of onpa.ts: the same function of librosa, the same arguments and answers."""

import json
import sys

import librosa
import numpy as np
from peer_process import peak_memory, reset_peak_memory, serve

SAMPLE_RATE = 22050


def read_magnitude(files: dict[str, str]) -> np.ndarray:
    return np.fromfile(files["magnitude"], np.float32).reshape(1025, -1)


def prepare(name: str, files: dict[str, str], n_iter: int):
    """Reads the input, and gives the work to be timed."""
    if name == "load":
        return lambda: librosa.load(files["recording"])
    if name == "amplitudeToDb":
        magnitude = read_magnitude(files)
        return lambda: librosa.amplitude_to_db(magnitude, ref=np.max)
    if name == "griffinLim":
        magnitude = read_magnitude(files)
        return lambda: librosa.griffinlim(magnitude, n_iter=n_iter, random_state=0)
    samples = np.fromfile(files["samples"], np.float32)
    if name == "istft":
        spectrogram = librosa.stft(samples)
        return lambda: librosa.istft(spectrogram)
    if name == "melToStft":
        options = dict(n_mels=80, n_fft=1024, hop_length=256)
        mel = librosa.feature.melspectrogram(y=samples, sr=SAMPLE_RATE, **options)
        return lambda: librosa.feature.inverse.mel_to_stft(mel, sr=SAMPLE_RATE, n_fft=1024)
    return {
        "chromaStft": lambda: librosa.feature.chroma_stft(y=samples, sr=SAMPLE_RATE),
        "beatTrack": lambda: librosa.beat.beat_track(y=samples, sr=SAMPLE_RATE),
        "stft": lambda: librosa.stft(samples),
        "melSpectrogram": lambda: librosa.feature.melspectrogram(y=samples, sr=SAMPLE_RATE),
        "resample": lambda: librosa.resample(samples, orig_sr=SAMPLE_RATE, target_sr=16000),
    }[name]


def main() -> None:
    name, n_iter, warm_up, files = sys.argv[1:]
    # librosa imports its parts at first use.
    librosa.stft, librosa.feature.melspectrogram, librosa.load, librosa.beat
    idle = peak_memory()
    first = prepare(name, json.loads(warm_up), int(n_iter))
    for _ in range(2):
        first()
    del first
    work = prepare(name, json.loads(files), int(n_iter))
    reset_peak_memory()
    serve(work, {"idle": idle})


main()
