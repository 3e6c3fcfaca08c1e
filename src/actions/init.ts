import { dirname, join, relative, resolve } from 'node:path';
import { CofferError } from '../errors.ts';
import { replaceFile } from '../files/replace.ts';
import { isThere, requireFolder } from '../files/private-file.ts';
import { shellFile } from '../files/shell-words.ts';
import { repositoryRoot } from '../git/repository.ts';
import { writeManifest } from '../manifest/index.ts';
import { EXAMPLE, newManifestText, type Destination } from '../manifest/new-manifest.ts';
import { lockManifests } from './manifests.ts';
import type { Tools, WriteOptions } from './tools.ts';

/** Editors find the schema under this name, whatever of coffer is installed. */
const SCHEMA_FILE = 'coffer.schema.json';

export interface InitOptions extends Pick<WriteOptions, 'lockTimeoutSeconds'> {
  /** Whether to write the schema for editors, if there is none. Default: true. */
  schema?: boolean | undefined;
}

export interface InitReport {
  file: string;
  /** The schema that the manifest names, relative to its folder. */
  schema?: string | undefined;
}

/**
 * Writes a new manifest with comments and an example, and beside it, or at the top of its
 * repository, the schema for editors.
 * @throws CofferError `usage` for a file that exists, or a destination that no manifest can have
 */
export async function init(
  tools: Tools,
  file: string,
  destination: Destination,
  { schema: isWanted = true, ...options }: InitOptions = {},
): Promise<InitReport> {
  newManifestText(destination, [EXAMPLE]);
  await requireFolder(file);
  return lockManifests(tools, [file], options, async () => {
    await refuseExisting(file);
    const schema = await schemaFor(file, isWanted);
    await writeManifest({ file, text: '' }, newManifestText(destination, [EXAMPLE], schema));
    tools.host.note(`${file} written, a manifest for ${destination.path}`);
    return { file, schema };
  });
}

async function refuseExisting(file: string): Promise<void> {
  if (!(await isThere(file))) return;
  throw new CofferError('usage', `${file} already exists`, {
    hint: `coffer set ${shellFile(file)} NAME adds a secret to it`,
  });
}

/**
 * The path from a manifest to its schema. A copy in the repository is right for everybody who clones
 * it: in node_modules it is only for those who install coffer there, and no public address has it.
 * @param isWanted whether to write one if there is none
 */
export async function schemaFor(file: string, isWanted: boolean): Promise<string | undefined> {
  const folder = dirname(resolve(file));
  const top = (await repositoryRoot(folder)) ?? folder;
  const path = (await nearestSchema(folder, top)) ?? join(top, SCHEMA_FILE);
  if (!(await isThere(path))) {
    if (!isWanted) return undefined;
    const { manifestSchema } = await import('../manifest/schema.ts');
    await replaceFile(path, manifestSchema());
  }
  const way = relative(folder, path);
  return way.startsWith('.') ? way : `./${way}`;
}

async function nearestSchema(folder: string, top: string): Promise<string | undefined> {
  const path = join(folder, SCHEMA_FILE);
  if (await isThere(path)) return path;
  return folder === top || folder === dirname(folder)
    ? undefined
    : nearestSchema(dirname(folder), top);
}
