"""Files of PyTorch and safetensors, what their tensors are as float32, and files that nobody should load."""

import base64
import io
import json
import pickle
import re
import zipfile
from collections import OrderedDict

import numpy as np
import torch
from fixture_file import FIXTURES, write
from safetensors.torch import save_file

FOLDER = FIXTURES / "checkpoint"


def make() -> None:
    FOLDER.mkdir(exist_ok=True)
    torch.manual_seed(5)
    dtypes = numbers()
    files = {
        "module.bin": module(),
        "views.bin": views(),
        "dtypes.bin": dtypes,
        "dtypes.safetensors": dtypes,
        "without-byteorder.bin": {"a": torch.arange(4.0)},
        "empty.bin": {},
    }
    expected, cases = {}, {}
    for name, tensors in files.items():
        save = save_file if name.endswith(".safetensors") else torch.save
        metadata = {"metadata": {"format": "pt"}} if save is save_file else {}
        save(tensors, FOLDER / name, **metadata)
        cases[name] = {
            key: {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape)} for key, tensor in tensors.items()
        }
        expected |= {f"{name}/{key}": tensor.detach().float().numpy() for key, tensor in tensors.items()}
    rezip("without-byteorder.bin", leave_out=("byteorder", ".format_version", ".storage_alignment", "serialization_id"))
    write("checkpoint/expected", expected, {"torch": torch.__version__, "files": cases})
    larger_than_a_chunk()
    refused()
    large()


DTYPES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint64: "U64",
    torch.uint32: "U32",
    torch.uint16: "U16",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


def module() -> OrderedDict:
    """A module's state dict: an OrderedDict with _metadata, weight_g and weight_v, a counter without axes."""
    layers = torch.nn.Sequential(
        torch.nn.utils.weight_norm(torch.nn.Conv1d(4, 6, 3, groups=2), dim=2),
        torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(3, 2)),
        torch.nn.BatchNorm1d(3),
    )
    state = layers.state_dict()
    assert state._metadata
    state["mask_token"] = torch.nn.Parameter(torch.randn(3))
    state["marked"] = torch.nn.Parameter(torch.randn(2), requires_grad=False)
    state["marked"].initialised = True
    return state


def views() -> dict:
    base = torch.arange(48.0)
    cube = base.reshape(2, 4, 6)
    return {
        "whole": base,
        "reshaped": cube,
        "transposed": cube.transpose(0, 2),
        "permuted": cube.permute(1, 2, 0),
        "offset": base[17:40],
        "rows": cube[1, 1:3],
        "columns": cube[..., 2:5],
        "every second": base[1::2],
        "stepped twice": cube[:, ::3, 1::2],
        "diagonal": cube.diagonal(0, 1, 2),
        "expanded": base[3:6].reshape(3, 1).expand(3, 5),
        "expanded, first axis": base[7:9].expand(2, 3, 2),
        "one number, expanded": torch.tensor(2.5).expand(2, 3),
        "axes of one": cube[:, 1:2, 3:4],
        "axes of one, transposed": cube[:, 1:2].permute(1, 2, 0),
        "scalar": cube[1, 2, 3],
        "empty": cube[:, 2:2],
        "empty, transposed": torch.zeros(0, 3).t(),
        "half, transposed": torch.arange(6.0).half().reshape(2, 3).t(),
        "of a parameter": torch.nn.Parameter(torch.randn(3, 2)).t(),
        "": torch.ones(1),
        "名前 ü \U0001f3ba\"\\\n": torch.ones(2),
        "7": torch.ones(3),
        "__proto__": torch.ones(4),
    }


