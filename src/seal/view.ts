import pMap from 'p-map';
import { editManifest } from '../manifest/index.ts';
import type { Manifest, Parameter, ParameterEdit } from '../manifest/model.ts';
import { openWritable } from './decrypt.ts';
import type { Opener } from './opener.ts';

/** A manifest as a person may edit it; every byte but the secrets is that of the manifest. */
export interface View {
  manifest: Manifest;
  text: string;
  /** The secrets that stand in `text` in plaintext, by name. */
  shown: ReadonlyMap<string, string>;
}

/** Opens all secrets but those that are long, binary, or come from a file. */
export async function openView(manifest: Manifest, opener: Opener): Promise<View> {
  const shown = new Map<string, string>();
  const edits = new Map<string, ParameterEdit>();
  await pMap(
    manifest.parameters.filter(isSealedText),
    async (parameter) => {
      const text = await openWritable(parameter, opener);
      if (text === undefined) return;
      shown.set(parameter.name, text);
      edits.set(parameter.name, { content: { kind: 'plain', text } });
    },
    { concurrency: 8 },
  );
  return { manifest, text: editManifest(manifest, { parameters: edits }), shown };
}

/** A file is the place to edit what comes from it; a typed value beside it would contradict it. */
function isSealedText({ content, origin }: Parameter): boolean {
  if (origin && 'file' in origin) return false;
  return content.kind !== 'plain' && content.kind !== 'absent';
}
