import { describe, expect, test } from 'vitest';
import { complete } from '../../../src/cli/complete/complete.ts';
import { COMMANDS } from '../../../src/cli/index.ts';
import { createWorkspace } from '../../support/workspace.ts';

/** A manifest in the middle of an edit. */
const MANIFEST = `path: /app/
region: us-east-1
parameters:
  - name: api_token
    type: SecureString
    value: ENC[v1,00000000,AAAA]
  - {name: tls/keystore, type: String, value: x}
  - name: unfinis`;

const FILES = {
  'app.yml': MANIFEST,
  'my file.yaml': MANIFEST,
  'a:b.yml': MANIFEST.replaceAll('api_', 'other_'),
  "it's.yml": '',
  'notes.txt': '',
  '.hidden.yml': '',
  'prod/app.yml': MANIFEST,
};

/** The completion at the end of `line` in a folder with FILES: the kind, then the words. */
async function completeIn(line: string, replaced?: string): Promise<string[]> {
  const { folder } = await createWorkspace(FILES);
  const before = process.cwd();
  process.chdir(folder);
  try {
    const answer = await complete(line, replaced);
    return answer
      .trimEnd()
      .split('\n')
      .map((candidate) => candidate.split('\t')[0] ?? '');
  } finally {
    process.chdir(before);
  }
}

test('offers commands with their summaries', async () => {
  expect(await complete('coffer encr')).toBe(
    'words\nencrypt\tEncrypt the secrets in manifests, so that you can commit them\n',
  );
  const all = await completeIn('coffer ');
  for (const { name } of COMMANDS) expect(all).toContain(name);
});

describe('offers what it knows:', () => {
  test.each<[string, string[]]>([
    ['coffer help sy', ['words', 'sync']],
    ['coffer help sync ', ['words']],
    ['coffer sync app.yml --pr', ['words', '--prune', '--prune-tags', '--profile']],
    ['coffer --regi', ['words', '--region']],
    ['coffer diff a.yml --format ', ['words', 'text', 'json', 'markdown']],
    ['coffer diff a.yml --format=m', ['words', '--format=markdown']],
    ['coffer -r eu-west-1 encr', ['words', 'encrypt']],
    ['coffer completion ', ['words', 'bash', 'zsh', 'fish']],
    ['AWS_REGION=x coffer completion z', ['words', 'zsh']],
    ['coffer diff ', ['paths', 'a:b.yml', 'app.yml', "it's.yml", 'my file.yaml', 'prod/']],
    ['coffer diff app.yml prod/', ['paths', 'prod/app.yml']],
    ['coffer diff .', ['paths', '.hidden.yml']],
    ['coffer diff my\\ f', ['paths', 'my file.yaml']],
    ['coffer diff "my f', ['paths', 'my file.yaml']],
    ["coffer diff it\\'", ['paths', "it's.yml"]],
    ['coffer import /app/ --merge m', ['paths', 'my file.yaml']],
    ['coffer set app.yml ', ['words', 'api_token', 'tls/keystore', 'unfinis']],
    ['coffer unset app.yml api_token t', ['words', 'tls/keystore']],
    ["coffer decrypt 'my file.yaml' --value a", ['words', 'api_token']],
    ['coffer find o', ['words', 'other_token']],
    ['coffer find t', ['words', 'tls/keystore']],
    ['coffer find api_token prod/', ['paths', 'prod/app.yml']],
    ['coffer sync app.yml a:b.yml --only=o', ['words', '--only=other_token']],
  ])('%s', async (line, expected) => expect(await completeIn(line)).toEqual(expected));
});

describe('offers nothing that a shell or coffer could take for more than a name:', () => {
  const names = ['t$(touch${IFS}PWN)', 't`id`', 't;id', 't\nid', 't id', 't|id', '--yes', 't', 'ü'];
  const manifest = `path: /a/\nregion: x\nparameters: [${names.map((name) => JSON.stringify({ name })).join(', ')}]`;

  test.each([
    ['coffer set app.yml ', ['words', 't']],
    ['coffer find ', ['words', 't']],
    ['coffer diff app.yml --only=', ['words', '--only=t']],
    ['coffer diff ', ['paths', 'app.yml', 'ü $(id).yml']],
  ])('%s', async (line, expected) => {
    const files = ['app.yml', 'a\rb.yml', 'a\u001b[2Jb.yml', '--profile=x.yml', 'ü $(id).yml'];
    const { folder } = await createWorkspace(
      Object.fromEntries(files.map((file) => [file, manifest])),
    );
    const before = process.cwd();
    process.chdir(folder);
    try {
      const answer = await complete(line);
      const shown = answer.trimEnd().split('\n');
      expect(shown.map((one) => one.split('\t')[0])).toEqual(expected);
    } finally {
      process.chdir(before);
    }
  });
});

describe('offers nothing where it knows nothing:', () => {
  test.each([
    'coffer frobnicate ',
    'coffer sync --only ',
    'coffer sync missing.yml --only ',
    'coffer diff missing/',
    'coffer history /app/t',
    'coffer --profile ',
    'coffer completion bash ',
  ])('%s', async (line) =>
    expect(await completeIn(line)).toEqual([expect.stringMatching(/^(words|paths)$/)]),
  );
});

test.each([
  'coffer get /x -o ',
  'coffer diff ~/a',
  'coffer diff $HOME/a',
  'coffer exec a.yml -- ./s',
])('leaves files to the shell: %s', async (line) =>
  expect(await completeIn(line)).toEqual(['files']),
);

test('gives bash only the part after a colon or an equals sign, which bash replaces', async () => {
  expect(await completeIn('coffer diff a:', '')).toEqual(['paths', 'b.yml']);
  expect(await completeIn('coffer diff a.yml --format=m', 'm')).toEqual(['words', 'markdown']);
  expect(await completeIn('coffer diff my\\ f', 'my\\ f')).toEqual(['paths', 'my file.yaml']);
});
