import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { run } from './cli.ts';

const CALL = [
  '-c',
  'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin.buffer), sys.stdout)',
];

/** Whether PyYAML is installed, a reader of YAML 1.1 like kubectl's. */
export const hasPythonYaml = spawnSync('python3', ['-c', 'import yaml']).status === 0;

export async function readByPython(yaml: string | Buffer): Promise<unknown> {
  const { code, stdout, stderr } = await run('python3', CALL, { cwd: tmpdir(), stdin: yaml });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout.toString());
}
