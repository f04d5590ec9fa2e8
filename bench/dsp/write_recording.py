"""Writes float32 samples of 22,050 Hz as a sound file of the kind that its ending names."""

import sys

import numpy as np
import soundfile

samples, recording = sys.argv[1:]
soundfile.write(recording, np.fromfile(samples, np.float32), 22050)
