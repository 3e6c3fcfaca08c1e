import { LabelParameterVersionCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { coffer } from '../support/cli.ts';
import { createPutScene } from '../support/put.ts';
import { storedIn } from '../support/stored.ts';
import { createWorkspace } from '../support/workspace.ts';

const aws = await useAws();
const stored = storedIn(aws);
const CANARY = createCanary();

async function call(...args: string[]) {
  const { folder } = await createWorkspace();
  return coffer(args, { cwd: folder, env: aws.env });
}

async function label(Name: string, ParameterVersion: number, ...Labels: string[]): Promise<void> {
  await aws.ssm.send(new LabelParameterVersionCommand({ Name, ParameterVersion, Labels }));
}

/** A secret of three versions, the second and third labelled. */
async function createSecret(): Promise<string> {
  const name = `/${aws.unique('history')}/token`;
  for (const version of [1, 2, 3]) {
    const key = { Type: 'SecureString', KeyId: aws.kmskey } as const;
    await stored.put(name, `${CANARY}v${version}`, key);
  }
  await label(name, 2, 'stable', 'blue');
  await label(name, 3, 'canary');
  return name;
}

const cells = (line: string) => line.split(/ {2,}/);

describe('history', () => {
  test('lists versions, latest first, with date, user, type and labels, but no secret', async () => {
    const { code, stdout, stderr } = await call('history', await createSecret());
    expect(code, stderr).toBe(0);
    expectHidden(CANARY, { stdout, stderr });
    const [header = '', ...lines] = stdout.toString().trimEnd().split('\n');
    expect(cells(header)).toEqual(['VERSION', 'MODIFIED', 'BY', 'TYPE', 'LABELS', 'VALUE']);
    expect(lines).toHaveLength(3);
    for (const [index, line] of lines.entries()) {
      expect(line).toMatch(
        /^[321] +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\S+ +SecureString .*\(secret\)$/,
      );
      expect(cells(line)[0]).toBe(String(3 - index));
    }
    expect(lines[0]).toContain('  canary');
    expect(lines[1]).toMatch(/ {2}(?:stable,blue|blue,stable) /);
    expect(lines[2]).not.toMatch(/stable|blue|canary /);
  });

  test('--reveal shows the secrets', async () => {
    const { stdout } = await call('history', await createSecret(), '--reveal');
    const values = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => cells(line).at(-1));
    expect(values).toEqual([3, 2, 1].map((version) => `"${CANARY}v${version}"`));
  });

  test('--json prints the same for programs, oldest first', async () => {
    const name = await createSecret();
    const { stdout, stderr } = await call('history', name, '--json');
    expectHidden(CANARY, { stdout, stderr });
    const report: unknown = JSON.parse(stdout.toString());
    expect(report).toMatchObject({
      version: 1,
      versions: [
        { name, version: 1, type: 'SecureString', keyId: aws.kmskey, labels: [] },
        { version: 2, labels: expect.arrayContaining(['stable', 'blue']) as string[] },
        {
          version: 3,
          labels: ['canary'],
          modified: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        },
      ],
    });
    const revealed = await call('history', name, '--json', '--reveal');
    expect(JSON.parse(revealed.stdout.toString())).toMatchObject({
      versions: [1, 2, 3].map((version) => ({ value: `${CANARY}v${version}` })),
    });
  });

  test('shows plain values on one line each, without terminal control characters', async () => {
    const name = `/${aws.unique('open')}/text`;
    await stored.put(name, 'first\nsecond \u001b[31m \u009b31m \u202e');
    const { stdout } = await call('history', name);
    const lines = stdout.toString().trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(String.raw`"first\nsecond \u001b[31m \u{9b}31m \u{202e}"`);
  });

  test('masks the plain values of a parameter that later became a secret', async () => {
    const name = `/${aws.unique('moved')}/token`;
    await stored.put(name, CANARY);
    await stored.put(name, CANARY, { Type: 'SecureString', KeyId: aws.kmskey });
    for (const flags of [[], ['--json']]) {
      const { stdout, stderr } = await call('history', name, ...flags);
      expectHidden(CANARY, { stdout, stderr });
    }
    const { stdout } = await call('history', name, '--reveal');
    expect(stdout.toString().match(new RegExp(CANARY, 'g'))).toHaveLength(2);
  });

  test('shows where a pointer leads, also one that replaced a secret', async () => {
    const scene = await createPutScene(aws);
    const key = { Type: 'SecureString', KeyId: aws.kmskey } as const;
    await stored.put(`${scene.prefix}token`, CANARY, key);
    const { url } = await scene.put('other', CANARY);
    await stored.put(`${scene.prefix}token`, url, { Type: 'String' });
    const { stdout, stderr } = await call('history', `${scene.prefix}token`, '--json');
    expectHidden(CANARY, { stdout, stderr });
    const report = JSON.parse(stdout.toString()) as { versions: { value?: string }[] };
    expect(report.versions.map(({ value }) => value)).toEqual([undefined, url]);
  });

  test('accepts a name without its leading slash, as get does', async () => {
    const name = await createSecret();
    const { code, stdout, stderr } = await call('history', name.slice(1));
    expect(code, stderr).toBe(0);
    expect(stdout.toString().trimEnd().split('\n')).toHaveLength(4);
  });

  test('names a missing parameter', async () => {
    const name = `/${aws.unique('none')}`;
    const { code, stdout, stderr } = await call('history', name);
    expect(code).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(`ssm:GetParameterHistory ${name}`);
  });
});
