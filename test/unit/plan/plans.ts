import type { Plan } from '../../../src/plan/model.ts';
import type { Change, Difference } from '../../../src/stores/model.ts';
import { actual, desired, pointer, secret } from './states.ts';

export function planOf(changes: readonly Change[], file = 'app.yml'): Plan {
  return { file, path: '/app/', region: 'us-east-1', store: 'ssm', changes };
}

/** A value of `/app/NAME` that differs. */
export function updated(name: string, before: string, after: string, isSecret = false): Change {
  return updatedField(name, { field: 'value', before, after, isSecret });
}

export function updatedField(name: string, ...differences: readonly Difference[]): Change {
  const full = `/app/${name}`;
  const value = differences.find(({ field }) => field === 'value')?.after ?? 'v';
  return {
    action: 'update',
    name: full,
    differences,
    desired: differences.some(({ isSecret }) => isSecret)
      ? secret(full, value)
      : desired(full, { value }),
    actual: actual(full),
    foreignTags: [],
  };
}

export function created(name: string, value: string): Change {
  const wanted = secret(`/app/${name}`, value);
  return { action: 'create', name: wanted.name, differences: [], desired: wanted, foreignTags: [] };
}

const name = (last: string) => `/app/${last}`;

/** One change of each kind, and a pointer to be created. */
export function everyAction(secretBefore: string, secretAfter: string): Plan {
  const tier = { field: 'tier', before: 'Advanced', after: 'Standard', isSecret: false } as const;
  return planOf([
    { ...created('big', ''), desired: pointer(name('big')) },
    created('new', secretAfter),
    updated('token', secretBefore, secretAfter, true),
    { ...updatedField('tiered', tier), action: 'replace' },
    {
      action: 'extra',
      name: name('old'),
      differences: [],
      actual: actual(name('old'), { version: 7, value: undefined }),
      foreignTags: [],
    },
    {
      action: 'unchanged',
      name: name('same'),
      differences: [],
      desired: secret(name('same'), secretAfter),
      actual: actual(name('same'), { type: 'SecureString', value: secretAfter }),
      foreignTags: [],
    },
  ]);
}
