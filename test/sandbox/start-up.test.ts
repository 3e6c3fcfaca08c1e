import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CodeCache } from '../../src/cli/start/code-cache.ts';
import { useAws } from '../support/aws.ts';
import { createScene, secret, type Scene } from '../support/scene.ts';

// Starting is most of the time that these commands take, and it is loading code.

const aws = await useAws();
const TABLE = fileURLToPath(new URL('../../dist/commands.cjs', import.meta.url));
const table = createRequire(import.meta.url)(TABLE) as Record<string, () => void>;

/** Texts that only these parts have. */
const PARTS = {
  'com.amazonaws.kms': 'KMS',
  'com.amazonaws.ssm': 'SSM',
  'com.amazonaws.s3': 'S3',
  'com.amazonaws.sts': 'STS',
  'com.amazonaws.secretsmanager': 'Secrets Manager',
  'com.amazonaws.sso': 'SSO',
  'age-encryption.org': 'age',
  'YAMLParseError=class': 'yaml',
};

/** Modules of Node that take milliseconds, which most calls do not need. */
const HEAVY = [
  'child_process',
  'fs/promises',
  'http',
  'http2',
  'inspector',
  'perf_hooks',
  'readline',
  'zlib',
];

const WRITE_LOADED = `process.on('exit', () =>
  require('node:fs').writeFileSync(process.env.LOADED, process.moduleLoadList.join('\\n')));`;

/** What a call loads: how much code of coffer, the parts in it, and heavy modules of Node. */
async function loadedBy(app: Scene, args: readonly string[]) {
  const folder = app.path('cache');
  await app.write('loaded.cjs', WRITE_LOADED);
  const env = {
    COFFER_CACHE: '',
    XDG_CACHE_HOME: folder,
    LOADED: app.path('loaded.txt'),
    NODE_OPTIONS: `--require=${app.path('loaded.cjs')}`,
  };
  const { code, stderr } = await app.start(args, { env });
  expect(code, stderr).toBe(0);
  const modules = await keptIn(`${folder}/coffer/compiled`, args);
  const text = modules.map((name) => String(table[name])).join('\n');
  const ofNode = (await readFile(env.LOADED, 'utf8')).split('\n');
  return {
    kilobytes: Math.round(text.length / 1000),
    parts: Object.entries(PARTS).flatMap(([mark, part]) => (text.includes(mark) ? [part] : [])),
    heavy: HEAVY.filter((name) => ofNode.includes(`NativeModule ${name}`)),
  };
}

async function keptIn(folder: string, args: readonly string[]): Promise<readonly string[]> {
  const cli = await readFile(new URL('../../dist/cli.cjs', import.meta.url), 'utf8');
  const [, build = ''] = /new CodeCache\(\w+,"(\w+)"\)/.exec(cli) ?? [];
  const names = Object.keys(table);
  const pieces = new CodeCache(folder, build).read(args)?.pieces ?? [];
  return pieces.flatMap(({ modules }) =>
    modules.split(' ').map((place) => names[Number(place)] ?? ''),
  );
}

/** Little more than they load now, so that a change that adds to it is noticed. */
test.each([
  { args: ['check', 'app.yml'], most: 570, parts: [], heavy: [] },
  { args: ['decrypt', 'app.yml'], most: 960, parts: ['KMS'], heavy: ['http'] },
  { args: ['export', 'app.yml'], most: 990, parts: ['KMS'], heavy: ['http'] },
  {
    args: ['exec', 'app.yml', '--', 'true'],
    most: 990,
    parts: ['KMS'],
    heavy: ['child_process', 'http'],
  },
])('$args.0 loads only what it needs', async ({ args, most, parts, heavy }) => {
  const app = await createScene(aws, secret('token', 'value'));
  await app.succeed(['encrypt', 'app.yml']);
  const loaded = await loadedBy(app, args);
  expect(loaded).toMatchObject({ parts, heavy });
  expect(loaded.kilobytes).toBeGreaterThan(100);
  expect(loaded.kilobytes).toBeLessThanOrEqual(most);
});
