import { createKms } from '../../../src/aws/kms.ts';
import { parseManifest } from '../../../src/manifest/index.ts';
import type { Manifest, Parameter } from '../../../src/manifest/model.ts';
import { sessionAt } from '../../support/services.ts';
import type { Workspace } from '../../support/workspace.ts';

/** The manifest app.yml of a workspace, with these lines after its settings. */
export function manifestIn(workspace: Workspace, lines: string): Manifest {
  const text = `path: /app/\nregion: us-east-1\nkmskey: alias/k\nbucket: some-bucket\n${lines}`;
  return parseManifest(text, workspace.path('app.yml'));
}

export function parameterOf(manifest: Manifest, name: string): Parameter {
  const found = manifest.parameters.find((parameter) => parameter.name === name);
  if (!found) throw new Error(`the sample has no ${name}`);
  return found;
}

/** A KMS without a server: proves that something needs no call. */
export const NO_KMS = createKms(sessionAt('http://127.0.0.1:1'), 'us-east-1');
