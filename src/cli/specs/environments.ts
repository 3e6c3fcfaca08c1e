import type { CommandSpec } from './spec.ts';

/** For those who have a manifest for each environment. */
export const ENVIRONMENT_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'compare',
    args: '<...manifests>',
    summary: 'Compare manifests with each other: names by environments',
    description: `
        Shows the names that some manifests do not have, and those that differ in kind: type, tier,
        store, source (value, file or generate), form (inline or blob), names of tags and other
        fields. Counts the names that are alike; --all shows them, too. That the plain values of
        Strings differ is normal. Without --values it decrypts nothing and makes no AWS calls.
        --values decrypts the secrets that several manifests have, to find those with the same value,
        such as a production secret that staging uses, too. It never shows a value, and needs
        kms:Decrypt on each file key, one call per data key. Exits 0 whether or not there are
        differences; with --exit-code, exits 3 if a name is missing, differs in kind, or has the same
        secret value in several.`,
    flags: [
      ['--values', 'Decrypt secrets, to find those with the same value in several manifests'],
      ['--all', 'Also show the names that are alike, with their plain values'],
      ['--exit-code', 'Exit 3 if there are differences'],
    ],
    examples: [
      ['compare dev.yml prod.yml', 'what one has and the other has not'],
      ['compare envs/ --exit-code', 'in CI: fails when the manifests of a folder differ'],
      ['compare staging.yml prod.yml --values', 'which secrets have the same value in both'],
    ],
    load: () => import('../commands/compare.ts'),
  },
  {
    name: 'find',
    args: '<name> [...manifests]',
    summary: 'Find a parameter in manifests, by its name or a pattern',
    description: `
      Shows where parameters are: file and line, name in AWS, type, and whether the value is
      encrypted. Takes a name as in the manifest, a full name as in AWS, or the name of the variable
      that exec and export make of it: DB_PASSWORD finds db/password. In each, * stands for any
      text; quote it for the shell. Without files it looks into every manifest of the repository.
      Shows no value, and makes no AWS calls. Exits 1 if it finds nothing.`,
    flags: [],
    examples: [
      ['find db/password', 'in which manifests it is'],
      ["find '*password*'", 'all names with this text'],
      ['find DB_PASSWORD envs/', 'what sets this variable, in the manifests of a folder'],
    ],
    load: () => import('../commands/find.ts'),
  },
];
