import { equal, ok } from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { hubAddress, hubCache } from 'onpa/dist/hub/environment.js';
import { findToken } from 'onpa/dist/hub/login/token.js';
import { ownCache } from './surroundings.js';

describe('the environment', () => {
  const cache = ownCache();

  it('names the cache in the order of huggingface_hub', () => {
    delete process.env.HF_HOME;
    equal(hubCache(), path.join(homedir(), '.cache', 'huggingface', 'hub'));
    process.env.XDG_CACHE_HOME = '/xdg';
    equal(hubCache(), '/xdg/huggingface/hub');
    process.env.HF_HOME = '/home of hf';
    equal(hubCache(), '/home of hf/hub');
    process.env.HUGGINGFACE_HUB_CACHE = '/old';
    equal(hubCache(), '/old');
    process.env.HF_HUB_CACHE = '/new';
    equal(hubCache(), '/new');
  });

  it('may name the cache with ~ and variables', () => {
    process.env.HF_HUB_CACHE = '~/models';
    equal(hubCache(), path.join(homedir(), 'models'));
    Object.assign(process.env, { HF_TEST: '/disk', HF_HUB_CACHE: `$HF_TEST/a/\${HF_TEST}/$HF_NONE` });
    equal(hubCache(), '/disk/a/disk/$HF_NONE');
    process.env.HF_HUB_CACHE = 'here';
    equal(hubCache(), path.resolve('here'));
  });

  it('names the Hub, and the option goes first', () => {
    equal(hubAddress(), 'https://huggingface.co');
    process.env.HF_ENDPOINT = 'https://mirror.example/hub//';
    equal(hubAddress(), 'https://mirror.example/hub');
    equal(hubAddress('http://127.0.0.1:8080/'), 'http://127.0.0.1:8080');
  });

  it('names the token in the order of huggingface_hub, without the space around it', async () => {
    equal(await findToken(), undefined);
    await writeFile(path.join(cache.home, 'token'), 'hf_of_the_file\r\n');
    equal(await findToken(), 'hf_of_the_file');
    await mkdir(path.join(cache.home, 'secrets'));
    await writeFile(path.join(cache.home, 'secrets', 'mine'), 'hf_elsewhere');
    process.env.HF_TOKEN_PATH = '$HF_HOME/secrets/mine';
    equal(await findToken(), 'hf_elsewhere');
    process.env.HUGGING_FACE_HUB_TOKEN = 'hf_old';
    equal(await findToken(), 'hf_old');
    process.env.HF_TOKEN = ' hf_new ';
    equal(await findToken(), 'hf_new');
    equal(await findToken('hf_given'), 'hf_given');
    process.env.HF_HUB_DISABLE_IMPLICIT_TOKEN = '1';
    equal(await findToken(), undefined);
    ok(await findToken('hf_given'));
  });
});
