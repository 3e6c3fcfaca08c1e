import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encrypt } from '../../src/actions/encrypt.ts';
import { openerFor } from '../../src/actions/manifests.ts';
import { CofferError } from '../../src/errors.ts';
import { decodeManifest, parseManifest } from '../../src/manifest/index.ts';
import { blobPaths } from '../../src/seal/blob-files.ts';
import { REGION, type TestAws } from '../support/aws.ts';
import { flipBit } from '../support/flip.ts';
import { createTools } from '../support/tools.ts';
import type { Tools } from '../../src/actions/tools.ts';
import type { Figures } from './figures.ts';

const FILE = 'app.yml';

/**
 * Changes bit after bit of a sealed manifest and of the blob beside it.
 * @param stride how many bits from one to the next
 * @returns where a secret opened to what it is not
 */
export async function tamper(
  aws: TestAws,
  folder: string,
  { stride }: { stride: number },
  figures: Figures,
): Promise<string[]> {
  const { tools } = createTools(aws, { fileKey: { alias: aws.kmskey } });
  const secrets = {
    one: Buffer.from('a first secret'),
    two: Buffer.from('another one, of two lines\n'),
    bytes: Buffer.from([0, 255, 1, 254, 2]),
    large: Buffer.alloc(70_000, 'sealed'),
  };
  await writeFile(join(folder, 'bytes'), secrets.bytes);
  await writeFile(join(folder, 'large'), secrets.large);
  const path = join(folder, FILE);
  await writeFile(
    path,
    `path: /tampered/
region: ${REGION}
kmskey: ${aws.kmskey}
bucket: ${aws.bucket}
parameters:
  - {name: one, type: SecureString, value: ${JSON.stringify(secrets.one.toString())}}
  - {name: two, type: SecureString, value: ${JSON.stringify(secrets.two.toString())}}
  - {name: bytes, type: SecureString, file: bytes}
  - {name: large, type: SecureString, file: large}
`,
  );
  await encrypt(tools, [path]);
  const originals = new Map(
    Object.entries(secrets).map(([name, value]) => [`/tampered/${name}`, value]),
  );
  const text = await readFile(path);
  const [blob = ''] = blobPaths(parseManifest(text.toString(), path));
  const sealed = await readFile(join(folder, blob));
  if ((await openAll(tools, path, text, originals)).opened !== originals.size) {
    throw new Error('what was not changed does not open');
  }

  const violations: string[] = [];
  for (let bit = 0; bit < text.length * 8; bit += stride) {
    const changed = flipBit(text, Math.floor(bit / 8), bit % 8);
    const { wrong } = await openAll(tools, path, changed, originals);
    figures.add('bits changed', 1);
    if (wrong) violations.push(`bit ${bit} of the manifest: ${wrong}`);
  }
  const rest = sealed.length * 8;
  for (let bit = 0; bit < rest; bit += stride * 8) {
    await writeFile(join(folder, blob), flipBit(sealed, Math.floor(bit / 8), bit % 8));
    const { wrong, opened } = await openAll(tools, path, text, originals);
    figures.add('bits changed', 1);
    if (wrong) violations.push(`bit ${bit} of the blob: ${wrong}`);
    if (opened === originals.size) violations.push(`bit ${bit} of the blob changes nothing`);
  }
  await writeFile(join(folder, blob), sealed);
  return violations;
}

/** How many secrets open, and which of them opens to something else than it is. */
async function openAll(
  tools: Tools,
  path: string,
  bytes: Buffer,
  originals: ReadonlyMap<string, Buffer>,
): Promise<{ opened: number; wrong?: string }> {
  let opened = 0;
  try {
    const manifest = parseManifest(decodeManifest(bytes, path), path);
    const opener = await openerFor(tools, manifest);
    for (const parameter of manifest.parameters) {
      const { content, fullName } = parameter;
      if (content.kind === 'plain' || content.kind === 'absent') continue;
      try {
        const value = await opener.open(parameter);
        opened += 1;
        if (!originals.get(fullName)?.equals(value))
          return { opened, wrong: `${fullName} opens to another value` };
      } catch (error) {
        if (!(error instanceof CofferError)) throw error;
      }
    }
    return { opened };
  } catch (error) {
    if (error instanceof CofferError) return { opened };
    return { opened, wrong: error instanceof Error ? String(error.stack) : String(error) };
  }
}
