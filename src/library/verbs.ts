import type { Tools } from '../actions/tools.ts';

/** The actions, each loaded on its first call. */
export const VERBS = {
  /** Writes a new manifest with comments and an example. */
  init: async () => (await import('../actions/init.ts')).init,
  /** Encrypts the plaintext secrets of manifests in place. */
  encrypt: async () => (await import('../actions/encrypt.ts')).encrypt,
  /** Returns a manifest's text in plaintext; the file does not change. */
  decrypt: async () => (await import('../actions/decrypt.ts')).decrypt,
  /** Writes manifests in plaintext to the files of a folder. */
  decryptTo: async () => (await import('../actions/decrypt-to.ts')).decryptTo,
  /** Returns the values of a manifest, by name. */
  open: async () => (await import('../actions/secrets.ts')).open,
  /** Lets the caller edit a manifest in plaintext, and encrypts the changes. */
  edit: async () => (await import('../actions/edit.ts')).edit,
  /** Sets one value in a manifest. */
  set: async () => (await import('../actions/set.ts')).set,
  /** Removes parameters from a manifest. */
  unset: async () => (await import('../actions/unset.ts')).unset,
  /** Adds a parameter to a manifest, and writes it to AWS. */
  create: async () => (await import('../actions/create.ts')).create,
  /** Gives a parameter of a manifest a new value, and writes it to AWS. */
  update: async () => (await import('../actions/create.ts')).update,
  /** Deletes a parameter from AWS and from its manifest. */
  delete: async () => (await import('../actions/delete.ts')).deleteOne,
  /** Generates new values for parameters with `generate:`. */
  rotate: async () => (await import('../actions/rotate.ts')).rotate,
  /** Brings a value that AWS had before back into a manifest. */
  rollback: async () => (await import('../actions/rollback.ts')).rollback,
  /** Changes where a manifest's secrets go, or the name of one, ciphertext included. */
  move: async () => (await import('../actions/move.ts')).move,
  /** Copies parameters into another manifest, and encrypts them for it. */
  copy: async () => (await import('../actions/copy.ts')).copy,
  /** Brings manifests under the file key's current KMS key. */
  refresh: async () => (await import('../actions/refresh.ts')).refresh,
  /** Manages who can open manifests when their file key cannot be used. */
  recovery: async () => (await import('../actions/recovery.ts')).recovery,
  /** Finds problems in manifests, without AWS. */
  check: async () => (await import('../actions/check.ts')).reportCheck,
  /** Compares manifests with each other, name by name. */
  compare: async () => (await import('../actions/compare.ts')).compare,
  /** Finds parameters by name in the manifests of a repository. */
  find: async () => (await import('../actions/find.ts')).find,
  /** Compares AWS with manifests. */
  diff: async () => (await import('../actions/diff.ts')).reportDiff,
  /** Puts environments beside each other, and says how AWS differs from each; without values. */
  report: async () => (await import('../actions/report.ts')).report,
  /** Updates AWS to match manifests: writes only what differs. */
  sync: async () => (await import('../actions/sync.ts')).sync,
  /** Writes every parameter of manifests, without reading AWS first. */
  save: async () => (await import('../actions/save.ts')).save,
  /** Deletes the parameters of manifests from AWS. */
  nuke: async () => (await import('../actions/nuke.ts')).nuke,
  /** Deletes objects that no parameter points to. */
  gc: async () => (await import('../actions/gc.ts')).gc,
  /** Lists what SSM holds under paths, without values. */
  list: async () => (await import('../actions/list.ts')).list,
  /** Returns the versions of a parameter. */
  history: async () => (await import('../actions/history.ts')).history,
  /** Returns the value of a parameter, or of the object that it points to. */
  get: async () => (await import('../actions/get.ts')).get,
  /** Streams data of any size to S3, and makes a parameter point to it. */
  put: async () => (await import('../actions/put.ts')).put,
  /**
   * Exports the values of manifests in one of several formats, such as for a shell or Kubernetes.
   */
  export: async () => (await import('../actions/export.ts')).exportSecrets,
  /** Returns a Kubernetes resource that pins the versions in AWS. */
  pin: async () => (await import('../actions/pin.ts')).pin,
  /** Compares pins in YAML files with AWS. */
  checkPins: async () => (await import('../actions/pin/check.ts')).checkPins,
  /** Writes an encrypted manifest of what SSM holds under a path. */
  import: async () => (await import('../actions/import.ts')).importPath,
  /** Encrypts the values of a dotenv, JSON, YAML or tfvars file into a manifest. */
  importFile: async () => (await import('../actions/import/from-file.ts')).importFile,
  /** Returns the least IAM policy for work with manifests. */
  policy: async () => (await import('../actions/policy.ts')).policy,
  /** Says what fails without each statement of a role's policy. */
  explainPolicy: async () => (await import('../actions/policy.ts')).explainPolicy,
  /** Creates the keys and buckets that manifests need. */
  bootstrap: async () => (await import('../actions/bootstrap.ts')).bootstrap,
  /** Checks credentials, network, keys and rights; writes nothing. */
  doctor: async () => (await import('../actions/doctor.ts')).doctor,
};

type Bound<Load> = Load extends () => Promise<
  (tools: Tools, ...args: infer Args) => infer Result | Promise<infer Result>
>
  ? (...args: Args) => Promise<Awaited<Result>>
  : never;

/** The actions as a program calls them. */
export type Verbs = { [Verb in keyof typeof VERBS]: Bound<(typeof VERBS)[Verb]> };
