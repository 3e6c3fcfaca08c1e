import pMap from 'p-map';
import { CofferError } from '../errors.ts';
import { editManifest } from '../manifest/index.ts';
import type { Manifest, ParameterEdit } from '../manifest/model.ts';
import { openWritable } from './decrypt.ts';
import type { Opener } from './opener.ts';

/** A manifest's text with its values in plaintext, as far as they can be had. */
export interface Revealed {
  text: string;
  /** Names of the parameters whose values `text` shows. */
  shown: ReadonlySet<string>;
  /** Why others stay sealed. */
  failures: readonly CofferError[];
}

/** Opens what can be opened; long and binary values stay sealed without a word. */
export async function revealManifest(manifest: Manifest, opener: Opener): Promise<Revealed> {
  const shown = new Set<string>();
  const edits = new Map<string, ParameterEdit>();
  const failures: CofferError[] = [];
  await pMap(
    manifest.parameters,
    async (parameter) => {
      const { name, content } = parameter;
      if (content.kind === 'plain') shown.add(name);
      if (content.kind === 'plain' || content.kind === 'absent') return;
      try {
        const text = await openWritable(parameter, opener);
        if (text === undefined) return;
        shown.add(name);
        edits.set(name, { content: { kind: 'plain', text } });
      } catch (error) {
        if (!(error instanceof CofferError)) throw error;
        failures.push(error);
      }
    },
    { concurrency: 8 },
  );
  return { text: editManifest(manifest, { parameters: edits }), shown, failures };
}
