import { expect, test } from 'vitest';
import { shortNames } from '../../../src/formats/short-names.ts';

test.each<[files: string[], labels: string[]]>([
  [
    ['dev.yml', 'prod.yml'],
    ['dev', 'prod'],
  ],
  [
    ['envs/dev.yml', 'envs/prod.yaml'],
    ['dev', 'prod'],
  ],
  [
    ['prod.yml', 'prod.yaml', 'dev.yml'],
    ['prod.yml', 'prod.yaml', 'dev.yml'],
  ],
  [['envs/dev.yml'], ['dev']],
  [['-'], ['standard input']],
  [
    ['-', 'standard input.yml'],
    ['-', 'standard input'],
  ],
  [
    ['dev/app.yml', 'prod/app.yml'],
    ['dev', 'prod'],
  ],
  [
    ['dev/app.yml', 'prod/app.yml', 'prod/web.yml'],
    ['dev/app', 'prod/app', 'prod/web'],
  ],
  [
    ['app.dev.yml', 'app.prod.yml'],
    ['dev', 'prod'],
  ],
  [
    ['app.yml', 'app.prod.yml'],
    ['app', 'app.prod'],
  ],
  [
    ['app.yml', 'prod/app.yml'],
    ['app', 'prod/app'],
  ],
  [
    ['app.yml', 'app.yaml'],
    ['yml', 'yaml'],
  ],
  [
    ['../a/dev.yml', '../b/dev.yml'],
    ['a', 'b'],
  ],
  [
    ['dev.yml', './prod.yml', '-'],
    ['dev', 'prod', 'standard input'],
  ],
  [
    ['dev.yml', '-'],
    ['dev', 'standard input'],
  ],
  [
    ['a.b/dev', 'a.b/prod'],
    ['dev', 'prod'],
  ],
])('%j are %j', (files, labels) => {
  expect(shortNames(files)).toEqual(labels);
});
