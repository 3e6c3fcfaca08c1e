import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { run } from './cli.ts';

const CALL = [
  '-c',
  'import dotenv, io, json, sys\n' +
    'text = io.StringIO(sys.stdin.buffer.read().decode("utf-8"), newline="")\n' +
    'json.dump(dotenv.dotenv_values(stream=text), sys.stdout)',
];

/** Whether python-dotenv is installed. */
export const hasPythonDotenv = spawnSync('python3', ['-c', 'import dotenv']).status === 0;

export async function readByPythonDotenv(file: string): Promise<unknown> {
  const { code, stdout, stderr } = await run('python3', CALL, { cwd: tmpdir(), stdin: file });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout.toString());
}
