import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { exportSecrets, type ExportOptions } from '../../src/actions/export.ts';
import { useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { readGithubEnv } from '../support/github-runner.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();

async function createApp() {
  const app = await createScene(
    aws,
    `${secret('token', "it's")}${plain('level', 'info')}${secret('two/lines', 'a\nb')}` +
      '  - {name: keystore, type: SecureString, file: binary}\n',
    { files: { binary: randomBytes(100) } },
  );
  const { tools, said } = createTools(aws);
  const file = app.path('app.yml');
  await encrypt(tools, [file]);
  said.notes.length = 0;
  return { ...app, said, call: (options?: ExportOptions) => exportSecrets(tools, [file], options) };
}

test('export writes lines for a shell, and warns about values that they cannot hold', async () => {
  const app = await createApp();
  const report = await app.call();
  expect(report).toEqual({
    text: `export TOKEN='it'\\''s'\nexport LEVEL='info'\nexport TWO_LINES='a\nb'\n`,
    appendix: undefined,
  });
  expect(app.said.warnings.map(({ message }) => message)).toEqual([
    'keystore is left out: it is binary',
  ]);
});

test('writes values that cannot be variables to files, if there is a folder for them', async () => {
  const app = await createApp();
  const { text } = await app.call({ format: 'docker', files: app.path('files') });
  expect(text).toBe(
    `TOKEN=it's\nLEVEL=info\nTWO_LINES_FILE=${app.path('files/TWO_LINES')}\n` +
      `KEYSTORE_FILE=${app.path('files/KEYSTORE')}\n`,
  );
  expect(await app.read('files/KEYSTORE')).toEqual(await app.read('binary'));
  expect(app.said.warnings).toEqual([]);
});

test("github masks secrets, and returns its variables separately for the job's file", async () => {
  const app = await createApp();
  const { text, appendix = '' } = await app.call({ format: 'github', prefix: 'APP_' });
  expect(text).toBe("::add-mask::it's\n");
  expect(app.said.warnings.map(({ message }) => message)).toContain(
    'two/lines: 2 lines of three characters or fewer not masked in logs',
  );
  expect(readGithubEnv(appendix)).toEqual({
    APP_TOKEN: "it's",
    APP_LEVEL: 'info',
    APP_TWO_LINES: 'a\nb',
  });
});

test('outDir writes a file for each value, and returns no text', async () => {
  const app = await createApp();
  expect(await app.call({ outDir: app.path('dump') })).toMatchObject({ text: '' });
  expect(await app.text('dump/two/lines')).toBe('a\nb');
  expect(app.said.notes).toEqual([`4 values written to ${app.path('dump')}`]);
});

test('refuses two secrets that would have one name', async () => {
  const app = await createScene(aws, secret('db/url', 'one') + secret('db-url', 'two'));
  const { tools } = createTools(aws);
  await encrypt(tools, [app.path('app.yml')]);
  const error = await failureOf(() => exportSecrets(tools, [app.path('app.yml')]));
  expect(error.code).toBe('manifest');
  expect(error.message).toBe('db/url and db-url would both be exported as DB_URL');
});

test.each<[ExportOptions, string]>([
  [{ format: 'k8s' }, '--format k8s needs --name'],
  [{ format: 'k8s', name: 'app', names: 'exact' }, '--names cannot be used with --format k8s'],
  [{ namespace: 'app' }, '--namespace cannot be used with --format shell'],
  [{ outDir: 'x', format: 'json' }, '--format cannot be used with --out-dir'],
  [{ format: 'docker', only: ['two/lines'] }, 'two/lines: an env-file of docker'],
])('refuses %j', async (options, message) => {
  const app = await createApp();
  const error = await failureOf(() => app.call(options));
  expect(error.code).toBe('usage');
  expect(error.message).toContain(message);
});
