import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { expect } from 'vitest';
import { COMMANDS } from '../../src/cli/index.ts';

const SCHEMA = new URL('../../schemas/report.schema.json', import.meta.url);

interface Schema {
  definitions: Record<string, unknown>;
}

const schema = JSON.parse(await readFile(SCHEMA, 'utf8')) as Schema;
const ajv = new Ajv({ allErrors: true }).addSchema(schema, 'report');

/** Commands that print a report. */
export const REPORTING = COMMANDS.filter(({ noJson }) => noJson === undefined).map(
  ({ name }) => name,
);

/** Whether any command could print this. */
export const isReport = ajv.getSchema('report') as (report: unknown) => boolean;

/** The names of all shapes, those of commands among them. */
export const SHAPES = Object.keys(schema.definitions);

/** Proves that `text` is one JSON document of the documented shape, and returns it. */
export function expectReport(shape: string, text: string): unknown {
  const validate = ajv.getSchema(`report#/definitions/${shape}`);
  if (!validate) throw new Error(`no shape is documented for ${shape}`);
  const report: unknown = JSON.parse(text);
  const isRight = validate(report);
  const faults = (isRight ? [] : (validate.errors ?? [])).map((error) => ({
    at: error.instancePath,
    message: error.message,
    ...error.params,
  }));
  expect(faults, `${shape}: ${text}`).toEqual([]);
  expect(isReport(report), `the whole schema takes it: ${text}`).toBe(true);
  return report;
}

/** The same for what an action returned. */
export function expectReportOf(shape: string, report: object): void {
  expectReport(shape, JSON.stringify({ version: 1, ...report }));
}
