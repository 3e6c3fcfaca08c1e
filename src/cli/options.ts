import type { VariableOptions } from '../actions/export.ts';
import type { SecretOptions } from '../actions/secrets.ts';
import type { StoreOptions } from '../actions/stores.ts';
import type { CompareOptions } from '../actions/targets.ts';
import type { WriteOptions } from '../actions/tools.ts';
import { CofferError } from '../errors.ts';
import { STORES } from '../manifest/model.ts';
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

/** For commands that write to or delete from a store. */
export function storeOptions(flags: Flags): StoreOptions {
  const recoveryDays = flags.count('recoveryDays');
  if (recoveryDays !== undefined && (recoveryDays < 7 || recoveryDays > 30)) {
    throw new CofferError('usage', '--recovery-days takes a number from 7 to 30', {
      hint: 'to delete secrets for good, use --force-delete',
    });
  }
  if (recoveryDays !== undefined && flags.boolean('forceDelete')) {
    throw new CofferError('usage', '--recovery-days cannot be used with --force-delete');
  }
  return {
    recoveryDays,
    forceDelete: flags.boolean('forceDelete'),
    takeOver: flags.boolean('takeOver'),
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
    ...storeOptions(flags),
  };
}

/** For commands that decrypt secrets. */
export function secretOptions(flags: Flags): SecretOptions {
  return {
    from: flags.string('from') === 'aws' ? 'aws' : undefined,
    only: flags.list('only'),
    noBlobs: !flags.isAllowed('blobs'),
    allowForeign: flags.boolean('allowForeign'),
    store: flags.choice('store', STORES),
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
