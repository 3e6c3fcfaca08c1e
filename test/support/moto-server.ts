import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    motoUrl: string;
  }
}

/** One moto server for the whole run, on any free port. */
export default async function startMoto(project: TestProject): Promise<() => Promise<void>> {
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PYTHONUNBUFFERED: '1' },
  });
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);

  const url = new Promise<string>((resolve, reject) => {
    const seen: string[] = [];
    // It logs every request to this pipe, which must be read.
    createInterface(server.stderr).on('line', (line) => {
      if (seen.length < 50) seen.push(line);
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (found) resolve(found);
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`moto_server ended:\n${seen.join('\n')}`)));
  });
  project.provide('motoUrl', await url);

  return async () => {
    process.off('exit', kill);
    const exited = once(server, 'exit');
    kill();
    await exited;
  };
}
