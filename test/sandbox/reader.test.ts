import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { useAws } from '../support/aws.ts';
import { run } from '../support/cli.ts';
import { whyNot } from '../support/programs.ts';
import { createScene, secret } from '../support/scene.ts';
import { createTools } from '../support/tools.ts';

const hasPackages = spawnSync('python3', ['-c', 'import cryptography, yaml']).status === 0;
const python = hasPackages ? '' : ' (skipped: Python has no cryptography or no PyYAML)';
const aws = await useAws();
const { tools } = createTools(aws);

test.skipIf(python !== '')(
  `the vectors open, or are refused for the same reason, in Python${python}`,
  async () => {
    const { code, stdout } = await run('python3', ['test/vectors/run.py'], { cwd: resolve('.') });
    expect(stdout.toString()).toMatch(/^\d+ passed, 0 failed\n$/);
    expect(code).toBe(0);
    const files = readdirSync('test/vectors').filter(
      // These need the schema, which the reader in Python does not check.
      (file) => file.endsWith('.json') && !/^(?:names|manifests)\./.test(file),
    );
    const counts = files.map(
      (file) => (JSON.parse(readFileSync(`test/vectors/${file}`, 'utf8')) as unknown[]).length,
    );
    const total = counts.reduce((sum, count) => sum + count, 0);
    expect(stdout.toString()).toContain(`${total} passed`);
  },
);

const why = python || whyNot('aws');

test.skipIf(why !== '')(
  `open.py opens a manifest that coffer sealed, with the AWS CLI${why}`,
  { timeout: 120_000 },
  async () => {
    const [small, large] = [Buffer.from([0, 0xff]), Buffer.alloc(9000, 'ü')];
    const app = await createScene(
      aws,
      `${secret('token', 'grün 鍵\n')}${secret('0123', 'x'.repeat(300))}` +
        '  - {name: tls/key, type: SecureString, file: small}\n' +
        '  - {name: text, type: String, file: large}\n' +
        '  - {name: plain, type: String, value: 1.10}\n',
      { files: { small, large } },
    );
    await encrypt(tools, [app.path('app.yml')]);
    const reader = resolve('examples/readers/open.py');
    const env = { ...aws.env, HOME: app.folder, AWS_EC2_METADATA_DISABLED: 'true' };
    const open = (...args: string[]) =>
      run('python3', ['-B', reader, app.path('app.yml'), ...args], { cwd: app.folder, env });

    const all = await open();
    expect(all.code, all.stderr).toBe(0);
    expect(JSON.parse(all.stdout.toString())).toEqual({
      token: 'grün 鍵\n',
      '0123': 'x'.repeat(300),
      'tls/key': expect.stringMatching(/^2 bytes, SHA-256 [0-9a-f]{64}$/),
      text: large.toString(),
    });
    expect((await open('tls/key')).stdout).toEqual(small);

    await app.write('app.yml', (await app.text('app.yml')).replace('name: token', 'name: tokem'));
    const moved = await open('tokem');
    expect(moved.stderr).toMatch(/ValueError: tag\n$/);
    expect(moved.stdout).toHaveLength(0);
  },
);
