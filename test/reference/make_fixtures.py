#!/usr/bin/env python3
"""Makes test/fixtures with librosa: what the tests of lib/src/audio and lib/src/dsp compare with.

Made with Python 3.11 and librosa 0.11.0, numpy 2.4.6, scipy 1.17.1, soundfile 0.14.0 (libsndfile 1.2.2), soxr 1.1.0,
safetensors 0.8.0, and FFmpeg 5.1.9 (for the MP3 and Vorbis files); each fixture's metadata names the versions that made it.

    ONPA_CACHE=<cache folder> python3 test/reference/make_fixtures.py

The cache folder is the one where onpa keeps its downloads: librosa's recordings lie in its folder librosa/.
"""

import audio_files
import audio_fixtures
import bfloat16_fixtures
import callback_fixtures
import checkpoint_fixtures
import chroma_fixtures
import command_line_fixtures
import dataset_fixtures
import distillation_fixtures
import encoding_fixtures
import feature_extractor_fixtures
import feature_fixtures
import fold_fixtures
import folder_fixtures
import hifigan_fixtures
import hub_fixtures
import hubert_fixtures
import initial_weights_fixtures
import label_fixtures
import librosa
import mel_fixtures
import mel_inverse_fixtures
import metrics_fixtures
import mfcc_fixtures
import mini_hubert_fixtures
import model_card_fixtures
import numpy as np
import pipeline_fixtures
import pretraining_fixtures
import rhythm_fixtures
import quantize_fixtures
import round_trip_fixtures
import sharded_fixtures
import spectrum_fixtures
import trainer_fixtures
import training_options_fixtures
import vocos_fixtures
import yaml_fixtures
from fixture_file import AUDIO, write


def signals() -> dict:
    """A second of trumpet, and noise: int16 over 32768, so that both sides begin with the same float32 numbers."""
    trumpet, _ = librosa.load(AUDIO / "trumpet.ogg", duration=1)
    noise = np.random.default_rng(3).uniform(-0.9, 0.9, 5000)
    whole = {name: (x * 32768).round().astype(np.int16) for name, x in (("trumpet", trumpet), ("noise", noise))}
    write("signals", whole)
    return {name: x.astype(np.float32) / 32768 for name, x in whole.items()}


def main() -> None:
    audio_files.make()
    made = signals()
    audio_fixtures.load()
    audio_fixtures.formats()
    encoding_fixtures.make()
    audio_fixtures.resample(made["trumpet"])
    spectrum_fixtures.fft()
    spectrum_fixtures.window()
    spectrum_fixtures.stft(made)
    spectrum_fixtures.istft()
    spectrum_fixtures.griffin_lim(made["noise"])
    mel_fixtures.decibel()
    mel_fixtures.mel()
    mel_fixtures.mel_spectrogram(made)
    mfcc_fixtures.make(made)
    feature_fixtures.make(made)
    chroma_fixtures.make(made)
    rhythm_fixtures.make(made)
    quantize_fixtures.make()
    mel_inverse_fixtures.make(made)
    mini_hubert_fixtures.make(made)
    checkpoint_fixtures.make()
    hubert_fixtures.make()
    bfloat16_fixtures.make()
    initial_weights_fixtures.make()
    feature_extractor_fixtures.feature_extractor(made)
    pretraining_fixtures.make()
    label_fixtures.make()
    distillation_fixtures.make()
    pipeline_fixtures.pipeline(made)
    sharded_fixtures.make()
    round_trip_fixtures.make()
    trainer_fixtures.make()
    callback_fixtures.make()
    training_options_fixtures.make()
    vocos_fixtures.make()
    hifigan_fixtures.make()
    dataset_fixtures.make()
    fold_fixtures.make()
    folder_fixtures.make()
    metrics_fixtures.make()
    hub_fixtures.make()
    model_card_fixtures.make()
    command_line_fixtures.make()
    yaml_fixtures.make()


if __name__ == "__main__":
    main()
