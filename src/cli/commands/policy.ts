import { CofferError } from '../../errors.ts';
import type { Manifest } from '../../manifest/model.ts';
import { buildPolicy, excessOf } from '../../access/policy/document.ts';
import { buildKeyPolicy, type Guests } from '../../access/policy/key-policy.ts';
import { ROLES, type Role } from '../../access/policy/roles.ts';
import { subjectOf } from '../../access/policy/subject.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import type { Flags } from '../flags.ts';
import { readManifests } from '../../actions/manifests.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { flags, terminal } = context;
  const isKeyPolicy = flags.boolean('keyPolicy');
  const guests = isKeyPolicy ? guestsOf(flags) : undefined;
  const role = isKeyPolicy ? undefined : identityRole(flags);
  const account = accountOf(flags);
  const manifests = await readManifests(context, context.args);
  const subjects = manifests.map((manifest) => subjectOf(manifest, context.fileKey, account));
  if (role === undefined) {
    await terminal.write(toText(buildKeyPolicy(subjects, guests)));
    return EXIT.ok;
  }
  const policy = buildPolicy(role, subjects);
  await terminal.write(toText(policy));
  const excess = excessOf(policy);
  if (excess > 0) {
    terminal.warn({
      message: `this policy is ${excess} characters longer than a managed policy may be`,
      hint: 'print one for fewer manifests, or put them under one path',
    });
  }
  if (role === 'ci-no-decrypt') for (const manifest of manifests) tellUnsyncable(context, manifest);
  return EXIT.ok;
}

function identityRole(flags: Flags): Role {
  if (flags.list('principal').length > 0) {
    throw new CofferError('usage', '--principal is for --key-policy', {
      hint: 'attach the policy that is printed here to the role or user itself',
    });
  }
  const role = roleOf(flags);
  if (role) return role;
  throw new CofferError('usage', 'coffer policy needs --for', { hint: ROLES.join(', ') });
}

function guestsOf(flags: Flags): Guests | undefined {
  const principals = flags.list('principal');
  const role = roleOf(flags);
  for (const principal of principals) {
    if (
      /^arn:[\w-]+:(?:iam|sts)::\d{12}:(?:root|(?:user|role|assumed-role)\/.+)$/.test(principal)
    ) {
      continue;
    }
    throw new CofferError('usage', `--principal ${principal} is not the ARN of a principal`, {
      hint: 'such as arn:aws:iam::123456789012:role/deploy',
    });
  }
  if (principals.length > 0 !== (role !== undefined)) {
    throw new CofferError('usage', 'in a key policy, --for and --principal go together', {
      hint: 'for example: --key-policy --for ci --principal arn:aws:iam::123456789012:role/deploy',
    });
  }
  return role && { role, principals };
}

function roleOf(flags: Flags): Role | undefined {
  return flags.choice('for', ROLES);
}

function accountOf(flags: Flags): string | undefined {
  const account = flags.string('account');
  if (account === undefined || /^\d{12}$/.test(account)) return account;
  throw new CofferError('usage', `--account ${account} is not an account id`, {
    hint: 'such as 123456789012',
  });
}

function tellUnsyncable({ terminal }: Context, { file, parameters }: Manifest): void {
  const names = parameters
    .filter(({ type, store, content }) => {
      const goesToS3 = store === 's3' || content.kind === 'blob';
      return type === 'SecureString' && !goesToS3;
    })
    .map(({ name }) => name);
  if (names.length === 0) return;
  terminal.warn({
    message: `${file}: without kms:Decrypt, sync cannot write ${names.join(', ')}`,
    hint: 'give them "store: s3", or use --for ci',
  });
}

function toText(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
