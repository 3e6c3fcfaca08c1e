import { GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createScene } from '../support/scene.ts';

const aws = await useAws();
const SECRET = createCanary();

// What AWS and the sandbox refuse, but moto accepts.
test.each([
  [
    'a value that a pattern of Java alone does not allow',
    "allowed_pattern: '\\p{Digit}+'",
    undefined,
  ],
  ['a kmskey that does not exist', 'description: x', 'kmskey: alias/no-such-key\n'],
])('%s is reported without the value', async (_, more, header) => {
  const parameters = `  - {name: p, type: SecureString, ${more}, value: ${SECRET}}\n`;
  const app = await createScene(aws, parameters, header === undefined ? {} : { header });
  await app.succeed(['encrypt', 'app.yml']);
  const { code, stdout, stderr } = await app.coffer(['save', 'app.yml', '--debug']);
  expect(code).toBe(1);
  expect(stdout).toHaveLength(0);
  expect(stderr).toContain(`error: ${app.prefix}p: `);
  expectHidden(SECRET, { stderr });
  const { Parameters } = await aws.ssm.send(new GetParametersByPathCommand({ Path: app.prefix }));
  expect(Parameters).toEqual([]);
});
