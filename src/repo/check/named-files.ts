import { dirname, join, relative } from 'node:path';
import { decodeBase64 } from '../../crypto/base64.ts';
import type { Problem } from '../../errors.ts';
import { shellFile } from '../../files/shell-words.ts';
import type { Blob, Manifest, Parameter } from '../../manifest/model.ts';
import type { Stub } from '../../git/stub.ts';
import { besideManifest, describeRefused } from '../../seal/named-file.ts';
import { fingerprintOf, type Fingerprint } from './fingerprint.ts';
import { encodeSource } from '../../seal/opener.ts';
import { findUnplaced } from '../../seal/placement.ts';
import type { Snapshot, Source } from './snapshot.ts';

/** A manifest, and the state of the files around it. */
interface Surroundings {
  manifest: Manifest;
  source: Source;
  snapshot: Snapshot;
}

/** The absolute paths of all files that a manifest names, and the targets of links among them. */
export async function namedFiles(
  { parameters }: Manifest,
  { path: file }: Source,
  { locate }: Snapshot,
): Promise<string[]> {
  const paths = parameters
    .flatMap(({ content, origin }) => [
      content.kind === 'blob' && 'path' in content.blob.body ? content.blob.body.path : undefined,
      origin && 'file' in origin ? origin.file : undefined,
    ])
    .filter((path) => path !== undefined);
  const located = await Promise.all(paths.map((path) => locate(file, path)));
  return [
    ...paths.map((path) => besideManifest({ file }, path)),
    ...located.map(({ path }) => path),
  ];
}

/** Finds problems in the files that a parameter names, or in its inline blob. */
export async function findFileProblems(
  around: Surroundings,
  parameter: Parameter,
): Promise<Problem[]> {
  const { content, origin } = parameter;
  const found: (Problem | undefined)[] = [];
  if (content.kind === 'blob') {
    const { body } = content.blob;
    const refused = 'path' in body && (await findRefusal(around, parameter, body.path));
    found.push(refused || (await findBlobProblem(around, parameter, content.blob)));
  }
  if (origin && 'file' in origin) {
    const refused = await findRefusal(around, parameter, origin.file);
    if (refused) return [...found.filter((problem) => problem !== undefined), refused];
    const find = parameter.type === 'SecureString' ? findLeak : findPublishedProblem;
    found.push(await find(around, parameter, origin.file));
  }
  return found.filter((problem) => problem !== undefined);
}

/** No manifest names a file outside of its repository: it may be anybody's. */
async function findRefusal(
  { source, snapshot }: Surroundings,
  { name, place }: Parameter,
  named: string,
): Promise<Problem | undefined> {
  const { path, refused } = await snapshot.locate(source.path, named);
  return refused && { ...describeRefused(name, named, { path, refused }), place };
}

async function findBlobProblem(
  around: Surroundings,
  parameter: Parameter,
  { body, sha256, size }: Blob,
): Promise<Problem | undefined> {
  let actual: Fingerprint;
  if ('data' in body) actual = fingerprintOf(decodeBase64(body.data) ?? Buffer.alloc(0));
  else {
    const file = await findFile(around, parameter, body.path);
    if ('problem' in file) {
      const hint = file.isMissing ? await findLeftBehind(around, body.path) : undefined;
      return hint === undefined ? file.problem : { ...file.problem, hint };
    }
    actual = file;
  }
  if (actual.sha256 === sha256 && actual.size === size) return undefined;
  if (actual.stub?.of === 'git-crypt') {
    // What git-crypt encrypted on its way into the index cannot be compared.
    return around.snapshot.isFiltered ? undefined : stubProblem(parameter, 'its blob', actual.stub);
  }
  return {
    message: `${parameter.name}: the sealed bytes do not match the manifest`,
    hint: 'restore blob and manifest from the same commit, or encrypt the file again with coffer encrypt --reseal NAME',
    place: parameter.place,
  };
}

/** How to fetch a blob that stayed where it was while somebody moved its manifest. */
async function findLeftBehind(
  { source, snapshot }: Surroundings,
  path: string,
): Promise<string | undefined> {
  const here = dirname(source.path);
  const tracked = await snapshot.tracked(here);
  const old = [...(tracked?.keys() ?? [])].find((one) => one.endsWith(`/${path}`));
  if (old === undefined || old === join(here, path)) return undefined;
  const named = (file: string) =>
    shellFile(join(dirname(source.file), relative(here, dirname(file))));
  return `it stayed where the manifest was: git mv ${named(old)} ${named(join(here, path))}`;
}

/** A secret's plaintext may be beside the manifest, but not in git. */
async function findLeak(
  { source, snapshot }: Surroundings,
  { name, place }: Parameter,
  path: string,
): Promise<Problem | undefined> {
  const tracked = await snapshot.tracked(dirname(source.path));
  const found = (await snapshot.locate(source.path, path)).path;
  if (!tracked?.has(found)) return undefined;
  const stub = snapshot.isFiltered ? undefined : (await snapshot.fingerprint(found))?.stub;
  if (stub?.of === 'git-crypt') return stubProblem({ name, place }, `file ${path}`, stub);
  const file = join(dirname(source.file), relative(dirname(source.path), found));
  return {
    message: `${name}: git tracks ${path}, the plaintext of a secret`,
    hint: `run git rm --cached ${shellFile(file)}, and add it to .gitignore; if it was pushed, replace the secret`,
    place,
  };
}

/** A file that is not secret is published unchanged, unless it was sealed for S3. */
async function findPublishedProblem(
  around: Surroundings,
  parameter: Parameter,
  path: string,
): Promise<Problem | undefined> {
  if (parameter.content.kind !== 'absent') return undefined;
  const file = await findFile(around, parameter, path);
  if ('problem' in file) return file.problem;
  if (!file.stub) return unplacedContent(around.manifest, parameter, file);
  return around.snapshot.isFiltered ? undefined : stubProblem(parameter, `file ${path}`, file.stub);
}

function stubProblem(
  { name, place }: Pick<Parameter, 'name' | 'place'>,
  what: string,
  { of, mend }: Stub,
): Problem {
  return {
    message: `${name}: ${what} is a stub of ${of}, not its content`,
    hint: `run ${mend}`,
    place,
  };
}

function unplacedContent(
  manifest: Manifest,
  parameter: Parameter,
  { content, size }: Fingerprint,
): Problem | undefined {
  return findUnplaced(manifest, parameter, content ? encodeSource(parameter, content) : size);
}

/** A file that the manifest needs: git must track it if it tracks the manifest. */
async function findFile(
  { source, snapshot }: Surroundings,
  { name, place }: Parameter,
  path: string,
): Promise<Fingerprint | { problem: Problem; isMissing: boolean }> {
  const { path: absolute, isAllowed } = await snapshot.locate(source.path, path);
  const hint = `run git add ${shellFile(join(dirname(source.file), path))}`;
  const found = await snapshot.fingerprint(absolute);
  if (!found) {
    const message = `${name}: ${path} is missing`;
    const problem = { message, hint: `restore it, or ${hint} if it exists`, place };
    return { problem, isMissing: true };
  }
  const tracked = await snapshot.tracked(dirname(source.path));
  if (isAllowed || !tracked?.has(source.path) || tracked.has(absolute)) return found;
  const message = `${name}: git does not track ${path}, so clones do not have it`;
  return { problem: { message, hint, place }, isMissing: false };
}
