"""How large the numbers are that Transformers' models begin with, parameter by parameter: their root mean square."""

import json

import torch
import transformers
from fixture_file import FIXTURES
from transformers import (
    HubertConfig,
    HubertForSequenceClassification,
    Wav2Vec2Config,
    Wav2Vec2ForSequenceClassification,
)

SIZES = {
    "hidden_size": 64,
    "num_hidden_layers": 1,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "conv_dim": [16, 24, 32, 32, 32, 32, 32],
    "num_conv_pos_embeddings": 32,
    "num_conv_pos_embedding_groups": 4,
    "num_labels": 5,
}
CONFIGURATIONS = {
    "hubert": {},
    "hubert-batch-norm": {"conv_pos_batch_norm": True, "conv_bias": True},
    "wav2vec2": {"model_type": "wav2vec2", "conv_bias": True, "use_weighted_layer_sum": True},
}


def make() -> None:
    cases = {}
    for name, own in CONFIGURATIONS.items():
        torch.manual_seed(0)
        given = {"model_type": "hubert", **SIZES, **own}
        if given["model_type"] == "hubert":
            model = HubertForSequenceClassification(HubertConfig(**given))
        else:
            model = Wav2Vec2ForSequenceClassification(Wav2Vec2Config(**given))
        sizes = {key: value.square().mean().sqrt().item() for key, value in model.state_dict().items() if value.is_floating_point()}
        cases[name] = {"config": given, "sizes": {key: float(f"{size:.6g}") for key, size in sizes.items()}}
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    path = FIXTURES / "initial-weights.json"
    path.write_text(json.dumps({"versions": versions, "cases": cases}, indent=1) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    make()
