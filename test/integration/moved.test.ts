import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createScene, type Scene } from '../support/scene.ts';

const aws = await useAws();
const SECRET = createCanary();
const BLOB = Buffer.alloc(5000, SECRET);

async function createSealed(): Promise<Scene> {
  const app = await createScene(
    aws,
    `  - name: token
    type: SecureString
    value: ${SECRET}
  - name: other
    type: SecureString
    value: other
  - name: blob
    type: SecureString
    file: blob.txt
  - name: blob2
    type: SecureString
    store: s3
    value: other blob
`,
    { files: { 'blob.txt': BLOB } },
  );
  await app.succeed(['encrypt', 'app.yml']);
  return app;
}

const ENC = /ENC\[v1,[0-9a-f]{8},[0-9a-f]{8},[A-Za-z0-9+/=]+\]/g;

/** The text with the content of two matches of `form` exchanged. */
function swap(text: string, form: RegExp): string {
  const [first = '', second = ''] = text.match(form) ?? [];
  return text.replace(first, '<first>').replace(second, first).replace('<first>', second);
}

/** Another character in the middle of the base64 of an inline value. */
function alter(text: string, at: 'start' | 'middle' | 'end'): string {
  return text.replace(
    /(ENC\[v1,[0-9a-f]{8},[0-9a-f]{8},)([A-Za-z0-9+/]+)/,
    (_, head: string, base64: string) => {
      const index = { start: 0, middle: Math.floor(base64.length / 2), end: base64.length - 2 }[at];
      const other = base64[index] === 'A' ? 'B' : 'A';
      return head + base64.slice(0, index) + other + base64.slice(index + 1);
    },
  );
}

describe('does not open:', () => {
  test.each<[string, (text: string) => string, number]>([
    ['a value under another name', (text) => text.replace('name: token', 'name: tokem'), 1],
    ['a value under another path', (text) => text.replace(/^path: .*$/m, 'path: /elsewhere/'), 1],
    ['two values exchanged', (text) => swap(text, ENC), 1],
    ['a value as another type', (text) => text.replace('type: securestring', 'type: String'), 2],
    ['a value with its IV altered', (text) => alter(text, 'start'), 1],
    ['a value with its ciphertext altered', (text) => alter(text, 'middle'), 1],
    ['a value with its tag altered', (text) => alter(text, 'end'), 1],
    [
      'a value whose data key is gone',
      (text) => text.replace(/^ {2}"?[0-9a-f]{8}"?:\n(?: {4}.*\n)+/m, ''),
      2,
    ],
    [
      'a value under a data key that was exchanged for another',
      (text) => text.replace(/^( {4}key: ).*$/m, `$1${blobKeys(text).at(-1)}`),
      1,
    ],
    ['a blob under another name', (text) => text.replace('name: blob\n', 'name: blab\n'), 1],
    ['two blobs with their keys exchanged', (text) => swap(text, /\bkey: [A-Za-z0-9+/=]+/g), 1],
    ['a blob with its commitment exchanged', (text) => swap(text, /commitment: \S+/g), 1],
    ['a blob with its message id exchanged', (text) => swap(text, /message_id: \S+/g), 1],
    ['a blob with its digest exchanged', (text) => swap(text, /sha256: \S+/g), 1],
  ])('%s', async (_, change, expectedCode) => {
    const app = await createSealed();
    const text = await app.text('app.yml');
    const changed = change(text);
    expect(changed).not.toBe(text);
    await app.write('app.yml', changed);
    for (const command of ['decrypt', 'export']) {
      const { code, stdout, stderr } = await app.coffer([command, 'app.yml']);
      expect(code, `${command}: ${stderr}`).toBe(expectedCode);
      expect(stdout).toHaveLength(0);
      expect(stderr).toContain('error:');
      expectHidden(SECRET, { stderr });
    }
  });
});

test('opens untouched values beside tampered ones', async () => {
  const app = await createSealed();
  await app.write('app.yml', alter(await app.text('app.yml'), 'middle'));
  expect(await app.value('other')).toBe('other');
  const { code } = await app.coffer(['decrypt', 'app.yml', '--value', 'token']);
  expect(code).toBe(1);
});

function blobKeys(text: string): string[] {
  return [...text.matchAll(/\bkey: ([A-Za-z0-9+/=]+)/g)].map(([, key = '']) => key);
}
