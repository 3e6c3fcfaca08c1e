import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene, plain } from '../support/scene.ts';
import { cofferInTerminal, HAS_PTY } from '../support/terminal.ts';

const aws = await useAws();
const DEVICE = 'arn:aws:iam::111122223333:mfa/me';
const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...env } = aws.env;
const CONFIG = `
[profile base]
aws_access_key_id = ${AWS_ACCESS_KEY_ID}
aws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}
[profile ops]
role_arn = arn:aws:iam::444455556666:role/ops
source_profile = base
mfa_serial = ${DEVICE}
`;

test.runIf(HAS_PTY)('asks for the code of an MFA device in a terminal, once', async () => {
  const files = { '.aws/config': CONFIG };
  const scene = await createScene(aws, plain('version', '7'), { files });
  const { code, shown } = await cofferInTerminal(
    ['sync', 'app.yml', '--yes', '--profile', 'ops'],
    [[`Code of the MFA device ${DEVICE}:`, '123456\n']],
    { cwd: scene.folder, env },
  );
  expect(code, shown).toBe(0);
  expect(shown.split('Code of the MFA device')).toHaveLength(2);
});

test('does not ask where nobody can answer', async () => {
  const files = { '.aws/config': CONFIG };
  const scene = await createScene(aws, plain('version', '7'), { files });
  const variables = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
  const { code, stderr } = await scene.coffer(['diff', 'app.yml', '--profile', 'ops'], {
    env: variables,
  });
  expect(code).toBe(1);
  expect(stderr).toContain(`the role needs the code of the MFA device ${DEVICE}`);
});
