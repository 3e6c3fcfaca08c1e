import { randomBytes } from 'node:crypto';
import { CopyObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { flipBit } from '../support/flip.ts';
import { byLength } from '../support/length.ts';
import { createPutScene, MIB, sha256 } from '../support/put.ts';
import { readRaw, type Raw } from '../support/v3-reader.ts';
import { createWorkspace } from '../support/workspace.ts';
import { coffer } from '../support/cli.ts';

const aws = await useAws();
const SECRET = createCanary();

function flipField({ body, metadata }: Raw, name: string): Raw {
  const flipped = flipBit(Buffer.from(metadata[name] ?? '', 'base64'), -2, 5);
  return { body, metadata: { ...metadata, [name]: flipped.toString('base64') } };
}

/** Alters an object; `other` makes another one of the same size. */
type Alter = (one: Raw, other: () => Promise<Raw>) => Raw | Promise<Raw>;

const ALTERATIONS: readonly (readonly [string, Alter])[] = [
  ['with a bit of its first byte flipped', (one) => ({ ...one, body: flipBit(one.body, 0) })],
  ['with a bit of its last byte flipped', (one) => ({ ...one, body: flipBit(one.body, -17, 7) })],
  ['with a bit of its tag flipped', (one) => ({ ...one, body: flipBit(one.body, -16) })],
  ['with a bit of its wrapped key flipped', (one) => flipField(one, 'x-amz-3')],
  ['with a bit of its message id flipped', (one) => flipField(one, 'x-amz-i')],
  ['with a bit of its commitment flipped', (one) => flipField(one, 'x-amz-d')],
  ['that is cut short', (one) => ({ ...one, body: one.body.subarray(0, -1) })],
  ['that lost its tag', (one) => ({ ...one, body: one.body.subarray(0, -16) })],
  ['that is longer', (one) => ({ ...one, body: Buffer.concat([one.body, Buffer.alloc(1)]) })],
  [
    "with another's metadata",
    async (one, other) => ({ ...one, metadata: (await other()).metadata }),
  ],
  ["with another's body", async (one, other) => ({ ...one, body: (await other()).body })],
  ['that is another, whole', (_, other) => other()],
];

async function store(key: string, { body, metadata }: Raw): Promise<void> {
  await aws.s3.send(
    new PutObjectCommand({ Bucket: aws.bucket, Key: key, Body: body, Metadata: metadata }),
  );
}

/** Exit 1, one error with the URL, no byte of the plaintext, and no file. */
async function expectRefused(selector: string, url: string): Promise<void> {
  const { folder, files } = await createWorkspace();
  for (const flags of [[], ['-o', 'out']]) {
    const { code, stdout, stderr } = await coffer(['get', selector, ...flags], {
      cwd: folder,
      env: aws.env,
    });
    expect(code, stderr).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(`error: ${url}: `);
    expect(stderr.match(/error:/g)).toHaveLength(1);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expectHidden(SECRET, { stderr });
  }
  expect(await files()).toEqual([]);
}

/** Those that a spool might let through when memory does not. */
const OF_BODIES = ALTERATIONS.filter(([what]) =>
  byLength(/first byte/, /first byte|tag flipped|short|another/).test(what),
);

describe.each([
  ['held in memory', 100_000, ALTERATIONS],
  ['spooled', 64 * MIB + 1, OF_BODIES],
])('get releases nothing of an object that is %s', { timeout: 60_000 }, (_, size, alterations) => {
  const [sealOne, sealOther] = [once(() => seal(size)), once(() => seal(size))];

  test.each(alterations)('if it is one %s', async (_, alter) => {
    const one = await sealOne();
    // The name is the digest of the original object.
    const key = `${aws.unique('refused')}/${sha256(one.body)}`;
    await store(key, await alter(one, sealOther));
    await expectRefused(`s3://${aws.bucket}/${key}`, `s3://${aws.bucket}/${key}`);
  });
});

describe('get releases nothing of an object whose name is no digest', () => {
  const [sealOne, sealOther] = [once(() => seal(100_000)), once(() => seal(100_000))];

  test.each(ALTERATIONS.filter(([what]) => what !== 'that is another, whole'))(
    'if it is one %s',
    async (_, alter) => {
      const key = aws.unique('refused');
      await store(key, await alter(await sealOne(), sealOther));
      await expectRefused(`s3://${aws.bucket}/${key}`, `s3://${aws.bucket}/${key}`);
    },
  );
});

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

async function seal(size: number): Promise<Raw> {
  const app = await createPutScene(aws);
  const data = Buffer.concat([Buffer.from(SECRET), randomBytes(size)]);
  return readRaw(aws, (await app.put('data', data)).key);
}

test('get releases nothing if an object was replaced by a copy of another', async () => {
  const app = await createPutScene(aws);
  const { url, key } = await app.put('data', `${SECRET} one`);
  const other = await app.put('other', `${SECRET} two`);
  const CopySource = `${aws.bucket}/${other.key}`;
  await aws.s3.send(new CopyObjectCommand({ Bucket: aws.bucket, Key: key, CopySource }));
  await expectRefused(`${app.prefix}data`, url);
});
