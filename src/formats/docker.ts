import { ENVIRONMENT, lines, type VariableFormat } from './format.ts';

/** `NAME=value`, for text that passes `findDockerFault`: docker reads a line unchanged. */
export function dockerLine(name: string, value: string): string {
  return `${name}=${value}`;
}

/** Docker's limit for a line, line break included. */
const LONGEST_DOCKER_LINE = 64 * 1024 - 2;

/** Why a line of an env-file cannot hold a text: there are no quotes and no escapes. */
export function findDockerFault(value: string): string | undefined {
  if (value.includes('\n')) return 'an env-file of docker cannot hold a line break';
  if (value.endsWith('\r')) return 'an env-file of docker drops a carriage return at the end';
  return undefined;
}

export const format: VariableFormat = {
  rules: { ...ENVIRONMENT, limit: LONGEST_DOCKER_LINE, findFault: findDockerFault },
  render: lines(dockerLine),
};