def numbers() -> dict:
    """Each dtype at its limits, and where float32 has to round: ties, their neighbours, subnormals, overflow."""
    halves = torch.from_numpy(
        np.unique(np.concatenate([np.arange(0, 2**16, 37), np.arange(2**10 + 3), 0x8000 + np.arange(40), [0x7BFF]]))
        .astype(np.uint16)
        .view(np.int16)
    )
    rng = np.random.default_rng(11)
    bits = rng.integers(0, 2**63, 300, dtype=np.int64)
    # Exponents from below the smallest float32 to above the largest.
    doubles = np.ldexp(rng.uniform(1, 2, 300), rng.integers(-152, 130, 300)) * rng.choice([-1, 1], 300)
    ties = [s * np.ldexp(m + 0.5 + d, e) for s in (1, -1) for m in (2**23, 2**23 + 1) for d in (-1e-8, 0, 1e-8) for e in (-40, 3)]
    special = [0.0, -0.0, np.inf, -np.inf, np.nan, 3.4028235677973366e38, 3.4028235677973362e38, 7.006492321624085e-46]
    wide = [s * (2**e + d * 2 ** (e - 24) + f) for s in (1, -1) for e in (24, 52, 53, 54, 61, 62) for d in (0, 1, 2, 3) for f in (-1, 0, 1)]
    wide = [n for n in wide if isinstance(n, int) or n.is_integer()]
    longs = np.array([int(n) for n in wide] + [0, -1, 2**63 - 1, -(2**63)], dtype=np.int64)
    longs = np.concatenate([longs, bits, -bits])
    return {
        "F64": torch.from_numpy(np.concatenate([doubles, ties, special])),
        "F32": torch.tensor([0.0, -0.0, 1e-45, -3.4028235e38, float("inf"), float("nan"), 0.1]),
        "F16": halves.view(torch.float16),
        "BF16": halves.clone().view(torch.bfloat16),
        "I64": torch.from_numpy(longs),
        "I32": torch.tensor([0, -1, 2**31 - 1, -(2**31), 2**24 + 1, 2**24 + 3, -(2**24) - 1], dtype=torch.int32),
        "I16": torch.tensor([0, -1, 32767, -32768], dtype=torch.int16),
        "I8": torch.tensor([0, -1, 127, -128], dtype=torch.int8),
        "U64": torch.from_numpy(np.concatenate([longs.astype(np.uint64), 2 * longs.astype(np.uint64) + 1])),
        "U32": torch.tensor([0, 2**32 - 1, 2**24 + 1, 2**31 + 129], dtype=torch.uint32),
        "U16": torch.tensor([0, 65535], dtype=torch.uint16),
        "U8": torch.tensor([0, 255], dtype=torch.uint8),
        "BOOL": torch.tensor([[True, False, True]]),
        "no axes": torch.tensor(7, dtype=torch.int64),
        "no numbers": torch.zeros(2, 0, 3, dtype=torch.float64),
        "名前 é \U0001f3ba\"\\/\n\x01\x7f": torch.tensor([1.0]),
        "7": torch.tensor([1.0]),
    }


def larger_than_a_chunk() -> None:
    """i modulo 251 in a row, and as a transposed matrix: more than is converted at a time."""
    row = (torch.arange(70_000) % 251).to(torch.uint8)
    torch.save({"row": row, "transposed": row.reshape(250, 280).t()}, FOLDER / "chunks.bin")


def rezip(name: str, leave_out: tuple = (), replace: dict | None = None, compression: int = zipfile.ZIP_STORED) -> None:
    """Writes a zip file of torch.save again, changed. `replace` has contents by the entries' last names."""
    with zipfile.ZipFile(FOLDER / name) as archive:
        entries = [(entry, archive.read(entry)) for entry in archive.namelist() if not entry.endswith(leave_out or "?")]
    with zipfile.ZipFile(FOLDER / name, "w", compression) as archive:
        for entry, content in entries:
            content = (replace or {}).get(entry.split("/", 1)[1], content)
            archive.writestr(zipfile.ZipInfo(entry), content, compression)


