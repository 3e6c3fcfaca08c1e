import { run } from './cli.ts';
import { createWorkspace } from './workspace.ts';

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"' };

/** Reads `name = "…"` lines by the rules of HCL's quoted templates, and takes no template in them. */
export function readTfvars(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', body] =
        /^([\p{ID_Start}_][\p{ID_Continue}-]*) = "(.*)"$/su.exec(line) ?? [];
      if (body === undefined) throw new Error('Invalid definition');
      return [name, unescape(body)];
    }),
  );
}

function unescape(body: string): string {
  const token = /\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\(.)|([$%])\4\{|([$%]\{|")|([^\\])/gsu;
  return body.replaceAll(
    token,
    (_, u?: string, U?: string, simple?: string, sign?: string, bare?: string, other?: string) => {
      if (bare !== undefined) throw new Error('a template, or the end of the text');
      const code = u ?? U;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      if (sign !== undefined) return `${sign}{`;
      if (simple === undefined) return other ?? '';
      const escaped = simple === '\\' ? simple : ESCAPES[simple];
      if (escaped === undefined) throw new Error('Invalid escape sequence');
      return escaped;
    },
  );
}

/** What Terraform itself reads, for lines with these names. */
export async function readByTerraform(
  text: string,
  names: readonly string[],
): Promise<Record<string, string>> {
  const { folder } = await createWorkspace({
    'main.tf': names.map((name) => `variable "${name}" {}\n`).join(''),
    'values.tfvars': text,
  });
  const pairs = names.map((name) => `${name} = var.${name}`).join(', ');
  const { code, stdout, stderr } = await run(
    'terraform',
    ['console', '-no-color', '-var-file=values.tfvars'],
    {
      cwd: folder,
      env: { HOME: folder, CHECKPOINT_DISABLE: '1' },
      stdin: `base64encode(jsonencode({${pairs}}))\n`,
    },
  );
  if (code !== 0) throw new Error(`terraform: ${stderr}`);
  const base64 = JSON.parse(stdout.toString()) as string;
  return JSON.parse(Buffer.from(base64, 'base64').toString()) as Record<string, string>;
}
