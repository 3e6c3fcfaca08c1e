import type { Actual, ActualState, Change, Desired } from '../../../src/stores/model.ts';
import { ssmFieldsOf } from '../../../src/manifest/ssm-fields.ts';
import { planChanges } from '../../../src/plan/plan.ts';

export function desired(name: string, more: Partial<Desired> = {}): Desired {
  return { name, type: 'String', value: 'v', isSecret: false, tags: {}, ...more };
}

export function secret(name: string, value: string, more: Partial<Desired> = {}): Desired {
  return desired(name, { type: 'SecureString', value, isSecret: true, keyId: 'alias/k', ...more });
}

/** The desired pointer of a blob. */
export function pointer(name: string, sha256 = 'ab'.repeat(32)): Desired {
  const object = { bucket: 'b-1', key: `${name.slice(1)}/${sha256}`, sha256, size: 5016 };
  return desired(name, {
    value: `s3://b-1${name}/${sha256}`,
    object: {
      ...object,
      commitment: { messageId: Buffer.alloc(28), commitment: Buffer.alloc(28) },
      kmskey: 'alias/k',
    },
  });
}

export function actual(name: string, more: Partial<Actual> = {}): Actual {
  return { name, type: 'String', value: 'v', version: 1, ...more };
}

export function state(
  parameters: readonly Actual[],
  more: Partial<Omit<ActualState, 'parameters'>> = {},
): ActualState {
  const found = new Map(parameters.map((item) => [item.name, item]));
  return { objects: new Map(), tags: new Map(), ...more, parameters: found };
}

/** The actual state that matches a desired state. */
export function inStep(wanted: readonly Desired[]): ActualState {
  return state(
    wanted.map(({ name, type, value, keyId, tier, ...more }) =>
      actual(name, {
        ...ssmFieldsOf(more),
        type,
        value,
        keyId,
        tier: tier === 'Advanced' ? 'Advanced' : 'Standard',
      }),
    ),
    {
      objects: new Map(
        wanted.flatMap(({ name, object }) => (object ? [[name, { etag: '"e"' }]] : [])),
      ),
      tags: new Map(wanted.map(({ name, tags }) => [name, tags])),
    },
  );
}

/** The one change between the two. */
export function changeOf(
  wanted: Desired,
  there: Actual | undefined,
  more: Partial<Omit<ActualState, 'parameters'>> = {},
  options = { prune: false, pruneTags: false },
): Change {
  const [change, ...others] = planChanges(
    [wanted],
    state(there ? [there] : [], more),
    undefined,
    options,
  );
  if (!change || others.length > 0) throw new Error('there is not exactly one change');
  return change;
}
