import { describe, expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createPutScene, KIB, type PutScene } from '../support/put.ts';
import { createScene, secret } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);
await aws.createKey(aws.fileKeyAlias);
const CANARY = createCanary();

/** A manifest that matches AWS, and more parameters in AWS that it does not have. */
async function createMerging(): Promise<PutScene> {
  const scene = await createPutScene(aws);
  await scene.write(
    'app.yml',
    `# the whole app
path: ${scene.prefix}
region: ${REGION}
kmskey: ${aws.kmskey}   # of operations
bucket: ${aws.bucket}
tags: {team: '17', stage: prod}

parameters:
${secret('known', `${CANARY}known`)}  - {name: open, type: String, value: "1.10"}
# the end
`,
  );
  await scene.succeed(['encrypt', 'app.yml']);
  await scene.succeed(['sync', 'app.yml', '--yes']);
  const key = { Type: 'SecureString', KeyId: aws.kmskey } as const;
  await stored.put(`${scene.prefix}new`, `${CANARY}\nnew`, key);
  await stored.tag(`${scene.prefix}new`, { team: '18', stage: 'prod', owner: 'them' });
  await stored.put(`${scene.prefix}web/hosts`, 'a,b', { Type: 'StringList' });
  await stored.tag(`${scene.prefix}web/hosts`, { team: '18', stage: 'prod', owner: 'them' });
  await scene.put('blob', Buffer.from(CANARY.repeat(4 * KIB)));
  await stored.tag(`${scene.prefix}blob`, { team: '18', stage: 'prod', owner: 'them' });
  return scene;
}

describe('import --merge', () => {
  test('adds what is missing; diff finds no difference, including tags', async () => {
    const scene = await createMerging();
    const before = await scene.text('app.yml');
    const { stdout, stderr } = await scene.succeed(['import', scene.prefix, '--merge', 'app.yml']);
    expect(stderr).toContain('3 parameters imported');
    const after = await scene.text('app.yml');
    expectHidden(CANARY, { stdout, stderr, after });
    const lines = after.split('\n');
    for (const line of before.split('\n')) expect(lines).toContain(line);
    expect(after.match(/^ {2}"?[0-9a-f]{8}"?:$/gm)).toHaveLength(1);
    const diff = await scene.succeed(['diff', 'app.yml', '--exit-code', '--prune-tags']);
    expect(diff.stdout.toString()).toContain('no difference');
    expect((await scene.value('new')) === `${CANARY}\nnew`).toBe(true);
    expect((await scene.value('blob')) === CANARY.repeat(4 * KIB)).toBe(true);
  });

  test('changes nothing the second time', async () => {
    const scene = await createMerging();
    await scene.succeed(['import', scene.prefix, '--merge', 'app.yml']);
    const before = [await scene.text('app.yml'), await scene.files()];
    const { stderr } = await scene.succeed(['import', scene.prefix, '--merge', 'app.yml']);
    expect(stderr).toContain('0 parameters imported');
    expect([await scene.text('app.yml'), await scene.files()]).toEqual(before);
  });

  test("warns about keys other than the manifest's", async () => {
    const scene = await createMerging();
    const other = `alias/${aws.unique('other')}`;
    await aws.createKey(other);
    for (const name of ['x', 'y', 'z']) {
      await stored.put(`${scene.prefix}${name}`, 'v', { Type: 'SecureString', KeyId: other });
    }
    const { stderr } = await scene.succeed(['import', scene.prefix, '--merge', 'app.yml']);
    const names = ['x', 'y', 'z'].map((name) => scene.prefix + name).join(', ');
    expect(stderr).toContain(`encrypted with another key than ${aws.kmskey}: ${names}\n`);
  });

  test('refuses blobs for a manifest without a bucket, and does not change it', async () => {
    const scene = await createMerging();
    const text = (await scene.text('app.yml')).replace(/^bucket: .*\n/m, '');
    await scene.write('app.yml', text);
    const { code, stderr } = await scene.coffer(['import', scene.prefix, '--merge', 'app.yml']);
    expect(code).toBe(2);
    expect(stderr).toContain(`add "bucket: ${aws.bucket}"`);
    expect(await scene.text('app.yml')).toBe(text);
    expect(await scene.files()).toEqual(['app.yml']);
  });

  test('refuses secrets for a manifest without a kmskey, and does not change it', async () => {
    const scene = await createScene(aws, '  - {name: open, type: String, value: x}\n', {
      header: '',
    });
    await stored.put(`${scene.prefix}s`, CANARY, { Type: 'SecureString', KeyId: aws.kmskey });
    const before = await scene.text('app.yml');
    const { code, stderr } = await scene.coffer(['import', scene.prefix, '--merge', 'app.yml']);
    expect(code).toBe(2);
    expect(stderr).toContain('"kmskey" is missing');
    expectHidden(CANARY, { stderr });
    expect(await scene.text('app.yml')).toBe(before);
  });

  test.each([
    ['another path', ['/elsewhere/', '--merge', 'app.yml'], 'not /elsewhere/'],
    ['a missing manifest', ['<prefix>', '--merge', 'no.yml'], 'no.yml'],
    ['-o beside it', ['<prefix>', '--merge', 'app.yml', '-o', 'x.yml'], '--output'],
    ['--kmskey beside it', ['<prefix>', '--merge', 'app.yml', '--kmskey', 'k'], '--kmskey'],
  ])('refuses %s', async (_, args, message) => {
    const scene = await createMerging();
    const before = await scene.text('app.yml');
    const words = args.map((arg) => arg.replace('<prefix>', scene.prefix));
    const { code, stderr } = await scene.coffer(['import', ...words]);
    expect(code, stderr).toBe(2);
    expect(stderr).toContain(message);
    expect(await scene.text('app.yml')).toBe(before);
    expect(await scene.files()).toEqual(['app.yml']);
  });
});
