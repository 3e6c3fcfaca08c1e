import { randomBytes } from 'node:crypto';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { materials, writeOlder } from '../support/older-writer.ts';
import { createPutScene, NO_OBJECT, type PutScene } from '../support/put.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);

const GC = ['gc', 'app.yml', '--older-than', '0s'];
const collect = (app: PutScene) => app.succeed([...GC, '--yes']);
const digest = () => randomBytes(32).toString('hex');

/** An object under the scene's path, as left by a sync or put that never wrote its pointer. */
async function addOrphan({ prefix }: PutScene, suffix = ''): Promise<string> {
  const Key = `${prefix.slice(1)}lost/${digest()}${suffix}`;
  const Metadata = { 'coffer-parameter': `${prefix}lost` };
  await aws.s3.send(new PutObjectCommand({ Bucket: aws.bucket, Key, Body: 'sealed', Metadata }));
  return Key;
}

async function addUpload(Key: string): Promise<void> {
  await aws.s3.send(new CreateMultipartUploadCommand({ Bucket: aws.bucket, Key }));
}

/** The keys of the uploads under `prefix`; not every store filters by it. */
async function uploadsUnder(prefix: string): Promise<string[]> {
  const { Uploads = [] } = await aws.s3.send(
    new ListMultipartUploadsCommand({ Bucket: aws.bucket }),
  );
  return Uploads.map(({ Key = '' }) => Key).filter((key) => key.startsWith(prefix.slice(1)));
}

describe('gc deletes', () => {
  test('objects that nothing points to', async () => {
    const app = await createPutScene(aws);
    const orphans = [await addOrphan(app), await addOrphan(app, '.tar.gz')];
    const { stderr, stdout } = await collect(app);
    expect(await stored.objects(app.prefix)).toEqual([]);
    for (const key of orphans) expect(stderr).toContain(`s3://${aws.bucket}/${key}`);
    expect(stderr).toContain('2 deleted\n');
    expect(stdout).toHaveLength(0);
  });

  test('all objects of a deleted parameter', async () => {
    const app = await createPutScene(aws);
    await app.put('data', 'first');
    await app.put('data', 'second');
    await stored.remove(`${app.prefix}data`);
    await collect(app);
    expect(await stored.objects(app.prefix)).toEqual([]);
  });

  test('the object of a deleted parameter under another path', async () => {
    const app = await createPutScene(aws);
    const elsewhere = `/${aws.unique('elsewhere')}/data`;
    await app.put('data', 'content', ['--ssm', elsewhere]);
    await stored.remove(elsewhere);
    await collect(app);
    expect(await stored.objects(app.prefix)).toEqual([]);
  });

  test('unfinished uploads of its own kind and path', async () => {
    const app = await createPutScene(aws);
    const foreign = `${app.prefix.slice(1)}backup/today.tar`;
    const elsewhere = `${aws.unique('other')}/${digest()}`;
    await addUpload(`${app.prefix.slice(1)}lost/${digest()}`);
    await addUpload(foreign);
    await addUpload(elsewhere);
    const { stderr } = await collect(app);
    expect(stderr).toMatch(/unfinished upload\n1 deleted\n$/);
    expect(await uploadsUnder(app.prefix)).toEqual([foreign]);
    expect(await uploadsUnder(`/${elsewhere}`)).toEqual([elsewhere]);
  });

  test('the garbage of several manifests at once', async () => {
    const [one, other] = [await createPutScene(aws), await createPutScene(aws)];
    await one.write('other.yml', await other.read('app.yml'));
    await addOrphan(one);
    await addOrphan(other);
    const { stderr } = await one.succeed([
      'gc',
      'app.yml',
      'other.yml',
      '--older-than=0s',
      '--yes',
    ]);
    expect(stderr).toContain('2 deleted\n');
    expect(await stored.objects(one.prefix)).toEqual([]);
    expect(await stored.objects(other.prefix)).toEqual([]);
  });
});

