import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();
const SECRET = createCanary();

test.each([
  ['decrypt', 'app.yml'],
  ['decrypt', 'app.yml', '--json'],
  ['diff', 'app.yml'],
  ['save', 'app.yml'],
  ['sync', 'app.yml', '--yes'],
  ['export', 'app.yml'],
  ['exec', 'app.yml', '--', 'true'],
  ['edit', 'app.yml'],
  ['refresh', 'app.yml', '--new-data-keys'],
  ['textconv', 'app.yml', '--reveal'],
])('reports one error for thirty values under an unusable data key: %s %s %s', async (...args) => {
  const app = await createScene(
    aws,
    Array.from({ length: 30 }, (_, n) => secret(`s${n}`, SECRET)).join(''),
  );
  await app.succeed(['encrypt', 'app.yml']);
  const text = await app.text('app.yml');
  const [line = '', start = '', id = '', key = ''] =
    /^( {2}"?([0-9a-f]{8})"?:\n {4}key: )(.*)$/m.exec(text) ?? [];
  const bytes = Buffer.from(key, 'base64');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  const broken = text.replace(line, start + bytes.toString('base64'));
  await app.write('app.yml', broken);

  const { code, stderr } = await app.coffer([...args], { env: { EDITOR: 'true' } });
  const isDiff = args[0] === 'textconv';
  expect(code).toBe(isDiff ? 0 : 1);
  expect(stderr.match(/cannot be decrypted|error:|warning:/g)).toHaveLength(2);
  expect(stderr).toContain(`30 values encrypted under the data key ${id} cannot be decrypted: `);
  expectHidden(SECRET, { stderr });
  expect(await app.text('app.yml')).toBe(broken);
});
