import { expect, test } from 'vitest';
import { renderTable } from '../../../src/formats/table.ts';

test('columns are as wide as their widest cell; lines have no trailing spaces', () => {
  const table = renderTable([
    ['NAME', 'TYPE', 'SIZE'],
    ['/a/long/name', 'String', ''],
    ['/b', 'SecureString', '1 B'],
  ]);
  expect(table).toBe(
    'NAME          TYPE          SIZE\n/a/long/name  String\n/b            SecureString  1 B\n',
  );
  expect(renderTable([])).toBe('');
});
