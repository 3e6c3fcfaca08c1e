import type { Manifest, Parameter, StoreName } from './model.ts';

/** One thing in AWS that a manifest fills: a parameter of SSM, or a secret. */
export interface Entry {
  /** In its store. */
  name: string;
  /** What it holds: several only where one secret holds all. */
  parameters: readonly Parameter[];
}

export function entriesOf({ store, secret, parameters }: Manifest): Entry[] {
  if (secret !== undefined) return [{ name: secret, parameters }];
  return parameters.map((parameter) => ({
    name: nameInStore(store, parameter.fullName),
    parameters: [parameter],
  }));
}

/** The names of secrets have no slash at their beginning. */
export function nameInStore(store: StoreName, fullName: string): string {
  return store === 'ssm' ? fullName : fullName.slice(1);
}
