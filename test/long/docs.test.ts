import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLI, run } from '../support/cli.ts';
import { readPage } from '../support/docs/page.ts';
import { createReader, environmentOf, faultsOf, runPage } from '../support/docs/run-page.ts';
import { createWorkspace, useFolder, type Workspace } from '../support/workspace.ts';

const TEXTS = await Promise.all(
  (await readdir('docs'))
    .filter((name) => name.endsWith('.md'))
    .map(async (name) => [`docs/${name}`, await readFile(join('docs', name), 'utf8')] as const),
);
const PAGES = TEXTS.filter(([, text]) => readPage(text).steps.length > 0);

const APP = `path: /apps/superman/
region: us-east-1
kmskey: alias/superman
bucket: superman-secrets
parameters:
  - name: api_version
    type: String
    value: 2
  - name: api_token
    type: SecureString
    value: 5a5468-786448467a59-326436
  - name: db/password
    type: SecureString
    generate: { length: 32, charset: alnum }
  - name: tls/keystore
    type: SecureString
    file: keystore.jks
`;

const WEST = `path: /apps/superman/
region: us-west-2
kmskey: alias/superman
bucket: superman-west
parameters:
  - {name: west, type: SecureString, store: s3, value: secret}
`;

/** A manifest whose values are one secret. */
function secretManifest(name: string, parameters: string): string {
  const store = `store: secretsmanager\nsecret: ${name}\n`;
  return `path: /${name}/\nregion: us-east-1\nkmskey: alias/superman\n${store}parameters:\n${parameters}`;
}

/** What most pages begin with: manifests that are committed and in AWS, with a history in both. */
const FILES = {
  'app/app.yml': APP,
  'app/west.yml': WEST,
  'app/keystore.jks': Buffer.alloc(100_000, 1),
  'app/server': '#!/bin/sh\n',
  'app/secrets.enc.yaml': 'from_sops: ENC[AES256_GCM,data:x]\nsops:\n  version: 3.9.0\n',
  'stores/superman.yml': secretManifest(
    'prod/superman',
    '  - {name: username, type: String, value: app}\n  - {name: password, type: SecureString, value: one}\n',
  ),
  'stores/mysecret.yml': secretManifest(
    'prod/mysecret',
    '  - {name: foo, type: SecureString, value: bar}\n',
  ),
  'setup.sh': `set -e
cd "$ROOT/app"
chmod +x server
git init -q .
printf 'keystore.jks\\n' > .gitignore
coffer bootstrap app.yml west.yml --yes
coffer encrypt app.yml west.yml
for number in 1 2 3; do
  printf $number | coffer set app.yml api_token
  coffer sync app.yml west.yml --yes
  git add . && git commit -qm $number
done
cp app.yml superman.yml
mkdir secrets && cp app.yml secrets/app.yml && cp -r app.blobs secrets
git add . && git commit -qm 4
cd "$ROOT/stores"
coffer encrypt superman.yml mysecret.yml
coffer sync superman.yml mysecret.yml --yes
printf other | coffer set superman.yml password
coffer sync superman.yml --yes
`,
};

let begun: Workspace;

beforeAll(async () => {
  begun = useFolder(await mkdtemp(join(tmpdir(), 'coffer-docs-')));
  await createReader(begun);
  for (const [name, content] of Object.entries(FILES)) await begun.write(name, content);
  const aws = ['sandbox', '--folder', begun.path('aws')];
  const { code, stderr } = await run(process.execPath, [CLI, ...aws, '--', 'bash', 'setup.sh'], {
    cwd: begun.folder,
    env: environmentOf(begun),
  });
  expect(code, stderr).toBe(0);
}, 120_000);

afterAll(() => rm(begun.folder, { recursive: true }));

test.each(PAGES)(
  'the commands of %s run, and print what it shows',
  { timeout: 300_000 },
  async (page, text) => {
    const root = await createWorkspace();
    if (readPage(text).startsEmpty) {
      await createReader(root);
      expect(faultsOf(page, await runPage(root, text)).join('\n')).toBe('');
    } else {
      await cp(begun.folder, root.folder, { recursive: true });
      expect(faultsOf(page, await runPage(root, text, root.path('aws'))).join('\n')).toBe('');
    }
  },
);

test('the commands of README and docs are run, and their output compared', async () => {
  const readme = readPage(await readFile('README.md', 'utf8'));
  const steps = [readme, ...PAGES.map(([, text]) => readPage(text))].flatMap((page) => page.steps);
  const commands = steps.reduce((sum, step) => sum + step.commands, 0);
  const shown = steps.filter((step) => step.shown !== undefined).length;
  console.log(`${commands} commands of ${PAGES.length + 1} pages, ${shown} with their output`);
  expect(commands).toBeGreaterThan(200);
  expect(shown).toBeGreaterThan(100);
});
