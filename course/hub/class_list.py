"""The list of a class: who may come in, with a password each, and which of them teach.

    python course/hub/class_list.py class.json --teacher sato < names.txt > passwords.csv

A name a line; a name that is on the list already keeps its password, `--new NAME` gives it another, `--remove NAME` strikes it off.
The passwords are in passwords.csv, once: class.json holds only what they are checked by (scrypt). The hub reads class.json again
when it has changed.

What the hub makes of it is in class_authenticator.py.
"""

import argparse
import csv
import hashlib
import hmac
import json
import os
import re
import secrets
import sys
from pathlib import Path

# Of about 16 MB and 50 ms each.
SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
# Without letters and digits that look alike; 16 of them are 78 bits.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# What is the same name to Docker, to Kubernetes and to nbgrader.
NAME = re.compile(r"[a-z][a-z0-9]{0,31}")
SEALED = re.compile(r"scrypt:[0-9a-f]{32}:[0-9a-f]{64}")


def new_password():
    text = "".join(secrets.choice(LETTERS) for _ in range(16))
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def seal(password, salt=None):
    """A line by which a password can be checked and not guessed."""
    salt = salt or secrets.token_bytes(16)
    return f"scrypt:{salt.hex()}:{hashlib.scrypt(password.encode(), salt=salt, **SCRYPT).hex()}"


def fits(password, sealed):
    salt = bytes.fromhex(sealed.split(":")[1])
    return hmac.compare_digest(seal(password, salt), sealed)


def is_person(one):
    if not isinstance(one, dict) or not isinstance(one.get("sealed"), str):
        return False
    return bool(SEALED.fullmatch(one["sealed"])) and isinstance(one.get("teacher", False), bool)


def read_list(path):
    """Name → {"sealed": …, "teacher": …}."""
    try:
        people = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    if not isinstance(people, dict) or not all(is_person(one) for one in people.values()):
        raise ValueError(f"{path} is not a list of a class: make it again, by class_list.py")
    return people


def write_beside(path, people):
    """Writes the list beside the old one, whose place it may then take."""
    beside = Path(f"{path}.new")
    # Nobody else reads it: who has it can try passwords at leisure.
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(people, file, indent=1, sort_keys=True)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    return beside


def update_list(people, names, teachers=(), renewed=(), removed=()):
    """Changes the list, and gives the passwords of those who have new ones, by name."""
    for name in [*names, *teachers, *renewed]:
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name here: a letter, then letters and digits, all small, 32 at most")
    for name in [*renewed, *removed]:
        if name not in people:
            raise ValueError(f"{name} is not on the list")
    for name in removed:
        del people[name]
    passwords = {}
    for name in [*names, *teachers, *renewed]:
        if name not in people or (name in renewed and name not in passwords):
            passwords[name] = new_password()
            people[name] = {"sealed": seal(passwords[name]), "teacher": people.get(name, {}).get("teacher", False)}
        if name in teachers:
            people[name]["teacher"] = True
    return passwords


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="the list: class.json")
    parser.add_argument("--teacher", action="append", default=[], metavar="NAME", help="teaches: sees everybody's work")
    parser.add_argument("--new", action="append", default=[], metavar="NAME", help="gets another password")
    parser.add_argument("--remove", action="append", default=[], metavar="NAME", help="may not come in any more")
    options = parser.parse_args()
    names = [] if sys.stdin.isatty() else [line.strip() for line in sys.stdin if line.strip()]
    try:
        people = read_list(options.file)
        passwords = update_list(people, names, options.teacher, options.new, options.remove)
        beside = write_beside(options.file, people)
        # A list whose passwords nobody has seen is of no use, nor are passwords of a list that could not be written.
        try:
            csv.writer(sys.stdout).writerows(passwords.items())
            sys.stdout.flush()
            beside.replace(options.file)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as error:
        print(f"{error}. The list is as it was.", file=sys.stderr, flush=True)
        # Without a second word on an output that is gone or full.
        os._exit(1)
    teachers = sum(one.get("teacher", False) for one in people.values())
    print(f"{options.file}: {len(people)} people, {teachers} of them teach; {len(passwords)} new passwords", file=sys.stderr)


if __name__ == "__main__":
    main()
