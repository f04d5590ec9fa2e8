import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { inRepository } from '../fixtures.js';

const read = (...names: string[]): string => readFileSync(inRepository('course', 'hub', ...names), 'utf8');

/** Runs the configuration as the hub does, without a hub, and asks for the folders of one who starts a server. */
const ASK = `
import json, os, sys
from pathlib import Path
from types import SimpleNamespace

class Settings(dict):
    def __getattr__(self, name):
        return self.setdefault(name, Settings())
    __setattr__ = dict.__setitem__

file, store, name, admin = sys.argv[1:]
c = Settings()
names = {"__file__": file, "get_config": lambda: c}
exec(compile(Path(file).read_text(), file, "exec"), names)
names["STORE"] = Path(store)
owners = []
os.chown = lambda path, uid, gid: owners.append([str(Path(path).relative_to(store)), uid])
spawner = SimpleNamespace(escaped_name=name, user=SimpleNamespace(admin=admin == "true"))
c.Spawner.pre_spawn_hook(spawner)
print(json.dumps({"c": c, "owners": owners, "volumes": spawner.volumes, "read": spawner.read_only_volumes}, default=str))
`;

interface Asked {
  c: Record<string, Record<string, unknown>>;
  owners: [string, number][];
  volumes: Record<string, string>;
  read: Record<string, string>;
}

interface Mount {
  name: string;
  subPath?: string;
  mountPath: string;
  readOnly?: boolean;
}

