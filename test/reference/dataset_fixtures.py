"""Data sets as Python makes them: the rows of datasets' shuffle and train_test_split, clips as Parquet, and a tar archive."""

import gzip
import io
import tarfile

import datasets
import numpy as np
import pyarrow
import pyarrow.parquet as parquet_files
import soundfile
from datasets import Audio, ClassLabel, Dataset, Features, Value
from fixture_file import FIXTURES, write

FOLDER = FIXTURES / "dataset"
VERSIONS = {"datasets": datasets.__version__, "pyarrow": pyarrow.__version__}
GENRES = ["blues", "jazz", "rock"]
LARGE_SEEDS = [2**32 - 1, 2**32, 2**40 + 7, 2**53 - 1]


def rows(dataset: Dataset) -> np.ndarray:
    return np.array(dataset["row"], dtype=np.int32)


def splits() -> None:
    """The rows that shuffle and train_test_split choose, by data set, size and seed."""
    tensors, cases = {}, {}
    plans = [(n, seed, {"testSize": 0.2}) for n in range(2, 11) for seed in (0, 1, 42)]
    plans += [(n, seed, {"testSize": 0.2}) for n in (10, 100) for seed in LARGE_SEEDS]
    plans += [(999, seed, {"testSize": 0.2}) for seed in (0, 7, 42, 2**40 + 7)]
    plans += [(5000, 42, {"testSize": 0.1}), (200, 42, {"testSize": 0.2}), (300, 42, {"testSize": 0.2})]
    sizes = [{"testSize": 1}, {"testSize": 99}, {"testSize": 0.001}, {"trainSize": 0.35}, {"trainSize": 7}]
    sizes += [{"testSize": 0.15, "trainSize": 0.6}, {"testSize": 30, "trainSize": 0.5}, {"testSize": 0.9899}]
    plans += [(100, 3, size) for size in sizes]
    plans += [(100, 3, size | {"shuffle": False}) for size in ({"testSize": 0.2}, {"testSize": 5, "trainSize": 10})]
    for n, seed, options in plans:
        name = f"{n} rows, seed {seed}, {', '.join(f'{key} {value}' for key, value in options.items())}"
        dataset = Dataset.from_dict({"row": range(n)})
        split = dataset.train_test_split(
            test_size=options.get("testSize"),
            train_size=options.get("trainSize"),
            shuffle=options.get("shuffle", True),
            seed=seed,
        )
        cases[name] = {"rows": n, "seed": seed, "options": options}
        tensors |= {f"{name}/train": rows(split["train"]), f"{name}/test": rows(split["test"])}
    for n, seed in [(1, 0), (2, 1), (10, 0), (10, 2**53 - 1), (999, 42), (1000, 12345), (5000, 2**32)]:
        name = f"{n} rows shuffled, seed {seed}"
        cases[name] = {"rows": n, "seed": seed}
        tensors[f"{name}/order"] = rows(Dataset.from_dict({"row": range(n)}).shuffle(seed=seed))
    write("dataset/splits", tensors, {"chosen": cases, "refused": sizes_refused()}, VERSIONS)


def sizes_refused() -> list:
    """Sizes that train_test_split refuses, in onpa's names."""
    refused = []
    plans = [{"testSize": size} for size in (0, 10, 11, -1, -0.5, 1.5)]
    plans += [{"trainSize": size} for size in (0, 10, 0.05)]
    plans += [{"testSize": 0.7, "trainSize": 0.5}, {"testSize": 6, "trainSize": 5}, {"testSize": 0.95}]
    for options in plans:
        dataset = Dataset.from_dict({"row": range(10)})
        try:
            dataset.train_test_split(options.get("testSize"), options.get("trainSize"), seed=0)
        except ValueError:
            refused.append(options)
        else:
            raise SystemExit(f"{options} is not refused")
    return refused


