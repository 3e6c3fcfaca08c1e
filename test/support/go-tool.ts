import type { TestAws } from './aws.ts';
import { materials, writeOlder, type Older } from './older-writer.ts';
import { storedIn } from './stored.ts';

/**
 * What `s3-kms-ssm-secrets -O put -p PATH -s PATH` wrote: a V1 object, named by the SHA-256 of its
 * plaintext, and the parameter PATH that points to it.
 */
export async function putAsGoTool(
  aws: TestAws,
  path: string,
  plaintext: Buffer,
  extension = '',
): Promise<Older> {
  const material = materials(1, aws.kmskey);
  const older = await writeOlder(aws, plaintext, { ...material, path, extension });
  await storedIn(aws).put(older.name, older.url, { Description: 'Pointer to s3 object' });
  return older;
}
