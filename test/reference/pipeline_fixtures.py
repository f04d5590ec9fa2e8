"""A small model with random weights, and what Transformers' audio-classification pipeline makes of sound with it."""

import librosa
import numpy as np
import torch
import transformers
from fixture_file import AUDIO, FIXTURES, write
from transformers import HubertConfig, HubertForSequenceClassification, Wav2Vec2FeatureExtractor
from transformers import pipeline as make_pipeline

LABELS = ["blues", "classical", "country", "disco", "hiphop", "jazz", "metal"]


def small_config(labels: list[str], **others) -> HubertConfig:
    return HubertConfig(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        conv_dim=(8,) * 7,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4,
        classifier_proj_size=12,
        initializer_range=0.2,
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
        **others,
    )


def save_model() -> tuple[HubertForSequenceClassification, Wav2Vec2FeatureExtractor]:
    torch.manual_seed(11)
    config = small_config(LABELS)
    model = HubertForSequenceClassification(config).eval()
    with torch.no_grad():
        # So that the scores of different sounds are far apart.
        model.classifier.weight.mul_(4)
        model.classifier.bias.uniform_(-1, 1)
    extractor = Wav2Vec2FeatureExtractor(return_attention_mask=True)
    model.save_pretrained(FIXTURES / "pipeline")
    extractor.save_pretrained(FIXTURES / "pipeline")
    return model, extractor


def pipeline(signals: dict) -> None:
    model, extractor = save_model()
    sounds = {
        "trumpet": signals["trumpet"],
        "noise": signals["noise"],
        "silence": np.zeros(5000, np.float32),
        "noise[:400]": signals["noise"][:400],
    }
    for file in ("trumpet.ogg", "wav-16.wav", "flac-16.flac"):
        sounds[file], _ = librosa.load(AUDIO / file, sr=16000)
    plans = [(sound, None, {}) for sound in sounds]
    plans += [("trumpet", problem, {}) for problem in ("multi_label_classification", "regression")]
    plans += [("trumpet", "single_label_classification", {})]
    plans += [("noise", None, {"functionToApply": name}) for name in ("softmax", "sigmoid", "none")]
    plans += [("noise", "multi_label_classification", {"functionToApply": "softmax"})]
    plans += [("trumpet", None, {"topK": top}) for top in (1, 7, 20, None)]
    cases = {}
    for sound, problem, options in plans:
        model.config.problem_type = problem
        classifier = make_pipeline("audio-classification", model=model, feature_extractor=extractor, device="cpu")
        # Without top_k in the call, Transformers 5 gives all labels, whatever its documentation and constructor say.
        arguments = {"top_k": options.get("topK", 5)}
        if "functionToApply" in options:
            arguments["function_to_apply"] = options["functionToApply"]
        scores = classifier(sounds[sound], **arguments)
        name = ", ".join([sound] + [problem] * bool(problem) + [f"{key} {value}" for key, value in options.items()])
        cases[name] = {"sound": sound, "problemType": problem, "options": options, "scores": scores}
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    write("pipeline", {}, cases, versions)
