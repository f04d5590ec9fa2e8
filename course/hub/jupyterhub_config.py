"""JupyterHub on one machine, a container for each student: read by the service `hub` of compose.yaml."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

# The folder of the class, as the hub's container sees it, and as Docker does.
STORE = Path("/srv/onpa")
OUTSIDE = os.environ.get("ONPA_STORE", "")
if not OUTSIDE.startswith("/"):
    raise ValueError(f"ONPA_STORE is {OUTSIDE!r}: name the folder of the class in .env, from / on")
STUDENT = 1000  # the user of the image
HOME = "/home/student"

c = get_config()  # noqa: F821

# Who: those on the list, class.json. Teachers are JupyterHub's admins, and may open a student's server.
c.JupyterHub.authenticator_class = "class_authenticator.ClassList"
c.ClassList.file = str(STORE / "class.json")

# Where: only compose.yaml says what of it is seen outside.
c.JupyterHub.bind_url = "http://:8000"
# Where it is set, each server has an address, and so an origin, of its own: see What is safe in docker.md.
c.JupyterHub.subdomain_host = os.environ.get("ONPA_SUBDOMAINS", "")
c.JupyterHub.hub_ip = "0.0.0.0"
c.JupyterHub.hub_connect_ip = "hub"
c.ConfigurableHTTPProxy.command = [
    "node",
    str(HERE / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"),
]
c.JupyterHub.db_url = f"sqlite:///{STORE}/hub/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(STORE / "hub" / "cookie_secret")

# What: the image of the hub itself. Its entry point brings the lessons.
c.JupyterHub.spawner_class = "docker"
c.DockerSpawner.image = os.environ["ONPA_IMAGE"]
c.DockerSpawner.cmd = ["jupyterhub-singleuser"]
c.DockerSpawner.notebook_dir = HOME
c.DockerSpawner.default_url = "/lab/tree/onpa/01-waveform.ipynb"
c.DockerSpawner.network_name = "onpa"
c.DockerSpawner.use_internal_ip = True
c.DockerSpawner.remove = True

# How much: see course/hub/README.md for what lessons take.
c.DockerSpawner.mem_limit = os.environ.get("ONPA_MEMORY", "3G")
c.DockerSpawner.cpu_limit = float(os.environ.get("ONPA_CORES", "2"))
c.DockerSpawner.extra_host_config = {"cap_drop": ["ALL"], "security_opt": ["no-new-privileges"], "pids_limit": 1000}
c.JupyterHub.concurrent_spawn_limit = 10
# Servers go on while the hub is started anew, with a corrected lesson, say.
c.JupyterHub.cleanup_servers = False
c.Spawner.start_timeout = 120

# The work: in the folder of the class, on this machine. What students share they can only read.
STUDENTS = {"homes/{username}": HOME, "course/submitted/{username}": f"{HOME}/hand-in"}
CACHE = {"cache": "/srv/onpa/cache"}
FOR_READING = {"course/release": f"{HOME}/assignments", "course/feedback/{username}": f"{HOME}/feedback", **CACHE}
TEACHERS = {"homes/{username}": HOME, "course": f"{HOME}/course"}
SHARED = ["course", "course/release", "course/submitted", "course/feedback"]


def make_places(spawner):
    """Before a server starts: the folders that it has, in the student's hands, and a teacher's in place of a student's."""

    def own(places):
        return {place.format(username=spawner.escaped_name): goal for place, goal in places.items()}

    mine = own(TEACHERS if spawner.user.admin else STUDENTS)
    read = own(CACHE if spawner.user.admin else FOR_READING)
    for place in [*SHARED, *mine, *read]:
        folder = STORE / place
        if folder.is_symlink():
            raise RuntimeError(f"{OUTSIDE}/{place} leads elsewhere: make it a folder")
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_uid != STUDENT:
            os.chown(folder, STUDENT, STUDENT)
    spawner.volumes = {f"{OUTSIDE}/{place}": goal for place, goal in mine.items()}
    spawner.read_only_volumes = {f"{OUTSIDE}/{place}": goal for place, goal in read.items()}


c.Spawner.pre_spawn_hook = make_places

# What nobody uses ends: an hour without a word. A cell that runs counts as a word.
c.JupyterHub.services = [
    {"name": "cull", "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600"]},
]
c.JupyterHub.load_roles = [
    {
        "name": "cull",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["cull"],
    },
]
