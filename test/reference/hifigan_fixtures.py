"""What Transformers' SpeechT5HifiGan and its feature extractor make of mel spectrograms and of sound.

A tiny checkpoint lies in test/fixtures/vocoder as Transformers saves it, and twice more as PyTorch saves it while it is
trained: with weight norm as it was spelt before PyTorch 2.1 and since.
"""

import importlib.metadata

import torch
from fixture_file import FIXTURES, write
from seeded_weights import audio, weights
from transformers import SpeechT5FeatureExtractor, SpeechT5HifiGan, SpeechT5HifiGanConfig
from transformers.utils import logging
from vocos_fixtures import mel_like

FOLDER = FIXTURES / "vocoder"
SAMPLES = 9000
TINY = {
    "model_in_dim": 20,
    "upsample_initial_channel": 16,
    "upsample_rates": [4, 2],
    "upsample_kernel_sizes": [8, 4],
    "resblock_kernel_sizes": [3, 5],
    "resblock_dilation_sizes": [[1, 3], [1, 2]],
}
# So that the hyperbolic tangent at the end does not hide differences.
QUIET = 2**-3


def model_of(**config) -> SpeechT5HifiGan:
    """With the seeded weights, the last convolution's made small."""
    model = SpeechT5HifiGan(SpeechT5HifiGanConfig(**config)).eval()
    state = {name: torch.from_numpy(weights(name, tuple(x.shape))) for name, x in model.state_dict().items()}
    state["conv_post.weight"] *= QUIET
    model.load_state_dict(state)
    return model


def save_normed(model: SpeechT5HifiGan) -> None:
    """Both spellings; the lengths of the weights are not those of their directions."""
    model.config.save_pretrained(FOLDER / "hifigan-parametrized")
    model.config.save_pretrained(FOLDER / "hifigan-normed")
    model.apply_weight_norm()
    state = model.state_dict()
    for name in state:
        if name.endswith("original1"):
            state[name] = state[name] * 3
    torch.save(state, FOLDER / "hifigan-parametrized" / "pytorch_model.bin")
    spelt = {
        name.replace("parametrizations.weight.original0", "weight_g").replace(
            "parametrizations.weight.original1", "weight_v"
        ): value
        for name, value in state.items()
    }
    torch.save(spelt, FOLDER / "hifigan-normed" / "pytorch_model.bin")


@torch.inference_mode()
def make() -> None:
    logging.disable_progress_bar()
    bands = TINY["model_in_dim"]
    tensors, cases = {}, {}
    tiny = model_of(**TINY)
    tiny.save_pretrained(FOLDER / "hifigan")
    models = {
        "hifigan": (tiny, 11),
        "unnormalized": (model_of(**TINY, normalize_before=False), 11),
        "wide": (model_of(), 6),
    }
    for name, (model, frames) in models.items():
        mel = mel_like(f"{name}/mel", model.config.model_in_dim, frames)
        tensors[f"{name}/decoded"] = model(mel.T).numpy()
        cases[name] = {"mel": list(mel.shape)}
    for count in (bands, 80):
        extractor = SpeechT5FeatureExtractor(num_mel_bins=count)
        (mel,) = extractor(audio_target=audio(0, SAMPLES), sampling_rate=16000)["input_values"]
        tensors[f"mel/{count}"] = mel.T.astype("float32")
    cases["mel"] = {"samples": SAMPLES}
    with torch.inference_mode(False):
        save_normed(model_of(**TINY))
    versions = {name: importlib.metadata.version(name) for name in ("transformers", "torch")}
    write("vocoder/hifigan", tensors, cases, versions)


if __name__ == "__main__":
    make()
