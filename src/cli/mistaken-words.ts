import { CofferError } from '../errors.ts';
import { stat } from '../files/at-once.ts';
import { shellFile, shellWord } from '../files/shell-words.ts';
import { argumentsOf, type Call } from './command-line.ts';

const YAML = /\.ya?ml$/i;

/**
 * Finds a manifest in the place of a name, and the reverse: the failure to read it would not say
 * what was meant.
 * @throws CofferError `usage` that names the right command
 */
export async function refuseMistaken({ spec, args }: Call): Promise<void> {
  const [first, second = 'NAME'] = args;
  if (!spec || first === undefined) return;
  const { name } = spec;
  const [wanted = ''] = argumentsOf(spec);
  if (name in FOR_MANIFESTS) {
    if (!YAML.test(first) || !(await isThere(first))) return;
    throw new CofferError('usage', `${first} is a file, and coffer ${name} takes a name in AWS`, {
      hint: FOR_MANIFESTS[name as keyof typeof FOR_MANIFESTS](first, second),
    });
  }
  // Where a path or a version in SSM is an argument too, an absolute one means that.
  const takesPaths = ['list', 'export', 'exec'].includes(name) || first.includes('@');
  const isFile = first === '-' || /\.(?:ya?ml|json)$/i.test(first);
  if (!/^[<[](?:\.\.\.)?manifest/.test(wanted) || isFile || (await isThere(first))) return;
  if (wanted === '<manifest>' && YAML.test(second) && (await isThere(second))) {
    throw new CofferError('usage', `${first} is not a file, and the manifest comes first`, {
      hint: `coffer ${name} ${shellFile(second)} ${shellWord(first)}`,
    });
  }
  if (!first.startsWith('/') || takesPaths) return;
  const isPath = first.endsWith('/');
  throw new CofferError(
    'usage',
    `${first} is not a file: coffer ${name} takes a manifest, and this looks like a ${isPath ? 'path' : 'name'} in AWS`,
    {
      hint: isPath
        ? `coffer list ${shellWord(first)} shows the names below it in AWS`
        : `coffer find ${shellWord(first)} says which manifest has it; coffer get ${shellWord(first)} reads it from AWS`,
    },
  );
}

/** Commands that take a name, and what does the same for a manifest. */
const FOR_MANIFESTS = {
  get: (file: string, name: string) =>
    `coffer decrypt ${shellFile(file)} --value ${shellWord(name)} shows what git has; coffer list ${shellFile(file)} the names in AWS`,
  history: (file: string) =>
    `coffer list ${shellFile(file)} shows the names in AWS; git log -p -- ${shellFile(file)} what changed in git`,
};

function isThere(file: string): Promise<boolean> {
  return stat(file).then(Boolean, () => false);
}
