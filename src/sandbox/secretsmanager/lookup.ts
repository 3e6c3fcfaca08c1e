import type { Call } from '../access.ts';
import { resourceTags, type Facts } from '../iam/facts.ts';
import type { Fields } from '../json/fields.ts';
import { secretArn, type Home } from '../names.ts';
import { invalid, Refusal } from '../refusal.ts';
import type { Secret, SecretStore, Tag } from './model.ts';

const SUFFIX = /-[A-Za-z0-9]{6}$/;

/** Refuses a name that AWS does not allow. */
export function checkName(name: string): void {
  if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name)) throw invalidName();
}

function invalidName(): Refusal {
  return invalid(
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  );
}

/** The secret of a name, an ARN, or an ARN without its six last characters. */
function find(
  store: SecretStore,
  call: Call,
  id: string,
): { secret: Secret | undefined; resource: string } {
  const { home } = call;
  if (!id.startsWith('arn:')) {
    if (!/^[A-Za-z0-9/_+=.@!-]+$/.test(id)) throw invalidName();
    return found(home, id, store.get(home, id, call.now));
  }
  const [, region = '', account = '', name = ''] =
    /^arn:[\w-]+:secretsmanager:([\w-]+):(\d{12}):secret:(.+)$/.exec(id) ?? [];
  if (name === '') throw invalid('Invalid ARN.');
  if (account !== home.account) {
    throw new Refusal(
      'AccessDeniedException',
      `User: ${call.identity.arn} is not authorized to perform this operation on resource: ${id} because no resource-based policy allows it`,
    );
  }
  if (region !== home.region) return { secret: undefined, resource: id };
  const whole = store.get(home, name.replace(SUFFIX, ''), call.now);
  return found(home, name, whole?.arn === id ? whole : store.get(home, name, call.now));
}

function found(home: Home, name: string, secret: Secret | undefined) {
  return { secret, resource: secret?.arn ?? secretArn(home, name) };
}

export function secretIdOf(input: Fields): string {
  return input.text('SecretId', { min: 1, max: 2048 });
}

/**
 * The secret that a request names; refuses a caller who may not do `action` on it.
 * @param facts what the request says of tags
 */
export function permitted(
  store: SecretStore,
  input: Fields,
  call: Call,
  action: string,
  facts: Facts = {},
): Secret {
  return permittedId(store, call, secretIdOf(input), action, facts);
}

export function permittedId(
  store: SecretStore,
  call: Call,
  id: string,
  action: string,
  facts: Facts = {},
): Secret {
  const secret = permittedIfThere(store, call, id, action, facts);
  if (secret !== undefined) return secret;
  throw new Refusal(
    'ResourceNotFoundException',
    "Secrets Manager can't find the specified secret.",
  );
}

export function permittedIfThere(
  store: SecretStore,
  call: Call,
  id: string,
  action: string,
  facts: Facts = {},
): Secret | undefined {
  const { secret, resource } = find(store, call, id);
  const tags = resourceTags(namedTags(secret?.tags ?? []));
  call.require(`secretsmanager:${action}`, resource, { ...tags, ...facts });
  return secret;
}

/** The same for what is refused while a secret is scheduled for deletion. */
export function usable(
  store: SecretStore,
  input: Fields,
  call: Call,
  action: string,
  facts: Facts = {},
): Secret {
  const secret = permitted(store, input, call, action, facts);
  requireNotDeleted(secret);
  return secret;
}

/** The same for what only the primary of replicas may do. */
export function changeable(
  store: SecretStore,
  input: Fields,
  call: Call,
  action: string,
  facts: Facts = {},
): Secret {
  const secret = usable(store, input, call, action, facts);
  requirePrimary(secret);
  return secret;
}

export function requireNotDeleted({ deletion }: Secret): void {
  if (deletion === undefined) return;
  throw invalidRequest(
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
}

export function requirePrimary({ primaryRegion }: Secret): void {
  if (primaryRegion === undefined) return;
  throw invalidParameter(
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
  );
}

export function invalidParameter(message: string): Refusal {
  return new Refusal('InvalidParameterException', message);
}

export function invalidRequest(message: string): Refusal {
  return new Refusal('InvalidRequestException', message);
}

/** Tags as conditions see them. */
export function namedTags(tags: readonly Tag[]): [name: string, value: string][] {
  return tags.map(({ Key, Value }) => [Key, Value]);
}
