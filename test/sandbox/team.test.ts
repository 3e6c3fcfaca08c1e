import { randomBytes } from 'node:crypto';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Role } from '../../src/access/policy/roles.ts';
import { REGION, useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { CLI, coffer } from '../support/cli.ts';
import { callerEnv, policiesOf } from '../support/policies.ts';
import { createRepository } from '../support/repository.ts';

const aws = await useAws();
// About twenty calls, one after the other.
const TIME = { timeout: 60_000 };
const policies = policiesOf(aws);

/** A repository with an encrypted manifest of a secret and a blob, and its drivers installed. */
async function createTeam(first: string, keystore: Buffer) {
  const prefix = `/${aws.unique('team')}/`;
  const repository = await createRepository({
    'app.yml': `path: ${prefix}
region: ${REGION}
kmskey: ${aws.kmskey}
bucket: ${aws.bucket}
parameters:
  # the first secret
  - name: first
    type: SecureString
    value: ${first}
  - name: keystore
    type: SecureString
    file: keystore
`,
    keystore,
    '.gitignore': 'keystore\nnode_modules\n',
  });
  await mkdir(repository.path('node_modules/.bin'), { recursive: true });
  await chmod(CLI, 0o755);
  await symlink(CLI, repository.path('node_modules/.bin/coffer'));

  const call = (who: string, args: readonly string[], stdin?: string) =>
    coffer(args, { cwd: repository.folder, env: { ...aws.env, ...callerEnv(who) }, stdin });
  const succeed = async (who: string, args: readonly string[], stdin?: string) => {
    const outcome = await call(who, args, stdin);
    expect(outcome.code, `${who}: coffer ${args.join(' ')}: ${outcome.stderr}`).toBe(0);
    return outcome.stdout;
  };
  await succeed('AKIAADMIN', ['encrypt', 'app.yml']);
  await succeed('AKIAADMIN', ['git', 'install']);
  await repository.git('add', '.');
  await repository.git('commit', '--quiet', '--message=base');
  const employ = async (who: string, role: Role) => {
    const policy = await succeed('AKIAADMIN', ['policy', 'app.yml', '--for', role]);
    await policies.put(who, JSON.parse(policy.toString()) as object);
  };
  return { ...repository, prefix, call, succeed, employ };
}

test(
  'secrets travel from two write-only authors through a merge and CI to a reader',
  TIME,
  async () => {
    const [first, alices, bobs] = [createCanary(), createCanary(), createCanary()];
    const keystore = randomBytes(100_000);
    const team = await createTeam(first, keystore);
    for (const [who, role] of [
      ['AKIAALICE', 'author-write-only'],
      ['AKIABOB', 'author-write-only'],
      ['AKIACI', 'ci'],
      ['AKIAREADER', 'reader'],
    ] as const) {
      await team.employ(who, role);
    }

    for (const [who, branch, name, value] of [
      ['AKIAALICE', 'alice', 'a/token', alices],
      ['AKIABOB', 'bob', 'b/token', bobs],
    ] as const) {
      await team.git('switch', '--quiet', '--create', branch, 'main');
      await team.succeed(who, ['set', 'app.yml', name], value);
      await team.git('commit', '--quiet', '--all', `--message=add ${name}`);
      const { code, stderr } = await team.call(who, ['decrypt', 'app.yml', '--value', name]);
      expect(code, 'an author cannot read even what it wrote').toBe(1);
      expect(stderr).toContain('kms:Decrypt');
    }
    await team.git('switch', '--quiet', 'main');
    await team.git('merge', '--quiet', '--no-edit', 'alice');
    await team.git('merge', '--quiet', '--no-edit', 'bob');
    expect((await team.text('app.yml')).match(/^ {2}"?[0-9a-f]{8}"?:$/gm)).toHaveLength(3);
    await team.succeed('AKIANOBODY', ['check', '--quiet']);

    const diff = ['diff', 'app.yml', '--exit-code', '--format', 'markdown'];
    const planned = await team.call('AKIACI', diff);
    expect(planned.code, planned.stderr).toBe(3);
    expect(planned.stdout.toString()).toContain('**coffer**: 4 to create');
    await team.succeed('AKIACI', ['sync', 'app.yml', '--yes']);
    await team.succeed('AKIACI', diff);

    for (const [name, value] of Object.entries({ first, 'a/token': alices, 'b/token': bobs })) {
      const read = await team.succeed('AKIAREADER', ['get', `${team.prefix}${name}`]);
      expect(read.toString()).toBe(value);
    }
    const read = await team.succeed('AKIAREADER', ['get', `${team.prefix}keystore`]);
    expect(read.equals(keystore)).toBe(true);
    expect((await team.call('AKIAREADER', ['decrypt', 'app.yml'])).code).toBe(1);
    expect((await team.call('AKIAREADER', ['sync', 'app.yml', '--yes'])).code).toBe(1);

    const history = await team.git('log', '--patch', '--all', '--no-textconv');
    for (const secret of [first, alices, bobs]) {
      expectHidden(secret, { history, planned: planned.stdout.toString() + planned.stderr });
    }
  },
);
