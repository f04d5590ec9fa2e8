"""What Python's datasets makes of folders: splits, the order of rows, classes and columns of metadata.

Each tree is given by its files; sounds are empty, since nothing is decoded. `test/dataset/audiofolder.test.ts` lays the
same trees.
"""

import json
import os
import tempfile
from pathlib import Path

import datasets
from datasets import DownloadManager, load_dataset_builder
from fixture_file import FIXTURES

CSV = "file_name,label,tempo,live\n"

TREES: dict[str, dict[str, str] | list[str]] = {
    "classes": ["rock/b.wav", "rock/a.WAV", "blues/c.flac", "jazz/d.mp3"],
    "classes below another folder": ["set/genres/rock/b.wav", "set/genres/blues/c.wav"],
    "Kaggle's GTZAN": [
        "Data/genres_original/jazz/jazz.00000.wav",
        "Data/genres_original/blues/blues.00001.wav",
        "Data/genres_original/blues/blues.00000.wav",
        "Data/images_original/jazz/jazz00000.png",
        "Data/images_original/blues/blues00000.png",
        "Data/features_30_sec.csv",
    ],
    "names whose order is that of characters": ["B/a.wav", "a/a.wav", "a b/a.wav", "é/a.wav", "_/a.wav", "10/a.wav", "9/a.wav"],
    "a class that only training has": [
        "train/blues/a.wav",
        "train/jazz/a.wav",
        "train/rock/a.wav",
        "test/jazz/b.wav",
        "test/rock/b.wav",
    ],
    "a class that only testing has": ["train/jazz/a.wav", "train/rock/a.wav", "test/blues/b.wav", "test/rock/b.wav"],
    "hidden files and folders": [
        "rock/a.wav",
        "rock/._a.wav",
        "rock/.ipynb_checkpoints/a-checkpoint.wav",
        "__MACOSX/rock/._a.wav",
        "__MACOSX/rock/b.wav",
        "blues/__pycache__/c.wav",
        "blues/c.wav",
        ".cache/rock/d.wav",
    ],
    "words between separators": [
        "my-train_1/rock/a.wav",
        "my-train_1/jazz/a.wav",
        "set.test/rock/b.wav",
        "set.test/jazz/b.wav",
        "2dev/rock/c.wav",
        "2dev/jazz/c.wav",
    ],
    "LibriSpeech's folders": ["train-clean-100/1/a.wav", "train-clean-100/2/b.wav", "dev-clean/3/c.wav", "test-clean/4/d.wav"],
    "splits by the names of files": ["rock/train_0.wav", "rock/x-test.wav", "jazz/train_1.wav", "jazz/validation1.wav"],
    "words within words are none": ["rock/trainer.wav", "jazz/contest.wav", "jazz/developer.wav"],
    "folders go before names": ["train/rock/test_0.wav", "train/jazz/a.wav", "test/rock/train_1.wav", "test/jazz/b.wav"],
    "metadata": {
        "metadata.csv": CSV + 'b.wav,rock,120,True\nsub/a.wav,"jazz, cool",90,False\n',
        "b.wav": "",
        "sub/a.wav": "",
        "c.wav": "",
    },
    "metadata as lines of JSON": {
        "metadata.jsonl": '{"file_name": "b.wav", "label": "rock", "tempo": 120.5, "live": null}\n\n'
        '{"file_name": "./a.wav", "label": "jazz", "tempo": 90, "live": false}\n',
        "a.wav": "",
        "b.wav": "",
    },
    "metadata in each split": {
        "train/metadata.csv": CSV + "1.wav,rock,1,True\n0.wav,jazz,2,False\n",
        "train/0.wav": "",
        "train/1.wav": "",
        "test/metadata.csv": CSV + "clips/2.wav,blues,3,True\n",
        "test/clips/2.wav": "",
    },
    "metadata at two levels": {
        "a/metadata.csv": CSV + "0.wav,rock,1.5,True\n",
        "a/0.wav": "",
        "b/c/metadata.csv": CSV + "1.wav,jazz,2.5,True\n",
        "b/c/1.wav": "",
    },
    "metadata with quotes, empty cells and Windows' ways": {
        "metadata.csv": '\ufefffile_name,label,note\r\nsub\\a.wav,"a ""b""","two\nlines"\r\nb.wav,,\r\n',
        "sub/a.wav": "",
        "b.wav": "",
    },
    "metadata of clips in folders of classes": {
        "metadata.csv": "file_name,tempo\nrock/a.wav,1\njazz/b.wav,2\n",
        "rock/a.wav": "",
        "jazz/b.wav": "",
    },
    "metadata that leads out": {"metadata.csv": "file_name,label\n../a.wav,rock\n", "b.wav": ""},
    "metadata that leads out by a detour": {"metadata.csv": "file_name,label\nsub/../../a.wav,rock\n", "sub/b.wav": ""},
    "metadata that leads out as on Windows": {"metadata.csv": "file_name,label\n..\\a.wav,rock\n", "b.wav": ""},
    "metadata with an absolute path": {"metadata.csv": "file_name,label\n/etc/passwd,rock\n", "b.wav": ""},
    "metadata with a URL": {"metadata.csv": "file_name,label\nfile:///etc/passwd,rock\n", "b.wav": ""},
    "metadata without file_name": {"metadata.csv": "name,label\nb.wav,rock\n", "b.wav": ""},
    "metadata of two kinds": {
        "metadata.csv": "file_name,label\na.wav,rock\n",
        "sub/metadata.jsonl": '{"file_name": "b.wav", "label": "rock"}\n',
        "a.wav": "",
        "sub/b.wav": "",
    },
    "metadata that differs in its columns": {
        "train/metadata.csv": "file_name,label\na.wav,rock\n",
        "train/a.wav": "",
        "test/metadata.csv": "file_name,tempo\nb.wav,120\n",
        "test/b.wav": "",
    },
}

