import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRepository } from '../fixtures.js';

interface Person {
  sealed: string;
  teacher: boolean;
}

describe('The list of a class', () => {
  let python: string;
  let folder: string;
  let file: string;
  before(async () => {
    const { environmentPython } = await import(pathToFileURL(inRepository('lib/setup/python.mjs')).href);
    python = environmentPython();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'onpa class '));
    file = join(folder, 'class.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function change(names: string, ...options: string[]) {
    const args = [inRepository('course/hub/class_list.py'), file, ...options];
    const { status, stdout, stderr } = spawnSync(python, args, { input: names, encoding: 'utf8' });
    const passwords = new Map(
      stdout
        .trim()
        .split(/\r?\n/)
        .map((line) => line.split(',') as [string, string]),
    );
    return { status, passwords, error: stderr };
  }
  const people = (): Record<string, Person> => JSON.parse(readFileSync(file, 'utf8'));

  /** Whether the password is the right one, as the hub finds it. */
  function fits(name: string, password: string): boolean {
    const code = 'import sys, class_list; sys.exit(0 if class_list.fits(sys.argv[1], sys.argv[2]) else 1)';
    const cwd = inRepository('course/hub');
    return spawnSync(python, ['-c', code, password, people()[name].sealed], { cwd }).status === 0;
  }

  it('gives everybody a password of their own, which is told once and is not in the list', () => {
    const { status, passwords } = change('tanaka\nsuzuki\n', '--teacher', 'sato');
    assert.equal(status, 0);
    assert.deepEqual([...passwords.keys()], ['tanaka', 'suzuki', 'sato']);
    assert.equal(new Set(passwords.values()).size, 3);
    for (const [name, password] of passwords) {
      assert.match(password, /^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
      assert.ok(fits(name, password));
      assert.ok(!readFileSync(file, 'utf8').includes(password));
    }
    assert.ok(!fits('tanaka', passwords.get('suzuki') ?? ''));
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('says who teaches, and lets nobody else', () => {
    change('tanaka\n', '--teacher', 'sato');
    assert.deepEqual([people().tanaka.teacher, people().sato.teacher], [false, true]);
  });

  it('leaves passwords as they are when others join, and makes new ones when it is asked to', () => {
    const first = change('tanaka\nsuzuki\n').passwords;
    assert.deepEqual([...change('tanaka\nito\n').passwords.keys()], ['ito']);
    assert.ok(fits('tanaka', first.get('tanaka') ?? ''));
    const second = change('', '--new', 'tanaka', '--remove', 'suzuki').passwords;
    assert.ok(!fits('tanaka', first.get('tanaka') ?? ''));
    assert.ok(fits('tanaka', second.get('tanaka') ?? ''));
    assert.deepEqual(Object.keys(people()), ['ito', 'tanaka']);
  });

  it('takes no name that would be another one to Docker or in a path, and changes nothing then', () => {
    change('tanaka\n');
    const before = readFileSync(file, 'utf8');
    for (const name of ['Tanaka', '../etc', 'a b', '田中', 'a.b', '1st', 'x'.repeat(33)]) {
      const { status, error, passwords } = change(`suzuki\n${name}\n`);
      assert.equal(status, 1, name);
      assert.match(error, /is no name here: a letter, then letters and digits, all small, 32 at most/);
      assert.ok(!passwords.has('suzuki'));
      assert.equal(readFileSync(file, 'utf8'), before);
    }
    assert.match(change('', '--new', 'nobody').error, /nobody is not on the list/);
  });

  it('is not made anew of a file that is something else', () => {
    change('ito\n');
    const { sealed } = people().ito;
    const damaged = [{ sealed: 'secret' }, { sealed: 1 }, { sealed, teacher: 'no' }].map((ito) =>
      JSON.stringify({ ito }),
    );
    for (const text of ['[]', '{"tanaka": "secret"}', 'no json', ...damaged]) {
      writeFileSync(file, text);
      const { status } = change('suzuki\n');
      assert.equal(status, 1, text);
      assert.equal(readFileSync(file, 'utf8'), text);
    }
    assert.ok(!existsSync(`${file}.new`));
  });

  it('stays as it is where the passwords cannot be told, or it cannot be written, and a line says so', () => {
    change('tanaka\n');
    const before = readFileSync(file, 'utf8');
    const script = inRepository('course/hub/class_list.py');
    if (existsSync('/dev/full')) {
      const command = '"$0" "$1" "$2" --new tanaka < /dev/null > /dev/full';
      const { status, stderr } = spawnSync('sh', ['-c', command, python, script, file], { encoding: 'utf8' });
      assert.equal(status, 1);
      assert.match(stderr, /^.*No space left on device\. The list is as it was\.\n$/);
      assert.equal(readFileSync(file, 'utf8'), before);
      assert.ok(!existsSync(`${file}.new`));
    }
    const nowhere = spawnSync(python, [script, join(folder, 'no', 'class.json')], { input: 'ito\n', encoding: 'utf8' });
    assert.equal(nowhere.status, 1);
    assert.equal(nowhere.stdout, '');
    assert.match(nowhere.stderr, /^.*No such file or directory: .*\. The list is as it was\.\n$/);
  });

  describe('in JupyterHub', () => {
    /** Tries names and passwords one after the other, with a JupyterHub that does nothing but ask. */
    const ASK = `
import asyncio, json, logging, sys, types
from traitlets import Bool, HasTraits, Set
sys.path.insert(0, '.')
class Authenticator(HasTraits):
    allow_all, allowed_users, admin_users, log = Bool(), Set(), Set(), logging.getLogger()
sys.modules['jupyterhub'] = types.ModuleType('jupyterhub')
sys.modules['jupyterhub.auth'] = types.SimpleNamespace(Authenticator=Authenticator)
import class_authenticator
lets_in = class_authenticator.ClassList(file=sys.argv[1])
async def ask(wishes):
    for wish in wishes:
        if wish == "wait":
            class_authenticator.PAUSE = 0
            continue
        person = await lets_in.authenticate(None, dict(zip(("username", "password"), wish)))
        yield person
async def main():
    return [person async for person in ask(json.loads(sys.argv[2]))]
print(json.dumps({"people": asyncio.run(main()), "known": sorted(lets_in.allowed_users), "teachers": sorted(lets_in.admin_users)}))
`;
    function ask(...wishes: ([string, string] | 'wait')[]) {
      const cwd = inRepository('course/hub');
      const args = ['-c', ASK, file, JSON.stringify(wishes)];
      const { stdout, stderr } = spawnSync(python, args, { cwd, encoding: 'utf8' });
      return { ...JSON.parse(stdout), log: stderr };
    }

    it('lets in who is on it with the right password, however the name is typed, and says who teaches', () => {
      const { passwords } = change('tanaka\n', '--teacher', 'sato');
      const [tanaka, sato] = [passwords.get('tanaka') ?? '', passwords.get('sato') ?? ''];
      const { people, known, teachers } = ask(['tanaka', tanaka], [' Sato ', `${sato} `]);
      assert.deepEqual(people, [
        { name: 'tanaka', admin: false },
        { name: 'sato', admin: true },
      ]);
      assert.deepEqual(known, ['sato', 'tanaka']);
      // Before they come, too: a server that another teacher starts is a teacher's.
      assert.deepEqual(teachers, ['sato']);
    });

    it('lets nobody in with another’s password, with none, or under a name that is not on it', () => {
      const { passwords } = change('tanaka\nsuzuki\n');
      const tanaka = passwords.get('tanaka') ?? '';
      const { people } = ask(['suzuki', tanaka], ['tanaka', ''], ['', ''], ['nobody', tanaka], ['__class__', tanaka]);
      assert.deepEqual(people, [null, null, null, null, null]);
    });

    it('lets nobody in where there is no list, or another file in its place', () => {
      assert.deepEqual(ask(['tanaka', 'x']).people, [null]);
      writeFileSync(file, '[]');
      const { people, log } = ask(['tanaka', 'x']);
      assert.deepEqual(people, [null]);
      assert.match(log, /Nobody can come in: .*class\.json is not a list of a class/);
    });

    it('has a name wait after five wrong passwords, and no other', () => {
      const { passwords } = change('tanaka\nsuzuki\n');
      const right: [string, string] = ['tanaka', passwords.get('tanaka') ?? ''];
      const wrong = Array.from({ length: 5 }, (): [string, string] => ['tanaka', 'guess']);
      const { people } = ask(...wrong, right, ['suzuki', passwords.get('suzuki') ?? ''], 'wait', right);
      assert.deepEqual(people.slice(5), [null, { name: 'suzuki', admin: false }, { name: 'tanaka', admin: false }]);
    });
  });
});
