"""The counterpart of onpa.ts. Arguments: the number of threads; float32 or bfloat16; the task as JSON."""

import json
import sys

import numpy as np
from peer_process import peak_memory, serve


def main() -> None:
    threads, rounded, task = int(sys.argv[1]), sys.argv[2] == "bfloat16", json.loads(sys.argv[3])
    import torch
    from transformers import HubertForSequenceClassification
    from transformers.utils import logging

    idle = peak_memory()
    logging.disable_progress_bar()
    torch.set_num_threads(threads)
    model = HubertForSequenceClassification.from_pretrained(task["model"])
    if task["mode"] != "full":
        model.freeze_feature_encoder()
    rows = torch.from_numpy(np.fromfile(task["input"], np.float32).reshape(task["batch"], -1))
    batch = {"input_values": rows, "attention_mask": torch.ones_like(rows, dtype=torch.int64)}
    batch["labels"] = torch.arange(task["batch"])
    model.eval()
    precision = {"device_type": "cpu", "dtype": torch.bfloat16, "enabled": rounded}
    with torch.no_grad(), torch.autocast(**precision):
        before = model(**batch).loss.item()
    model.train()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    # The Trainer's default.
    options = {"lr": task["learningRate"], "weight_decay": task["weightDecay"], "fused": True}
    optimizer = torch.optim.AdamW(trained, **options)

    def work() -> None:
        with torch.autocast(**precision):
            loss = model(**batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, task["maxGradNorm"])
        optimizer.step()
        optimizer.zero_grad()
        loss.item()

    serve(work, {"idle": idle}, lambda: [before])


main()
