"""The counterpart of memory.ts and serve.ts: what all peers in Python share."""

import gc
import json
import re
import resource
import sys
import time


def peak_memory() -> float:
    """MB of 10**6 bytes. Not getrusage where avoidable: a child inherits that number from its parent."""
    try:
        with open("/proc/self/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) * 1.024e-3
    except OSError:
        unit = 1e-6 if sys.platform == "darwin" else 1.024e-3
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def memory_now() -> float:
    """MB of 10**6 bytes, where the system tells (Linux)."""
    try:
        with open("/proc/self/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1]) * 1.024e-3
    except OSError:
        return float("nan")


def reset_peak_memory() -> None:
    gc.collect()
    try:
        with open("/proc/self/clear_refs", "w") as refs:
            refs.write("5")
    except OSError:
        pass


def answer(**values: object) -> None:
    print(json.dumps(values), flush=True)


def serve(work, ready: dict, result=None) -> None:
    """As many calls of `work` as each line of standard input says."""
    answer(**ready)
    for line in sys.stdin:
        times, processor = [], []
        for _ in range(int(line)):
            start, used = time.perf_counter(), time.process_time()
            work()
            times.append(1000 * (time.perf_counter() - start))
            processor.append(1000 * (time.process_time() - used))
        answer(times=times, processor=processor, peak=peak_memory(), **({"result": result()} if result else {}))
