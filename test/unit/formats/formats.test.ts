import { parseEnv } from 'node:util';
import { array, assert, constantFrom, oneof, property, string, uniqueArray } from 'fast-check';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { dockerLine, findDockerFault } from '../../../src/formats/docker.ts';
import { renderJson } from '../../../src/formats/json.ts';
import { dotenvLine, findDotenvFault } from '../../../src/formats/dotenv.ts';
import { githubBlock, githubMasks } from '../../../src/formats/github.ts';
import { renderYaml } from '../../../src/formats/yaml.ts';
import { readDotenv } from '../../support/dotenv-reader.ts';
import { readEnvFile } from '../../support/env-file-reader.ts';
import { readGithubEnv, readMasks } from '../../support/github-runner.ts';
import { NASTY } from '../../support/nasty.ts';
import { hasPythonYaml, readByPython } from '../../support/python-yaml.ts';

const entries = Object.entries(NASTY).map(([variable, value]) => ({ variable, value }));

/** Any text without NUL, with many special characters. */
const text = oneof(
  string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', '')),
  array(constantFrom(...'\'"`$%{}()#=\\n \t\r\n-ab:<'.split(''), 'EOF', ...Object.values(NASTY)), {
    maxLength: 12,
  }).map((parts) => parts.join('')),
);

const texts = array(text, { maxLength: 8 });

function named(values: readonly string[]) {
  return values.map((value, i) => ({ variable: `v/${i}.a`, value }));
}

function readBack(lines: readonly string[], read: (file: string) => object): unknown {
  return { ...read(lines.map((line) => `${line}\n`).join('')) };
}

describe('dotenv', () => {
  test.each([
    ["Node's own reader", parseEnv],
    ['the package dotenv', readDotenv],
  ])('%s reads back every text without a fault', (_, read) => {
    assert(
      property(texts, (values) => {
        // SSM cannot hold an empty value.
        const sound = named(values.filter((value) => value !== '' && !findDotenvFault(value)));
        const lines = sound.map(({ value }, i) => dotenvLine(`V${i}`, value));
        const expected = Object.fromEntries(sound.map(({ value }, i) => [`V${i}`, value]));
        expect(readBack(lines, read)).toEqual(expected);
      }),
      {
        numRuns: 500,
        examples: [[['ends with \\', '# begins']], [["both ' and `, then \\r"]]],
      },
    );
  });

  test('finds a fault only in text that no quotes can hold', () => {
    const faulty = entries.filter(({ value }) => findDotenvFault(value));
    expect(faulty.map(({ variable }) => variable)).toEqual(['carriage', 'windows']);
    expect(findDotenvFault(`a'b"c\`d`)).toBeUndefined();
    expect(findDotenvFault(`a'b"c\`d\n`)).toContain('cannot quote');
    expect(findDotenvFault('end\\')).toBeUndefined();
    expect(findDotenvFault('#end\\')).toContain('with a backslash');
  });

  test.each([
    ['plain', `A='plain'`],
    ['$HOME \\n', `A='$HOME \\n'`],
    ["it's", `A="it's"`],
    ["it's $HOME", "A=`it's $HOME`"],
    ['end\\', 'A=end\\'],
  ])('quotes %s as most readers expect', (value, line) => {
    expect(dotenvLine('A', value)).toBe(line);
  });
});

describe('docker', () => {
  test('is read back for every text without a fault', () => {
    assert(
      property(texts, (values) => {
        const sound = values.filter((value) => !findDockerFault(value));
        const lines = sound.map((value, i) => dockerLine(`V${i}`, value));
        const expected = Object.fromEntries(sound.map((value, i) => [`V${i}`, value]));
        expect(readBack(lines, readEnvFile)).toEqual(expected);
      }),
    );
  });

  test('cannot hold a line break, or a carriage return at the end', () => {
    const faulty = entries.filter(({ value }) => findDockerFault(value));
    const names = faulty.map(({ variable }) => variable);
    expect(names).toEqual(['paragraphs', 'carriage', 'windows', 'heredoc']);
  });
});

describe('github', () => {
  test('is read back by the runner for every text', () => {
    assert(
      property(texts, (values) => {
        const blocks = values.map((value, i) => githubBlock(`V${i}`, value, `end-${i}`));
        const expected = Object.fromEntries(values.map((value, i) => [`V${i}`, value]));
        expect(readGithubEnv(`A=1\n\n${blocks.join('')}`)).toEqual({ A: '1', ...expected });
      }),
    );
  });

  test('masks every line of a secret, with special characters escaped', () => {
    expect(githubMasks('one\r\n 100%0A\rthree\n\n \n')).toBe(
      '::add-mask::one\n::add-mask:: 100%250A\n::add-mask::three\n',
    );
    assert(
      property(text, (value) => {
        const lines = value.split(/[\r\n]+/).filter((line) => line.trim() !== '');
        expect(readMasks(githubMasks(value))).toEqual(lines);
      }),
    );
  });
});

describe('json and yaml', () => {
  const names = uniqueArray(constantFrom('2', '10', 'on', '__proto__', 'a/b', '~', '-', 'x.y'));

  test('are read back, with names and values', () => {
    assert(
      property(names, texts, (keys, values) => {
        const pairs = keys.map((variable, i) => ({ variable, value: values[i] ?? '' }));
        const expected = new Map(pairs.map(({ variable, value }) => [variable, value]));
        for (const read of [JSON.parse(renderJson(pairs)), parse(renderYaml(pairs))]) {
          expect(new Map(Object.entries(read as object))).toEqual(expected);
        }
      }),
    );
  });

  test.skipIf(!hasPythonYaml)('are read back by PyYAML, a reader of YAML 1.1', async () => {
    expect(await readByPython(renderYaml(entries))).toEqual(NASTY);
  });
});
