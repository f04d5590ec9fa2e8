"""What Transformers gives for HuBERT and Wav2Vec2: outputs, losses and gradients, and files that it saved.

The weights come from seeded_weights.py: a fixture holds results alone. Where a result is large it holds some frames,
and the largest absolute value of the whole. To make these alone: `python -c "import hubert_fixtures as h; h.make()"`.
"""

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import torch
import transformers
from fixture_file import FIXTURES, VERSIONS
from safetensors.numpy import save_file
from seeded_weights import audio, weights
from transformers import (
    HubertConfig,
    HubertForSequenceClassification,
    HubertModel,
    Wav2Vec2Config,
    Wav2Vec2ForSequenceClassification,
)
from transformers.models.hubert.modeling_hubert import _compute_mask_indices

torch.set_num_threads(2)
transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()
FOLDER = FIXTURES / "hubert"
# How far Transformers' own float32 is from its float64, by fixture and result.
ROUNDING: dict = {}

TINY = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "conv_dim": [8, 8, 12, 12, 8, 8, 10],
    "num_conv_pos_embeddings": 8,
    "num_conv_pos_embedding_groups": 2,
    "classifier_proj_size": 12,
    "num_labels": 5,
}
LAYER = {"feat_extract_norm": "layer", "conv_bias": True, "layer_norm_eps": 1e-3}
STABLE = {**LAYER, "do_stable_layer_norm": True}
# One per branch of the family. The norms of the convolutions keep their 1e-5 whatever layer_norm_eps says.
CONFIGURATIONS = {
    "group": {},
    "distil-like": {"feat_proj_layer_norm": False, "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 4},
    "group-conv-bias": {"conv_bias": True, "feat_extract_activation": "relu", "hidden_act": "gelu_new"},
    "odd-position-kernel": {"num_conv_pos_embeddings": 7, "feat_extract_activation": "gelu_new"},
    "layer": LAYER,
    "layer-without-bias": {"feat_extract_norm": "layer", "feat_proj_layer_norm": False, "hidden_act": "relu"},
    "stable": STABLE,
    "stable-group": {"do_stable_layer_norm": True, "num_conv_pos_embeddings": 5, "layer_norm_eps": 1e-3},
    "relu": {"feat_extract_activation": "relu", "hidden_act": "relu"},
    "weighted": {"use_weighted_layer_sum": True},
    "weighted-stable": {**STABLE, "use_weighted_layer_sum": True},
    "batch-norm": {"conv_pos_batch_norm": True},
    "three-convolutions": {
        "conv_dim": [8, 12, 10],
        "conv_kernel": [10, 3, 5],
        "conv_stride": [5, 4, 16],
        "num_hidden_layers": 3,
        "num_attention_heads": 1,
    },
    # Wav2Vec2 always normalises before the projection and never in the positional convolution, whatever these two say.
    "wav2vec2": {"model_type": "wav2vec2", "feat_proj_layer_norm": False, "conv_pos_batch_norm": True},
    "wav2vec2-stable": {**STABLE, "model_type": "wav2vec2", "use_weighted_layer_sum": True},
}
# Samples of each row, padded with zeros to the longest of them or to `padTo`; with a mask or without.
RUNS = {
    "single": {"lengths": [16000], "mask": False},
    "single-padded": {"lengths": [11117], "padTo": 16000, "mask": True},
    "batch": {"lengths": [16000, 11117, 5603], "mask": False},
    "batch-masked": {"lengths": [16000, 11117, 5603], "mask": True},
}
LABELS = [3, 0, 4]

DISTILHUBERT = {
    "num_hidden_layers": 2,
    "feat_proj_layer_norm": False,
    "num_labels": 10,
}  # all else is the default of HubertConfig
DISTILHUBERT_RUNS = {
    "1s": {"lengths": [16000], "mask": False},
    "5s": {"lengths": [80000], "mask": False},
    "30s": {"lengths": [480000], "mask": False},
    "batch": {"lengths": [80000, 16000, 50001], "mask": False},
    "batch-masked": {"lengths": [80000, 16000, 50001], "mask": True},
}


def write(name: str, tensors: dict, cases: dict) -> None:
    """`tensors` are numpy arrays; `cases` says in JSON with which options each was made."""
    versions = VERSIONS | {"torch": torch.__version__, "transformers": transformers.__version__}
    arrays = {key: np.ascontiguousarray(value) for key, value in tensors.items()}
    path = FOLDER / f"{name}.safetensors"
    save_file(arrays, path, metadata={"fixture": json.dumps({"versions": versions, "cases": cases})})
    print(f"hubert/{path.name}: {len(arrays)} tensors, {path.stat().st_size} bytes")


def model_of(configuration: dict, **more) -> torch.nn.Module:
    """A classifier with this configuration and the seeded weights, in eval mode."""
    settings = {**configuration, "attn_implementation": "eager", **more}
    hubert = settings.pop("model_type", "hubert") == "hubert"
    config = HubertConfig(**settings) if hubert else Wav2Vec2Config(**settings)
    model = (HubertForSequenceClassification if hubert else Wav2Vec2ForSequenceClassification)(config)
    state = {name: torch.from_numpy(weights(name, tuple(x.shape))) for name, x in model.state_dict().items()}
    model.load_state_dict(state)
    return model.eval()


def tiny(name: str, **more) -> torch.nn.Module:
    return model_of({**TINY, **CONFIGURATIONS[name]}, **more)


def tensors_of(model: torch.nn.Module) -> dict:
    """The name and shape of everything in the checkpoint."""
    return {name: list(x.shape) for name, x in model.state_dict().items()}


def configuration_of(model: torch.nn.Module) -> dict:
    """config.json, less what Transformers writes about itself."""
    config = json.loads(model.config.to_json_string(use_diff=False))
    own = ("_", "output_")
    return {key: value for key, value in config.items() if value is not None and not key.startswith(own)}


def variation(model: torch.nn.Module, name: str) -> dict:
    """The configuration and shapes, where they differ from those of a model in forward(); null where one is gone."""
    base = tiny(name)

    def difference(here: dict, there: dict) -> dict:
        return {key: here.get(key) for key in {**there, **here} if here.get(key) != there.get(key)}

    config = difference(configuration_of(model), configuration_of(base))
    return {"model": name, "config": config, "tensors": difference(tensors_of(model), tensors_of(base))}


def inputs(run: dict) -> dict:
    width = run.get("padTo", max(run["lengths"]))
    values = np.zeros((len(run["lengths"]), width), np.float32)
    mask = np.zeros(values.shape, np.int64)
    for row, length in enumerate(run["lengths"]):
        values[row, :length] = audio(row, length)
        mask[row, :length] = 1
    given = {"input_values": torch.from_numpy(values)}
    return given | {"attention_mask": torch.from_numpy(mask)} if run["mask"] else given


def outputs(model: torch.nn.Module, given: dict) -> dict:
    """Everything that a forward pass of the classifier and of its base model gives."""
    features = []
    hook = model.base_model.feature_extractor.register_forward_hook(lambda _, __, out: features.append(out))
    with torch.no_grad():
        whole = model(**given, output_hidden_states=True, output_attentions=True)
        base = model.base_model(**given, output_hidden_states=True)
        assert torch.equal(model(**given).logits, whole.logits)
    hook.remove()
    return {
        "logits": whole.logits,
        "hiddenStates": torch.stack(whole.hidden_states),  # (layers + 1, batch, frames, hidden)
        "attentions": torch.stack(whole.attentions),  # (layers, batch, heads, frames, frames)
        "lastHiddenState": base.last_hidden_state,  # (batch, frames, hidden)
        # Wav2Vec2Model gives them after its layer norm, HubertModel does not give them at all.
        "extractFeatures": features[0].transpose(1, 2) if "extract_features" not in base else base.extract_features,
    }


def frames_at(frames: int, step: int | None) -> np.ndarray:
    """Every `step`-th frame, or six of them from the first to the last."""
    positions = np.arange(0, frames, step) if step else np.linspace(0, frames - 1, 6).round()
    return np.unique(positions.astype(np.int32))


def sampled(name: str, result: dict, step: int | None = None, channels: int = 1, heads: int = 1) -> tuple[dict, dict]:
    """Some frames, every nth channel and head; and the largest absolute value of each whole."""
    at = frames_at(result["hiddenStates"].shape[2], step)
    part = {
        "logits": result["logits"],
        "hiddenStates": result["hiddenStates"][:, :, at, ::channels],
        "attentions": result["attentions"][:, :, ::heads][..., at, :][..., at],
        "lastHiddenState": result["lastHiddenState"][:, at, ::channels],
        "extractFeatures": result["extractFeatures"][:, at, ::channels],
    }
    tensors = {f"{name}/{key}": x.numpy() for key, x in part.items()} | {f"{name}/frames": at}
    return tensors, {"peaks": {key: x.abs().max().item() for key, x in result.items()}}


def compare_precision(fixture: str, model: torch.nn.Module, given: dict, result: dict) -> None:
    """Notes how far float32 is from float64."""
    exact = outputs(model.double(), {key: x.double() if x.is_floating_point() else x for key, x in given.items()})
    model.float()
    worst = ROUNDING.setdefault(fixture, {})
    for key, x in result.items():
        worst[key] = max(worst.get(key, 0), (exact[key] - x.double()).abs().max().item())


def seeds() -> None:
    """A few of the seeded numbers, and a checksum of all their bits."""
    shapes = {
        "hubert.feature_extractor.conv_layers.1.conv.weight": [8, 8, 3],
        "wav2vec2.encoder.pos_conv_embed.conv.parametrizations.weight.original0": [1, 1, 128],
        "encoder.pos_conv_embed.conv.weight_v": [16, 8, 128],
        "hubert.encoder.layers.0.attention.q_proj.weight": [768, 768],
        "classifier.bias": [10],
        "encoder.layer_norm.weight": [768],
        "hubert.encoder.pos_conv_embed.batch_norm.running_var": [16],
        "layer_weights": [13],
        "masked_spec_embed": [768],
    }
    made = {name: weights(name, tuple(shape)).reshape(-1) for name, shape in shapes.items()}
    made |= {f"audio {row}": audio(row, 480000) for row in range(3)}

    def facts(values: np.ndarray) -> dict:
        return {"first": values[:4].tolist(), "sum": int(values.view(np.uint32).sum(dtype=np.uint64) % 2**32)}

    cases = {name: {"shape": shapes.get(name, [480000])} | facts(values) for name, values in made.items()}
    write("seeds", {"empty": np.zeros(1, np.float32)}, cases)


def forward() -> None:
    """Every tiny configuration: one row and a batch of three, with and without a mask."""
    tensors, cases = {}, {}
    for name in CONFIGURATIONS:
        model = tiny(name)
        case = {"config": configuration_of(model), "tensors": tensors_of(model), "runs": {}}
        for run, plan in RUNS.items():
            given = inputs(plan)
            result = outputs(model, given)
            part, facts = sampled(f"{name}/{run}", result)
            tensors |= part
            with torch.no_grad():
                loss = model(**given, labels=torch.tensor(LABELS[: len(plan["lengths"])])).loss.item()
            case["runs"][run] = {**plan, **facts, "loss": loss}
            compare_precision(name, model, given, result)
        cases[name] = case
    write("forward", tensors, cases)


def lengths() -> None:
    """Logits for lengths around which a convolution gains or loses a frame, and for 30 s."""
    cases, tensors = {}, {}
    for name in ("group", "layer", "stable", "three-convolutions"):
        model = tiny(name)
        shortest = 400 if name != "three-convolutions" else 100
        case = [shortest, shortest + 1, 719, 720, 721, 1039, 1040, 3333, 16239, 16240, 16241, 480000]
        logits = [outputs(model, inputs({"lengths": [n], "mask": False}))["logits"] for n in case]
        tensors[name] = torch.cat(logits).numpy()
        cases[name] = {"lengths": case}
        short = {"input_values": torch.zeros(1, shortest - 1)}
        try:
            model(**short)
            raise AssertionError("a clip shorter than one frame has logits")
        except RuntimeError:
            pass
    write("lengths", tensors, cases)


def padding() -> None:
    """How far a row of a padded batch is from the same row alone."""
    cases = {}
    for name in ("group", "layer", "stable", "wav2vec2-stable"):
        model = tiny(name)
        together = outputs(model, inputs(RUNS["batch-masked"]))["logits"]
        shifts = []
        for row, length in enumerate(RUNS["batch-masked"]["lengths"]):
            alone = {"input_values": torch.from_numpy(audio(row, length))[None]}
            shifts.append((outputs(model, alone)["logits"][0] - together[row]).abs().max().item())
        cases[name] = {"shifts": shifts}
    write("padding", {"empty": np.zeros(1, np.float32)}, cases)


def losses() -> None:
    """The cross entropy, with labels that do not count; and that of a model whose problem_type says another loss.

    HubertForSequenceClassification and Wav2Vec2ForSequenceClassification pass over problem_type, which text classifiers
    heed: they take the cross entropy, and fail where labels are not whole numbers.
    """
    given = inputs(RUNS["batch-masked"])
    cases = {}
    for name in ("group", "wav2vec2"):
        for more in ({}, {"problem_type": "multi_label_classification"}, {"problem_type": "regression"}):
            model = tiny(name, **more)
            for labels in ([1, 2, 3], [1, -100, 3], [4, -100, -100])[: 1 if more else None]:
                with torch.no_grad():
                    loss = model(**given, labels=torch.tensor(labels)).loss.item()
                title = f"{name} {more.get('problem_type', labels)}"
                cases[title] = {**variation(model, name), "labels": labels, "loss": loss}
            try:
                model(**given, labels=torch.full((3, TINY["num_labels"]), 0.5))
                raise AssertionError("there is a loss for labels that are no classes")
            except ValueError:
                pass
    write("losses", {"empty": np.zeros(1, np.float32)}, cases)


def some(values: torch.Tensor, count: int) -> torch.Tensor:
    """At most `count` entries, evenly spread: entry j is number floor(j n / m) of n."""
    flat = values.reshape(-1)
    taken = min(count, flat.numel())
    return flat[torch.arange(taken) * flat.numel() // taken]


def gradients_of(name: str, model: torch.nn.Module, given: dict, labels: list, count: int) -> tuple[dict, dict]:
    """Of every gradient, in the order of the checkpoint: some entries, the largest absolute value and the norm.

    A gradient that is zero but for rounding (the bias of the keys, which softmax takes away) has the largest value 0.
    """
    single = backward(model, given, labels)
    loss = model(**given, labels=torch.tensor(labels)).loss.item()
    exact = backward(model.double(), {k: x.double() if x.is_floating_point() else x for k, x in given.items()}, labels)
    model.float()
    largest = max(x.abs().max().item() for x in exact.values())
    zero = [key for key, x in exact.items() if x.abs().max().item() < 1e-12 * largest]
    names = [key for key in model.state_dict() if key in single]
    assert names == list(single)
    entries = torch.cat([some(single[key], count) for key in names])
    peaks = torch.tensor([0.0 if key in zero else single[key].abs().max().item() for key in names])
    norms = torch.tensor([single[key].double().norm().item() for key in names])
    errors = [(exact[key] - single[key]).abs().max() / exact[key].abs().max() for key in names if key not in zero]
    ROUNDING.setdefault("gradients, relative", {})[name] = max(errors).item()
    tensors = {"entries": entries, "peaks": peaks, "norms": norms}
    without = [key for key, _ in model.named_parameters() if key not in single]
    facts = {"labels": labels, "loss": loss, "entriesEach": count, "without": without}
    return {f"{name}/{key}": x.numpy() for key, x in tensors.items()}, facts


def backward(model: torch.nn.Module, given: dict, labels: list) -> dict:
    model.zero_grad()
    model(**given, labels=torch.tensor(labels)).loss.backward()
    return {name: x.grad.clone() for name, x in model.named_parameters() if x.grad is not None}


# Nothing is random in these, though dropout, layer drop and SpecAugment are at work.
CERTAIN = {"hidden_dropout": 0.0, "activation_dropout": 0.0, "attention_dropout": 0.0, "layerdrop": 0.0}
QUIET = {**CERTAIN, "feat_proj_dropout": 0.0, "final_dropout": 0.0, "mask_time_prob": 0.0, "mask_feature_prob": 0.0}
EVERY_FRAME = {"mask_time_prob": 1.0, "mask_time_length": 1}
EVERY_FEATURE = {"mask_feature_prob": 1.0, "mask_feature_length": 1}
TRAINING = {
    "all probabilities 0": {},
    "every frame masked": EVERY_FRAME,
    "every feature masked": EVERY_FEATURE,
    "every frame and feature masked": {**EVERY_FRAME, **EVERY_FEATURE},
    "masks switched off": {**EVERY_FRAME, **EVERY_FEATURE, "apply_spec_augment": False},
    "every layer dropped": {"layerdrop": 1.0},
    "every projected feature dropped": {"feat_proj_dropout": 1.0},
    "every hidden state dropped": {"hidden_dropout": 1.0},
    "every attention dropped": {"attention_dropout": 1.0},
    "every activation dropped": {"activation_dropout": 1.0},
    "final dropout, which classifiers lack": {"final_dropout": 1.0},
}


def gradients() -> None:
    """The loss's gradient with respect to every parameter."""
    plans = {
        "group": ("group", "batch-masked"),
        "group without mask": ("group", "batch"),
        "group frozen": ("group", "batch-masked"),
        "distil-like": ("distil-like", "batch-masked"),
        "group-conv-bias": ("group-conv-bias", "batch-masked"),
        "odd-position-kernel": ("odd-position-kernel", "batch-masked"),
        "layer": ("layer", "batch-masked"),
        "stable": ("stable", "batch-masked"),
        "relu": ("relu", "single-padded"),
        "weighted": ("weighted", "batch-masked"),
        "weighted-stable": ("weighted-stable", "batch-masked"),
        "batch-norm": ("batch-norm", "batch-masked"),
        "three-convolutions": ("three-convolutions", "batch-masked"),
        "wav2vec2-stable": ("wav2vec2-stable", "batch-masked"),
    }
    tensors, cases = {}, {}
    for title, (name, run) in plans.items():
        model = tiny(name)
        if title.endswith("frozen"):
            model.freeze_feature_encoder()
        given, labels = inputs(RUNS[run]), LABELS[: len(RUNS[run]["lengths"])]
        part, facts = gradients_of(title, model, given, labels, 64)
        tensors |= part
        cases[title] = {"model": name, "run": run, "frozen": title.endswith("frozen"), **facts}
    write("gradients", tensors, cases)


def training() -> None:
    """Training mode where chance decides nothing."""
    tensors, cases = {}, {}
    plans = [(name, title) for name in ("group", "stable", "wav2vec2") for title in TRAINING]
    for name, title in [*plans, ("batch-norm", "all probabilities 0")]:
        more = TRAINING[title]
        model = tiny(name, **{**QUIET, **more}).train()
        given = inputs(RUNS["batch-masked"])
        with torch.no_grad():
            logits = model(**given).logits
            running = {name: tensor.clone().numpy() for name, tensor in model.named_buffers() if ".running_" in name}
            assert torch.equal(logits, model(**given).logits)
        key = f"{name}, {title}"
        tensors |= {f"{key}/{name}": values for name, values in running.items()}
        tensors[f"{key}/logits"] = logits.numpy()
        cases[key] = {**variation(model, name), "run": "batch-masked"}
        if title in ("every frame masked", "every layer dropped"):
            part, facts = gradients_of(key, model, given, LABELS, 16)
            tensors |= part
            cases[key]["gradients"] = facts
    write("training", tensors, cases)


def masks() -> None:
    """What _compute_mask_indices draws, over many draws: frames masked per row, and the runs of masked frames."""
    plans = {
        "speech": {"shape": [3, 249], "probability": 0.05, "length": 10, "minMasks": 2},
        "padded rows": {"shape": [3, 249], "probability": 0.2, "length": 10, "minMasks": 0, "lengths": [249, 100, 30]},
        "a row below a span": {"shape": [2, 49], "probability": 0.3, "length": 10, "minMasks": 1, "lengths": [49, 6]},
        "fewer than one span": {"shape": [1, 49], "probability": 0.05, "length": 10, "minMasks": 0},
        "two at least": {"shape": [1, 49], "probability": 0.05, "length": 10, "minMasks": 2},
        "more than fit": {"shape": [1, 49], "probability": 0.1, "length": 10, "minMasks": 9},
        "single frames": {"shape": [2, 40], "probability": 0.5, "length": 1, "minMasks": 0},
        "every frame": {"shape": [2, 40], "probability": 1.0, "length": 1, "minMasks": 0},
        "one span over all": {"shape": [1, 10], "probability": 0.5, "length": 10, "minMasks": 1},
        "never": {"shape": [2, 49], "probability": 0.0, "length": 10, "minMasks": 0},
    }
    np.random.seed(7)
    draws, tensors, cases = 4000, {}, {}
    for title, plan in plans.items():
        shape, rows = plan["shape"], plan.get("lengths")
        mask = None
        if rows:
            mask = torch.tensor([[int(i < n) for i in range(shape[1])] for n in rows])
        drawn = np.stack(
            [
                _compute_mask_indices(shape, plan["probability"], plan["length"], mask, plan["minMasks"])
                for _ in range(draws)
            ]
        )
        # It may also mark the last frame of a padded row, which is no sound.
        if rows:
            drawn &= mask.numpy().astype(bool)
        counts = drawn.sum(-1)  # (draws, rows)
        facts = {"mean": counts.mean(0).tolist(), "deviation": counts.std(0).tolist()}
        facts |= {"least": counts.min(0).tolist(), "most": counts.max(0).tolist()}
        tensors[title] = drawn.mean(0).astype(np.float32)  # how often each frame is masked
        cases[title] = {**plan, "draws": draws, **facts}
    write("masks", tensors, cases)


def distilhubert() -> None:
    """DistilHuBERT's configuration, with 10 labels."""
    model = model_of(DISTILHUBERT)
    tensors, case = {}, {"config": configuration_of(model), "tensors": tensors_of(model), "runs": {}}
    for run, plan in DISTILHUBERT_RUNS.items():
        given = inputs(plan)
        result = outputs(model, given)
        part, facts = sampled(run, result, step=37, channels=31, heads=5)
        tensors |= part
        case["runs"][run] = {**plan, **facts}
        compare_precision("distilhubert", model, given, result)
    plan = {"lengths": [16000, 7000], "mask": True}
    part, facts = gradients_of("gradients", model, inputs(plan), LABELS[:2], 48)
    tensors |= part
    case["gradients"] = {**plan, **facts}
    write("distilhubert", tensors, {"distilhubert": case})


def saved() -> None:
    """Checkpoints as Transformers and torch.save write them: of a classifier, and of a base model as it was in 2021."""
    labels = ("blues", "jazz", "pop", "reggae", "rock")
    model = tiny("group", id2label=dict(enumerate(labels)), label2id={label: i for i, label in enumerate(labels)})
    shutil.rmtree(FOLDER / "classifier", ignore_errors=True)
    shutil.rmtree(FOLDER / "base", ignore_errors=True)
    model.save_pretrained(FOLDER / "classifier")
    torch.save(model.state_dict(), FOLDER / "classifier" / "pytorch_model.bin")
    base = {
        name.removeprefix("hubert.")
        .replace("parametrizations.weight.original0", "weight_g")
        .replace("parametrizations.weight.original1", "weight_v"): x
        for name, x in model.state_dict().items()
        if name.startswith("hubert.")
    }
    (FOLDER / "base").mkdir()
    torch.save(base, FOLDER / "base" / "pytorch_model.bin")
    config = json.loads((FOLDER / "classifier" / "config.json").read_text())
    config = {k: v for k, v in config.items() if k not in ("id2label", "label2id", "dtype", "conv_pos_batch_norm")}
    # Keys of their time, which a reader of today passes over.
    config |= {"architectures": ["HubertModel"], "torch_dtype": "float32", "transformers_version": "4.10.0.dev0"}
    config |= {"feat_extract_dropout": 0.0, "gradient_checkpointing": False, "tokenizer_class": "Wav2Vec2CTCTokenizer"}
    (FOLDER / "base" / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    read_back()


def read_back() -> None:
    """Transformers itself reads both, and finds the same model."""
    expected = tiny("group").base_model(**inputs(RUNS["single"])).last_hidden_state
    with tempfile.TemporaryDirectory() as folder:
        for name in ("config.json", "pytorch_model.bin"):
            shutil.copy(FOLDER / "classifier" / name, folder)
        for source in (FOLDER / "classifier", Path(folder), FOLDER / "base"):
            model = HubertModel.from_pretrained(source, attn_implementation="eager").eval()
            assert torch.equal(model(**inputs(RUNS["single"])).last_hidden_state, expected), source


def make() -> None:
    FOLDER.mkdir(exist_ok=True)
    seeds()
    forward()
    lengths()
    padding()
    losses()
    gradients()
    training()
    masks()
    distilhubert()
    saved()
    print("float32 is from float64:", json.dumps(ROUNDING, indent=1))
