import type { PolicyDocument } from './document.ts';
import { RIGHTS, type Role } from './roles.ts';
import type { Scope } from './scopes.ts';
import type { Statement } from './statements.ts';

/** A statement, and what fails without it. */
export interface Explanation {
  sid: string;
  actions: readonly string[];
  resources: readonly string[];
  /** The aliases by which it knows a key, if the manifest does not name the key itself. */
  aliases: readonly string[];
  without: readonly Failure[];
}

interface Failure {
  command: string;
  /** What the command cannot do, such as `cannot open the values in git`. */
  message: string;
}

/** By scope and command; a role's policy is explained by the commands of the role. */
const FAILURES: Readonly<Record<Scope, Readonly<Record<string, string>>>> = {
  SealedValues: {
    encrypt: 'cannot get a data key for the values in git',
    decrypt: 'cannot open the values in git',
    diff: 'cannot open the values in git to compare them',
    sync: 'cannot open the values in git to write them to SSM',
    refresh: 'cannot move data keys to the key that the alias names now',
  },
  WriteOnlyValues: { encrypt: 'cannot get a data key that nobody else encrypts with' },
  FileKey: {
    encrypt: 'cannot tell whether the file names the right key',
    refresh: 'cannot tell which key the alias names now',
  },
  SealedBlobs: {
    encrypt: 'cannot get a data key for a value that goes to S3',
    move: 'cannot rename a value that goes to S3',
    sync: 'cannot hand a value over to the readers of S3',
    refresh: "cannot move a blob's data key to the key that the alias names now",
  },
  BlobReplicas: { sync: 'cannot hand a value over to the readers of S3 in another region' },
  ListedValues: { recovery: 'cannot bind data keys to a longer recovery list' },
  RecoveryValues: {
    encrypt: 'cannot wrap a data key for the keys in the recovery list',
    decrypt: 'cannot open the values in git when the file key cannot be used',
  },
  RecoveryWriteOnly: { encrypt: 'cannot wrap a data key for the keys in the recovery list' },
  RecoveryBlobs: {
    encrypt: "cannot wrap a blob's data key for the keys in the recovery list",
    decrypt: 'cannot open a blob when the file key cannot be used',
  },
  PsymlValues: {
    decrypt: 'cannot open values that psyml encrypted',
    diff: 'cannot open values that psyml encrypted',
  },
  RefreshedValues: { refresh: 'cannot bring data keys under the key that the alias names now' },
  RefreshedBlobs: {
    refresh: "cannot bring a blob's data key under the key that the alias names now",
  },
  Secrets: {
    diff: 'cannot read secrets from SSM to compare them',
    sync: 'cannot write secrets to SSM',
    get: 'cannot read a secret from SSM',
    export: 'cannot read secrets from SSM',
    controller: 'cannot read secrets from SSM',
  },
  ObjectKeys: {
    sync: "cannot encrypt an object's data key for its readers",
    get: 'cannot open an object in S3',
    export: 'cannot open objects in S3',
    controller: 'cannot open objects in S3',
    put: 'cannot get a data key for an object',
  },
  OlderKeys: { get: 'cannot open an object that s3-kms-ssm-secrets wrote' },
  ReadersKey: {
    diff: 'cannot tell whether objects are under the key that kmskey names now',
    sync: 'cannot tell whether objects are under the key that kmskey names now',
    bootstrap: 'cannot see the key that kmskey names, nor whether it is rotated',
  },
  Keys: { bootstrap: 'cannot see the file key, nor whether it is rotated' },
  Parameters: {
    diff: 'cannot read parameters and their tags',
    sync: 'cannot read and write parameters and their tags',
    get: 'cannot read a parameter',
    export: 'cannot read parameters',
    controller: 'cannot read parameters',
    history: 'cannot read the versions of a parameter',
    rollback: 'cannot read an earlier value of a parameter',
    nuke: 'cannot delete parameters',
  },
  ParameterList: {
    diff: 'cannot see which parameters there are',
    sync: 'cannot see which parameters there are',
  },
  StoredSecrets: {
    diff: 'cannot see which version a secret has',
    sync: 'cannot write secrets to Secrets Manager',
    get: 'cannot read a secret from Secrets Manager',
    export: 'cannot read secrets from Secrets Manager',
    controller: 'cannot read secrets from Secrets Manager',
    history: 'cannot see the versions of a secret',
    nuke: 'cannot delete secrets',
  },
  SecretList: {
    diff: 'cannot see which secrets there are: for --prune, and from 50 secrets on',
    sync: 'cannot see which secrets there are: for --prune, and from 50 secrets on',
    export: 'cannot read 50 secrets and more',
  },
  SecretKeys: {
    sync: 'cannot encrypt a secret with kmskey',
    get: 'cannot decrypt a secret',
    export: 'cannot decrypt secrets',
    controller: 'cannot decrypt secrets',
  },
  SecretKeyTrials: { sync: 'cannot create a secret with kmskey' },
  Images: { sync: 'cannot write the id of a machine image' },
  Objects: {
    diff: 'cannot see whether objects are there',
    sync: 'cannot publish objects',
    get: 'cannot fetch an object',
    controller: 'cannot fetch an object',
    put: 'cannot publish an object',
  },
  Bucket: {
    diff: 'cannot tell a missing object from a forbidden one',
    sync: 'cannot tell a missing object from a forbidden one',
    gc: 'cannot list the objects and unfinished uploads',
    bootstrap: 'cannot create the bucket, nor see and change its settings',
  },
};

/** Says of each statement of a role's policy what fails without it. */
export function explain(role: Role, { Statement }: PolicyDocument): Explanation[] {
  return Statement.map((statement) => ({
    sid: statement.Sid,
    actions: statement.Action,
    resources: statement.Resource,
    aliases: statement.Condition?.['ForAnyValue:StringEquals']?.['kms:ResourceAliases'] ?? [],
    without: RIGHTS[role].commands.flatMap((command) => {
      const message = FAILURES[scopeOf(statement)][command];
      return message === undefined ? [] : [{ command, message }];
    }),
  }));
}

/** Several statements of one scope have numbers. */
function scopeOf({ Sid }: Statement): Scope {
  return Sid.replace(/\d+$/, '') as Scope;
}
