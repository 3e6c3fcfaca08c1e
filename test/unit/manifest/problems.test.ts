import { describe, expect, test } from 'vitest';
import { problemsOf } from './problem-cases.ts';
import { parse, withParameter as P } from './samples.ts';

describe('the error of a manifest', () => {
  test('with one problem is that problem', () => {
    const hint = 'a manifest needs at least path, region and parameters';
    const place = { file: 'm.yml', line: 1, column: 1 };
    expect(() => parse('')).toThrow(
      expect.objectContaining({ code: 'manifest', message: 'the manifest is empty', hint, place }),
    );
  });

  test('with several problems counts them and lists them in the order of the file', () => {
    const text = P('type: Strin\nvalue: null\ntier: standrd\nnmae: x').replace('path', 'pth');
    expect(() => parse(text)).toThrow('6 problems in m.yml');
    expect(problemsOf(text).map((problem) => problem.split(' ')[0])).toEqual([
      '1:1',
      '1:1',
      '6:11',
      '7:12',
      '8:11',
      '9:5',
    ]);
  });

  test('counts columns after a byte order mark and lines with CRLF correctly', () => {
    expect(problemsOf('\uFEFFpath: a\r\nregion: us-east-1\r\nparameters: []\r\n')).toEqual([
      '1:7 "path" does not begin with a slash | write it as "/apps/superman/"',
      '3:13 "parameters" must be a list of at least one parameter | add one: each item begins with "- "',
    ]);
  });
});
