"""Runs the notebooks in order and writes them, executed, to notebooks/ in the folder of results, as .ipynb and .html.

Called by scripts/notebooks.mjs, with that folder in ONPA_OUTPUT. Stops at the first failing cell with exit status 1.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from notebook_page import page

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "notebooks"
OUTPUT = Path(os.environ["ONPA_OUTPUT"])
TARGET = OUTPUT / "notebooks"

# Folders of this machine, and what stands for them: (folder, with a / behind it, without).
PLACES = ((ROOT, "", "."), (Path.home(), "~/", "~"), (OUTPUT, "$ONPA_OUTPUT/", "$ONPA_OUTPUT"))


class Client(NotebookClient):
    """Knows the cell that runs, to name it whatever fails, and stops its kernel at once on Ctrl-C."""

    running = None
    interrupted = False

    async def async_start_new_kernel(self, **kwargs):
        def interrupt(task):
            if not self.interrupted:
                self.interrupted = True
                self.shutdown_kernel = "immediate"
                task.cancel()

        # These take the place of nbclient's, which stop the kernel but not what waits for it.
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, interrupt, asyncio.current_task())
        await super().async_start_new_kernel(**kwargs)

    async def async_execute_cell(self, cell, cell_index, *args, **kwargs):
        self.running = (cell_index, cell)
        return await super().async_execute_cell(cell, cell_index, *args, **kwargs)


def choose(names):
    """The notebooks to run: all, or those whose file name starts with one of the names, or that have this path."""
    notebooks = sorted(SOURCE.glob("*.ipynb")) + sorted((SOURCE / "beyond").glob("*.ipynb"))
    if not names:
        return notebooks
    chosen = set()
    for name in names:
        path = Path(name).resolve()
        is_notebook = path.suffix == ".ipynb" and path.is_file()
        found = [path] if is_notebook else [n for n in notebooks if n.stem.startswith(path.stem)]
        if not found:
            sys.exit(f"No notebook starts with {name}: notebooks/ has {', '.join(n.stem for n in notebooks) or 'none'}.")
        chosen.update(found)
    return sorted(chosen, key=lambda path: (path.parent.name == "beyond", path))


def write(path, text):
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def portable(notebook):
    """The notebook as text without what differs from one machine or run to the next."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    for cell in notebook.cells:
        if cell.get("outputs"):
            text = json.dumps(cell.outputs, ensure_ascii=False)
            for folder, above, alone in PLACES:
                if folder == folder.parent:
                    continue
                # Not in the middle of a word: base64 has slashes too.
                path = r"(?<![\w+/])" + re.escape(json.dumps(str(folder), ensure_ascii=False)[1:-1])
                text = re.sub(rf"{path}/", lambda _: above, text)
                text = re.sub(rf"{path}(?![\w+])", lambda _: alone, text)
            cell.outputs = [nbformat.from_dict(output) for output in json.loads(text)]
    return nbformat.writes(notebook) + "\n"


def explain(error, client):
    """What went wrong, with the cell that ran at that moment."""
    index, cell = client.running or (None, None)
    if isinstance(error, CellExecutionError):
        shown = [line for output in cell.outputs if output.output_type == "error" for line in output.traceback]
        what = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(shown) or str(error))
    elif isinstance(error, CellTimeoutError):
        what = f"The cell ran for more than {client.timeout} s."
    elif isinstance(error, DeadKernelError):
        what = "The kernel died (out of memory?)."
    elif isinstance(error, NoSuchKernel):
        what = "The TypeScript kernel is not installed: run npm run setup."
    else:
        what = f"{type(error).__name__}: {error}"
    source = "\n".join(f"    {line}" for line in cell.source.splitlines()) if cell else ""
    place = f"cell {index + 1}" if cell else "before the first cell"
    return f"{place}\n{source}\n{what.strip()}"


def run(path, target, timeout):
    """Executes one notebook; returns it with the client and the error, or None."""
    notebook = nbformat.read(path, as_version=4)
    client = Client(
        notebook,
        timeout=timeout,
        kernel_name="tslab",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    # What native libraries write past the kernel goes into a file, not between the lines of this program.
    with open(target / f"{path.stem}.log", "wb") as log:
        try:
            client.execute(stdout=log, stderr=log)
        except (asyncio.CancelledError, CellExecutionError, CellTimeoutError, NoSuchKernel, RuntimeError) as error:
            if client.interrupted:
                raise KeyboardInterrupt from None
            return notebook, explain(error, client)
    return notebook, None


def main():
    parser = argparse.ArgumentParser(prog="npm run notebooks --", description=__doc__.splitlines()[0])
    which = "run only notebooks whose name starts with this, or the one of this path"
    parser.add_argument("names", nargs="*", metavar="NAME", help=which)
    parser.add_argument("--inplace", action="store_true", help="also write the outputs back into notebooks/")
    where = "default: notebooks/ in the folder of results, which is %(default)s here"
    parser.add_argument("--target", type=Path, default=TARGET, metavar="FOLDER", help=where)
    parser.add_argument("--timeout", type=int, default=1800, metavar="SECONDS", help="per cell (default: %(default)s)")
    options = parser.parse_args()
    notebooks = choose(options.names)
    if not notebooks:
        print("notebooks/ has no notebook yet: nothing to run.")
        return 0
    target = options.target.resolve()
    target.mkdir(parents=True, exist_ok=True)
    for path in notebooks:
        print(f"{path.stem} … ", end="", flush=True)
        start = time.perf_counter()
        notebook, failure = run(path, target, options.timeout)
        seconds = time.perf_counter() - start
        text = portable(notebook)
        write(target / path.name, text)
        write(target / f"{path.stem}.html", page(notebook, path.stem))
        print(f"{'failed after' if failure else 'ok,'} {seconds:.1f} s", flush=True)
        if failure:
            print(f"\n{os.path.relpath(path)}, {failure}", file=sys.stderr)
            return 1
        if options.inplace:
            write(path, text)
    print(f"Written to {target.relative_to(Path.cwd()) if target.is_relative_to(Path.cwd()) else target}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        sys.exit(130)
