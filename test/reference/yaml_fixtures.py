"""Writes test/fixtures/yaml.json: how PyYAML reads strings and writes floats, for the metadata of model cards.

To make it alone, with PyYAML 6: `python test/reference/yaml_fixtures.py`.
"""

import json
import random
from pathlib import Path

import yaml

STRINGS = """no No NO on yes y n off true False null Null ~ = << 1 0123 0o17 0x1f 0b101 1_000 1e5 1.5 1.5e3 1.5e+3 .5 5. 1_0.0 -1
+1 .inf -.INF .nan .NaN 12:30 12:30:45 190:20:30.15 2024-05-01 2024-5-1 2024-05-01T10:00:00Z - -- --- ... ? : , [ ] { } # & * ! | >
' " % @ ` \\ en mit apache-2.0 marsyas/gtzan audio-classification ft-hubert-on-gtzan GTZAN 日本語 é 😀 <br> $x a,b a:b a#b a-b ~x
NaN nan inf e5 x1f y/n on/off no. null/""".split() + [
    "", " ", " a", "a ", "a b", "a  b", "a: b", "a #b", "a : b", "- a", "? a", ": a", "# a", "%YAML 1.1", "--- a", "a\n---\nb", "on off",
    "2024-05-01 10:00:00", "12:30 h", "a\nb", "a\n\n b\n", "\ta", "a\tb", "a\r\nb", "a\rb", "\x00", "\x07a", "\x1b[1m", "a\x7f", "a\x80",
    "a\x85b", "a\u2028b", "a\u2029b", "\ufeffa", "a\ufffe", "a\uffff", "\u00a0a", "e\u0301", "Mihai's \"tones\"", "{a: b}", "[a, b]", "a, b",
    "!!str a", "!a", "*a", "&a b", "|\n a", ">\n a", "@a", "`a`", "GTZAN (music)", "Tones + noise", "Music/Speech 2", "nobody on no",
]  # fmt: skip
ATOMS = ["no", "on", "1", "e", "0", "x", "_", ":", ".", "-", "+", "=", "~", "#", " ", "\t", "\n", "'", '"', "\\", "{", "[", ",", "é", "日", "😀", "\x85", "\u2028", "a"]  # fmt: skip
FLOATS = [0.0, 1.0, -1.0, 0.85, 1e-7, 1.5e-7, 1e21, -1e21, 1.25e30, 1e16, 123456789.0, 5e-324, 1e-5, 2 / 3]
FLOATS += [float("nan"), float("inf"), float("-inf")]


def reads(text: str, string: str) -> bool:
    try:
        return yaml.safe_load(f"- {text}\n- {{k: 1}}\n") == [string, {"k": 1}] and yaml.safe_load(f"{text}: 1\n") == {string: 1}
    except (yaml.YAMLError, ValueError):
        return False


def quoted(string: str) -> str:
    """JSON, but for what may not stand in YAML."""
    unprintable = [*range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF]
    return json.dumps(string, ensure_ascii=False).translate({code: f"\\u{code:04x}" for code in unprintable})


def make() -> None:
    chosen = random.Random(0)
    strings = [*STRINGS, *("".join(chosen.choices(ATOMS, k=chosen.randint(2, 5))) for _ in range(200))]
    for string in strings:
        assert reads(quoted(string), string), string
    plain = [string for string in strings if reads(string, string)]
    floats = [[repr(x), yaml.safe_dump(x).split("\n")[0]] for x in FLOATS]
    result = {"PyYAML": yaml.__version__, "strings": [[s, quoted(s)] for s in strings], "plain": plain, "floats": floats}
    path = Path(__file__).parents[1] / "fixtures" / "yaml.json"
    path.write_text(json.dumps(result, indent=0) + "\n")
    print(f"{path.name}: {len(strings)} strings, {path.stat().st_size} bytes")


if __name__ == "__main__":
    make()
