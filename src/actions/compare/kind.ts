import { maxAgeOf } from '../../manifest/age.ts';
import { FIELDS, type Member } from '../../manifest/fields.ts';
import type { Manifest, Parameter } from '../../manifest/model.ts';

/** What a manifest says of all its parameters. */
export type Environment = Pick<Manifest, 'store' | 'secret' | 'tags' | 'maxAge'>;

/** One thing in which parameters of the same name should be alike in all environments. */
interface Trait {
  /** In reports. Default: the member of the model. */
  name?: string;
  /** What counts of it; undefined while it is not known yet. */
  of: (parameter: Parameter, manifest: Environment) => string | undefined;
  /** Whether its text says by itself what it is about. */
  isPlain?: true;
}

/** By field. Left out is what differs by nature: the name of a file, the values of tags, dates. */
const TRAITS = {
  type: { of: ({ type }) => type, isPlain: true },
  tier: { of: ({ tier }) => tier ?? 'Standard', isPlain: true },
  store: { of: ({ store }) => store },
  encoding: { of: ({ encoding }) => encoding ?? 'none' },
  extension: { of: ({ extension }) => extension || 'none' },
  allowedPattern: { of: ({ allowedPattern }) => allowedPattern ?? 'none' },
  dataType: { of: ({ dataType }) => dataType ?? 'text' },
  policies: { of: ({ policies = [] }) => listed(policies.map(({ Type }) => Type)) },
  // What the manifest has for all of them is compared once, not with each parameter.
  tags: {
    of: ({ tags }, manifest) => listed(Object.keys(tags).filter((tag) => !(tag in manifest.tags))),
  },
  maxAge: { of: (parameter, manifest) => maxAgeOf(manifest, parameter) ?? 'none' },
  origin: { name: 'source', of: sourceOf, isPlain: true },
  content: { name: 'form', of: formOf, isPlain: true },
} as const satisfies { [Field in Exclude<Member, 'name' | 'description' | 'changed'>]: Trait };

const ROWS = Object.entries(TRAITS) as [keyof typeof TRAITS, Trait][];

/** The kind of a parameter: its traits by name, without those that its store does not know. */
export type Kind = Readonly<Record<string, string>>;

export function kindOf(manifest: Environment, parameter: Parameter): Kind {
  const { store } = manifest;
  const known = ROWS.flatMap(([field, { name = field, of }]) => {
    const only = 'onlyFor' in FIELDS[field] ? FIELDS[field].onlyFor : store;
    const text = only === store ? of(parameter, manifest) : undefined;
    return text === undefined ? [] : [[name, text] as const];
  });
  return Object.fromEntries(known);
}

/** The settings of a manifest that should be alike, too. */
export function settingsOf({ store, secret, tags, maxAge = 'never' }: Environment): Kind {
  const where = secret === undefined ? store : 'one secret';
  return {
    store: where,
    tags: listed(Object.keys(tags)),
    maxAge: maxAge === 'never' ? 'none' : maxAge,
  };
}

/** The names of traits that differ; one that is not known everywhere is compared where it is. */
export function differingTraits(kinds: readonly Kind[]): string[] {
  return [...new Set(kinds.flatMap(Object.keys))].filter(
    (name) => new Set(kinds.flatMap((kind) => kind[name] ?? [])).size > 1,
  );
}

/** The traits of parameters that differ. What all inherit is a setting of the manifests. */
export function differingIn(parameters: readonly Parameter[], kinds: readonly Kind[]): string[] {
  const isInherited = parameters.every(({ maxAge }) => maxAge === undefined);
  return differingTraits(kinds).filter((name) => name !== 'maxAge' || !isInherited);
}

/** The key in YAML of a trait or a setting. */
export function keyOfTrait(name: string): string {
  const [field] = ROWS.find(([key, row]) => (row.name ?? key) === name) ?? [];
  return field === undefined ? name : FIELDS[field].keys[0];
}

/** A trait for people: `SecureString`, `tags team`; undefined if it is not known. */
export function describeTrait(name: string, text: string | undefined): string | undefined {
  const [, trait] = ROWS.find(([key, row]) => (row.name ?? key) === name) ?? [];
  if (text === undefined || trait === undefined || trait.isPlain) return text;
  return `${keyOfTrait(name)} ${text}`;
}

function sourceOf({ origin }: Parameter): string {
  if (!origin) return 'value';
  return 'file' in origin ? 'file' : 'generate';
}

function formOf({ content }: Parameter): string | undefined {
  if (content.kind === 'absent') return undefined;
  return content.kind === 'blob' ? 'blob' : 'inline';
}

function listed(words: readonly string[]): string {
  return words.length === 0 ? 'none' : words.toSorted().join(',');
}
