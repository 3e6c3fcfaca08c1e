import { describe, expect, test } from 'vitest';
import { createCanary, expectHidden } from '../support/canary.ts';
import { coffer } from '../support/cli.ts';
import { ENCODINGS } from '../support/encodings.ts';
import { createRepository, sealedManifest } from '../support/repository.ts';
import { createWorkspace } from '../support/workspace.ts';

const SECRET = createCanary();
const TEXT = sealedManifest(`  - {name: ä, type: SecureString, value: ${SECRET}}\n`);

describe.each(ENCODINGS)('a plaintext manifest in %s', (_, encoding, encode) => {
  const says = encoding === 'Latin-1' ? 'the file is not UTF-8 text' : `${encoding}, not UTF-8`;

  test('is reported by check: tracked, untracked, staged, and outside of git', async () => {
    const app = await createRepository({ 'app.yml': encode(TEXT) });
    const outside = await createWorkspace({ 'below/app.yml': encode(TEXT) });
    await app.git('add', 'app.yml');
    for (const [args, cwd] of [
      [['check', '--staged'], app.folder],
      [['check'], app.folder],
      [['check', 'app.yml'], app.folder],
      [['check'], outside.folder],
    ] as const) {
      const { code, stdout, stderr } = await coffer(args, { cwd });
      expect(code, args.join(' ')).toBe(3);
      expect(stdout.toString()).toContain(says);
      expectHidden(SECRET, { stdout, stderr });
    }
  });

  test('is masked in git diff', async () => {
    const app = await createRepository({ 'app.yml': encode(TEXT) });
    const { code, stdout } = await coffer(['textconv', 'app.yml'], { cwd: app.folder });
    expect(code).toBe(0);
    expect(stdout.toString()).toContain('(a secret in plaintext)');
    expectHidden(SECRET, { stdout });
  });
});
