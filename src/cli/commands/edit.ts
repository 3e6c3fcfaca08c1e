import { basename } from 'node:path';
import { CofferError } from '../../errors.ts';
import { decodeManifest, parseManifest } from '../../manifest/index.ts';
import { expected, renderError } from '../terminal/problems.ts';
import { replaceOrKeep } from '../../seal/apply.ts';
import { sealEdited } from '../../seal/edited.ts';
import { openView, type View } from '../../seal/view.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { editText } from '../terminal/editor.ts';
import { changeManifest, lockManifests, openerFor, tellCreated } from '../../actions/manifests.ts';
import { newView } from '../../actions/new-manifest.ts';
import { isThere } from '../../files/private-file.ts';
import { writeReports } from '../report.ts';
import { fileKeyFor } from '../../actions/sealing.ts';

export async function run(context: Context): Promise<ExitCode> {
  const [file = ''] = context.args;
  const view = (await isThere(file)) ? await readView(context, file) : newView(context, file);
  await writeReports(context, [await editView(context, view)]);
  return EXIT.ok;
}

async function readView(context: Context, file: string): Promise<View> {
  const manifest = await changeManifest(context, file, (manifest) => Promise.resolve(manifest));
  return openView(manifest, await openerFor(context, manifest));
}

/** Opens the editor until its text can be sealed, or is given up; what was done. */
async function editView(context: Context, view: View): Promise<object> {
  const { file } = view.manifest;
  const original = Buffer.from(view.text);
  let text: Buffer = original;
  for (;;) {
    text = await editText(text, basename(file), context.environment);
    if (text.equals(original)) {
      context.terminal.note(`${file}: nothing changed`);
      return { file, changed: false, sealed: [], warnings: [], changes: [] };
    }
    try {
      return await lockManifests(context, [file], () => sealText(context, view, text));
    } catch (error) {
      await requireAnotherTry(context, error, file);
    }
  }
}

/** Seals the edited text and puts it in place. */
async function sealText(context: Context, view: View, text: Buffer): Promise<object> {
  const { terminal } = context;
  const { file, encryptedWith } = view.manifest;
  const edited = parseManifest(decodeManifest(text, file), file);
  const region = context.region ?? edited.region;
  const fileKey = await fileKeyFor(context, { ...edited, region, encryptedWith });
  const { sealed, warnings, changes, ...next } = await sealEdited(view, edited, fileKey).finally(
    () => tellCreated(terminal, fileKey, context.fileKey),
  );
  const { changed } = await replaceOrKeep(view.manifest, next);
  for (const warning of warnings) terminal.warn(warning);
  for (const { name, change } of changes) terminal.note(`${change} ${name}`);
  if (changes.length === 0) {
    terminal.note(`${file}: ${changed ? 'saved; no parameter' : 'nothing'} changed`);
  }
  return {
    file,
    changed,
    encryptedWith: fileKey.id,
    sealed,
    warnings: warnings.map(({ message }) => message),
    changes,
  };
}

/**
 * What was typed can be mended where somebody is there to do it.
 * @throws the error itself, or CofferError `declined`
 */
async function requireAnotherTry(
  { terminal }: Context,
  error: unknown,
  file: string,
): Promise<void> {
  const failure = expected(error);
  if (!failure || failure.code === 'conflict' || !terminal.isInteractive) throw error;
  const question = `${renderError(failure, terminal.paint)}(e)dit again or (d)iscard? `;
  if ((await terminal.choose(question, ['e', 'd'])) !== 'e') {
    throw new CofferError('declined', `the edit is discarded; ${file} is as it was`);
  }
}
