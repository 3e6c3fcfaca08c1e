import { LANGUAGES } from '../../access/code.ts';
import { ROLES } from '../../access/policy/roles.ts';
import type { CommandGroup } from './spec.ts';

export const RIGHTS_COMMANDS: CommandGroup = {
  title: 'Rights and resources',
  commands: [
    {
      name: 'bootstrap',
      args: '<...manifests>',
      summary: 'Create the keys and buckets that manifests need',
      description: `
        Looks for the file key, kmskey and the bucket, and prints what is missing or unsafe: key
        rotation, versioning, blocks on public access and plain HTTP, a rule that removes unfinished
        uploads. Changes nothing without --yes, and keeps what others have set. Needs the rights of
        coffer policy --for bootstrap, and those of an administrator to create a key; --as needs
        none.`,
      flags: [
        ['--yes', 'Apply the plan; without it, nothing changes'],
        [
          '--as <language>',
          'Print terraform or cloudformation code instead, without AWS',
          LANGUAGES,
        ],
      ],
      examples: [
        ['bootstrap app.yml', 'what is missing'],
        ['bootstrap *.yml --yes', 'creates it; a second run changes nothing'],
        ['bootstrap app.yml --as terraform > coffer.tf', 'the same as Terraform code'],
      ],
      load: () => import('../commands/bootstrap.ts'),
    },
    {
      name: 'policy',
      args: '<...manifests>',
      summary: 'Print the least IAM policy for work with manifests',
      description: `
        Prints the IAM policy, as JSON, that allows one role exactly what it needs for these
        manifests: their paths, keys and buckets. author edits manifests, author-write-only adds
        secrets and reads none, ci runs diff and sync, ci-diff changes nothing, ci-no-decrypt never
        decrypts a secret, reader reads from AWS, controller opens pins in Kubernetes, admin does all of it, bootstrap makes keys and
        buckets safe. No role may create a key or give it an alias. Makes no network calls.`,
      flags: [
        ['--for <role>', `${ROLES.slice(0, -1).join(', ')} or ${ROLES.at(-1)}`, ROLES],
        ['--account <id>', 'AWS account, if the ARNs in the manifest do not name it'],
        ['--explain', 'Say what fails without each statement, instead of the policy'],
        ['--key-policy', 'Print the key policy of the file key instead'],
        ['--principal <arn>', 'Who gets the role of --for on that key; repeatable'],
      ],
      examples: [
        ['policy app.yml --for ci > ci.json', 'for the role that runs coffer sync'],
        [
          'policy *.yml --for reader --account 123456789012',
          'for programs, one policy for several manifests',
        ],
        ['policy app.yml --for ci --explain', 'what each statement is for'],
        [
          'policy app.yml --key-policy --for ci --principal arn:aws:iam::123456789012:role/deploy',
          'the key policy of the file key',
        ],
      ],
      load: () => import('../commands/policy.ts'),
    },
    {
      name: 'doctor',
      args: '[...manifests]',
      summary: 'Say what is wrong with credentials, network, keys and rights',
      description: `
        Checks how coffer reaches AWS from here (credentials, account, region, endpoints, proxy,
        certificates, clock), what git does with manifests, and, for each manifest, its keys, bucket,
        recovery list and the rights of the caller. Tries rights with calls that change nothing, so
        it cannot try the right to write. Needs no right itself, and prints no secret. Exits 3 if a
        check fails; warnings do not count.`,
      flags: [],
      examples: [
        ['doctor', 'this machine, without a manifest'],
        ['doctor app.yml', 'and what the manifest needs in AWS'],
        ['doctor app.yml --profile ci --json', 'the same for other credentials, as JSON'],
      ],
      load: () => import('../commands/doctor.ts'),
    },
  ],
};
