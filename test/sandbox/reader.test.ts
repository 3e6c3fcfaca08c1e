import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { useAws } from '../support/aws.ts';
import { run } from '../support/cli.ts';
import { whyNot } from '../support/programs.ts';
import { createScene, secret, type Scene } from '../support/scene.ts';
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

// The AWS CLI takes most of a second for each data key, so there are few.
test.skipIf(why !== '')(
  `open.py opens what coffer sealed, with the AWS CLI${why}`,
  { timeout: 120_000 },
  async () => {
    const [small, large] = [Buffer.from([0, 0xff]), Buffer.alloc(9000, 'ü')];
    const several = await createScene(
      aws,
      `${secret('token', 'grün 鍵\n')}${secret('0123', 'x'.repeat(300))}` +
        '  - {name: text, type: String, file: large}\n' +
        '  - {name: plain, type: String, value: 1.10}\n',
      { files: { large } },
    );
    const one = await createScene(aws, '  - {name: tls/key, type: SecureString, file: small}\n', {
      header: `kmskey: ${aws.kmskey}\nbucket: some-{region}\n`,
      files: { small },
    });
    const regions = (await one.text('app.yml')).replace(
      /region: .*/,
      'regions: [us-east-1, eu-west-1]',
    );
    await one.write('app.yml', regions);
    await encrypt(tools, [several.path('app.yml'), one.path('app.yml')]);
    const open = (app: Scene, ...args: string[]) =>
      run('python3', ['-B', resolve('examples/readers/open.py'), app.path('app.yml'), ...args], {
        cwd: app.folder,
        env: { ...aws.env, HOME: app.folder },
      });
    const [all, single] = await Promise.all([open(several), open(one, 'tls/key')]);
    expect(all.code, all.stderr).toBe(0);
    const text = large.toString();
    expect(JSON.parse(all.stdout.toString())).toEqual({
      token: 'grün 鍵\n',
      '0123': 'x'.repeat(300),
      text,
    });
    expect(single.stdout, single.stderr).toEqual(small);
  },
);
