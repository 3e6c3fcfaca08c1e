import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isInstalled } from './lab.js';

const run = promisify(execFile);

/** The text of a manifest in plaintext; every parameter is a secret unless `every` says otherwise. */
export function plaintext(path, count, { every = 1 } = {}) {
  const parameters = Array.from({ length: count }, (_, i) => {
    const type = i % every === 0 ? 'SecureString' : 'String';
    return `  - name: group${i % 7}/p${i}\n    description: What value ${i} is for.\n    type: ${type}\n    value: value ${i}\n`;
  });
  return `# The secrets of ${path}.\npath: ${path}\nregion: us-east-1\nkmskey: alias/bench\nbucket: bench\nparameters:\n${parameters.join('')}`;
}

/** Runs coffer, untimed. */
export async function coffer(lab, room, ...args) {
  const [program, ...rest] = lab.argv(['coffer', ...args]);
  await run(program, rest, { cwd: room, env: lab.env, maxBuffer: Infinity });
}

/** Runs a script that calls $COFFER, untimed. */
export async function script(lab, room, text) {
  await run('bash', ['-e', '-o', 'pipefail', '-c', text], { cwd: room, env: lab.env });
}

/** Writes an encrypted manifest, and the plaintext beside it. */
export async function writeManifest(lab, room, file, text) {
  await writeFile(join(room, `${file}.plain`), text);
  await writeFile(join(room, file), text);
  await coffer(lab, room, 'encrypt', file);
}

/**
 * The same secrets as files of sops under a KMS key; nothing if sops is not installed or fails, and
 * then its command fails, too, which skips the peer.
 */
export async function writeForSops(room, lab, file, count) {
  if (!isInstalled('sops')) return;
  const lines = Array.from({ length: count }, (_, i) => `p${i}: value ${i}\n`);
  await writeFile(join(room, file), lines.join(''));
  const key = 'arn:aws:kms:us-east-1:111122223333:alias/coffer';
  const options = { cwd: room, env: lab.env };
  await run('sops', ['encrypt', '--in-place', '--kms', key, file], options).catch(() =>
    rm(join(room, file)),
  );
}
