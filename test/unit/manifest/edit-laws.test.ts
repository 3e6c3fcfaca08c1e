import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { editManifest } from '../../../src/manifest/edit.ts';
import { isWritable } from '../../../src/manifest/edit/write-scalar.ts';
import type {
  Manifest,
  ManifestEdit,
  Parameter,
  ParameterEdit,
} from '../../../src/manifest/model.ts';
import { randomManifest, type Sample } from './random-manifest.ts';
import { blob, dataKey, KEY_ID, meaning, parse, SEALED_AGAIN, WRAPPED } from './samples.ts';
import { byLength } from '../../support/length.ts';

const content: fc.Arbitrary<ParameterEdit['content']> = fc.oneof(
  fc.constant(undefined),
  fc.constant({ kind: 'sealed' as const, text: SEALED_AGAIN }),
  fc
    .constantFrom(blob(), blob({ data: 'A'.repeat(200) }))
    .map((value) => ({ kind: 'blob' as const, blob: value })),
  fc
    .oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom('a\nb', 'a\n', 'a\nb\n', 'a\n\n', 'null', 'x # y', '  z'),
    )
    .filter(isWritable)
    .map((text) => ({ kind: 'plain' as const, text })),
);

interface Wish {
  encryptedWith: string | null | undefined;
  dataKeys: readonly string[] | undefined;
  changeKey: boolean;
  parameters: readonly {
    content: ParameterEdit['content'];
    retype: boolean;
    dropOrigin: boolean;
  }[];
}

const wish: fc.Arbitrary<Wish> = fc.record({
  encryptedWith: fc.constantFrom(undefined, null, 'arn:new'),
  dataKeys: fc.option(fc.subarray(['00000000', '11111111', KEY_ID, '88888888', 'ffffffff']), {
    nil: undefined,
  }),
  changeKey: fc.boolean(),
  parameters: fc.array(fc.record({ content, retype: fc.boolean(), dropOrigin: fc.boolean() }), {
    minLength: 4,
    maxLength: 4,
  }),
});

/** An edit that makes sense for a caller. */
function toEdit(
  manifest: Manifest,
  { encryptedWith, dataKeys, changeKey, parameters }: Wish,
): ManifestEdit {
  const edits = new Map<string, ParameterEdit>();
  for (const [index, parameter] of manifest.parameters.entries()) {
    const wanted = parameters[index % parameters.length];
    if (wanted) edits.set(parameter.name, withOwnPath(parameterEdit(parameter, wanted), index));
  }
  const usesKey = manifest.parameters.some(({ name, content }) => {
    const kind = edits.get(name)?.content?.kind ?? content.kind;
    return kind === 'sealed';
  });
  const ids = dataKeys && (usesKey ? [...new Set([KEY_ID, ...dataKeys])] : dataKeys);
  const changed = Buffer.alloc(33, 4).toString('base64');
  const entries = ids?.map((id) => [id, dataKey(changeKey ? changed : WRAPPED)] as const);
  return {
    ...(encryptedWith === undefined ? {} : { encryptedWith }),
    ...(entries === undefined
      ? {}
      : { dataKeys: entries.length > 0 ? Object.fromEntries(entries) : null }),
    parameters: edits,
  };
}

function withOwnPath(edit: ParameterEdit, index: number): ParameterEdit {
  if (edit.content?.kind !== 'blob' || !('path' in edit.content.blob.body)) return edit;
  return { ...edit, content: { kind: 'blob', blob: blob({ path: `x.blobs/${index}.enc` }) } };
}

function parameterEdit(parameter: Parameter, wanted: Wish['parameters'][number]): ParameterEdit {
  const { type, origin } = parameter;
  // Only a SecureString can be sealed, and only ciphertext can be beside a file.
  const content =
    type !== 'SecureString' && wanted.content?.kind !== 'plain' ? undefined : wanted.content;
  const kind = content?.kind ?? parameter.content.kind;
  const needsOrigin = kind === 'absent';
  const mustDrop = content?.kind === 'plain' && origin !== undefined && 'file' in origin;
  const dropOrigin = mustDrop || (wanted.dropOrigin && !needsOrigin && origin !== undefined);
  return {
    ...(wanted.retype ? { type: type.toLowerCase() } : {}),
    ...(content ? { content } : {}),
    ...(dropOrigin ? { dropOrigin } : {}),
  };
}

