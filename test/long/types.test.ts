import { cp, mkdir, symlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../support/cli.ts';
import { createWorkspace } from '../support/workspace.ts';

const TSC = resolve('node_modules/typescript/bin/tsc');

/** A program of somebody who checks the types of all packages, as TypeScript does by default. */
const PROGRAM = `import { createCoffer, CofferError, type SyncReport } from 'coffer-secrets';
const coffer = createCoffer({ region: 'us-east-1' });
export const report: Promise<SyncReport> = coffer.sync(['app.yml'], { yes: true });
export const isWrong = (error: unknown) => error instanceof CofferError && error.code === 'usage';
// @ts-expect-error: the types are there, not any
void coffer.sync(['app.yml'], { dryrun: true });
`;
const SETTINGS = {
  compilerOptions: { module: 'nodenext', strict: true, noEmit: true, types: ['node'] },
  files: ['program.ts'],
};

test('the types of the package compile where nothing but Node and it are installed', async () => {
  const app = await createWorkspace({
    'package.json': '{"type": "module"}',
    'program.ts': PROGRAM,
    'tsconfig.json': JSON.stringify(SETTINGS),
  });
  const modules = app.path('node_modules');
  const types = `${modules}/coffer-secrets/dist/types`;
  const cwd = resolve('.');
  const emitted = await run(
    process.execPath,
    [TSC, '-p', 'tsconfig.types.json', '--outDir', types],
    {
      cwd,
    },
  );
  expect(emitted.stdout.toString()).toBe('');
  await cp('package.json', `${modules}/coffer-secrets/package.json`);
  await mkdir(`${modules}/@types`);
  for (const name of ['@types/node', 'undici-types']) {
    await symlink(resolve('node_modules', name), `${modules}/${name}`);
  }
  const { stdout } = await run(process.execPath, [TSC, '-p', '.'], { cwd: app.folder });
  expect(stdout.toString()).toBe('');
}, 120_000);
