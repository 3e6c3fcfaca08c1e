import { decrypt, decryptValues } from '../../actions/decrypt.ts';
import { asText } from '../../formats/text.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  const [file = ''] = args;
  const name = flags.string('value');
  if (json || name !== undefined) {
    const values = await decryptValues(tools, file, {
      only: name === undefined ? undefined : [name],
    });
    if (json) {
      const parameters = values.map(({ bytes, ...value }) => ({ ...value, ...asJson(bytes) }));
      await writeReport(context, { parameters });
    } else {
      for (const { bytes } of values) await terminal.write(bytes);
    }
    return EXIT.ok;
  }
  const { text, left } = await decrypt(tools, file);
  await terminal.write(text);
  for (const problem of left) terminal.warn(problem);
  return EXIT.ok;
}

function asJson(bytes: Buffer): { value: string } | { valueBase64: string } {
  const text = asText(bytes);
  return text === undefined ? { valueBase64: bytes.toString('base64') } : { value: text };
}
