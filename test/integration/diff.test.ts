import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createScene, secret } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);

const TOKEN = createCanary();
const OLD = createCanary();

/** One parameter to create, update, extra and unchanged; one plain value has two lines. */
async function createApp() {
  const app = await createScene(
    aws,
    `${secret('token', TOKEN)}  - {name: motd, type: String, value: "a\\nb\\n"}
  - {name: new, type: String, value: x}
  - {name: same, type: String, value: x}
`,
  );
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes', '--only', 'same']);
  await stored.put(`${app.prefix}token`, OLD, { Type: 'SecureString', KeyId: aws.kmskey });
  await stored.put(`${app.prefix}motd`, 'a\nB\n');
  await stored.put(`${app.prefix}old`, 'of no manifest');
  return app;
}

test('shows the same plan in every format, with secrets masked, and changes nothing', async () => {
  const app = await createApp();
  const before = await stored.metadata(app.prefix);

  const text = await app.succeed(['diff', 'app.yml']);
  expect(text.stderr).toBe('');
  expect(text.stdout.toString())
    .toBe(`app.yml → ${app.prefix} in us-east-1, kmskey ${aws.kmskey}, bucket ${aws.bucket}
 1 to create
  + new  String, 1 B
 2 to update
  ~ motd   String, 4 B
      value:
        @@ -1,2 +1,2 @@
         a
        -B
        +b
  ~ token  SecureString, up to 31 B
      value: changed (up to 31 B)
 1 extra, not in these manifests
  ? old  String, version 1

1 to create, 2 to update, 1 extra, 1 unchanged
`);

  const json = await app.succeed(['diff', 'app.yml', '--json']);
  expect(JSON.parse(json.stdout.toString())).toMatchObject({
    version: 1,
    counts: { create: 1, update: 2, replace: 0, extra: 1, unchanged: 1 },
    manifests: [
      {
        file: 'app.yml',
        path: app.prefix,
        region: 'us-east-1',
        changes: [
          { action: 'update', name: `${app.prefix}motd` },
          { action: 'create', name: `${app.prefix}new` },
          { action: 'extra', name: `${app.prefix}old` },
          { action: 'unchanged', name: `${app.prefix}same` },
          {
            action: 'update',
            name: `${app.prefix}token`,
            differences: [
              { field: 'value', before: { masked: true, bytes: { least: 0, most: 31 } } },
            ],
          },
        ],
      },
    ],
  });
  const format = await app.succeed(['diff', 'app.yml', '--format', 'json']);
  expect(format.stdout.equals(json.stdout)).toBe(true);

  const markdown = await app.succeed(['diff', 'app.yml', '--format', 'markdown']);
  const comment = markdown.stdout.toString();
  expect(comment.startsWith('<!-- coffer-diff -->\n')).toBe(true);
  expect(comment).toContain('**coffer**: 1 to create, 2 to update, 1 extra, 1 unchanged');
  expect(comment).toContain('| ~ update | `token` | value |');

  for (const secret of [TOKEN, OLD]) {
    expectHidden(secret, { text: text.stdout, json: json.stdout, markdown: markdown.stdout });
  }
  expect(await stored.metadata(app.prefix)).toEqual(before);
});

test('shows the secrets with --reveal', async () => {
  const app = await createApp();
  const { stdout } = await app.succeed(['diff', 'app.yml', '--reveal']);
  expect(stdout.toString()).toContain(`value: "${OLD}" → "${TOKEN}"`);
  const json = await app.succeed(['diff', 'app.yml', '--reveal', '--json']);
  expect(json.stdout.toString()).toContain(TOKEN);
});

test('exits 0, and with --exit-code 3 for any difference, also for an extra', async () => {
  const app = await createApp();
  expect((await app.coffer(['diff', 'app.yml'])).code).toBe(0);
  expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(3);
  await app.succeed(['sync', 'app.yml', '--yes']);
  expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(3);
  const only = ['--only', 'token', '--exit-code'];
  const { code, stdout } = await app.coffer(['diff', 'app.yml', ...only]);
  expect(code).toBe(0);
  expect(stdout.toString()).toContain('1 unchanged');
});

describe('wrong usage', () => {
  test.each([
    ['an unknown format', ['--format', 'html'], 'html'],
    ['secrets revealed in a pull request', ['--format', 'markdown', '--reveal'], 'markdown'],
    ['a format twice', ['--format', 'json', '--format', 'text'], '--format'],
  ])('refuses %s', async (_, args, told) => {
    const app = await createScene(aws, '  - {name: x, type: String, value: x}\n');
    const { code, stdout, stderr } = await app.coffer(['diff', 'app.yml', ...args]);
    expect(code).toBe(2);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(told);
  });
});
