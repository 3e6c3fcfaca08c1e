import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { KMSClient } from '@aws-sdk/client-kms';
import { createAws, type Aws } from '../../src/aws/index.ts';
import { decryptValues } from '../../src/actions/decrypt.ts';
import { recovery } from '../../src/actions/recovery.ts';
import type { Tools } from '../../src/actions/tools.ts';
import { readManifest } from '../../src/manifest/index.ts';
import { findGaps } from '../../src/seal/recovery.ts';
import { REGION, type TestAws } from './aws.ts';
import { createScene, type Scene } from './scene.ts';
import { sessionAt } from './services.ts';
import { createTools, type Said } from './tools.ts';
import type { Workspace } from './workspace.ts';

export const FAR = 'eu-west-1';

/** An age identity in a file of a workspace. */
export interface Safe {
  recipient: string;
  file: string;
}

export async function createSafe(workspace: Workspace, name = 'safe'): Promise<Safe> {
  const secret = await generateX25519Identity();
  await workspace.write(`${name}.txt`, `# created: today\n\n${secret}\n`);
  return { recipient: await identityToRecipient(secret), file: workspace.path(`${name}.txt`) };
}

/** An AWS in which nothing answers in the regions that `isDown` names. */
export function withoutRegions(aws: TestAws, isDown: (region: string | undefined) => boolean): Aws {
  const live = createAws(sessionAt(aws.endpoint));
  return {
    ...live,
    kms: (region) => {
      if (!isDown(region)) return live.kms(region);
      const { credentials } = sessionAt(aws.endpoint);
      // Without the retries, which take seconds.
      const kms = new KMSClient({
        endpoint: 'http://127.0.0.1:9',
        region: region ?? REGION,
        maxAttempts: 1,
        ...(credentials && { credentials }),
      });
      return createAws({ ...sessionAt(aws.endpoint), clients: { kms } }).kms(region);
    },
  };
}

export interface Recoverable {
  app: Scene;
  file: string;
  tools: Tools;
  said: Said;
  /** The file key. */
  fileKey: string;
  /** A KMS key of another region, and an age identity: the recipients. */
  far: string;
  safe: Safe;
  /** Tools with the identity. */
  withSafe: Tools;
  values: (by?: Tools) => Promise<Record<string, string>>;
}

/** An encrypted manifest with its own file key, and two recipients in its recovery list. */
export async function createRecoverable(
  aws: TestAws,
  parameters: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Recoverable> {
  const alias = `alias/${aws.unique('own')}`;
  const fileKey = await aws.createKey(alias);
  const far = await aws.createKey(undefined, FAR);
  const app = await createScene(aws, parameters, { files });
  const safe = await createSafe(app);
  const { tools, said } = createTools(aws, { fileKey: { alias } });
  const withSafe = { ...tools, identityFiles: [safe.file] };
  const file = app.path('app.yml');
  const { encrypt } = await import('../../src/actions/encrypt.ts');
  await encrypt(tools, [file]);
  await recovery(tools, 'add', [file], [far, safe.recipient]);
  said.warnings.length = said.notes.length = said.questions.length = 0;
  const values = async (by = tools) => valuesOf(by, app);
  return { app, file, tools, said, fileKey, far, safe, withSafe, values };
}

/** The values of a manifest by name. */
export async function valuesOf(by: Tools, app: Scene, file = 'app.yml') {
  const opened = await decryptValues(by, app.path(file));
  return Object.fromEntries(
    opened.map(({ name, bytes }) => [name.slice(app.prefix.length), bytes.toString()]),
  );
}

export async function gapsOf(file: string) {
  return findGaps(await readManifest(file));
}
