import { expect, test } from 'vitest';
import { labelsOf } from '../../../src/actions/compare/labels.ts';

test.each<[files: string[], labels: string[]]>([
  [
    ['dev.yml', 'prod.yml'],
    ['dev', 'prod'],
  ],
  [
    ['envs/dev.yml', 'envs/prod.yaml'],
    ['dev.yml', 'prod.yaml'],
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
    ['dev', 'prod', '-'],
  ],
  [
    ['dev.yml', '-'],
    ['dev', '-'],
  ],
  [
    ['a.b/dev', 'a.b/prod'],
    ['dev', 'prod'],
  ],
])('%j are %j', (files, labels) => {
  expect(labelsOf(files)).toEqual(labels);
});
