import type { Context } from './context.ts';

/** Answers with one report a manifest, when JSON was asked for. */
export function writeReports(context: Context, manifests: readonly object[]): Promise<void> {
  return writeReport(context, { manifests });
}

/** Answers in JSON, when that was asked for. */
export async function writeReport({ json, terminal }: Context, report: object): Promise<void> {
  if (json) await terminal.write(`${JSON.stringify({ version: 1, ...report })}\n`);
}

/** A report that people may want to read, too. */
export function renderReport(report: object): string {
  return `${JSON.stringify({ version: 1, ...report }, null, 2)}\n`;
}
