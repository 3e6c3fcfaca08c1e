import { LANGUAGES } from '../../access/code.ts';
import { ROLES } from '../../access/policy/roles.ts';
import type { CommandGroup } from './spec.ts';

export const RIGHTS_COMMANDS: CommandGroup = {
  title: 'Rights and resources',
  commands: [
    {
      name: 'bootstrap',
      args: '<...manifests>',
      summary: 'Make the keys and the bucket that manifests need',
      description: `
        Looks for the file key, kmskey and the bucket, and prints what is missing or not safe: key
        rotation, versions, a ban on public access and on plain HTTP, a rule against unfinished
        uploads. Nothing is changed without --yes; what others have set stays. Takes the rights of
        coffer policy --for admin; --as takes none.`,
      flags: [
        ['--yes', 'Do what the plan says; without it, nothing is changed'],
        [
          '--as <language>',
          'Print it as terraform or cloudformation instead, without AWS',
          LANGUAGES,
        ],
      ],
      examples: [
        ['bootstrap app.yml', 'what there is to do'],
        ['bootstrap *.yml --yes', 'does it; a second time, there is nothing to do'],
        ['bootstrap app.yml --as terraform > coffer.tf', 'the same for those who do it in code'],
      ],
      load: () => import('../commands/bootstrap.ts'),
    },
    {
      name: 'policy',
      args: '<...manifests>',
      summary: 'Print the least IAM policy for those who work with manifests',
      description: `
        Prints, as JSON for IAM, what one kind of people or machines has to be allowed for these
        manifests and nothing more: their paths, their keys, their bucket. author edits manifests,
        author-write-only adds secrets and reads none, ci runs diff and sync, ci-diff changes
        nothing, ci-no-decrypt sees no secret, reader reads from AWS, admin does all of it. Talks to
        nobody.`,
      flags: [
        ['--for <role>', `${ROLES.slice(0, -1).join(', ')} or ${ROLES.at(-1)}`, ROLES],
        ['--account <id>', 'AWS account, where the ARNs in the manifest do not tell it'],
        ['--key-policy', 'Print the policy of the file key itself instead'],
        ['--principal <arn>', 'Who may use that key as --for says; may be repeated'],
      ],
      examples: [
        ['policy app.yml --for ci > ci.json', 'for the role that runs coffer sync'],
        ['policy *.yml --for reader --account 123456789012', 'for programs, one policy of several'],
        [
          'policy app.yml --key-policy --for ci --principal arn:aws:iam::123456789012:role/deploy',
          'for the file key itself',
        ],
      ],
      load: () => import('../commands/policy.ts'),
    },
  ],
};
