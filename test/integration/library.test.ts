import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import type * as library from '../../src/index.ts';
import { useAws } from '../support/aws.ts';
import { createScene, secret } from '../support/scene.ts';

/** The built module of `import 'coffer-secrets'`. */
async function importLibrary(): Promise<typeof library> {
  const { resolve } = createRequire(import.meta.url);
  return (await import(resolve('../../dist/index.js'))) as typeof library;
}

const aws = await useAws();

test('reads, edits and writes a manifest', async () => {
  const { editManifest, parseManifest, readManifest, writeManifest } = await importLibrary();
  const app = await createScene(aws, `# kept\n${secret('a', 'one')}`);
  const file = app.path('app.yml');
  const manifest = await readManifest(file);
  expect(manifest).toMatchObject({ file, path: app.prefix, bucket: aws.bucket });
  expect(manifest.parameters[0]).toMatchObject({
    name: 'a',
    fullName: `${app.prefix}a`,
    type: 'SecureString',
    content: { kind: 'plain', text: 'one' },
  });
  const parameters = new Map([['a', { content: { kind: 'plain', text: 'two' } as const }]]);
  const text = editManifest(manifest, { parameters });
  expect(text).toContain('# kept\n');
  expect(parseManifest(text, file).parameters[0]?.content).toEqual({ kind: 'plain', text: 'two' });
  expect(await writeManifest(manifest, text)).toBe(true);
  expect(await app.text('app.yml')).toBe(text);
});

test('throws a CofferError with code and place', async () => {
  const { CofferError, parseManifest, readManifest, writeManifest } = await importLibrary();
  const fail = () => parseManifest('path: /a/\nregions: x\n', 'app.yml');
  expect(fail).toThrow(CofferError);
  expect(fail).toThrow(expect.objectContaining({ code: 'manifest' }));

  const app = await createScene(aws, secret('a', 'one'));
  const manifest = await readManifest(app.path('app.yml'));
  await app.write('app.yml', `${manifest.text}# somebody else was here\n`);
  await expect(writeManifest(manifest, `${manifest.text}# mine\n`)).rejects.toMatchObject({
    code: 'conflict',
  });
  expect(await app.text('app.yml')).toContain('somebody else');
});
