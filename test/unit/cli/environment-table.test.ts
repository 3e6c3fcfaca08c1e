import { expect, test } from 'vitest';
import {
  ABSENT,
  renderEnvironments,
  THERE,
  type Row,
} from '../../../src/cli/terminal/environment-table.ts';
import { createPaint } from '../../../src/cli/terminal/paint.ts';

const TEN = [
  'dev',
  'qa',
  'staging-eu',
  'staging-us',
  'prod-eu-west-1',
  'prod-eu-west-2',
  'prod-us-east-1',
  'prod-us-west-2',
  'prod-ap-south-1',
  'canary',
];

const ROWS: Row[] = [
  { name: 'db/replica', cells: TEN.map((label) => (label.startsWith('prod') ? ABSENT : THERE)) },
  { name: 'flags', cells: TEN.map((label) => (label === 'qa' ? THERE : ABSENT)) },
  { name: 'smtp', cells: TEN.map((label) => (label === 'qa' ? 'String' : 'SecureString')) },
];

const ESCAPES = /\u001b\[\d+m/g;

/** Ten environments, or the first of them. */
function render(width: number, count = TEN.length, isColorful = false) {
  const paint = createPaint(isColorful);
  const rows = ROWS.map(({ name, cells }) => ({ name, cells: cells.slice(0, count) }));
  const sections = [
    { title: '3 of them', color: paint.red, rows },
    { title: '0 of them', color: paint.red, rows: [] },
  ];
  return renderEnvironments(sections, TEN.slice(0, count), { paint, width });
}

test('a table, if it fits', () => {
  expect(render(80, 3)).toBe(`              dev           qa      staging-eu
 3 of them
  db/replica  yes           yes     yes
  flags       -             yes     -
  smtp        SecureString  String  SecureString
`);
});

test('otherwise a list: who has what, and of those who have it or not, the fewer', () => {
  expect(render(80)).toBe(` 3 of them
  db/replica
    missing in prod-eu-west-1, prod-eu-west-2, prod-us-east-1, prod-us-west-2,
               prod-ap-south-1
  flags
    only in qa
  smtp
    SecureString: dev, staging-eu, staging-us, prod-eu-west-1, prod-eu-west-2,
                  prod-us-east-1, prod-us-west-2, prod-ap-south-1, canary
    String: qa
`);
});

test('no line is longer than the terminal, and colours do not count', () => {
  for (const count of [2, 3, 5, 10]) {
    for (const width of [40, 46, 47, 80, 120, 200]) {
      const plain = render(width, count);
      expect(Math.max(...plain.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
      const painted = render(width, count, true);
      expect(painted).not.toBe(plain);
      expect(painted.replaceAll(ESCAPES, '')).toBe(plain);
    }
  }
});

test('nothing without rows', () => {
  const look = { paint: createPaint(false), width: 80 };
  expect(renderEnvironments([], TEN, look)).toBe('');
});
