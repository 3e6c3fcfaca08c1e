import { expect, test } from 'vitest';
import { coffer } from '../support/cli.ts';
import { createWorkspace } from '../support/workspace.ts';

const MANIFEST =
  'path: /a/\nregion: us-east-1\nparameters:\n  - {name: v, type: String, value: x}\n';

/** Commands that call AWS, with and without a region of their own. */
const CALLS = [
  ['get', '/a/v'],
  ['get', 's3://bucket/key'],
  ['history', '/a/v'],
  ['list', '/a/'],
  ['list', 'app.yml'],
  ['diff', 'app.yml'],
  ['diff', '/a/v@1', '/a/v@2'],
  ['sync', 'app.yml', '--yes'],
  ['save', 'app.yml'],
  ['nuke', 'app.yml', '--yes'],
  ['export', '/a/', '--from', 'aws'],
  ['import', '/a/'],
  ['bootstrap', 'app.yml', '--yes'],
];

test.each(CALLS)('coffer %s %s names a profile that does not exist', async (...words) => {
  const config = '[profile there]\nregion = us-east-1\n';
  const { folder } = await createWorkspace({ 'app.yml': MANIFEST, '.aws/config': config });
  for (const [args, env] of [
    [[...words, '--profile', 'nope'], {}],
    [words, { AWS_PROFILE: 'nope' }],
  ] as const) {
    const { code, stderr } = await coffer(args, { cwd: folder, env });
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('the AWS profile nope does not exist');
    expect(stderr).toContain('the profiles are there');
  }
});

test.each(CALLS)('coffer %s %s says that the file of profiles cannot be read', async (...words) => {
  const { folder } = await createWorkspace({ 'app.yml': MANIFEST });
  const env = { AWS_CONFIG_FILE: folder };
  const { code, stderr } = await coffer(words, { cwd: folder, env });
  expect(code, stderr).toBe(1);
  expect(stderr).toContain(`cannot read ${folder}: it is a folder`);
});

test.each([
  ['the profile', { AWS_PROFILE: 'nope' }],
  ['the file of profiles', { AWS_CONFIG_FILE: '.' }],
])('commands that call no AWS do not need %s', async (_, env) => {
  const { folder } = await createWorkspace({ 'app.yml': MANIFEST });
  const { code, stderr } = await coffer(['check', 'app.yml'], { cwd: folder, env });
  expect(code, stderr).toBe(0);
});
