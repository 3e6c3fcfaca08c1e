import { bindingOf, blobContext, dataKeyContext } from '../../src/crypto/contexts.ts';
import { inlineBindingOf } from '../../src/crypto/inline.ts';
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Snapshot } from '../../src/repo/check/snapshot.ts';
import { run, type Outcome } from './cli.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

/** A git repository for one test, without any user's configuration. */
export interface Repository extends Workspace {
  /** Runs git in it, which must succeed; returns its output. */
  git: (...args: readonly string[]) => Promise<string>;
  /** The same for a call that may fail. */
  tryGit: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Outcome>;
}

/** How a check judges ages, where none is of interest. */
export const ON_A_DAY = { today: '2026-11-27', overdue: false };

/** For a check outside of git, with none of the files that a manifest names. */
export const NOWHERE: Omit<Snapshot, 'sources'> = {
  warnings: [],
  isFiltered: false,
  concerns: () => true,
  follow: (path) => Promise.resolve(path),
  locate: (_, path) => Promise.resolve({ path, isAllowed: false }),
  fingerprint: () => Promise.resolve(undefined),
  tracked: () => Promise.resolve(undefined),
  close: () => {},
};

export async function createRepository(
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<Repository> {
  const workspace = await createWorkspace(files);
  const cwd = workspace.folder;
  const identity = ['AUTHOR', 'COMMITTER'].flatMap((who) => [
    [`GIT_${who}_NAME`, 'Test'],
    [`GIT_${who}_EMAIL`, 'test@example.org'],
  ]);
  const alone = { HOME: cwd, GIT_CONFIG_NOSYSTEM: '1', ...Object.fromEntries(identity) };
  const tryGit: Repository['tryGit'] = (args, env) =>
    run('git', args, { cwd, env: { ...alone, ...env } });
  const git: Repository['git'] = async (...args) => {
    const { code, stdout, stderr } = await tryGit(args);
    expect(code, `git ${args.join(' ')}: ${stderr}`).toBe(0);
    return stdout.toString('utf8');
  };
  await git('init', '--quiet', '--initial-branch=main');
  return { ...workspace, git, tryGit };
}

const KEY_ID = '3f9c21ab';
const DESTINATION = { path: '/app/', region: 'us-east-1', kmskey: 'alias/app' };
const COMMIT = Buffer.alloc(32, 6).toString('base64');
const DATA_KEY = {
  key: Buffer.alloc(60, 9).toString('base64'),
  binding: bindingOf(dataKeyContext(DESTINATION)),
  commit: COMMIT,
};
const BINDING = inlineBindingOf({ fullName: '/app/sealed', type: 'SecureString' });
const SEALED = `ENC[v1,${KEY_ID},${BINDING},${Buffer.alloc(60, 7).toString('base64')}]`;

/** A line of `data_keys` for a data key that nothing is sealed under. */
export function unusedDataKey(id: string): string {
  return `  "${id}": ${JSON.stringify(DATA_KEY)}`;
}

/** A manifest like one from `coffer encrypt`; its ciphertext cannot be opened. */
export function sealedManifest(parameters: string, head = 'bucket: some-bucket\n'): string {
  return `path: /app/
region: us-east-1
kmskey: alias/app
${head}encrypted_with: arn:aws:kms:us-east-1:123456789012:key/1
data_keys:
  ${KEY_ID}: ${JSON.stringify(DATA_KEY)}
parameters:
  - {name: sealed, type: securestring, value: "${SEALED}"}
${parameters}`;
}

/** A blob with these sealed bytes, in a file or in the manifest. */
export function sealedBlob(name: string, bytes: string | Buffer, path?: string): string {
  const fields = {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    size: Buffer.byteLength(bytes),
    key: Buffer.alloc(45, 1).toString('base64'),
    binding: bindingOf(
      blobContext(DESTINATION, { fullName: `/app/${name}`, type: 'SecureString' }),
    ),
    commit: COMMIT,
    message_id: Buffer.alloc(28, 2).toString('base64'),
    commitment: Buffer.alloc(28, 3).toString('base64'),
    ...(path === undefined ? { data: Buffer.from(bytes).toString('base64') } : { path }),
  };
  return `  - {name: ${name}, type: securestring, blob: ${JSON.stringify(fields)}}\n`;
}

/** What Git LFS commits in place of a file. */
export function lfsPointer(bytes: string): string {
  const oid = createHash('sha256').update(bytes).digest('hex');
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.length}\n`;
}
