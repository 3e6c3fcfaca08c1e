import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { once } from 'node:events';
import { CofferError } from '../errors.ts';
import type { Environment } from './environment.ts';

/**
 * Decrypts a file with the user's own sops, which knows its keys. The plaintext goes through a pipe.
 * @throws CofferError `no-command` without sops, `source` if it fails
 */
export async function decryptWithSops(file: string, environment: Environment): Promise<Buffer> {
  // A name that begins with a dash would be a flag.
  const path = file.startsWith('-') ? `./${file}` : file;
  const child = spawn('sops', ['--decrypt', '--output-type', 'json', path], {
    stdio: ['inherit', 'pipe', 'inherit'],
    env: environment,
  });
  try {
    const [text, [code]] = (await Promise.all([buffer(child.stdout), once(child, 'close')])) as [
      Buffer,
      [number | null],
    ];
    if (code === 0) return text;
    throw new CofferError('source', `sops cannot decrypt ${file}: it exited with ${code}`, {
      hint: `try it alone: sops --decrypt ${file}`,
    });
  } catch (error) {
    if (!['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new CofferError('no-command', `sops encrypted ${file}, and there is no sops on PATH`, {
      hint: 'coffer asks sops for the values: install it',
      cause: error,
    });
  }
}