function expected(manifest: Manifest, edit: ManifestEdit): ReturnType<typeof meaning> {
  const before = meaning(manifest);
  const { encryptedWith, dataKeys } = edit;
  return {
    top: {
      ...before.top,
      encryptedWith:
        encryptedWith === undefined ? before.top.encryptedWith : (encryptedWith ?? undefined),
      dataKeys: dataKeys === undefined ? before.top.dataKeys : (dataKeys ?? {}),
    },
    parameters: before.parameters.map((parameter) => {
      const change = edit.parameters?.get(parameter.name);
      return Object.assign({}, parameter, {
        typeAsWritten: change?.type ?? parameter.typeAsWritten,
        content: change?.content ?? parameter.content,
        origin: change?.dropOrigin ? undefined : parameter.origin,
      });
    }),
  };
}

/** The lines that an edit must not change. */
function untouched({ lines }: Sample, edit: ManifestEdit): string[] {
  const isTouched = (owner: string): boolean => {
    const [subject = '', part] = owner.split(':');
    if (subject === 'json') return true;
    if (subject === 'key' || part === 'data_keys') return edit.dataKeys !== undefined;
    if (part === 'encrypted_with') return edit.encryptedWith !== undefined;
    const change = edit.parameters?.get(subject);
    // If the origin is removed, the name or type may move up to the dash.
    if (change?.dropOrigin) return true;
    if (part === 'flow') return change !== undefined;
    if (part === 'type') return change?.type !== undefined;
    return part === 'value' && change?.content !== undefined;
  };
  return lines.filter(({ owner }) => !isTouched(owner)).map(({ text }) => text);
}

function isSubsequence(part: readonly string[], whole: readonly string[]): string | undefined {
  let at = 0;
  for (const line of part) {
    while (at < whole.length && whole[at] !== line) at += 1;
    if (at === whole.length) return line;
    at += 1;
  }
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const comments = (text: string): string[] => text.match(/# [cb]\d+/g) ?? [];

test('an edit makes exactly the requested change, and touches no other line', () => {
  fc.assert(
    fc.property(randomManifest, wish, (sample, wanted) => {
      const manifest = parse(sample.text);
      const edit = toEdit(manifest, wanted);
      const edited = editManifest(manifest, edit);
      const after = parse(edited);
      expect(meaning(after)).toEqual(expected(manifest, edit));
      const kept = untouched(sample, edit);
      expect(isSubsequence(kept, edited.replace('\uFEFF', '').split(/\r?\n/))).toBe(undefined);
      expect(edited.includes('\r\n')).toBe(sample.text.includes('\r\n'));
      const removes = [...(edit.parameters?.values() ?? [])].some(({ dropOrigin }) => dropOrigin);
      // If the last line is removed, a blank line may become the last one.
      if (!removes) expect(edited.endsWith('\n')).toBe(sample.text.endsWith('\n'));
      expect(edited.startsWith('\uFEFF')).toBe(sample.text.startsWith('\uFEFF'));
      expect(isJson(edited)).toBe(isJson(sample.text));
    }),
    { numRuns: byLength(80, 600) },
  );
});

test('replacing values keeps every comment', () => {
  fc.assert(
    fc.property(randomManifest, (sample) => {
      const manifest = parse(sample.text);
      const names = manifest.parameters.filter(
        ({ type, content }) => type === 'SecureString' && content.kind !== 'blob',
      );
      const edit: ParameterEdit = {
        type: 'securestring',
        content: { kind: 'sealed', text: SEALED_AGAIN },
      };
      const edited = editManifest(manifest, {
        encryptedWith: 'arn:new',
        parameters: new Map(names.map(({ name }) => [name, edit])),
      });
      expect(comments(edited)).toEqual(comments(sample.text));
    }),
    { numRuns: byLength(30, 200) },
  );
});

test('an edit without a change returns the same text', () => {
  fc.assert(
    fc.property(randomManifest, (sample) => {
      const manifest = parse(sample.text);
      expect(editManifest(manifest, {})).toBe(sample.text);
      const { encryptedWith, dataKeys } = manifest;
      const same = { ...(encryptedWith === undefined ? {} : { encryptedWith }), dataKeys };
      expect(editManifest(manifest, same)).toBe(sample.text);
    }),
    { numRuns: byLength(50, 300) },
  );
});
