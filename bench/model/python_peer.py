"""The counterpart of onpa.ts. Arguments: eager, sdpa, sdpa-bf16 or onnx; the number of threads; the task as JSON."""

import json
import sys
from pathlib import Path

import numpy as np
from peer_process import peak_memory, serve


def read_rows(task: dict) -> np.ndarray:
    return np.fromfile(task["input"], np.float32).reshape(task["batch"], -1)


def run_onnx(threads: int, task: dict) -> None:
    import onnxruntime

    idle = peak_memory()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    path = Path(task["model"]) / "model.onnx"
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    rows = read_rows(task)
    logits = rows

    def work() -> None:
        nonlocal logits
        (logits,) = session.run(None, {"input_values": rows})

    serve(work, {"idle": idle}, lambda: logits.ravel().tolist())


def run_pytorch(attention: str, threads: int, task: dict) -> None:
    import torch
    from transformers import HubertForSequenceClassification
    from transformers.utils import logging

    idle = peak_memory()
    logging.disable_progress_bar()
    torch.set_num_threads(threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    ready = {"idle": idle}
    if device.type == "cuda":
        ready["device"] = torch.cuda.get_device_name()
    if "matmul" in task:
        a, b = torch.rand(2, task["matmul"], task["matmul"], device=device)
        # Reading one number waits for a GPU.
        serve(lambda: torch.mm(a, b)[0, 0].item(), ready)
        return
    kind, _, precision = attention.partition("-")
    model = HubertForSequenceClassification.from_pretrained(task["model"], attn_implementation=kind)
    model.eval().to(device)
    rows = torch.from_numpy(read_rows(task))
    logits = rows

    def work() -> None:
        nonlocal logits
        logits = model(rows.to(device)).logits.float().cpu()

    with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
        serve(work, ready, lambda: logits.ravel().tolist())


def main() -> None:
    name, threads, task = sys.argv[1:]
    if name == "onnx":
        run_onnx(int(threads), json.loads(task))
    else:
        run_pytorch(name, int(threads), json.loads(task))


main()