for word in ("train", "training", "Train", "test", "testing", "eval", "evaluation", "val", "valid", "validation", "dev"):
    TREES[f"a folder '{word}'"] = [f"{word}/rock/a.wav", f"{word}/jazz/b.wav"]
    TREES[f"a folder 'data/{word}'"] = [f"data/{word}/rock/a.wav", f"data/{word}/jazz/b.wav"]


def contents(tree: dict[str, str] | list[str]) -> dict[str, str]:
    return tree if isinstance(tree, dict) else dict.fromkeys(tree, "")


def generated(builder: datasets.GeneratorBasedBuilder, arguments: dict) -> list[dict]:
    # A set, whose order is another in each run.
    arguments["metadata_files"] = sorted(arguments["metadata_files"])
    return [row for _, row in builder._generate_examples(**arguments)]


def found(files: dict[str, str]) -> dict:
    """Rows by split, with paths as the tree has them, and the names of classes; or what kind of error there was."""
    with tempfile.TemporaryDirectory() as folder:
        # Links in the name of the folder would stand in the paths.
        root = Path(os.path.realpath(folder)) / "set_x"
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        try:
            builder = load_dataset_builder("audiofolder", data_dir=str(root), cache_dir=f"{folder}/cache")
            # What load_dataset runs, but for the sounds, which it would not write without torchcodec.
            made = builder._split_generators(DownloadManager(base_path=str(root)))
            splits = {str(split.name): generated(builder, split.gen_kwargs) for split in made}
        except Exception as error:
            return {"error": type(error).__name__}
        names = getattr(builder.info.features.get("label"), "names", None)
        for rows in splits.values():
            for row in rows:
                row["file"] = os.path.relpath(row.pop("audio"), root)
        return {"names": names, "splits": splits}


def make() -> None:
    cases = [{"name": name, "files": contents(tree), **found(contents(tree))} for name, tree in TREES.items()]
    path = FIXTURES / "dataset" / "folders.json"
    made = {"versions": {"datasets": datasets.__version__}, "cases": cases}
    path.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(cases)} folders")


if __name__ == "__main__":
    datasets.disable_progress_bars()
    make()
