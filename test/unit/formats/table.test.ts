import { expect, test } from 'vitest';
import { formatBytes, renderTable } from '../../../src/formats/table.ts';

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

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [1024 ** 2, '1.0 MiB'],
  [5 * 1024 ** 3, '5.0 GiB'],
  [3 * 1024 ** 4, '3.0 TiB'],
  [2 ** 52, '4096.0 TiB'],
])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
