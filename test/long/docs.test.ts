import { chmod, readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { CLI, run } from '../support/cli.ts';
import { createWorkspace } from '../support/workspace.ts';

/** Other pages are about this repository itself. */
const PAGES = [
  'README.md',
  ...(await readdir('docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
];

/** What a reader has on PATH: a coffer that never asks and lists its calls, and other programs. */
const PROGRAMS = {
  coffer: `case "$1 $*" in
  *--yes*|*--as*) ;;
  sync*|nuke*|gc*|bootstrap*|recovery*) yes=--yes ;;
esac
"$NODE" "$CLI" "$@" $yes 2> "$ROOT/stderr"
code=$?
cat "$ROOT/stderr" >&2
echo "$code $PAGE: coffer $*" >> "$ROOT/calls"
exit $code`,
  kubectl: 'cat',
  docker: 'exit 0',
  npx: 'shift\nexec "$@"',
  'age-keygen': 'echo age1vyjvunjzj0g4qgc380jvxznjdz6u2akhetes0352l0pphyxaw47sys5e7r',
  sops: `echo '{"from_sops": "secret"}'`,
};

const PROFILES = `[profile base]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = example
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

/** The manifest that a page shows, and what is to be there under its name. */
const OWN_MANIFESTS: Readonly<Record<string, string>> = {
  'README.md': 'cp "$ROOT/readme.yml" superman.yml\n',
  'docs/secrets-manager.md': 'cp "$ROOT/stores/superman.yml" app.yml\n',
  'docs/from-aws-secret-operator.md': 'cp "$ROOT/stores/mysecret.yml" .\n',
};

/** A VersionId that only the reader's AWS has. */
const VERSION_ID = 'c43e66cb-d0fe-44c5-9b7e-d450441a04be';

/** Manifests that are committed and in AWS, with a history in both. */
const SETUP = `set -e
export PATH="$ROOT/bin:$PATH" PAGE=setup
cd "$ROOT/base"
git init -q . && git config user.email a@example.com && git config user.name a
printf 'keystore.jks\\n' > .gitignore
coffer bootstrap app.yml west.yml
coffer encrypt app.yml west.yml
for number in 1 2 3; do
  printf $number | coffer set app.yml api_token
  coffer sync app.yml west.yml
  git add . && git commit -qm $number
done
cp app.yml superman.yml
mkdir secrets && cp app.yml secrets/app.yml && cp -r app.blobs secrets
git add . && git commit -qm 4
cd "$ROOT/stores"
coffer encrypt superman.yml mysecret.yml
coffer sync superman.yml mysecret.yml
printf other | coffer set superman.yml password
coffer sync superman.yml
set +e
`;

/** The blocks of shell commands of a page, without those of npm, which other tests run. */
function blocksOf(page: string): string[] {
  return [...page.matchAll(/^( *)```sh\n(.*?)^ *```/gms)]
    .map(([, indent = '', block = '']) => block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''))
    .filter((block) => !block.startsWith('npm '));
}

/** Runs the blocks of a page one after the other, in a folder of its own. */
function scriptOf(page: string, text: string): string {
  const blocks = blocksOf(text).map((block, i) => {
    const file = `$ROOT/block-${i}.sh`;
    // What is printed for a manifest that is not there yet.
    const made = [...block.matchAll(/-o (\S+\.yml)/g)].map(([, name]) => `rm -f ${name}\n`);
    return `${made.join('')}cat > "${file}" <<'END_OF_BLOCK'
${block.replaceAll('/dev/shm', '.').replaceAll(VERSION_ID, 'AWSCURRENT')}
END_OF_BLOCK
bash "${file}" < /dev/null
`;
  });
  return `export PAGE=${page}
cp -r "$ROOT/base" "$ROOT/page" && cd "$ROOT/page"
${OWN_MANIFESTS[page] ?? ''}${blocks.join('')}
cd "$ROOT" && rm -rf page
`;
}

test(
  'the shell commands of README and docs run as they are printed',
  { timeout: 180_000 },
  async () => {
    const texts = await Promise.all(PAGES.map((page) => readFile(page, 'utf8')));
    const [, manifest = ''] = /^```yaml\n(path: .*?)^```/ms.exec(texts[0] ?? '') ?? [];
    const root = await createWorkspace({
      'readme.yml': manifest,
      'base/app.yml': manifest,
      'stores/superman.yml': secretManifest(
        'prod/superman',
        '  - {name: username, type: String, value: app}\n  - {name: password, type: SecureString, value: one}\n',
      ),
      'stores/mysecret.yml': secretManifest(
        'prod/mysecret',
        '  - {name: foo, type: SecureString, value: bar}\n',
      ),
      '.aws/config': PROFILES,
      'base/west.yml': WEST,
      'base/keystore.jks': Buffer.alloc(100_000, 1),
      'base/server': '#!/bin/sh\n',
      'base/secrets.enc.yaml': 'from_sops: ENC[AES256_GCM,data:x]\nsops:\n  version: 3.9.0\n',
      'run.sh': SETUP + PAGES.map((page, i) => scriptOf(page, texts[i] ?? '')).join('\n'),
    });
    for (const [name, script] of Object.entries(PROGRAMS)) {
      await root.write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
      await chmod(root.path(`bin/${name}`), 0o755);
    }
    await chmod(root.path('base/server'), 0o755);
    const { code, stderr } = await run(
      process.execPath,
      [
        CLI,
        'sandbox',
        '--key',
        'alias/superman',
        '--bucket',
        'superman-secrets',
        '--',
        'bash',
        'run.sh',
      ],
      {
        cwd: root.folder,
        env: { ROOT: root.folder, HOME: root.folder, NODE: process.execPath, CLI },
      },
    );
    expect(code, stderr).toBe(0);
    const calls = (await root.text('calls')).split('\n').filter(Boolean);
    // 3 and 4 are what diff, check and sync answer with where the page says so.
    expect(
      calls.filter((call) => !/^[034] /.test(call)),
      stderr,
    ).toEqual([]);
    for (const page of PAGES.filter((_, i) => blocksOf(texts[i] ?? '').length > 0)) {
      expect(calls.filter((call) => call.includes(` ${page}: `)).length, page).toBeGreaterThan(0);
    }
  },
);
