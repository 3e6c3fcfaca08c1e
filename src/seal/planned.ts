import { CofferError } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import { looksPsyml } from '../crypto/psyml.ts';
import {
  PARAMETER_TYPES,
  type Manifest,
  type NewParameter,
  type Parameter,
} from '../manifest/model.ts';

/** A new parameter as it will be read, still without a value. */
export function plannedParameter(manifest: Manifest, parameter: NewParameter): Parameter {
  const { name, type: typeAsWritten, store = 'auto', extension = '', tags } = parameter;
  const type = PARAMETER_TYPES.find((one) => one.toLowerCase() === typeAsWritten.toLowerCase());
  return {
    ...parameter,
    fullName: manifest.path + name,
    type: type ?? 'String',
    typeAsWritten,
    content: { kind: 'absent' },
    store,
    extension,
    tags: { ...manifest.tags, ...tags },
    place: { file: manifest.file, line: manifest.text.split('\n').length, column: 1 },
  };
}

/**
 * Keeps a first encryption from turning other plaintext into what looks like psyml's ciphertext:
 * the sign of that is `encrypted_with`.
 * @throws CofferError `plaintext`
 */
export function refuseAmbiguous(manifest: Manifest, only: ReadonlySet<string>): void {
  if (manifest.encryptedWith !== undefined) return;
  for (const { name, content, typeAsWritten, place } of manifest.parameters) {
    if (only.has(name) || typeAsWritten !== 'securestring') continue;
    if (content.kind !== 'plain' || !looksPsyml(content.text)) continue;
    throw new CofferError('plaintext', `${name} is plaintext that looks like ciphertext`, {
      place,
      hint: `run coffer encrypt ${shellFile(manifest.file)} first`,
    });
  }
}