describe('JupyterHub with Docker', () => {
  let python: string;
  let store: string;
  before(async () => {
    const { environmentPython } = await import(pathToFileURL(inRepository('lib/setup/python.mjs')).href);
    python = environmentPython();
  });
  beforeEach(() => {
    store = mkdtempSync(join(tmpdir(), 'onpa store '));
  });
  afterEach(() => rmSync(store, { recursive: true }));

  function start(name: string, admin = false, env: Record<string, string> = {}) {
    const args = ['-c', ASK, inRepository('course/hub/jupyterhub_config.py'), store, name, String(admin)];
    const settings = { PATH: process.env.PATH ?? '', ONPA_STORE: '/data/class', ONPA_IMAGE: 'onpa', ...env };
    return spawnSync(python, args, { encoding: 'utf8', env: settings });
  }
  function asked(...args: Parameters<typeof start>): Asked {
    const { stdout, stderr, status } = start(...args);
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  }

  it('gives a student a home and a folder to hand in, and lets nobody else’s be seen', () => {
    const { volumes, read, owners } = asked('tanaka');
    assert.deepEqual(volumes, {
      '/data/class/homes/tanaka': '/home/student',
      '/data/class/course/submitted/tanaka': '/home/student/hand-in',
    });
    assert.deepEqual(read, {
      '/data/class/course/release': '/home/student/assignments',
      '/data/class/course/feedback/tanaka': '/home/student/feedback',
      '/data/class/cache': '/srv/onpa/cache',
    });
    // Docker would make what is missing root's.
    for (const place of ['homes/tanaka', 'course/submitted/tanaka', 'course/release']) {
      assert.ok(existsSync(join(store, place)), place);
      assert.ok(owners.some(([path, uid]) => path === place && uid === 1000) || process.getuid?.() === 1000, place);
    }
  });

  it('gives a teacher the whole folder of the course', () => {
    const { volumes, read } = asked('sato', true);
    assert.deepEqual(volumes, {
      '/data/class/homes/sato': '/home/student',
      '/data/class/course': '/home/student/course',
    });
    assert.deepEqual(read, { '/data/class/cache': '/srv/onpa/cache' });
  });

  it('does not follow a link that somebody has put in a folder’s place', () => {
    mkdirSync(join(store, 'course', 'submitted'), { recursive: true });
    symlinkSync('/etc', join(store, 'course', 'submitted', 'tanaka'));
    const { status, stderr } = start('tanaka');
    assert.equal(status, 1);
    assert.match(stderr, /\/data\/class\/course\/submitted\/tanaka leads elsewhere: make it a folder/);
  });

  it('does not start without the folder of the class', () => {
    assert.match(start('tanaka', false, { ONPA_STORE: '' }).stderr, /ONPA_STORE/);
    const { services } = parse(read('compose.yaml'));
    assert.match(JSON.stringify(services.hub.volumes), /ONPA_STORE:\?/);
  });

  it('lets in by the list of the class, whose passwords are in no file of the repository', () => {
    const { c } = asked('tanaka');
    assert.equal(c.JupyterHub.authenticator_class, 'class_authenticator.ClassList');
    assert.match(read('class_authenticator.py'), /^class ClassList\(Authenticator\)/m);
    for (const name of ['compose.yaml', '.env.example', 'values.yaml', 'jupyterhub_config.py']) {
      assert.doesNotMatch(read(name), /password\w*\s*[:=]|token\s*[:=]|secret\s*[:=]/i, name);
    }
  });

  it('is seen on its machine alone until the front that encrypts is asked for', () => {
    const { services } = parse(read('compose.yaml'));
    assert.deepEqual(services.hub.ports, ['127.0.0.1:8000:8000']);
    assert.deepEqual(services.front.profiles, ['class']);
    assert.equal(services.front.ports.length, 2);
  });

  it('gives each server an address of its own where that is asked for', () => {
    assert.equal(asked('tanaka').c.JupyterHub.subdomain_host, '');
    const site = 'https://onpa.example.org';
    assert.equal(asked('tanaka', false, { ONPA_SUBDOMAINS: site }).c.JupyterHub.subdomain_host, site);
    assert.match(read('compose.yaml'), /^ {6}ONPA_SUBDOMAINS: \$\{ONPA_SUBDOMAINS:-\}$/m);
    assert.match(read('.env.example'), /^ONPA_SUBDOMAINS=$/m);
  });

  it('leaves students no rights of root, and so much memory as its settings say', () => {
    const { c } = asked('tanaka', false, { ONPA_MEMORY: '5G', ONPA_CORES: '1.5' });
    assert.deepEqual(c.DockerSpawner.extra_host_config, {
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges'],
      pids_limit: 1000,
    });
    assert.deepEqual([c.DockerSpawner.mem_limit, c.DockerSpawner.cpu_limit], ['5G', 1.5]);
  });

  it('has the same limits in its settings, its example and on Kubernetes', () => {
    const { c } = asked('tanaka');
    const { memory, cpu } = parse(read('values.yaml')).singleuser;
    assert.deepEqual([c.DockerSpawner.mem_limit, c.DockerSpawner.cpu_limit], [memory.limit, cpu.limit]);
    assert.match(read('.env.example'), new RegExp(`^ONPA_MEMORY=${memory.limit}$`, 'm'));
    assert.match(read('.env.example'), new RegExp(`^ONPA_CORES=${cpu.limit}$`, 'm'));
    const { environment } = parse(read('compose.yaml')).services.hub;
    assert.equal(environment.ONPA_MEMORY, `\${ONPA_MEMORY:-${memory.limit}}`);
    assert.equal(environment.ONPA_CORES, `\${ONPA_CORES:-${cpu.limit}}`);
  });

  it('has on Kubernetes the same folders in the same places', () => {
    const { volumes, read: readOnly } = asked('tanaka');
    const { storage, initContainers, uid } = parse(read('values.yaml')).singleuser;
    const mounts = Object.values<Mount>(storage.extraVolumeMounts);
    const places = (mounts: Mount[]) =>
      mounts.map(({ name, subPath, mountPath }) => [
        [name, subPath?.replace('{username}', 'tanaka')].filter(Boolean).join('/'),
        mountPath,
      ]);
    const onDocker = (volumes: Record<string, string>) =>
      Object.entries(volumes).map(([path, goal]) => [path.replace('/data/class/', ''), goal]);
    const home = ['homes/tanaka', storage.homeMountPath];
    assert.deepEqual([home, ...places(mounts.filter(({ readOnly }) => !readOnly))].sort(), onDocker(volumes).sort());
    assert.deepEqual(places(mounts.filter(({ readOnly }) => readOnly)).sort(), onDocker(readOnly).sort());
    for (const { subPath } of mounts) if (subPath) assert.ok(initContainers[0].command[2].includes(subPath), subPath);
    assert.equal(uid, 1000);
  });

  it('has on Kubernetes a claim for each shared volume', () => {
    const claims = parseAllDocuments(read('volumes.yaml')).map((document) => document.toJS().metadata.name);
    const { extraVolumes } = parse(read('values.yaml')).singleuser.storage;
    const used = Object.values<{ persistentVolumeClaim: { claimName: string } }>(extraVolumes);
    assert.deepEqual(used.map(({ persistentVolumeClaim }) => persistentVolumeClaim.claimName).sort(), claims.sort());
  });

  it('has pods for the teacher that write what students only read, on the claims that there are', () => {
    const claims = parseAllDocuments(read('volumes.yaml')).map((document) => document.toJS().metadata.name);
    const pod = (name: string) => parseAllDocuments(read(name))[0].toJS();
    for (const [name, claim, place] of [
      ['fetch.yaml', 'onpa-cache', '/home/student/.cache'],
      ['grading.yaml', 'onpa-course', '/course'],
    ]) {
      const { spec } = pod(name);
      const [{ volumeMounts }] = spec.containers;
      const [volume] = spec.volumes;
      assert.ok(claims.includes(claim), claim);
      assert.deepEqual(volume.persistentVolumeClaim, { claimName: claim }, name);
      assert.deepEqual(volumeMounts, [{ name: volume.name, mountPath: place }], name);
      assert.equal(spec.automountServiceAccountToken, false, name);
      const page = read('kubernetes.md');
      assert.ok(page.includes(`kubectl apply -n onpa -f course/hub/${name}`), name);
      assert.ok(
        page.includes(`-n onpa ${pod(name).metadata.name} -- `) || page.includes(`${pod(name).metadata.name} --"`),
      );
    }
    assert.equal(
      pod('fetch.yaml').spec.containers[0].image.split(':')[0],
      parse(read('values.yaml')).singleuser.image.name,
    );
  });

  it('grades without a network, with Docker as on Kubernetes', () => {
    const [pod, policy] = parseAllDocuments(read('grading.yaml')).map((document) => document.toJS());
    assert.deepEqual(policy.spec.podSelector.matchLabels, pod.metadata.labels);
    assert.deepEqual(policy.spec.policyTypes, ['Ingress', 'Egress']);
    assert.deepEqual([policy.spec.ingress, policy.spec.egress], [undefined, undefined]);
    for (const page of [read('docker.md'), read('../grading.md')]) {
      assert.match(page, /docker run --rm --network none --memory 4g -v \S+:\/course onpa:grading/);
    }
  });

  it('says of classes what its own figures give', () => {
    const page = read('README.md');
    const figure = (pattern: RegExp): number => Number(pattern.exec(page)?.[1] ?? Number.NaN);
    const server = figure(/server takes ([\d.]+) GB besides/);
    const kernel = figure(/^\| 6, with its training \| \d+ s \| ([\d.]+) GB \|$/m);
    const row = /^\| memory, all in lesson 6 at once \| (\d+) → (\d+) GB \| (\d+) → (\d+) GB \|$/m
      .exec(page)
      ?.map(Number);
    const training = Math.round((server + kernel) * 10) / 10;
    assert.deepEqual(
      [row?.[1], row?.[3]],
      [30, 100].map((students) => Math.round(1 + students * training)),
    );
    assert.ok(page.includes(`All in lesson 6 at once: ${training} GB each`));
    // In the limit of a student there is room for it.
    assert.ok(training < Number.parseFloat(parse(read('values.yaml')).singleuser.memory.limit));
  });

  it('is installed as course/hub/requirements.lock says, beside the lessons’ packages and in their versions', async () => {
    const { readLock, readRequirements } = await import(pathToFileURL(inRepository('lib/setup/lock.mjs')).href);
    type Pin = { name: string; version: string; text: string };
    const lock: Pin[] = readLock(inRepository('course/hub/requirements.lock'));
    for (const { name, version } of readRequirements(inRepository('course/hub/requirements.txt')) as Pin[]) {
      assert.ok(
        lock.some((pin) => pin.name === name && pin.version === version),
        name,
      );
    }
    for (const { name, text } of lock) assert.match(text, /--hash=sha256:[0-9a-f]{64}/, name);
    const lessons = (readLock(inRepository('requirements.lock')) as Pin[]).map(({ name }) => name);
    assert.deepEqual(
      lock.filter(({ name }) => lessons.includes(name)),
      [],
    );
  });
});
