import type { Context } from './context.ts';

/** With `--json`, prints one report per manifest. */
export function writeReports(context: Context, manifests: readonly object[]): Promise<void> {
  return writeReport(context, { manifests });
}

/** With `--json`, prints a report. */
export async function writeReport({ json, terminal }: Context, report: object): Promise<void> {
  if (json) await terminal.write(`${JSON.stringify({ version: 1, ...report })}\n`);
}

/** A report that people may read too. */
export function renderReport(report: object): string {
  return `${JSON.stringify({ version: 1, ...report }, null, 2)}\n`;
}
