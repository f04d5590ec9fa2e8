"""torchaudio's MelSpectrogram as its documentation defines it, in place of the package, which is not there for this PyTorch.

`install()` makes importable what the packages vocos and encodec import of torchaudio; beyond the mel spectrogram these are
empty names. Everything is float32, as in torchaudio, with the names of its buffers.
"""

import importlib.machinery
import math
import sys
import types

import torch


def hz_to_mel(frequency: torch.Tensor, scale: str) -> torch.Tensor:
    if scale == "htk":
        return 2595 * torch.log10(1 + frequency / 700)
    linear = frequency / (200 / 3)
    return torch.where(frequency >= 1000, 15 + torch.log(frequency.clamp(min=1) / 1000) / (math.log(6.4) / 27), linear)


def mel_to_hz(mel: torch.Tensor, scale: str) -> torch.Tensor:
    if scale == "htk":
        return 700 * (10 ** (mel / 2595) - 1)
    return torch.where(mel >= 15, 1000 * torch.exp(math.log(6.4) / 27 * (mel - 15)), 200 / 3 * mel)


def filters(bins: int, f_min: float, f_max: float, n_mels: int, sample_rate: int, norm, scale: str) -> torch.Tensor:
    """Triangles (bins, n_mels)."""
    frequencies = torch.linspace(0, sample_rate // 2, bins)
    low, high = (float(hz_to_mel(torch.tensor(f, dtype=torch.float64), scale)) for f in (f_min, f_max))
    edges = mel_to_hz(torch.linspace(low, high, n_mels + 2), scale)
    width = edges[1:] - edges[:-1]
    distance = edges[None, :] - frequencies[:, None]
    falling, rising = distance[:, 2:] / width[1:], -distance[:, :-2] / width[:-1]
    triangles = torch.minimum(rising, falling).clamp(min=0)
    return triangles * (2 / (edges[2:] - edges[:-2])) if norm == "slaney" else triangles


class Spectrogram(torch.nn.Module):
    def __init__(self, n_fft: int):
        super().__init__()
        self.register_buffer("window", torch.hann_window(n_fft))


class MelScale(torch.nn.Module):
    def __init__(self, *arguments):
        super().__init__()
        self.register_buffer("fb", filters(*arguments))


class MelSpectrogram(torch.nn.Module):
    def __init__(
        self,
        sample_rate=16000,
        n_fft=400,
        hop_length=200,
        n_mels=128,
        center=True,
        power=2.0,
        f_min=0.0,
        f_max=None,
        norm=None,
        mel_scale="htk",
    ):
        super().__init__()
        self.n_fft, self.win_length, self.hop_length = n_fft, n_fft, hop_length
        self.center, self.power = center, power
        self.spectrogram = Spectrogram(n_fft)
        high = float(sample_rate // 2) if f_max is None else f_max
        self.mel_scale = MelScale(n_fft // 2 + 1, f_min, high, n_mels, sample_rate, norm, mel_scale)

    def forward(self, audio: torch.Tensor) -> torch.Tensor:
        spectrum = torch.stft(
            audio,
            self.n_fft,
            self.hop_length,
            self.win_length,
            self.spectrogram.window,
            center=self.center,
            pad_mode="reflect",
            return_complex=True,
        )
        magnitude = spectrum.abs() ** self.power
        return torch.matmul(magnitude.transpose(-1, -2), self.mel_scale.fb).transpose(-1, -2)


def install() -> None:
    names = ["torchaudio", "torchaudio.transforms", "torchaudio.functional", "torchaudio.functional.functional"]
    modules = [types.ModuleType(name) for name in names]
    for name, module in zip(names, modules, strict=True):
        module.__spec__ = importlib.machinery.ModuleSpec(name, None)
        sys.modules[name] = module
    top, transforms, functional, inner = modules
    top.transforms, top.functional, functional.functional = transforms, functional, inner
    transforms.MelSpectrogram = MelSpectrogram
    inner._hz_to_mel = inner._mel_to_hz = None  # of a head that no fixture has
