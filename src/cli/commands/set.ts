import { CofferError } from '../../errors.ts';
import { editManifest, parseManifest } from '../../manifest/index.ts';
import {
  PARAMETER_TYPES,
  type Manifest,
  type NewParameter,
  type Parameter,
} from '../../manifest/model.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { changeManifest } from '../../actions/manifests.ts';
import { writeReports } from '../report.ts';
import { sealInPlace } from '../../actions/sealing.ts';
import { readValue } from '../terminal/value-input.ts';

export async function run(context: Context): Promise<ExitCode> {
  const [file = ''] = context.args;
  // Nobody has to wait while a person types.
  const { name } = await changeManifest(context, file, async (manifest) => plan(context, manifest));
  const value = await readValue(context, name);
  return changeManifest(context, file, (manifest) => set(context, manifest, value));
}

async function set(context: Context, manifest: Manifest, value: Buffer): Promise<ExitCode> {
  const { terminal } = context;
  const { existing, name, added } = plan(context, manifest);
  const { sealed, report } = await sealInPlace(context, manifest, {
    only: new Set([name]),
    values: new Map([[name, value]]),
    add: existing ? [] : [added],
  });
  const form = sealed[0]?.form === 'blob' ? ' (as a blob for S3)' : '';
  terminal.note(
    existing
      ? `${manifest.file}: ${name} has a new value${form}`
      : `${manifest.file}: added ${name}, a ${added.type}${form}`,
  );
  const origin = existing?.origin;
  if (origin && 'file' in origin) {
    terminal.note(`${name} no longer comes from ${origin.file}; that file was left alone`);
  }
  await writeReports(context, [report]);
  return EXIT.ok;
}

/** What is to be set, which the manifest can hold. */
function plan({ args, flags }: Context, manifest: Manifest) {
  const [, wanted = ''] = args;
  const type = flags.choice('type', PARAMETER_TYPES);
  const description = flags.string('description');
  const existing = manifest.parameters.find(
    ({ name, fullName }) => name === wanted || fullName === wanted,
  );
  const name = existing?.name ?? nameBelow(manifest, wanted);
  const added: NewParameter = { name, type: type ?? 'SecureString', description };
  if (existing) refuseChange(existing, { type, description });
  else refuseUnreadable(manifest, added);
  return { existing, name, added };
}

/** The name as the manifest has it, be it given in full. */
function nameBelow({ path }: Manifest, name: string): string {
  return name.startsWith(path) ? name.slice(path.length) : name;
}

function refuseChange(
  { name, type, place }: Parameter,
  wanted: { type: string | undefined; description: string | undefined },
): void {
  const hint = 'change it in the manifest, or leave the flag out: the value alone is replaced';
  if (wanted.type !== undefined && wanted.type !== type) {
    throw new CofferError('usage', `${name} is a ${type} already`, { hint, place });
  }
  if (wanted.description !== undefined) {
    throw new CofferError('usage', `${name} is there already: --description is for new ones`, {
      hint,
      place,
    });
  }
}

/** Finds out before anybody has to type a value whether the manifest could hold it. */
function refuseUnreadable(manifest: Manifest, added: NewParameter): void {
  const add = [{ ...added, content: { kind: 'plain', text: '-' } } as const];
  try {
    parseManifest(editManifest(manifest, { add }), manifest.file);
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    // The places are those of lines that are not there.
    const problems = error.problems.map(({ message, hint }) => ({
      message: message.replace(/^parameter [^:]*: /, `${added.name}: `),
      hint,
    }));
    throw new CofferError('usage', problems[0]?.message ?? error.message, {
      hint: error.hint,
      problems,
    });
  }
}
