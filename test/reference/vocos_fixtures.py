"""What the package vocos makes of sound and of mel spectrograms, with tiny models and with one of real width.

The tiny checkpoints lie in test/fixtures/vocoder as the package reads them: `vocos-center` has the mel spectrogram of
charactr/vocos-mel-24khz in miniature, `vocos-same` that of BSC-LT/vocos-mel-22khz. The latter's arguments are those of a
fork, which passes them to torchaudio.
"""

import importlib.metadata

import torch
import torchaudio_mel
import yaml
from fixture_file import FIXTURES, write
from seeded_weights import audio, uniform, weights

torchaudio_mel.install()

import vocos.feature_extractors as feature_extractors  # noqa: E402
from vocos import Vocos  # noqa: E402

FOLDER = FIXTURES / "vocoder"
PACKAGES = ("vocos", "torch")
SAMPLES = 5000

TINY = {"dim": 16, "intermediate_dim": 24, "num_layers": 2}
FRAMES = {"n_fft": 256, "hop_length": 64}
MODELS = {
    "vocos-center": (
        {"sample_rate": 24000, **FRAMES, "n_mels": 12, "padding": "center"},
        {"input_channels": 12, **TINY},
        {"dim": 16, **FRAMES, "padding": "center"},
    ),
    "vocos-same": (
        {"sample_rate": 22050, **FRAMES, "n_mels": 10, "padding": "same", "f_min": 0, "f_max": 8000}
        | {"norm": "slaney", "mel_scale": "slaney"},
        {"input_channels": 10, **TINY, "layer_scale_init_value": 0.5},
        {"dim": 16, **FRAMES, "padding": "same"},
    ),
}
WIDE = (
    {"sample_rate": 24000, "n_fft": 1024, "hop_length": 256, "n_mels": 100, "padding": "center"},
    {"input_channels": 100, "dim": 512, "intermediate_dim": 1536, "num_layers": 8},
    {"dim": 512, "n_fft": 1024, "hop_length": 256, "padding": "center"},
)
WIDE_FRAMES = 20


class ForkedFeatures(feature_extractors.MelSpectrogramFeatures):
    """With the arguments that the package's class does not pass on."""

    def __init__(self, sample_rate=24000, n_fft=1024, hop_length=256, n_mels=100, padding="center", **more):
        super().__init__(sample_rate, n_fft, hop_length, n_mels, padding)
        self.mel_spec = torchaudio_mel.MelSpectrogram(
            sample_rate, n_fft, hop_length, n_mels, center=padding == "center", power=1, **more
        )


feature_extractors.MelSpectrogramFeatures = ForkedFeatures


def configuration(parts: tuple) -> dict:
    classes = ("vocos.feature_extractors.MelSpectrogramFeatures", "vocos.models.VocosBackbone", "vocos.heads.ISTFTHead")
    names = ("feature_extractor", "backbone", "head")
    return {
        name: {"class_path": path, "init_args": arguments}
        for name, path, arguments in zip(names, classes, parts, strict=True)
    }


def model_of(config: dict, path) -> Vocos:
    """With the seeded weights; the configuration goes through a file, as the package reads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    model = Vocos.from_hparams(str(path)).eval()
    for name, parameter in model.named_parameters():
        parameter.data = torch.from_numpy(weights(name, tuple(parameter.shape)))
    return model


def mel_like(key: str, *shape: int) -> torch.Tensor:
    """Numbers in the range of logarithms."""
    count = int(torch.Size(shape).numel())
    return torch.from_numpy(uniform(key, count) * 3 - 2).float().reshape(shape)


def spectrum(model: Vocos, mel: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The two halves of what the head's linear layer gives, as ISTFTHead.forward takes them apart."""
    logarithm, phase = model.head.out(model.backbone(mel)).transpose(1, 2).chunk(2, dim=1)
    return torch.clip(torch.exp(logarithm), max=1e2), phase


def tiny(name: str, parts: tuple) -> tuple[dict, dict]:
    config = configuration(parts)
    model = model_of(config, FOLDER / name / "config.yaml")
    torch.save(model.state_dict(), FOLDER / name / "pytorch_model.bin")
    sound = torch.from_numpy(audio(0, SAMPLES))[None]
    mel = model.feature_extractor(sound)
    bands = mel.shape[1]
    random = mel_like(f"{name}/mel", 1, bands, 7)
    batch = mel_like(f"{name}/batch", 2, bands, 9)
    magnitude, phase = spectrum(model, batch)
    loss = magnitude.square().mean() + phase.sin().mean()
    loss.backward()
    tensors = {
        "mel": mel[0],
        "decoded": model.decode(mel)[0],
        "random": model.decode(random)[0],
        "magnitude": magnitude,
        "phase": phase,
    }
    tensors |= {f"gradient/{key}": parameter.grad for key, parameter in model.named_parameters()}
    case = {"samples": SAMPLES, "random": list(random.shape), "batch": list(batch.shape), "loss": loss.item()}
    return {f"{name}/{key}": value.detach().numpy() for key, value in tensors.items()}, case


def make() -> None:
    tensors: dict = {}
    cases: dict = {}
    for name, parts in MODELS.items():
        more, cases[name] = tiny(name, parts)
        tensors |= more
    scratch = FOLDER / "wide.yaml"
    model = model_of(configuration(WIDE), scratch)
    scratch.unlink()
    mel = mel_like("wide/mel", 1, 100, WIDE_FRAMES)
    tensors["wide/decoded"] = model.decode(mel)[0].numpy()
    cases["wide"] = {"mel": list(mel.shape)}
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    versions["torchaudio"] = "the mel spectrogram of its documentation: torchaudio_mel.py"
    write("vocoder/vocos", tensors, cases, versions)


if __name__ == "__main__":
    make()
