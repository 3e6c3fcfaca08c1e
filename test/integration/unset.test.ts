import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene, secret } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();

const LIST = `  # about a
  - name: a
    type: SecureString
    value: one

  # about b
  # more about b
  - name: b
    type: SecureString
    value: two

  - {name: c, type: String, value: three} # c
# end
`;

test('removes parameters with their comments, and nothing else', async () => {
  const app = await createScene(aws, LIST);
  await app.succeed(['encrypt', 'app.yml']);
  const before = await app.text('app.yml');
  const { stderr } = await app.succeed(['unset', 'app.yml', 'b']);
  expect(stderr).toContain('removed b');
  expect(stderr).toContain('coffer sync app.yml --prune');
  expect(await app.text('app.yml')).toBe(before.replace(/ {2}# about b\n[^]*?\n\n/, ''));
  expect(await app.value('a')).toBe('one');

  await app.succeed(['unset', 'app.yml', `${app.prefix}a`]);
  expect(await app.text('app.yml')).toMatch(
    /parameters:\n {2}- \{name: c, type: string, value: three\} # c\n# end\n$/,
  );
});

test('AWS keeps them until sync --prune', async () => {
  const app = await createScene(aws, LIST);
  const stored = storedIn(aws);
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  await app.succeed(['unset', 'app.yml', 'b', 'a', 'b']);
  expect(Object.keys(await stored.values(app.prefix)).toSorted()).toEqual(['a', 'b', 'c']);
  await app.succeed(['sync', 'app.yml', '--yes', '--prune']);
  expect(Object.keys(await stored.values(app.prefix))).toEqual(['c']);
});

test('removes blob files that no manifest names any more, and keeps others', async () => {
  const app = await createScene(
    aws,
    `${secret('a', 'one')}  - {name: x, type: SecureString, file: big}
  - {name: y, type: SecureString, file: big}
`,
    { files: { big: 'z'.repeat(100_000) } },
  );
  await app.succeed(['encrypt', 'app.yml']);
  const blobs = async () => (await app.files()).filter((file) => file.startsWith('app.blobs/'));
  expect(await blobs()).toHaveLength(2);
  const { stdout } = await app.succeed(['unset', 'app.yml', 'x', '--json']);
  expect(await blobs()).toEqual([expect.stringMatching(/^app\.blobs\/y-/)]);
  expect(JSON.parse(stdout.toString())).toEqual({
    version: 1,
    manifests: [
      {
        file: 'app.yml',
        changed: true,
        removed: ['x'],
        blobs: [expect.stringMatching(/^app\.blobs\/x-[0-9a-f]{6}\.enc$/)],
      },
    ],
  });
  await app.succeed(['unset', 'app.yml', 'y']);
  expect(await app.files()).toEqual(['app.yml', 'big']);
});

describe('is refused, and changes nothing:', () => {
  test.each([
    ['an unknown name', ['a', 'nope'], /has no parameter nope/],
    ['all of them', ['a', 'b', 'c'], /cannot remove the last parameter/],
    ['no name', [], /needs a name/],
  ])('%s', async (_, names, message) => {
    const app = await createScene(aws, LIST);
    const before = await app.text('app.yml');
    const { code, stderr } = await app.coffer(['unset', 'app.yml', ...names]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('hint:');
    expect(await app.text('app.yml')).toBe(before);
  });
});