def sound(row: int, rate: int = 8000) -> tuple[np.ndarray, int]:
    """A twentieth of a second, different in each row."""
    time = np.arange(rate // 20) / rate
    noise = np.random.default_rng(row).uniform(-0.1, 0.1, len(time))
    samples = 0.6 * np.sin(2 * np.pi * (200 + 25 * row) * time) + noise
    return (samples * 32767).round().astype(np.int16), rate


def encoded(row: int, container: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, *sound(row), "PCM_16", format=container)
    return file.getvalue()


def parquet() -> None:
    """24 clips in three files, as the Hub converts data sets: several groups of rows, in two compressions."""
    features = Features(
        {
            "title": Value("string"),
            "audio": Audio(sampling_rate=8000),
            "genre": ClassLabel(names=GENRES),
            "tempo": ClassLabel(names=["slow", "fast"]),
        }
    )
    # The first as datasets writes today, the others as its older versions did.
    plans = [("0000", range(8), 3, None), ("0001", range(8, 16), 4, "snappy"), ("0002", range(16, 24), 4, "zstd")]
    for name, numbers, batch_size, compression in plans:
        columns = {
            "title": [f"clip {row}" for row in numbers],
            "audio": [{"bytes": encoded(row, "FLAC"), "path": f"clip-{row:02}.flac"} for row in numbers],
            "genre": [row % 3 for row in numbers],
            "tempo": [None if row == 5 else row % 2 for row in numbers],
        }
        # The table goes in as it is stored: datasets would want a decoder to see that the audio is encoded already.
        table = pyarrow.table(columns, schema=features.arrow_schema)
        path = FOLDER / f"{name}.parquet"
        if compression is None:
            Dataset(table).to_parquet(path, batch_size)
        else:
            parquet_files.write_table(table, path, batch_size, compression=compression)
    words = Features({"text": Value("string"), "label": ClassLabel(names=["a"])})
    silent = Dataset.from_dict({"text": ["no audio"], "label": [0]}, features=words)
    silent.to_parquet(FOLDER / "without-audio.parquet")


def packings() -> None:
    """Five rows with some that lack a name or a class, in all ways in which pyarrow packs pages."""
    features = Features({"audio": Audio(), "genre": ClassLabel(names=GENRES)})
    columns = {
        "audio": [{"bytes": bytes(range(40 * row)), "path": None if row == 1 else f"{row}.wav"} for row in range(5)],
        "genre": [None if row == 3 else row % 3 for row in range(5)],
    }
    table = pyarrow.table(columns, schema=features.arrow_schema)
    lengths = {"audio.bytes": "DELTA_LENGTH_BYTE_ARRAY", "genre": "DELTA_BINARY_PACKED"}
    for name, compression, version, options in [
        ("none-2", "none", "2.0", {}),
        ("snappy-2", "snappy", "2.0", {"use_dictionary": False}),
        ("gzip-1", "gzip", "1.0", {}),
        ("brotli-2", "brotli", "2.0", {"use_dictionary": False, "column_encoding": lengths}),
        ("zstd-2", "zstd", "2.0", {}),
        ("lz4-1", "lz4", "1.0", {"use_dictionary": False, "column_encoding": {"genre": "BYTE_STREAM_SPLIT"}}),
    ]:
        path = FOLDER / f"packed-{name}.parquet"
        parquet_files.write_table(
            table, path, row_group_size=3, compression=compression, data_page_version=version, **options
        )


def archive() -> None:
    """GTZAN's archive in miniature, with its broken file and with what macOS leaves in archives."""
    file = gzip.GzipFile(FOLDER / "genres.tar.gz", "wb", mtime=0)
    with file, tarfile.open(fileobj=file, mode="w") as tar:

        def add(name: str, content: bytes) -> None:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))

        for number, genre in enumerate(["rock", "jazz", "blues"]):
            folder = tarfile.TarInfo(f"genres/{genre}")
            folder.type = tarfile.DIRTYPE
            tar.addfile(folder)
            add(f"genres/{genre}/._{genre}.00000.wav", b"\0\5\x16\7 resource fork")
            for row in (1, 0):
                add(f"genres/{genre}/{genre}.{row:05}.wav", encoded(10 * number + row, "WAV"))
        add("genres/jazz/jazz.00054.wav", b"not a sound")
        add("genres/.DS_Store", b"\0\0\0\1Bud1")


def make() -> None:
    FOLDER.mkdir(exist_ok=True)
    splits()
    parquet()
    packings()
    archive()
    clips = {f"clip/{row}": sound(row)[0] for row in (0, 7, 8, 23)}
    write("dataset/clips", clips, versions=VERSIONS)


if __name__ == "__main__":
    make()
