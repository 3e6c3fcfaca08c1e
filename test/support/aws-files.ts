import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An environment with shared configuration files of this content, and no other variables. */
export async function awsFiles(
  config: string,
  credentials = '',
): Promise<Record<string, string | undefined>> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-aws-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = {
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
  };
  await writeFile(files.AWS_CONFIG_FILE, config);
  await writeFile(files.AWS_SHARED_CREDENTIALS_FILE, credentials);
  // For what the credentials of a command need.
  return { ...files, HOME: folder, PATH: process.env['PATH'] };
}
