import { createHmac, randomBytes } from 'node:crypto';
import pMap from 'p-map';
import { CofferError } from '../../errors.ts';
import { groupBy } from '../../formats/group-by.ts';
import type { Manifest, Parameter } from '../../manifest/model.ts';
import type { Opener } from '../../seal/opener.ts';
import { openerFor } from '../manifests.ts';
import { stateOf } from '../parameter-state.ts';
import type { Tools } from '../tools.ts';

/** A parameter of one of the manifests that are compared. */
export interface Member {
  manifest: Manifest;
  parameter: Parameter;
}

/**
 * Which environments have the same value, for each group of parameters that has a secret among them.
 * Decrypts no more than that takes: one call to KMS for each data key.
 * @returns the files with the same value, for each of `groups`, in their order
 * @throws CofferError with the problems of all values that cannot be opened
 */
export async function findShared(
  tools: Tools,
  groups: readonly (readonly Member[])[],
): Promise<string[][][]> {
  const openers = new Map<Manifest, Promise<Opener>>();
  const openerOf = (manifest: Manifest) => {
    const opener = openers.get(manifest) ?? openerFor(tools, manifest);
    openers.set(manifest, opener);
    return opener;
  };
  // Equal values have equal marks; nobody else can make them, and they leave this function in no form.
  const key = randomBytes(32);
  const marks = new Map<Parameter, string>();
  const failures = new Set<CofferError>();
  const wanted = groups.filter(isWorthOpening).flat().filter(hasValue);
  await pMap(
    wanted,
    async ({ manifest, parameter }) => {
      try {
        const mark = createHmac('sha256', key);
        const opener = await openerOf(manifest);
        for await (const chunk of opener.chunks(parameter)) mark.update(chunk);
        marks.set(parameter, mark.digest('hex'));
      } catch (error) {
        if (!(error instanceof CofferError)) throw error;
        failures.add(error);
      }
    },
    { concurrency: tools.concurrency },
  );
  if (failures.size > 0) throw explain([...failures]);
  return groups.map((members) => alike(members, marks));
}

function isWorthOpening(members: readonly Member[]): boolean {
  const isSecret = members.some(({ parameter }) => parameter.type === 'SecureString');
  return isSecret && members.filter(hasValue).length > 1;
}

function hasValue({ parameter }: Member): boolean {
  return stateOf(parameter) !== 'generate';
}

function alike(members: readonly Member[], marks: ReadonlyMap<Parameter, string>): string[][] {
  const groups = groupBy(members, ({ parameter }) => marks.get(parameter));
  return [...groups]
    .filter(([mark, group]) => mark !== undefined && group.length > 1)
    .map(([, group]) => group.map(({ manifest }) => manifest.file));
}

function explain(failures: readonly CofferError[]): CofferError {
  const [first = new CofferError('aws', 'no value can be opened'), ...more] = failures;
  if (more.length === 0) return first;
  return new CofferError(
    first.code,
    `${failures.length} problems keep values from being compared`,
    {
      problems: failures.flatMap(({ problems }) => problems),
    },
  );
}
