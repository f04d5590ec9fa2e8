"""Lets into a JupyterHub who is on the list of class_list.py: c.JupyterHub.authenticator_class = "class_authenticator.ClassList"."""

import asyncio
import time

from class_list import fits, new_password, read_list, seal
from jupyterhub.auth import Authenticator
from traitlets import Unicode

TRIES = 5
PAUSE = 60  # seconds
# Names that nobody has must not fill the memory.
MOST_NAMES = 10_000


class ClassList(Authenticator):
    """Who is on the list, with the right password; nobody else, and nobody at all without the list."""

    file = Unicode("/srv/onpa/class.json", config=True, help="The list, as class_list.py has made it.")
    nobody = seal(new_password())

    def __init__(self, **settings):
        super().__init__(**settings)
        self.failures = {}
        # The list says who may come in; JupyterHub need not ask again.
        self.allow_all = True
        # Known from the beginning, so that a teacher can start servers before anybody comes.
        try:
            people = read_list(self.file)
            self.allowed_users = set(people)
            # A teacher's server, started by another, has the whole course already.
            self.admin_users = {name for name, one in people.items() if one.get("teacher", False)}
        except (OSError, ValueError) as error:
            self.log.error("Nobody can come in: %s", error)

    def is_paused(self, name):
        count, since = self.failures.get(name, (0, 0.0))
        return count >= TRIES and time.monotonic() - since < PAUSE

    def count_failure(self, name):
        count, since = self.failures.get(name, (0, 0.0))
        if time.monotonic() - since >= PAUSE:
            count = 0
        if len(self.failures) >= MOST_NAMES:
            self.failures.clear()
        self.failures[name] = (count + 1, time.monotonic())

    async def authenticate(self, handler, data):
        # As they are typed and pasted.
        name, password = data["username"].strip().lower(), data["password"].strip()
        try:
            people = read_list(self.file)
        except (OSError, ValueError) as error:
            self.log.error("Nobody can come in: %s", error)
            return None
        if self.is_paused(name):
            self.log.warning("%d wrong passwords for %r: a pause of %d s", TRIES, name, PAUSE)
            return None
        # Whether a name is on the list shows in the time as little as in the answer.
        sealed = people.get(name, {}).get("sealed", self.nobody)
        # Counted before it is tried, so that many at once are not tried either.
        self.count_failure(name)
        right = await asyncio.to_thread(fits, password, sealed)
        if not right or name not in people:
            return None
        self.failures.pop(name, None)
        return {"name": name, "admin": people[name].get("teacher", False) is True}
