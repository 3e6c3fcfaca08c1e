import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createScene, type Scene } from '../support/scene.ts';

const aws = await useAws();

const VALUE = createCanary();
const BLOB = createCanary();
const PLAIN = createCanary();

function createApp(): Promise<Scene> {
  return createScene(
    aws,
    `  - {name: token, type: SecureString, value: ${VALUE}}
  - {name: blob, type: SecureString, file: source}
  - {name: small, type: SecureString, file: small}
  - {name: open, type: String, value: plain}
`,
    { files: { source: BLOB.repeat(3000), small: VALUE } },
  );
}

/** Proves that none of the secrets is in any of the places. */
function expectAllHidden(places: Readonly<Record<string, string | Buffer>>): void {
  for (const secret of [VALUE, BLOB, PLAIN]) expectHidden(secret, places);
}

/** Everything in the folder except the sources of the secrets. */
async function written(app: Scene): Promise<Record<string, Buffer>> {
  const files = (await app.files()).filter((file) => !['source', 'small'].includes(file));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await app.read(file)] as const)),
  );
}

const FLAGS = [[], ['--debug'], ['--json'], ['--debug', '--json'], ['--quiet']];

describe('no secret in stderr or in a file,', () => {
  test.each(FLAGS)('or in stdout if it is not data: %j %j', async (...flags) => {
    const app = await createApp();
    const calls: [args: string[], hasData: boolean][] = [
      [['encrypt', 'app.yml'], false],
      [['encrypt', 'app.yml', '--reseal', 'blob'], false],
      [['save', 'app.yml'], false],
      [['list', 'app.yml'], false],
      [['decrypt', 'app.yml'], true],
      [['decrypt', 'app.yml', '--value', 'blob'], true],
      [['export', 'app.yml'], true],
      [['get', `${app.prefix}token`], true],
      [['get', `${app.prefix}blob`], true],
      [['refresh', 'app.yml'], false],
      [['refresh', 'app.yml', '--new-data-keys'], false],
      [['nuke', 'app.yml', '--yes'], false],
    ];
    for (const [args, hasData] of calls) {
      // Only decrypt prints secrets as JSON.
      const refused = hasData && args[0] !== 'decrypt' ? '--json' : '';
      const given = flags.filter((flag) => flag && flag !== refused);
      const { stdout, stderr } = await app.succeed([...args, ...given]);
      const what = args.join(' ');
      expectAllHidden({ [`stderr of ${what}`]: stderr });
      if (hasData) expect(stdout.includes(VALUE) || stdout.includes(BLOB), what).toBe(true);
      else expectAllHidden({ [`stdout of ${what}`]: stdout });
    }
    expectAllHidden(await written(app));
  });

  test('--debug still prints the calls', async () => {
    const app = await createApp();
    const { stderr } = await app.succeed(['encrypt', 'app.yml', '--debug']);
    expect(stderr).toContain('kms:GenerateDataKey');
  });
});

describe('shows no secret in a failure:', () => {
  test.each<[string, string[], (app: Scene) => Promise<void>]>([
    ['plaintext at save', ['save', 'app.yml'], () => Promise.resolve()],
    [
      'a value that is too large',
      ['encrypt', 'app.yml'],
      async (app) =>
        app.write(
          'app.yml',
          `${await app.text('app.yml')}  - {name: x, type: SecureString, store: ssm, value: "${PLAIN.repeat(300)}"}\n`,
        ),
    ],
    [
      'a value where a key should be',
      ['encrypt', 'app.yml'],
      async (app) =>
        app.write(
          'app.yml',
          (await app.text('app.yml')).replace(`value: ${VALUE}`, `value: {${PLAIN}: ${PLAIN}}`),
        ),
    ],
    [
      'broken YAML in the middle of a secret',
      ['encrypt', 'app.yml'],
      async (app) =>
        app.write(
          'app.yml',
          (await app.text('app.yml')).replace(`value: ${VALUE}`, `value: "${PLAIN}`),
        ),
    ],
    [
      'text after a ciphertext',
      ['decrypt', 'app.yml'],
      async (app) => {
        await app.succeed(['encrypt', 'app.yml']);
        const text = await app.text('app.yml');
        await app.write('app.yml', text.replace(/\]"?\}/, `] ${PLAIN}"}`));
      },
    ],
  ])('%s', async (_, args, prepare) => {
    const app = await createApp();
    await prepare(app);
    const { code, stdout, stderr } = await app.coffer([...args, '--debug']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('error:');
    expectAllHidden({ stdout, stderr });
  });
});
