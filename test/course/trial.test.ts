import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { inRepository } from '../fixtures.js';

describe('The trial of a hub', () => {
  let python: string;
  before(async () => {
    const { environmentPython } = await import(pathToFileURL(inRepository('lib/setup/python.mjs')).href);
    python = environmentPython();
  });

  function run(code: string, ...args: string[]) {
    const cwd = inRepository('course', 'hub');
    return spawnSync(python, ['-c', `import json, sys\nsys.path.insert(0, '.')\n${code}`, ...args], {
      cwd,
      encoding: 'utf8',
    });
  }
  const rounds = (...words: string[]) =>
    run('import trial; print(json.dumps(trial.read_rounds(sys.argv[1:])))', ...words);

  it('has rounds of lessons, each with as many students as are asked for', () => {
    assert.deepEqual(JSON.parse(rounds('01:2,05', 'vocoder:1').stdout), [
      ['01-waveform.ipynb', '01-waveform.ipynb', '05-distilhubert.ipynb'],
      ['beyond/vocoder.ipynb'],
    ]);
  });

  it('says what is wrong with a round', () => {
    assert.match(rounds('01:many').stderr, /^'01:many' is no round: write lesson:students, for example 01:4,05:4$/m);
    assert.match(rounds('99:1').stderr, /^No lesson starts with 99: see notebooks\/$/m);
    assert.equal(rounds('99:1').status, 1);
  });

  it('starts a student’s server as the hub without containers does that the page describes', () => {
    const config = run('import trial; print(trial.CONFIG)').stdout;
    for (const line of [
      'notebook_dir = "~"',
      'default_url = "/lab/tree/onpa/01-waveform.ipynb"',
      '/course/hub/start"',
    ]) {
      assert.ok(config.includes(line), line);
    }
    assert.match(config, /bind_url = "http:\/\/127\.0\.0\.1:/);
  });

  it('removes the accounts that it has made, and no others, where one cannot be made', () => {
    const code = `
import types, subprocess, signal
from pathlib import Path
import trial
calls = []
def run(command, check=False, **_):
    calls.append([command[0], command[-1]])
    if command[0] == "useradd" and command[-1].endswith("3"):
        raise subprocess.CalledProcessError(9, command)
    return types.SimpleNamespace(returncode=0, stderr="")
def kill(pid, sign):
    raise ProcessLookupError
trial.subprocess = types.SimpleNamespace(run=run, PIPE=None)
trial.os = types.SimpleNamespace(chmod=lambda *_: None, kill=kill)
trial.pwd = types.SimpleNamespace(getpwnam=lambda name: types.SimpleNamespace(pw_uid=1))
trial.left_behind = lambda uid: [12345]
names = []
try:
    trial.make_accounts(4, Path("/homes"), names)
except subprocess.CalledProcessError:
    trial.remove_accounts(names)
print(json.dumps([call for call in calls if call[0] == "userdel"]))`;
    const { stdout, stderr } = run(code);
    assert.equal(stderr, '');
    assert.deepEqual(JSON.parse(stdout), [
      ['userdel', 'onpa-trial-1'],
      ['userdel', 'onpa-trial-2'],
    ]);
  });

  it('does not start beside accounts of its names, which it would delete', () => {
    const code = `
import types
import trial
trial.pwd = types.SimpleNamespace(getpwall=lambda: [types.SimpleNamespace(pw_name=name) for name in ("root", "onpa-trial-7")])
print("\\n".join(trial.problems()))`;
    const { stdout, stderr } = run(code);
    assert.equal(stderr, '');
    assert.match(stdout, /^an account onpa-trial-7 is there already: .*sudo userdel --remove onpa-trial-7$/m);
    assert.doesNotMatch(stdout, /an account root/);
  });

  const onLinux = process.platform === 'linux' ? it : () => console.log('Memory is measured on Linux alone: left out.');
  onLinux('finds what a process has in memory, and its time, as Linux tells it', () => {
    const code = `
from pathlib import Path
import trial_memory as t
data = bytearray(b"x") * 100_000_000
me = Path("/proc/self")
print(json.dumps([t.memory_of(me), t.time_of(me), t.role_of(me)]))`;
    const [memory, seconds, role] = JSON.parse(run(code).stdout);
    assert.ok(memory.rss > 100 && memory.rss < 400, `${memory.rss} MB`);
    assert.ok(memory.pss > 95 && memory.pss <= memory.rss);
    assert.ok(seconds > 0);
    assert.equal(role, 'other');
  });
});
