import type { CommandGroup } from './spec.ts';

export const GIT_COMMANDS: CommandGroup = {
  title: 'In a git repository',
  commands: [
    {
      name: 'check',
      args: '[...manifests]',
      summary: 'Find what is wrong with manifests, without AWS',
      description: `
        Looks for plaintext secrets, plaintext files that git tracks, damaged ciphertext and
        blobs, and all that a manifest cannot say. Without arguments it looks at every manifest of
        the repository. Reads files and git, and never AWS. Exits with 3 when there are problems;
        warnings are none.`,
      flags: [['--staged', 'Check what git would commit, instead of the files as they are']],
      examples: [
        ['check', 'every manifest of the repository, as in CI'],
        ['check --staged', 'what is about to be committed, as in a hook'],
        ['check app.yml --json', 'the same for programs'],
      ],
      load: () => import('../commands/check.ts'),
    },
    {
      name: 'hook',
      args: '<install|uninstall>',
      summary: 'Have git check every commit, or no longer',
      description: `
        Writes, or removes, the pre-commit hook of this repository, which runs coffer check
        --staged. A hook that somebody else wrote is left alone.`,
      flags: [],
      examples: [
        ['hook install', 'from now on, no commit holds a plaintext secret'],
        ['hook uninstall', 'takes it back'],
      ],
      load: () => import('../commands/hook.ts'),
    },
    {
      name: 'git',
      args: '<install|uninstall> [...patterns]',
      summary: 'Have git show and merge manifests by parameter, or no longer',
      description: `
        Writes the configuration of this clone (diff and merge drivers called coffer) and lines of
        .gitattributes: for each manifest of the repository, or for patterns, which are seen from
        the folder you are in. Configuration is not committed: every clone has to run it once.`,
      flags: [],
      examples: [
        ['git install', 'for the manifests that are there'],
        ["git install 'secrets/*.yml'", 'for those to come, too'],
        ['git uninstall', 'takes it back'],
      ],
      load: () => import('../commands/git.ts'),
    },
    {
      name: 'textconv',
      args: '<manifest>',
      summary: 'Print a manifest as git diff shows it, secrets masked',
      description: `
        Puts a short mark, which changes when the ciphertext does, in place of every secret; all
        else is as typed. What is broken is printed as it is. Without --reveal it needs no AWS.`,
      flags: [['--reveal', 'Show the values, opened with KMS, as far as that can be done']],
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
        Merges settings, data keys, parameters and their fields, each by itself, into the file
        CURRENT. Needs no AWS and opens nothing. Exits with 1 when both sides changed the same thing,
        which then stands between conflict markers of the given size. What is no manifest is merged
        by lines.`,
      flags: [],
      examples: [['merge-driver %O %A %B %L -- %P', 'what coffer git install has git call']],
      noJson: 'git goes by the exit code alone',
      load: () => import('../commands/merge-driver.ts'),
    },
  ],
};
