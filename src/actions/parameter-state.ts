import type { Parameter } from '../manifest/model.ts';

/**
 * What a manifest holds of a value: `encrypted` by coffer or by `psyml`, a `blob`, a `plain` text, or
 * nothing yet but the `file` or the rule to `generate` it.
 */
export type ParameterState = 'encrypted' | 'psyml' | 'blob' | 'plain' | 'file' | 'generate';

export function stateOf({
  content,
  origin,
}: Pick<Parameter, 'content' | 'origin'>): ParameterState {
  switch (content.kind) {
    case 'sealed':
      return 'encrypted';
    case 'absent':
      return origin && 'generate' in origin ? 'generate' : 'file';
    default:
      return content.kind;
  }
}
