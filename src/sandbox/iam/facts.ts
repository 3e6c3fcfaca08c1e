import type { Identity } from '../identities.ts';

/** Values of condition keys, by their names in lower case. */
export type Facts = Readonly<Record<string, readonly string[]>>;

/** What conditions may ask of every request. */
export function requestFacts(
  { account, principalArn }: Identity,
  { isSecure }: { isSecure: boolean },
): Facts {
  return {
    'aws:principalaccount': [account],
    'aws:principalarn': [principalArn],
    'aws:securetransport': [String(isSecure)],
    'kms:calleraccount': [account],
  };
}

type Tags = readonly (readonly [name: string, value: string])[];

/** The tags that a request adds, or changes. */
export function requestTags(tags: Tags): Facts {
  return { ...factsOf('request', tags), ...tagKeys(tags.map(([name]) => name)) };
}

/** The names of the tags in a request. */
export function tagKeys(names: readonly string[]): Facts {
  return names.length === 0 ? {} : { 'aws:tagkeys': names };
}

/** The tags that the resource has already; a resource that a request creates has none yet. */
export function resourceTags(tags: Tags): Facts {
  return factsOf('resource', tags);
}

function factsOf(whose: 'request' | 'resource', tags: Tags): Facts {
  return Object.fromEntries(
    tags.map(([name, value]) => [`aws:${whose}tag/${name.toLowerCase()}`, [value]]),
  );
}
