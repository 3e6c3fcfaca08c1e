import { CofferError } from '../errors.ts';
import { blockItem } from './edit/new-parameter.ts';
import { dataKeysOf, mapOf, oneLine, type Spot, type Value } from './edit/render.ts';
import { TEXT_SETTINGS } from './fields.ts';
import type { ManifestSettings, NewParameter } from './model.ts';

const TOP: Spot = { flow: false, quotedKeys: false, column: 0, blocks: 'clip' };

/**
 * Renders a new manifest.
 * @throws CofferError `manifest` if there are no parameters, or a manifest cannot hold a value
 */
export function renderManifest(
  settings: ManifestSettings,
  parameters: readonly NewParameter[],
): string {
  if (parameters.length === 0) {
    throw new CofferError('manifest', 'a manifest needs at least one parameter', {
      hint: 'add one first',
    });
  }
  const { tags, encryptedWith, dataKeys } = settings;
  const head = [
    ...TEXT_SETTINGS.flatMap((key) => optional(key, settings[key])),
    ...optional('encrypted_with', encryptedWith),
    ...(dataKeys && Object.keys(dataKeys).length > 0
      ? pair('data_keys', dataKeysOf(dataKeys))
      : []),
  ];
  const items = parameters.map((parameter) =>
    blockItem(parameter, { indent: '  ', gap: ' ', blocks: 'clip' }),
  );
  const [first = [], ...more] = items;
  const parts = [head, entries('tags', tags), ['parameters:', ...first], ...more];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line}\n`).join(''))
    .join('\n');
}

function optional(key: string, text: string | undefined): string[] {
  return text === undefined ? [] : pair(key, oneLine(text));
}

function entries(key: string, map: Readonly<Record<string, string>> = {}): string[] {
  const all = Object.entries(map);
  return all.length === 0 ? [] : pair(key, mapOf(all));
}

function pair(key: string, value: Value): string[] {
  const { inline, below } = value(TOP);
  return [inline === '' ? `${key}:` : `${key}: ${inline}`, ...below];
}
