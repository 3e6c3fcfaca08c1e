import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readScreen } from '../../docs/make/pictures/screen.js';
import { stable } from '../../docs/make/pictures/stable.js';
import { drawTerminal } from '../../docs/make/pictures/svg.js';

const PICTURES = readdirSync('docs/pictures').filter((name) => name.endsWith('.svg'));

/** The tags of an XML text that are not closed, or closed without having been opened. */
function unbalanced(xml: string): string[] {
  const open: string[] = [];
  for (const [tag, slash, name = '', end] of xml.matchAll(/<(\/?)([\w:-]+)[^<>]*?(\/?)>/g)) {
    if (end) continue;
    if (!slash) open.push(name);
    else if (open.pop() !== name) return [tag];
  }
  return open;
}

describe('a screen', () => {
  test('keeps styles, and where each run of text begins', () => {
    expect(
      readScreen('\u001b[1mapp\u001b[22m\r\n\u001b[32m  + a\u001b[39m\u001b[2m   b\u001b[22m'),
    ).toEqual([
      [{ column: 0, text: 'app', bold: true }],
      [
        { column: 2, text: '+ a', colour: 'green' },
        { column: 8, text: 'b', dim: true },
      ],
    ]);
  });

  test('shows a line that was written again as it was at last', () => {
    expect(readScreen('3 of 10 done\r\u001b[Kready\nabc\rX\n')).toEqual([
      [{ column: 0, text: 'ready' }],
      [{ column: 0, text: 'Xbc' }],
    ]);
  });

  test('refuses what it does not know', () => {
    expect(() => readScreen('\u0007')).toThrow('unknown in a terminal');
    expect(() => readScreen('\u001b[48m')).toThrow('unknown style');
  });
});

/** A line as coffer prints it. */
function line(id: string, date: string, token: string): string {
  return stable(
    `ENC[v1,${id},63f163c2,${token}] ${id} ${date} 09:43 arn:aws:kms:us-east-1:111122223333`,
  );
}

test('random bytes, dates and times become stable, and the same ones the same', () => {
  const one = line('d464106d', '2026-11-27', 'P43Z'.repeat(15));
  expect(one).toBe(line('0bc9ffee', '2031-01-01', 'x/+9'.repeat(15)));
  expect(one).toHaveLength(line('0bc9ffee', '2031-01-01', 'x/+9'.repeat(15)).length);
  expect(one).toMatch(/^ENC\[v1,(\w{8}),.*\] \1 2026-11-02 09:30 .*:111122223333$/);
});

test('a picture escapes its text', () => {
  const svg = drawTerminal([[{ column: 0, text: 'a < b && c > d' }]], {
    title: '<&>',
    summary: '<&>',
    columns: 20,
  });
  expect(unbalanced(svg)).toEqual([]);
  expect(svg).toContain('>a &lt; b &amp;&amp; c &gt; d</text>');
  expect(svg).toContain('<title id="title">&lt;&amp;&gt;</title>');
});

test.each(PICTURES)('docs/pictures/%s is well-formed, and needs nothing but itself', (name) => {
  const svg = readFileSync(`docs/pictures/${name}`, 'utf8');
  expect(unbalanced(svg)).toEqual([]);
  expect(svg.replaceAll(/<[^<>]*>/g, '')).not.toMatch(/[<>]/);
  expect(svg).not.toMatch(/&(?!(?:amp|lt|gt);)/);
  expect(svg).not.toMatch(/<script|<foreignObject|<image|href|@import|url\(|\son\w+=/i);
  expect(svg).toMatch(/<title id="title">[^<]+<\/title>\n<desc id="summary">[^<]+<\/desc>/);
  expect(svg).toContain('$</text>');
});

test('there are pictures', () => {
  expect(PICTURES).toEqual(expect.arrayContaining(['compare.svg', 'diff.svg', 'tour.svg']));
});
