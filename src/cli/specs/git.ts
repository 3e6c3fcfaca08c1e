import type { CommandGroup } from './spec.ts';

export const GIT_COMMANDS: CommandGroup = {
  title: 'In a git repository',
  commands: [
    {
      name: 'check',
      args: '[...manifests]',
      summary: 'Find problems in manifests, without AWS',
      description: `
        Looks for plaintext secrets, plaintext files that git tracks, damaged ciphertext and blobs,
        and anything that a manifest must not contain. Without arguments it checks every manifest in
        the repository. Reads files and git, and never calls AWS. Exits 3 if there are problems;
        warnings do not count. A secret past its max_age is a warning, because time alone makes it
        one; with --overdue it is a problem.`,
      flags: [
        ['--staged', 'Check what git would commit, not the files on disk'],
        ['--overdue', 'Count a secret past its max_age, or of unknown age, as a problem'],
      ],
      examples: [
        ['check', 'every manifest in the repository, as in CI'],
        ['check --staged', 'what the next commit would contain, as in a hook'],
        ['check --overdue', 'once a day in CI: fails when a secret is past its max_age'],
        ['check app.yml --json', 'the same as JSON'],
      ],
      load: () => import('../commands/check.ts'),
    },
    {
      name: 'hook',
      args: '<install|uninstall>',
      summary: 'Install or remove a git hook that checks every commit',
      description: `
        Writes or removes the pre-commit hook of this repository, which runs coffer check --staged.
        Never changes a hook that coffer did not write.`,
      flags: [],
      examples: [
        ['hook install', 'from now on, git refuses commits with plaintext secrets'],
        ['hook uninstall', 'removes it'],
      ],
      load: () => import('../commands/hook.ts'),
    },
    {
      name: 'git',
      args: '<install|uninstall> [...patterns]',
      summary: 'Install or remove git drivers that diff and merge by parameter',
      description: `
        Configures this clone (a diff driver and a merge driver named coffer) and adds lines to
        .gitattributes: for the manifests in the repository, a line each or, if they are many,
        patterns for their folders and names; or for the given patterns, relative to the current
        folder. git does not commit configuration, so run it once in every clone.`,
      flags: [],
      examples: [
        ['git install', 'for the existing manifests'],
        ["git install 'secrets/*.yml'", 'for future ones too'],
        ['git uninstall', 'removes it'],
      ],
      load: () => import('../commands/git.ts'),
    },
    {
      name: 'textconv',
      args: '<manifest>',
      summary: 'Print a manifest as git diff shows it, secrets masked',
      description: `
        Prints a short mark, which changes when the ciphertext does, in place of every secret, and
        the rest unchanged. Prints a broken manifest unchanged. Without --reveal it makes no AWS
        calls.`,
      flags: [['--reveal', 'Show the values that you may decrypt']],
      examples: [
        ['textconv app.yml', 'what git compares'],
        ['textconv --reveal app.yml', 'the same with the values'],
      ],
      noJson: 'standard output is the text',
      load: () => import('../commands/textconv.ts'),
    },
    {
      name: 'merge-driver',
      args: '<base> <current> <other> [size] [path]',
      summary: 'Merge three versions of a manifest, for git to call',
      description: `
        Merges settings, data keys, parameters and their fields one by one into the file CURRENT.
        Makes no AWS calls and decrypts nothing. Exits 1 when both sides changed the same thing, and
        puts it between conflict markers of the given size. Merges a file that is not a manifest by
        lines.`,
      flags: [],
      examples: [['merge-driver %O %A %B %L -- %P', 'the call that coffer git install configures']],
      noJson: 'git reads only the exit code',
      load: () => import('../commands/merge-driver.ts'),
    },
  ],
};
