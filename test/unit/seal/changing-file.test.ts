import { randomBytes } from 'node:crypto';
import { truncateSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findSource } from '../../../src/seal/source.ts';
import { failureOf } from '../../support/failure.ts';
import { createWorkspace } from '../../support/workspace.ts';
import { manifestIn, parameterOf } from './sample.ts';

const MIB = 1024 * 1024;

test.each([
  ['shorter', 2 * MIB],
  ['longer', 4 * MIB],
])('a large file that becomes %s while it is read is refused', async (_, size) => {
  const workspace = await createWorkspace({ large: randomBytes(3 * MIB) });
  const manifest = manifestIn(
    workspace,
    'parameters:\n  - {name: a, type: SecureString, file: large}\n',
  );
  const source = await findSource(manifest, parameterOf(manifest, 'a'), 'large');
  const { message } = await failureOf(async () => {
    for await (const chunk of source?.stream() ?? []) {
      if (chunk.length > 0) truncateSync(workspace.path('large'), size);
    }
  });
  expect(message).toContain('a: file large changed while it was read');
});

test.each([
  ['empty', 0],
  ['shorter', 5],
  ['longer', 20],
])('a small file that becomes %s while it is read is refused', async (_, size) => {
  const workspace = await createWorkspace({ small: 'ten bytes!' });
  const manifest = manifestIn(
    workspace,
    'parameters:\n  - {name: a, type: SecureString, file: small}\n',
  );
  const handle = await open(workspace.path('small'));
  await handle.close();
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  const spy = vi.spyOn(prototype, 'read');
  onTestFinished(() => spy.mockRestore());
  spy.mockImplementationOnce(function (this: FileHandle, ...args) {
    truncateSync(workspace.path('small'), size);
    return this.read(...args);
  });
  const { message } = await failureOf(() =>
    findSource(manifest, parameterOf(manifest, 'a'), 'small'),
  );
  expect(message).toContain('a: file small changed while it was read');
});
