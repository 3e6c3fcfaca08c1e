import { describe, expect, test } from 'vitest';
import { checkArguments, readCall } from '../../../src/cli/command-line.ts';
import { COMMANDS, GROUPS } from '../../../src/cli/index.ts';
import { GLOBAL_FLAGS } from '../../../src/cli/specs/flags.ts';
import { splitLine } from '../../../src/cli/complete/split-line.ts';
import { renderCommandHelp, renderEverything, renderOverview } from '../../../src/cli/help.ts';
import { createPaint } from '../../../src/cli/terminal/paint.ts';

const plain = createPaint(false);

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}

/** The text before wrapping. */
function unwrap(text: string): string {
  return text.replaceAll(' \\\n', ' ').replaceAll(/\s+/g, ' ');
}

describe('the overview', () => {
  const text = renderOverview(GROUPS, plain);

  test('fits one screen of 24 lines and 80 columns, and names every command', () => {
    expect(widest(text)).toBeLessThanOrEqual(80);
    // The last line of the screen holds the next prompt.
    expect(text.split('\n').length - 1).toBeLessThan(24);
    const words = new Set(text.split(/\s+/));
    expect(COMMANDS.filter(({ name }) => !words.has(name))).toEqual([]);
    expect(text).toContain('coffer help --all');
  });
});

describe('help --all', () => {
  const text = renderEverything(GROUPS, GLOBAL_FLAGS, plain);

  test('has a line for every command, under its group', () => {
    for (const { title, commands } of GROUPS) {
      const [, section = ''] = text.split(`\n${title}\n`);
      const lines = section.split('\n');
      for (const [i, { name, summary }] of commands.entries()) {
        expect(lines[i]).toMatch(new RegExp(`^  ${name} +`));
        expect(lines[i]?.endsWith(`  ${summary}`), lines[i]).toBe(true);
      }
    }
  });

  test('names the aliases', () => {
    for (const { name, aliases = [] } of COMMANDS) {
      for (const alias of aliases) expect(unwrap(text)).toContain(`${alias} is ${name}`);
    }
  });

  test('fits 80 columns, and shows where to begin', () => {
    expect(widest(text)).toBeLessThanOrEqual(80);
    expect(text.indexOf('encrypt')).toBeLessThan(text.indexOf('diff'));
    expect(text.indexOf('diff')).toBeLessThan(text.indexOf('sync'));
  });
});

describe.each(COMMANDS.map((command) => [command.name, command] as const))('help %s', (_, spec) => {
  const text = renderCommandHelp(spec, GLOBAL_FLAGS, plain);

  test('fits 80 columns and is complete', () => {
    expect(widest(text)).toBeLessThanOrEqual(80);
    const whole = unwrap(text);
    for (const [flag, what] of spec.flags) expect(whole).toContain(`${flag} ${what}`);
    for (const [call, why] of spec.examples) expect(whole).toContain(`coffer ${call} ${why}`);
    expect(text).not.toMatch(/ $/m);
  });

  test('explains more than its summary, and names the values that a flag takes', () => {
    expect(unwrap(spec.description).match(/[.:?](?= |$)/g)?.length).toBeGreaterThanOrEqual(2);
    for (const [, what, values = []] of spec.flags) {
      for (const value of values) expect(what).toContain(value);
    }
  });

  test('shows valid examples', () => {
    expect(spec.examples).not.toEqual([]);
    for (const [call] of spec.examples) {
      const words = splitLine(
        call.replace(/ (?:[|>]|<(?= )).*/, '').replaceAll('*.yml', 'a.yml b.yml'),
      );
      const { spec: found, args } = readCall(words);
      expect(found?.name).toBe(spec.name);
      checkArguments(spec, args);
    }
  });
});