class Calls:
    """Is pickled as the call of a function."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple:
        return self.call


class Hidden(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def refused() -> None:
    """Files that torch.save or an attacker writes, and that have no plain state dict."""
    import os

    tensor = torch.arange(4.0)
    values = {
        "os-system.bin": {"weight": Calls(os.system, "echo executed")},
        "eval.bin": {"weight": tensor, "bias": Calls(eval, "print('executed')")},
        "nested.bin": {"weight": Calls(getattr, Calls(__import__, "os"), "getcwd")},
        "in-metadata.bin": with_metadata({"weight": tensor}, Calls(exec, "print('executed')")),
        "whole-module.bin": Hidden(),
        "training.bin": {"epoch": 3, "state_dict": {"weight": tensor}, "optimizer": {"state": {0: {"step": tensor}}}},
        "with-a-number.bin": {"weight": tensor, "epoch": 3},
        "one-tensor.bin": tensor,
        "list.bin": [tensor],
        "name-is-a-number.bin": {0: tensor},
        "complex.bin": {"weight": torch.view_as_complex(torch.ones(3, 2))},
        "negated.bin": {"weight": torch.view_as_complex(torch.ones(3, 2)).conj().imag},
        "sparse.bin": {"weight": torch.eye(3).to_sparse()},
        "overlapping.bin": {"weight": tensor[:3].unfold(0, 2, 1)},
    }
    for name, value in values.items():
        torch.save(value, FOLDER / name)
    torch.save({"weight": tensor}, FOLDER / "legacy.bin", _use_new_zipfile_serialization=False)
    torch.save({"weight": tensor}, FOLDER / "protocol-4.bin", pickle_protocol=4)
    for name in ("compressed.bin", "big-endian.bin", "missing-storage.bin", "short-storage.bin", "long-storage.bin"):
        torch.save({"weight": tensor}, FOLDER / name)
    rezip("compressed.bin", compression=zipfile.ZIP_DEFLATED)
    rezip("big-endian.bin", replace={"byteorder": b"big"})
    rezip("missing-storage.bin", leave_out=("data/0",))
    rezip("short-storage.bin", replace={"data/0": tensor.numpy().tobytes()[:12]})
    rezip("long-storage.bin", replace={"data/0": tensor.numpy().tobytes() + bytes(4)})
    forged("reaches-beyond.bin", offset=2, shape=(3,), strides=(1,))
    forged("huge.bin", offset=0, shape=(1 << 20, 1 << 20), strides=(0, 0))
    forged("negative.bin", offset=0, shape=(4,), strides=(-1,))
    forged("opcode.bin", pickled=b"\x80\x02}X\x06\x00\x00\x00weight(i__builtin__\nlist\ns.")


def with_metadata(tensors: dict, value: object) -> OrderedDict:
    state = OrderedDict(tensors)
    state._metadata = value
    return state


def forged(name: str, pickled: bytes | None = None, **view: object) -> None:
    """A state dict with a view that PyTorch would not make, or any pickle."""

    class Rebuilt:
        def __reduce__(self) -> tuple:
            arguments = (tensor.untyped_storage(), view["offset"], view["shape"], view["strides"], False, OrderedDict())
            return (torch._utils._rebuild_tensor_v2, arguments)

    class Pickler(pickle.Pickler):
        def persistent_id(self, value: object) -> tuple | None:
            return ("storage", torch.FloatStorage, "0", "cpu", 4) if torch.is_storage(value) else None

    tensor = torch.arange(4.0)
    if pickled is None:
        buffer = io.BytesIO()
        Pickler(buffer, 2).dump({"weight": Rebuilt()})
        pickled = buffer.getvalue()
    torch.save({"weight": tensor}, FOLDER / name)
    rezip(name, replace={"data.pkl": pickled})


def large() -> None:
    """Files of 100 MB, without the zeros that nearly all of their numbers are."""

    def marked(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        tensor = torch.zeros(shape, dtype=dtype)
        tensor.view(-1)[0], tensor.view(-1)[-1] = 1, 2
        return tensor

    plain = {f"layer.{i}": marked(4_000_000) for i in range(6)}
    files = {"pytorch": io.BytesIO(), "safetensors": FOLDER / "large.tmp", "bfloat16": FOLDER / "large.tmp"}
    torch.save(plain | {"transposed": marked(1000, 1000).t()}, files["pytorch"])
    contents = {"pytorch": files["pytorch"].getvalue()}
    for name, tensors in {"safetensors": plain, "bfloat16": {"layer": marked(12_000_000, dtype=torch.bfloat16)}}.items():
        save_file(tensors, files[name], metadata={"format": "pt"})
        contents[name] = files[name].read_bytes()
        files[name].unlink()
    pieces = {name: {"size": len(content), "pieces": without_zeros(content)} for name, content in contents.items()}
    (FOLDER / "large.json").write_text(json.dumps(pieces, indent=1) + "\n")


def without_zeros(content: bytes) -> list:
    """What is between runs of at least 100,000 zeros, in base64, and where."""
    pieces, at = [], 0
    for run in [*re.finditer(rb"\0{100000,}", content), None]:
        end = run.start() if run else len(content)
        if end > at:
            pieces.append({"at": at, "base64": base64.b64encode(content[at:end]).decode()})
        at = run.end() if run else end
    return pieces
