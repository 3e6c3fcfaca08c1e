import type { EditAndSyncOptions } from '../actions/edit-and-sync.ts';
import type { CompareOptions } from '../actions/targets.ts';
import type { WriteOptions } from '../actions/tools.ts';
import type { ArgumentsShape, OptionsShape } from './arguments.ts';
import type { Verbs } from './verbs.ts';

// The compiler holds all of this to the types of the actions: a name that is missing or unknown there
// is an error here.

const WRITE = {
  acceptFileKey: 'any',
  acceptRecovery: 'any',
  createKey: 'any',
  lockTimeoutSeconds: 'any',
} as const satisfies OptionsShape<WriteOptions>;

const EDIT_AND_SYNC = {
  ...WRITE,
  allowPlaintext: 'any',
  dryRun: 'any',
  forceDelete: 'any',
  onPlan: 'any',
  recoveryDays: 'any',
  takeOver: 'any',
  useRecovery: 'any',
  yes: 'any',
} as const satisfies OptionsShape<EditAndSyncOptions>;

const COMPARE = {
  allowPlaintext: 'any',
  forceDelete: 'any',
  noDecrypt: 'any',
  only: 'list',
  prune: 'any',
  pruneTags: 'any',
  recoveryDays: 'any',
  takeOver: 'any',
  useRecovery: 'any',
} as const satisfies OptionsShape<CompareOptions>;

/** What each verb takes. */
export const ARGUMENTS = {
  init: [
    'text',
    { account: 'any', bucket: 'any', kmskey: 'any', path: 'any', region: 'any', regions: 'list' },
    { lockTimeoutSeconds: 'any', schema: 'any' },
  ],
  encrypt: ['list', { ...WRITE, reseal: 'list' }],
  decrypt: ['text'],
  decryptTo: ['list', 'text', { overwrite: 'any' }],
  open: ['text', { allowForeign: 'any', from: 'any', noBlobs: 'any', only: 'list', store: 'any' }],
  edit: ['text', 'function', { ...WRITE, again: 'any', yes: 'any' }],
  set: [
    'text',
    'text',
    'function',
    { ...WRITE, description: 'any', init: 'any', isNew: 'any', review: 'any', type: 'any' },
  ],
  unset: ['text', 'list', { lockTimeoutSeconds: 'any', review: 'any' }],
  create: ['text', 'text', 'function', { ...EDIT_AND_SYNC, description: 'any', type: 'any' }],
  update: ['text', 'text', 'function', { ...EDIT_AND_SYNC }],
  delete: ['text', 'text', { ...EDIT_AND_SYNC }],
  rotate: ['text', 'list', { ...WRITE, all: 'any' }],
  rollback: ['text', 'text', { ...WRITE, version: 'any' }],
  move: [
    'text',
    'list',
    {
      ...WRITE,
      account: 'any',
      bucket: 'any',
      description: 'any',
      kmskey: 'any',
      path: 'any',
      region: 'any',
      regions: 'list',
      secret: 'any',
      store: 'any',
    },
  ],
  copy: ['text', 'list', 'text', { ...WRITE }],
  refresh: ['list', { ...WRITE, newDataKeys: 'any' }],
  recovery: ['text', 'list', 'list', { ...WRITE, yes: 'any' }],
  check: [
    'list',
    {
      allowedFiles: 'list',
      folder: 'any',
      input: 'any',
      overdue: 'any',
      staged: 'any',
      time: 'any',
    },
  ],
  compare: ['list', { values: 'any' }],
  find: ['text', 'list', { folder: 'any' }],
  diff: ['list', { ...COMPARE, reveal: 'any' }],
  report: ['list', { history: 'any', noDecrypt: 'any', now: 'any', offline: 'any' }],
  sync: ['list', { ...COMPARE, dryRun: 'any', onPlan: 'any', replace: 'any', yes: 'any' }],
  save: ['list', { allowPlaintext: 'any', takeOver: 'any', useRecovery: 'any' }],
  nuke: [
    'list',
    {
      dryRun: 'any',
      forceDelete: 'any',
      keepObjects: 'any',
      onPlan: 'any',
      only: 'list',
      recoveryDays: 'any',
      yes: 'any',
    },
  ],
  gc: ['list', { dryRun: 'any', olderThanSeconds: 'any', onPlan: 'any', yes: 'any' }],
  list: ['list', { store: 'any' }],
  history: ['text', { reveal: 'any', store: 'any' }],
  get: ['text', { allowForeign: 'any', parameter: 'any', property: 'any', store: 'any' }],
  put: [
    'any',
    { bucket: 'any', extension: 'any', kmskey: 'any', parameter: 'any', path: 'any' },
    { allowEmpty: 'any', overwrite: 'any', size: 'any' },
  ],
  export: [
    'list',
    {
      allowForeign: 'any',
      allowSpecial: 'any',
      files: 'any',
      format: 'any',
      from: 'any',
      name: 'any',
      names: 'any',
      namespace: 'any',
      noBlobs: 'any',
      only: 'list',
      outDir: 'any',
      prefix: 'any',
      shell: 'any',
      store: 'any',
    },
  ],
  pin: [
    'list',
    {
      deletionPolicy: 'any',
      fromReport: 'any',
      immutable: 'any',
      name: 'any',
      namespace: 'any',
      only: 'list',
      restart: 'list',
      roleArn: 'any',
      suffix: 'any',
      type: 'any',
    },
  ],
  checkPins: ['list'],
  import: [
    'text',
    { file: 'any', kmskey: 'any', merge: 'any', write: 'any' },
    { ...WRITE, allowForeign: 'any' },
  ],
  importFile: [
    'text',
    'text',
    {
      ...WRITE,
      askPlain: 'any',
      destination: 'any',
      kind: 'any',
      overwrite: 'any',
      plain: 'list',
      secret: 'list',
      skip: 'list',
      sops: 'any',
    },
  ],
  policy: ['list', { account: 'any', for: 'any', keyPolicy: 'any', principals: 'list' }],
  explainPolicy: ['list', { account: 'any', for: 'any' }],
  bootstrap: ['list', { onPlan: 'any', yes: 'any' }],
  doctor: ['list', { folder: 'any', limitMs: 'any', program: 'any', version: 'any' }],
} as const satisfies { [Verb in keyof Verbs]: ArgumentsShape<Parameters<Verbs[Verb]>> };
