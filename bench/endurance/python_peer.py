"""The counterpart of onpa.ts: the same loop by PyTorch and Transformers. Arguments: the number of threads; the task as JSON."""

import json
import random
import sys
import time
import wave
from pathlib import Path

import numpy as np
from peer_process import answer, memory_now, peak_memory, reset_peak_memory

LABELS, SECONDS = 10, 30


def main() -> None:
    threads, task = int(sys.argv[1]), json.loads(sys.argv[2])
    import soxr
    import torch
    from transformers import HubertForSequenceClassification, Wav2Vec2FeatureExtractor
    from transformers.utils import logging

    logging.disable_progress_bar()
    torch.set_num_threads(threads)
    model = HubertForSequenceClassification.from_pretrained(task["model"], num_labels=LABELS)
    extractor = Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=True)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5, weight_decay=0, fused=True)
    paths = sorted(Path(task["data"]).rglob("*.wav"))
    genres = sorted({path.parent.name for path in paths})
    random.Random(42).shuffle(paths)

    def clip(path: Path) -> np.ndarray:
        with wave.open(str(path)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
            return soxr.resample(samples, file.getframerate(), extractor.sampling_rate)

    for step in range(task["steps"]):
        start = time.perf_counter()
        chosen = [paths[(step * task["batch"] + i) % len(paths)] for i in range(task["batch"])]
        inputs = extractor(
            [clip(path) for path in chosen],
            sampling_rate=extractor.sampling_rate,
            max_length=SECONDS * extractor.sampling_rate,
            truncation=True,
            padding=True,
            return_tensors="pt",
        )
        loss = model(**inputs, labels=torch.tensor([genres.index(path.parent.name) for path in chosen])).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seconds = time.perf_counter() - start
        answer(step=step + 1, seconds=seconds, rss=memory_now(), peak=peak_memory(), loss=loss.item())
        reset_peak_memory()


main()