/** Runs gc with an orphan beside what it must keep, to prove that it deletes something. */
async function expectSpared(app: PutScene, keys: readonly string[]): Promise<void> {
  await addOrphan(app);
  const { stderr } = await collect(app);
  expect(stderr).toContain('\n1 deleted\n');
  expect((await stored.objects(app.prefix)).sort()).toEqual([...keys].sort());
}

describe('gc keeps', () => {
  test('what any version of a parameter points to', async () => {
    const app = await createPutScene(aws);
    const keys: string[] = [];
    for (const content of ['first', 'second', 'third']) {
      keys.push((await app.put('data', content)).key);
    }
    await stored.put(`${app.prefix}data`, 'no pointer any more');
    await expectSpared(app, keys);
    for (const [version, content] of ['first', 'second', 'third'].entries()) {
      const { stdout } = await app.succeed(['get', `${app.prefix}data@${version + 1}`]);
      expect(stdout.toString()).toBe(content);
    }
  });

  test('what any version of a parameter under another path points to', async () => {
    const app = await createPutScene(aws);
    const elsewhere = `/${aws.unique('elsewhere')}/data`;
    const first = await app.put('data', 'first', ['--ssm', elsewhere]);
    const second = await app.put('data', 'second', ['--ssm', elsewhere]);
    await expectSpared(app, [first.key, second.key]);
  });

  test('what s3-kms-ssm-secrets wrote for a parameter under the path', async () => {
    const app = await createPutScene(aws);
    const { url } = await writeOlder(aws, randomBytes(100), {
      ...materials(1, aws.kmskey),
      path: `${app.prefix}data`,
    });
    await expectSpared(app, [url.slice(`s3://${aws.bucket}/`.length)]);
  });

  test('what s3-kms-ssm-secrets wrote for a parameter that its object does not name', async () => {
    const app = await createPutScene(aws);
    const { url, name } = await writeOlder(aws, randomBytes(100), {
      ...materials(1, aws.kmskey),
      path: `${app.prefix}data`,
      parameter: `/${aws.unique('elsewhere')}/data`,
    });
    await expectSpared(app, [url.slice(`s3://${aws.bucket}/`.length)]);
    await app.succeed(['get', name]);
  });

  test("objects without a name of coffer's kind", async () => {
    const app = await createPutScene(aws);
    const base = app.prefix.slice(1);
    const keys = [
      `${base}readme.txt`,
      `${base}lost/${digest().slice(1)}`,
      `${base}lost/${digest().toUpperCase()}`,
      `${base}lost/x${digest()}`,
      `${base}lost/${digest()}/part`,
    ];
    for (const Key of keys) {
      await aws.s3.send(new PutObjectCommand({ Bucket: aws.bucket, Key, Body: 'foreign' }));
    }
    await expectSpared(app, keys);
  });

  test('what a manifest names but has not published yet', async () => {
    const app = await createScene(
      aws,
      '  - {name: kept, type: SecureString, file: kept}\n  - {name: a, type: String, value: a}\n',
      { files: { kept: randomBytes(10_000) } },
    );
    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['save', 'app.yml']);
    const keys = await stored.objects(app.prefix);
    expect(keys).toHaveLength(1);
    await stored.remove(`${app.prefix}kept`);
    const { stderr } = await app.succeed([...GC, '--yes']);
    expect(stderr).toContain('nothing to delete');
    expect(await stored.objects(app.prefix)).toEqual(keys);
  });

  test('what is under another path with the same beginning', async () => {
    const app = await createPutScene(aws);
    const Key = `${app.prefix.slice(1, -1)}-too/lost/${digest()}`;
    const Metadata = { 'coffer-parameter': '/gone' };
    await aws.s3.send(new PutObjectCommand({ Bucket: aws.bucket, Key, Body: 'x', Metadata }));
    await expectSpared(app, []);
    expect(await stored.objects(`/${Key}`)).toEqual([Key]);
  });

  test('what is younger than a day, or than the given age', async () => {
    const app = await createPutScene(aws);
    const key = await addOrphan(app);
    for (const age of [[], ['--older-than', '30m'], ['--older-than', '7d']]) {
      const { stderr } = await app.succeed(['gc', 'app.yml', '--yes', ...age]);
      expect(stderr).toContain('nothing to delete');
    }
    expect(await stored.objects(app.prefix)).toEqual([key]);
  });
});

