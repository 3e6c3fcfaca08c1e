import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));

/** A call of coffer: its exit status, and the report that it printed. */
export interface Call {
  code: number;
  report: Report;
}

/** The parts that are of use here, of what `--json` prints. */
export interface Report {
  counts?: Readonly<Record<string, number>>;
  problems?: readonly Problem[];
  /** Why it could not begin, or finish. */
  error?: { problems: readonly Problem[] };
  done?: readonly string[];
  /** Those of them that were deleted. */
  deleted?: readonly string[];
  failed?: readonly { name: string; message: string }[];
  left?: readonly string[];
}

export interface Problem {
  file?: string;
  line?: number;
  column?: number;
  message: string;
}

/** Runs coffer with `--json`; what it tells people goes to the log, in order with our own lines. */
export async function callCoffer(args: readonly string[]): Promise<Call> {
  const child = spawn(process.execPath, [CLI, ...args, '--json'], {
    stdio: ['ignore', 'pipe', process.stdout],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 1));
  });
  return { code, report: parse(Buffer.concat(chunks).toString('utf8')) };
}

/** A call that broke off may have printed nothing. */
function parse(text: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return {};
  }
}
