import { attemptAll, decryptTo } from '../../actions/decrypt-to.ts';
import { decrypt, decryptValues } from '../../actions/decrypt.ts';
import { finish } from '../../actions/write-report.ts';
import { CofferError } from '../../errors.ts';
import { asText } from '../../formats/text.ts';
import { visible } from '../../formats/visible.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';

const AGAIN = 'run it again for those that failed';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  const [file = '', ...more] = args;
  const name = flags.string('value');
  const outDir = flags.string('outDir');
  const overwrite = flags.boolean('overwrite');
  refuseTogether(name, outDir, overwrite, more.length > 0);
  if (outDir !== undefined) {
    await writeReport(context, await decryptTo(tools, args, outDir, { overwrite }));
  } else if (more.length > 0) {
    await (json ? printReports(context) : printDocuments(context));
  } else if (json) {
    await writeReport(context, await reportValues(context, file, name));
  } else if (name !== undefined) {
    for (const { bytes } of await decryptValues(tools, file, { only: [name] })) {
      await terminal.write(bytes);
    }
  } else {
    const { text, left } = await decrypt(tools, file);
    await terminal.write(text);
    for (const problem of left) terminal.warn(problem);
  }
  return EXIT.ok;
}

function refuseTogether(
  name: string | undefined,
  outDir: string | undefined,
  overwrite: boolean,
  isSeveral: boolean,
): void {
  if (name !== undefined && outDir !== undefined) {
    throw new CofferError('usage', '--value does not go together with --out-dir', {
      hint: 'redirect the value to a file: coffer decrypt app.yml --value NAME > FILE',
    });
  }
  if (name !== undefined && isSeveral) {
    throw new CofferError('usage', '--value works on one manifest at a time');
  }
  if (overwrite && outDir === undefined) {
    throw new CofferError('usage', '--overwrite needs --out-dir');
  }
}

/** One YAML document after the other, each with the name of its file. */
async function printDocuments({ args, terminal, tools }: Context): Promise<void> {
  const { results, applied } = await attemptAll(tools, args, (file) => decrypt(tools, file));
  for (const [index, { file, result }] of results.entries()) {
    await terminal.write(renderDocument(file, result.text, index === 0));
    for (const { message, hint } of result.left) {
      terminal.warn({ message: `${file}: ${message}`, hint });
    }
  }
  finish(applied, {}, AGAIN);
}

function renderDocument(file: string, text: string, isFirst: boolean): string {
  const body = text.replace(/^\uFEFF/, '');
  const name = `# ${visible(file)}\n`;
  // A manifest may begin its document by itself, with directives even: only `...` can precede them.
  const start = /^(?:---|%)/.test(body) ? `${isFirst ? '' : '...\n'}${name}` : `---\n${name}`;
  return `${start}${body}${body.endsWith('\n') ? '' : '\n'}`;
}

async function printReports(context: Context): Promise<void> {
  const { args, tools } = context;
  const { results, applied } = await attemptAll(tools, args, (file) => reportValues(context, file));
  const manifests = results.map(({ file, result }) => ({ file, ...result }));
  await writeReport(context, finish(applied, { manifests }, AGAIN));
}

async function reportValues({ tools }: Context, file: string, name?: string) {
  const only = name === undefined ? undefined : [name];
  const values = await decryptValues(tools, file, { only });
  return { parameters: values.map(({ bytes, ...value }) => ({ ...value, ...asJson(bytes) })) };
}

function asJson(bytes: Buffer): { value: string } | { valueBase64: string } {
  const text = asText(bytes);
  return text === undefined ? { valueBase64: bytes.toString('base64') } : { value: text };
}
