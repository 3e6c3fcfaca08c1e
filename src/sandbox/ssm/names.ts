import { parameterArn, type Home } from '../names.ts';
import { invalid, Refusal } from '../refusal.ts';

const MAX_LENGTH = 1011;
const MAX_DEPTH = 15;
const SHAPE =
  'If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_';

/** Refuses a name that AWS does not allow in an account and region. */
export function checkNewName(home: Home, name: string): void {
  checkName(name);
  // The limit includes the text before the name in its ARN.
  if (parameterArn(home, name).length > MAX_LENGTH) {
    throw invalid(`Parameter name must not be longer than ${MAX_LENGTH} characters.`);
  }
  const bare = name.replace(/^\//, '').toLowerCase();
  if (bare.startsWith('aws') || bare.startsWith('ssm')) {
    const isPath = bare.includes('/');
    if (isPath && bare.startsWith('aws')) {
      throw new Refusal('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
    }
    throw invalid(
      isPath
        ? `Parameter name: can't be prefixed with "ssm" (case-insensitive). ${SHAPE}`
        : 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).',
    );
  }
  if (name.includes('/') && !name.startsWith('/')) {
    throw invalid('Parameter name must be a fully qualified name.');
  }
  if (bare.split('/').length > MAX_DEPTH) {
    throw new Refusal(
      'HierarchyLevelLimitExceededException',
      `A hierarchy can have a maximum of ${MAX_DEPTH} levels. For more information, see Requirements and constraints for parameter names in the AWS Systems Manager User Guide.`,
    );
  }
}

function checkName(name: string): void {
  if (!/^\/?[\w.-]+(?:\/[\w.-]+)*$/.test(name)) {
    throw invalid(`Parameter name: can't be prefixed with "ssm" (case-insensitive). ${SHAPE}`);
  }
}

export interface Reference {
  name: string;
  version?: number;
  label?: string;
  /** `:3` or `:label`, as written. */
  selector?: string;
}

/**
 * Reads `name`, `name:version`, `name:label`, or the ARN of a parameter of this region. `/a` and
 * `a` have the same ARN: `exists` decides between them.
 */
export function parseReference(
  text: string,
  home: Home,
  exists: (name: string) => boolean,
): Reference {
  let rest = text;
  if (text.startsWith('arn:')) {
    const prefix = parameterArn(home, '/').slice(0, -1);
    if (!text.startsWith(`${prefix}/`)) {
      throw invalid(`The parameter ARN is not one of this account and region: ${text}`);
    }
    rest = text.slice(prefix.length);
    const [bare = ''] = rest.slice(1).split(':');
    if (!bare.includes('/') && exists(bare)) rest = rest.slice(1);
  }
  const [name = '', suffix, ...more] = rest.split(':');
  checkName(name);
  if (suffix === undefined) return { name };
  const selector = `:${suffix}`;
  if (more.length > 0 || suffix === '') throw invalid(`Invalid parameter selector: ${text}`);
  return /^\d+$/.test(suffix)
    ? { name, version: Number(suffix), selector }
    : { name, label: suffix, selector };
}

/** Operations that change parameters accept only a name. */
export function plainName(text: string): string {
  checkName(text);
  return text;
}

const PATH_RULES =
  'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.';

export function checkPath(path: string): void {
  if (!/^\/(?:[\w.-]+(?:\/[\w.-]+)*\/?)?$/.test(path)) throw invalid(PATH_RULES);
}

/** Whether a name is under a path, directly or at any depth. */
export function isUnder(name: string, path: string, recursive: boolean): boolean {
  const full = name.startsWith('/') ? name : `/${name}`;
  const base = path.endsWith('/') ? path : `${path}/`;
  if (!full.startsWith(base)) return false;
  return recursive || !full.slice(base.length).includes('/');
}
