import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { parseManifest } from '../../../src/manifest/index.ts';
import type { Manifest } from '../../../src/manifest/model.ts';
import { replaceManifest } from '../../../src/seal/apply.ts';
import { sealEdited } from '../../../src/seal/edited.ts';
import { encryptManifest } from '../../../src/seal/encrypt.ts';
import { FileKey } from '../../../src/seal/file-key.ts';
import { Opener } from '../../../src/seal/opener.ts';
import { reveal } from '../../../src/seal/reveal.ts';
import type { TestAws } from '../../support/aws.ts';
import { kmsOf } from '../../support/services.ts';
import { createWorkspace } from '../../support/workspace.ts';
import { manifestIn, parameterOf } from './sample.ts';

/** More than SSM holds. */
export const LONG = 'long '.repeat(1000);

const PARAMETERS = `parameters:
  # the first
  - name: a
    type: SecureString
    value: "secret: a"

  - {name: b, type: SecureString, value: secret-b}
  - name: long
    type: SecureString
    value: ${LONG}.
  - name: binary
    type: SecureString
    file: b.bin
  - name: text
    type: SecureString
    file: t.txt
  - {name: plain, type: String, value: 1.10}
`;

/** Edits manifests with functions instead of an editor. */
export async function useEditing(aws: TestAws) {
  const kms = kmsOf(aws);
  const keyArn = await aws.createKey();
  const fileKey = () => new FileKey(kms, { alias: keyArn, create: false }, keyArn);

  const open = async (manifest: Manifest) => {
    const view = await reveal(manifest, new Opener(manifest, kms), { keepFiles: true });
    const seal = async (edit: (text: string) => string) => {
      const edited = edit(view.text);
      expect(edited).not.toBe(view.text);
      const sealing = await sealEdited(
        view,
        parseManifest(edited, manifest.file),
        fileKey(),
        '2026-11-27',
      );
      const after = parseManifest(sealing.text, manifest.file);
      const opener = new Opener(after, kms);
      const valueOf = async (name: string) => String(await opener.open(parameterOf(after, name)));
      return { ...sealing, after, valueOf };
    };
    return { manifest, view, seal };
  };

  const openSealed = async (lines = PARAMETERS) => {
    const workspace = await createWorkspace({ 'b.bin': randomBytes(70_000), 't.txt': 'text' });
    const typed = manifestIn(workspace, lines);
    await workspace.write('app.yml', typed.text);
    await replaceManifest(typed, await encryptManifest(typed, fileKey(), { today: '2026-11-27' }));
    const sealed = parseManifest(await workspace.text('app.yml'), typed.file);
    return { workspace, ...(await open(sealed)) };
  };
  return { kms, keyArn, open, openSealed };
}
