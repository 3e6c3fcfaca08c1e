/** Faults in reading, editing and merging manifests: what keeps every value as somebody typed it. */
export const manifests = [
  {
    fault: 'a secret is overdue on the day on which it is due',
    file: 'src/manifest/age.ts',
    find: "const state = left < 0 ? 'overdue'",
    replace: "const state = left <= 0 ? 'overdue'",
  },
  {
    fault: 'a merge takes the day of one side and the value of the other',
    file: 'src/manifest/merge/stamps.ts',
    find: 'if (stays.changed !== before.changed)',
    replace: 'if (stays.changed === undefined)',
  },
  {
    fault: 'check says nothing about overdue secrets',
    file: 'src/repo/check/check.ts',
    find: 'overdue ? warnings : [...warnings, ...ages.overdue]',
    replace: 'overdue ? [...warnings, ...ages.overdue] : warnings',
  },
  {
    fault: 'an item that is not read again keeps its place in the old text',
    file: 'src/manifest/yaml/reread.ts',
    find: 'return moved(item, start - from);',
    replace: 'return moved(item, start === from ? 0 : 1);',
  },
  {
    fault: 'the reader of ordinary manifests takes the rest of a comment for its text',
    file: 'src/manifest/yaml/ordinary.ts',
    find: "const comment = rest.indexOf(' #');",
    replace: "const comment = rest.lastIndexOf(' #');",
  },
  {
    fault: 'the reader of ordinary manifests does not see that a text goes on in the next line',
    file: 'src/manifest/yaml/ordinary.ts',
    find: '    if (this.#column > column) throw new NotOrdinary();\n    this.#depth -= 1;',
    replace: '    while (this.#column > column) this.#goTo(this.#next);\n    this.#depth -= 1;',
  },
  {
    fault: 'a value loses its leading zeros',
    file: 'src/manifest/yaml/scalars.ts',
    find: '  return scalar.source;',
    replace:
      '  return isPlain(scalar) && /^[0-9]+$/.test(scalar.source) ? String(Number(scalar.source)) : scalar.source;',
  },
  {
    fault: 'a description or tag loses its leading zeros',
    file: 'src/manifest/yaml/scalars.ts',
    find: 'Number.isFinite(number) && String(number) === text ? number : text',
    replace: 'Number.isFinite(number) ? number : text',
  },
  {
    fault: 'an edit of a file with CRLF writes lines with LF',
    file: 'src/manifest/edit/lines.ts',
    find: "text[first - 1] === '\\r' ? '\\r\\n' : '\\n'",
    replace: "text[first - 1] === '\\r' ? '\\n' : '\\n'",
  },
  {
    fault: 'a merge of files with CRLF gives lines with LF',
    file: 'src/manifest/merge/line-breaks.ts',
    find: "crlf ? ended.replaceAll('\\n', '\\r\\n') : ended",
    replace: 'crlf ? ended : ended',
  },
  {
    fault: 'a name of sixteen levels is accepted',
    file: 'src/manifest/read/names.ts',
    find: 'const MAX_LEVELS = 15;',
    replace: 'const MAX_LEVELS = 16;',
  },
  {
    fault: 'an error quotes a value that stands where a name should be',
    file: 'src/manifest/read/names.ts',
    find: 'NAME.test(name) ? quote(name) : undefined',
    replace: 'quote(name)',
  },
  {
    fault: 'a merge takes ours where both sides changed the same thing',
    file: 'src/manifest/merge/merged.ts',
    find: 'return ours === base ? theirs : undefined;',
    replace: 'return ours === base ? theirs : ours;',
  },
  {
    fault: 'a merge drops a field that only one side has',
    file: 'src/manifest/merge/units.ts',
    find: 'if (!base) return { text: wholeText(survivor), conflicts: 0 };',
    replace: 'if (!base) return undefined;',
  },
  {
    fault: 'a merge deletes a parameter that the other side changed',
    file: 'src/manifest/merge/units.ts',
    find: 'if (base.body === survivor.body) return',
    replace: 'if (base.body !== wholeText(survivor) + base.body) return',
  },
  {
    fault: 'a merge is not read back to see that it holds what it should',
    file: 'src/manifest/merge/manifest.ts',
    find: 'return manifest !== undefined && isFaithful(manifest, manifests);',
    replace: 'return manifest !== undefined;',
  },
  {
    fault: 'a merge puts a ciphertext under a path that it was not sealed for',
    file: 'src/manifest/merge/bonds.ts',
    find: 'if (mine === other || isFreeHere) return [];',
    replace: 'if (mine !== undefined) return [];',
  },
  {
    fault: 'a merge drops a data key that a value still needs',
    file: 'src/manifest/merge/data-keys.ts',
    find: 'return base && !needed.has(id) ? undefined :',
    replace: 'return base ? undefined :',
  },
];
