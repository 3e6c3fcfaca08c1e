import type { VariableOptions } from '../actions/export.ts';
import type { SecretOptions } from '../actions/secrets.ts';
import type { CompareOptions } from '../actions/targets.ts';
import type { WriteOptions } from '../actions/tools.ts';
import type { Flags } from './flags.ts';

/** For commands that write manifests. */
export function writeOptions(flags: Flags): WriteOptions {
  return {
    createKey: flags.isAllowed('createKey'),
    acceptFileKey: flags.string('acceptFileKey'),
    acceptRecovery: flags.string('acceptRecovery'),
    lockTimeoutSeconds: flags.count('lockTimeout', 0),
  };
}

/** For commands that compare manifests with AWS. */
export function compareOptions(flags: Flags): CompareOptions {
  return {
    only: flags.list('only'),
    prune: flags.boolean('prune'),
    pruneTags: flags.boolean('pruneTags'),
    noDecrypt: !flags.isAllowed('decrypt'),
    allowPlaintext: flags.boolean('allowPlaintext'),
    useRecovery: flags.boolean('useRecovery'),
  };
}

/** For commands that decrypt secrets. */
export function secretOptions(flags: Flags): SecretOptions {
  return {
    from: flags.string('from') === 'aws' ? 'aws' : undefined,
    only: flags.list('only'),
    noBlobs: !flags.isAllowed('blobs'),
    allowForeign: flags.boolean('allowForeign'),
  };
}

/** For commands that turn secrets into variables. */
export function variableOptions(flags: Flags): VariableOptions {
  return {
    names: flags.string('names'),
    prefix: flags.string('prefix'),
    files: flags.string('files'),
    allowSpecial: flags.boolean('allowSpecial'),
  };
}
