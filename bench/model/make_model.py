"""Writes DistilHuBERT with random weights for all peers: the folder that Transformers saves, and model.onnx beside it."""

import sys
from pathlib import Path

import numpy as np
import torch
import transformers
from transformers import HubertConfig, HubertForSequenceClassification

SEED = 0
LABELS = 10
# All else is the default of HubertConfig, which is HuBERT's base.
CONFIGURATION = {"num_hidden_layers": 2, "feat_proj_layer_norm": False, "num_labels": LABELS}


def noise(batch: int, samples: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(SEED).standard_normal((batch, samples), np.float32))


class Logits(torch.nn.Module):
    """The classifier as a graph from one tensor to one tensor."""

    def __init__(self, model: HubertForSequenceClassification):
        super().__init__()
        self.model = model

    def forward(self, input_values: torch.Tensor) -> torch.Tensor:
        return self.model(input_values).logits


def make_model() -> HubertForSequenceClassification:
    torch.manual_seed(SEED)
    model = HubertForSequenceClassification(HubertConfig(**CONFIGURATION)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1:
                # Fresh biases are 0 and fresh gains 1, and a graph optimizer drops such work, which trained ones make.
                parameter += 0.1 * torch.randn_like(parameter)
        # A fresh classifier's scores lie around 0.05: these are spread by about 1, so that peers can be compared.
        model.classifier.weight /= model(noise(1, 16000)).logits.std()
    return model


def export(model: HubertForSequenceClassification, path: Path) -> None:
    """One graph for every batch and length."""
    torch.onnx.export(
        Logits(model),
        (noise(2, 32000),),
        path,
        input_names=["input_values"],
        output_names=["logits"],
        dynamic_shapes={"input_values": {0: torch.export.Dim("batch"), 1: torch.export.Dim("samples")}},
        dynamo=True,
        external_data=False,
    )


def main() -> None:
    folder = Path(sys.argv[1])
    transformers.utils.logging.disable_progress_bar()
    model = make_model()
    model.save_pretrained(folder)
    export(model, folder / "model.onnx")


if __name__ == "__main__":
    main()