describe('gc deletes nothing', () => {
  test('in a dry run, which lists what it would delete', async () => {
    const app = await createPutScene(aws);
    const key = await addOrphan(app);
    const upload = `${app.prefix.slice(1)}lost/${digest()}`;
    await addUpload(upload);
    const { stderr, stdout } = await app.succeed([...GC, '--dry-run', '--json']);
    expect(stderr).toBe(
      `  s3://${aws.bucket}/${key}  6 B\n  s3://${aws.bucket}/${upload}  unfinished upload\n`,
    );
    expect(JSON.parse(stdout.toString())).toEqual({
      version: 1,
      manifests: [
        {
          file: 'app.yml',
          region: REGION,
          bucket: aws.bucket,
          objects: [{ key, size: 6 }],
          uploads: [upload],
        },
      ],
    });
    expect(await stored.objects(app.prefix)).toEqual([key]);
    expect(await uploadsUnder(app.prefix)).toEqual([upload]);
  });

  test('without --yes if it cannot ask', async () => {
    const app = await createPutScene(aws);
    const key = await addOrphan(app);
    const { code, stderr } = await app.coffer(GC);
    expect(code).toBe(1);
    expect(stderr).toContain('add --yes');
    expect(stderr).toContain(key);
    expect(await stored.objects(app.prefix)).toEqual([key]);
  });

  test.each(['0', '-1s', '1.5h', '1w', 'h', ''])('with the age %j', async (age) => {
    const app = await createPutScene(aws);
    const key = await addOrphan(app);
    const { code, stderr } = await app.coffer(['gc', 'app.yml', '--yes', `--older-than=${age}`]);
    expect(code).toBe(2);
    expect(stderr).toContain('--older-than');
    expect(await stored.objects(app.prefix)).toEqual([key]);
  });

  test('for a manifest without a bucket', async () => {
    const app = await createScene(aws, NO_OBJECT, { header: `kmskey: ${aws.kmskey}\n` });
    const { code, stderr } = await app.coffer([...GC, '--yes']);
    expect(code).toBe(2);
    expect(stderr).toContain('has no bucket');
  });

  test('in a missing bucket', async () => {
    const bucket = aws.unique('none');
    const app = await createScene(aws, NO_OBJECT, { header: `bucket: ${bucket}\n` });
    const { code, stderr } = await app.coffer([...GC, '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain(bucket);
  });
});

test('gc passes over a manifest without a bucket, unless there is no other', async () => {
  const app = await createPutScene(aws);
  const key = await addOrphan(app);
  const secrets = `path: ${app.prefix}\nregion: ${REGION}\nstore: secretsmanager\nparameters:\n  - {name: a, type: String, value: b}\n`;
  await app.write('secrets.yml', secrets);
  const { stderr } = await app.succeed([...GC, 'secrets.yml', '--yes']);
  expect(stderr).toContain('secrets.yml has no bucket, so it has no objects\n');
  expect(stderr).toContain(`s3://${aws.bucket}/${key}`);
  const alone = await app.coffer(['gc', 'secrets.yml', '--yes']);
  expect(alone).toMatchObject({ code: 2 });
});

test('a pointer into another bucket protects nothing in this one', async () => {
  const app = await createPutScene(aws);
  const key = await addOrphan(app);
  const Bucket = aws.unique('other-bucket');
  await aws.s3.send(new CreateBucketCommand({ Bucket }));
  await stored.put(`${app.prefix}data`, `s3://${Bucket}/${key}`);
  await collect(app);
  expect(await stored.objects(app.prefix)).toEqual([]);
});
