import { basename } from 'node:path';
import { CofferError, isFailure } from '../errors.ts';
import { isThere } from '../files/private-file.ts';
import { dayOf } from '../manifest/age.ts';
import { decodeManifest, parseManifest, type Manifest } from '../manifest/index.ts';
import type { Parameter } from '../manifest/model.ts';
import { replaceOrKeep } from '../seal/apply.ts';
import { sealEdited, type ParameterChange } from '../seal/edited.ts';
import { reveal, type View } from '../seal/reveal.ts';
import {
  changeManifest,
  fileKeyFor,
  lockManifests,
  openerFor,
  requireWritable,
  tellCreated,
} from './manifests.ts';
import { recoveryOf } from './recipients.ts';
import type { SealReport } from './sealing.ts';
import type { Tools, WriteOptions } from './tools.ts';

export interface EditOptions extends WriteOptions {
  /**
   * Asks whether to edit a text again that failed with `error`; if not, the edit is discarded.
   * Without it, the action throws `error`.
   */
  again?: ((error: unknown) => Promise<boolean>) | undefined;
  /** Leaves secrets readable, whose type is another now, without asking. */
  yes?: boolean | undefined;
}

export interface EditReport extends Omit<SealReport, 'encryptedWith'> {
  /** The file key; absent if nothing changed. */
  encryptedWith?: string | undefined;
  changes: ParameterChange[];
}

/**
 * Lets `change` edit a manifest in plaintext (or a template for a new one) and seals the result.
 * What `change` left alone keeps its ciphertext byte for byte. Asks before a secret becomes readable.
 * @throws CofferError `conflict` if someone else changed the manifest in the meantime: the edit is
 * then saved beside it, sealed
 */
export async function edit(
  tools: Tools,
  file: string,
  change: (text: Buffer) => Promise<Buffer>,
  options: EditOptions = {},
): Promise<EditReport> {
  await requireWritable(tools, [file]);
  const isNew = !(await isThere(file));
  const view = isNew ? newView(tools, file) : await readView(tools, file, options);
  const original = Buffer.from(view.text);
  let text: Buffer = original;
  for (;;) {
    text = await change(text);
    if (text.equals(original)) {
      tools.host.note(`${file}: nothing changed`);
      return { file, changed: false, sealed: [], warnings: [], changes: [] };
    }
    try {
      const edited = parseManifest(decodeManifest(text, file), file);
      await confirmReadable(tools, view, edited, options);
      return await lockManifests(tools, [file], options, () =>
        sealText(tools, view, edited, options),
      );
    } catch (error) {
      // After a conflict, the edit is saved beside the manifest; after Ctrl-C at a question, nobody
      // wants another one.
      const isFinal = isFailure(error, 'conflict') || isFailure(error, 'interrupted');
      if (!options.again || isFinal) throw error;
      if (!(await options.again(error))) {
        throw new CofferError('declined', `edit discarded; ${file} is unchanged`);
      }
    }
  }
}

/** Another type is a word in the text, and leaves the value in git for everybody. */
async function confirmReadable(
  { host }: Tools,
  view: View,
  edited: Manifest,
  { yes = false }: EditOptions,
): Promise<void> {
  const names = newlyReadable(view, edited);
  if (yes || names.length === 0) return;
  const question =
    names.length === 1
      ? `${names.join()} is a secret, and will be readable in git.`
      : `These are secrets, and will be readable in git: ${names.join(', ')}.`;
  await host.confirm(`${question} Go ahead?`);
}

function isSecret({ type }: Parameter): boolean {
  return type === 'SecureString';
}

/** The parameters that were secrets, under the same name or with the text of one that is gone. */
function newlyReadable({ manifest, shown }: View, { parameters }: Manifest): string[] {
  const secrets = new Set(manifest.parameters.filter(isSecret).map(({ name }) => name));
  const kept = new Set(parameters.map(({ name }) => name));
  const gone = new Set([...shown].flatMap(([name, text]) => (kept.has(name) ? [] : [text])));
  return parameters
    .filter((one) => !isSecret(one))
    .filter(
      ({ name, content }) =>
        secrets.has(name) || (content.kind === 'plain' && gone.has(content.text)),
    )
    .map(({ name }) => name);
}

async function readView(tools: Tools, file: string, options: EditOptions): Promise<View> {
  // Holds the lock only while reading: others need not wait while a person types.
  const manifest = await changeManifest(tools, file, options, (manifest) =>
    Promise.resolve(manifest),
  );
  return reveal(manifest, await openerFor(tools, manifest), { keepFiles: true });
}

/** Seals the edited text and writes it. */
async function sealText(
  tools: Tools,
  view: View,
  parsed: Manifest,
  options: EditOptions,
): Promise<EditReport> {
  const { host } = tools;
  const { file, encryptedWith } = view.manifest;
  const { allowedFiles, limit } = tools;
  const edited = { ...parsed, allowedFiles, limit };
  const { region } = tools;
  // What is encrypted already vouches for the list of those who can open it besides.
  const recovery = recoveryOf(tools, encryptedWith === undefined ? edited : view.manifest, options);
  const target = {
    ...edited,
    regions: region ? ([region] as const) : edited.regions,
    encryptedWith,
  };
  const fileKey = await fileKeyFor(tools, target, options, recovery);
  const { sealed, warnings, changes, ...next } = await sealEdited(
    view,
    edited,
    fileKey,
    dayOf(new Date()),
  ).finally(() => tellCreated(host, fileKey));
  const { changed } = await replaceOrKeep(view.manifest, next);
  for (const warning of warnings) host.warn(warning);
  for (const { name, change } of changes) host.note(`${change} ${name}`);
  if (changes.length === 0) {
    host.note(`${file}: ${changed ? 'saved; no parameter' : 'nothing'} changed`);
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

/** The template of a new manifest. */
function newView({ homeRegion = 'us-east-1' }: Tools, file: string): View {
  const app = basename(file)
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-');
  const text = `path: /${app}/ # prefix of every name
region: ${homeRegion}
kmskey: alias/${app} # encrypts what is stored in AWS
# bucket: ${app}-secrets # needed if a value is too large for SSM
parameters:
  - name: example
    type: SecureString # or String, StringList
    value: in plaintext here; coffer encrypts it when you leave the editor
`;
  const manifest: Manifest = {
    file,
    text: '',
    path: '',
    regions: [''] as const,
    region: '',
    tags: {},
    recovery: [],
    store: 'ssm',
    replicas: [],
    destination: { path: '', region: '' },
    dataKeys: {},
    parameters: [],
  };
  return { manifest, text, shown: new Map() };
}
