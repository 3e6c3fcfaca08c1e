import { cp } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { sync } from '../../src/actions/sync.ts';
import { useAws } from '../support/aws.ts';
import { run } from '../support/cli.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { createTools } from '../support/tools.ts';
import { createWorkspace } from '../support/workspace.ts';

const aws = await useAws();
const { tools } = createTools(aws);
await aws.createKey(aws.fileKeyAlias);
/** The caches of the package managers are the user's own, and so is PATH. */
const env = { ...process.env, ...aws.env, AWS_DEFAULT_REGION: 'us-east-1' };

/** How each example is made ready, and called. */
const READERS = [
  {
    name: 'python',
    probe: ['python3', '--version'],
    build: 'python3 -m venv venv && venv/bin/pip install --quiet -r requirements.txt',
    call: ['venv/bin/python', 'read.py'],
    /** What it says to a pair that is not the object's. */
    refusal: /does not match/,
  },
  {
    name: 'go',
    probe: ['go', 'version'],
    build: 'go build -o reader .',
    call: ['./reader'],
    refusal: /does not match/,
  },
  {
    name: 'java',
    probe: ['mvn', '--version'],
    build:
      'mvn --quiet --batch-mode compile dependency:build-classpath -Dmdep.outputFile=classpath.txt',
    call: ['bash', '-c', 'java -cp "target/classes:$(cat classpath.txt)" Read "$@"', 'java'],
    refusal: /does not match/,
  },
] as const;

const SECRET = `ünïcode ${'x'.repeat(20_000)}`;

/** An object that sync wrote, and the parameter that it is bound to. */
async function createObject() {
  const app = await createScene(aws, '  - {name: tls/key, type: SecureString, file: key}\n', {
    files: { key: SECRET },
  });
  await encrypt(tools, [app.path('app.yml')]);
  await sync(tools, [app.path('app.yml')], { yes: true });
  const [key = ''] = await storedIn(aws).objects(app.prefix);
  return { key, parameter: `${app.prefix}tls/key` };
}

test.each(READERS)(
  "Amazon's client for $name reads an object when it is handed the pair, and refuses another pair",
  { timeout: 900_000 },
  async ({ name, probe, build, call, refusal }) => {
    const workspace = await createWorkspace();
    const cwd = workspace.path(name);
    await cp(`examples/readers/${name}`, cwd, { recursive: true });
    const [program, ...question] = probe;
    expect((await run(program, question, { cwd, env })).code, `${program} is needed`).toBe(0);
    const built = await run('bash', ['-c', build], { cwd, env });
    expect(built.code, built.stderr).toBe(0);

    const { key, parameter } = await createObject();
    const [command, ...args] = call;
    const read = (pair: string) =>
      run(command, [...args, aws.bucket, key, pair, aws.kmskeyArn], { cwd, env });
    const { code, stdout, stderr } = await read(parameter);
    expect(code, stderr).toBe(0);
    expect(stdout.toString()).toBe(SECRET);
    const other = await read('/another/parameter');
    expect(other.code).not.toBe(0);
    expect(other.stdout).toHaveLength(0);
    expect(other.stderr).toMatch(refusal);
  },
);
